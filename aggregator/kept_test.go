package aggregator_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
)

// A side crashes with the release stored and the batch's record not yet at its end, and
// nobody comes until patience is over: the batch is released, not given up.
func TestReleaseIsKeptWhenPatienceEnds(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	for crashes := range 2 {
		broken := false
		w := newWorld(t, c, crowd.reports, func(w *world) {
			w.wrap = func(role int, s *release.Store) releases {
				if role == crashes && !broken {
					return &failing{Store: s, after: true}
				}
				return s
			}
		})
		w.addPlan()
		_, err := w.Leader.Step(context.Background())
		require.Error(t, err)
		broken = true
		r, err := w.batches[crashes].Record(w.batch)
		require.NoError(t, err)
		require.Equal(t, batch.Exchanged, r.State)
		w.now = w.plan.Periods[0].End + helper.Patience
		w.startHelper()
		require.NoError(t, w.live.Load().Sweep())
		if crashes == 0 {
			w.losing("abandon", "release") // the helper is gone
		}
		w.startLeader()
		_, _ = w.Leader.Step(context.Background()) // the helper may be missed for other things
		for role := range w.batches {
			r, err := w.batches[role].Record(w.batch)
			require.NoError(t, err)
			require.Equal(t, batch.Released, r.State)
		}
		w.expect(crowd.oracle)
	}
}
