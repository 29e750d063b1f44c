package edge_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// Every event has one encoding, is accepted where its plan has what it names, and leaves
// a state that is bounded and restored as it was; a measurement never has more ones than
// its plan's weight, in all and in each metric.
func TestEveryEvent(t *testing.T) {
	kinds := map[plan.EventKind]int{}
	ones := map[plan.MetricKind]int{}
	for seed := range uint64(220) {
		rng := edgetest.Rand(seed)
		p := edgetest.Wide(rng)
		published := edgetest.Publish(p)
		back, err := plan.Decode(published)
		require.NoError(t, err, "seed %d", seed)
		again, err := plan.Encode(back)
		require.NoError(t, err)
		require.Equal(t, published, again, "seed %d", seed)
		layout := plan.LayoutOf(p)
		d := device(t, p)
		now := start
		for range 120 {
			e := edgetest.Any(rng, p)
			b := edge.AppendEvent(nil, e)
			require.LessOrEqual(t, len(b), edge.MaxEvent)
			decoded, err := edge.DecodeEvent(b)
			require.NoError(t, err, "seed %d: %+v", seed, e)
			require.Equal(t, e, decoded, "seed %d", seed)
			require.NoError(t, d.Track(now, decoded), "seed %d: %+v", seed, e)
			kinds[e.Kind]++
			if cells, ok := d.Measurement(now); ok {
				all := 0
				for _, s := range layout.Spans {
					set := 0
					for c := range s.Cells() {
						if cells[s.Offset+c] {
							set++
						}
					}
					require.LessOrEqual(t, set, s.Most, "seed %d", seed)
					if all += set; s.Metric >= 0 {
						ones[p.Metrics[s.Metric].Kind] += set
					}
				}
				require.LessOrEqual(t, all, layout.Weight, "seed %d", seed)
			}
			now = edgetest.Later(rng, now)
		}
		state := d.AppendState(nil)
		require.LessOrEqual(t, len(state), edge.MaxState)
		n := device(t, p)
		require.Equal(t, edge.Restored, n.Load(now, state), "seed %d", seed)
		require.Equal(t, state, n.AppendState(nil), "seed %d", seed)
		require.Equal(t, edge.MindOf(d), edge.MindOf(n), "seed %d", seed)
	}
	for k := plan.View; k <= plan.Responded; k++ {
		require.NotZero(t, kinds[k], "event kind %d", k)
	}
	for k := plan.Audience; k <= plan.Returned; k++ {
		require.NotZero(t, ones[k], "metric kind %d", k)
	}
}

// Bytes that are no event change nothing; those of two events are never the same.
func FuzzEveryEvent(f *testing.F) {
	rng := edgetest.Rand(1)
	p := edgetest.Wide(rng)
	for range 200 {
		f.Add(edge.AppendEvent(nil, edgetest.Any(rng, p)))
	}
	d := device(f, p)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := edge.DecodeEvent(b)
		if err != nil {
			require.ErrorIs(t, err, edge.ErrEvent)
			return
		}
		require.Equal(t, b, edge.AppendEvent(nil, e))
		before := d.AppendState(nil)
		if err := d.Track(start, e); err != nil {
			require.ErrorIs(t, err, edge.ErrEvent)
			require.Equal(t, before, d.AppendState(nil))
		}
	})
}
