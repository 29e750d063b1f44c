package service

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A variant whose clicks fall away is stopped with the release that shows it, once; an
// analyst who resumes it is not overruled by what was before; where the rails are off
// nothing is stopped.
func TestGuardRails(t *testing.T) {
	p, published, signed := signedPlan(t, plans.Shop)
	bags := steer.Place{Kind: "slot", Name: "hero"}
	put := func(s *release.Store, day int, fallen bool) {
		r := released(p, published, day, "shoes")
		l := plan.LayoutOf(p)
		for _, span := range l.Spans {
			for segment := range span.Segments {
				for column := range span.Columns {
					cell := span.Cell(segment, column)
					r.Cells[cell] += int64((cell*7919+day*104_729)%7) - 3
					if fallen && span.Metric >= 0 && p.Metrics[span.Metric].Kind == plan.SlotClicked && column == 2 {
						r.Cells[cell] /= 4
					}
				}
			}
		}
		require.NoError(t, s.Put(r))
	}
	for name, watched := range map[string]bool{"on": true, "off": false} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			require.NoError(t, s.PutPlan(plan.DigestOf(published), signed))
			orders, err := steer.Open(filepath.Join(t.TempDir(), steer.File))
			require.NoError(t, err)
			now := time.Unix(int64(p.Periods[14].End), 0).UTC()
			f := &fitter{releases: s, orders: orders, clock: func() time.Time { return now }, log: slog.New(slog.DiscardHandler)}
			if !watched {
				_, err := orders.Give(steer.Order{At: now, Site: p.Site, Action: steer.Unwatch, Place: bags})
				require.NoError(t, err)
			}
			fit := func() (stopped uint64, log []steer.Order) {
				b, err := f.fit(published)
				require.NoError(t, err)
				priors, err := choose.Decode(b)
				require.NoError(t, err)
				log, err = orders.List()
				require.NoError(t, err)
				return priors.Places[0].Stopped, log
			}
			for day := range 14 {
				put(s, day, false)
			}
			stopped, log := fit()
			require.Zero(t, stopped)
			require.Len(t, log, map[bool]int{true: 0, false: 1}[watched])
			for day := 14; day < 26; day++ {
				put(s, day, true)
			}
			stopped, log = fit()
			if !watched {
				require.Zero(t, stopped)
				require.Len(t, log, 1)
				return
			}
			require.Equal(t, uint64(1<<2), stopped)
			require.Len(t, log, 1)
			require.Equal(t, [2]string{"bags", ""}, [2]string{log[0].Variant, log[0].By})
			require.Equal(t, "goal", log[0].Why.Metric)
			require.Less(t, log[0].Why.High, 0.)
			require.Equal(t, p.Periods[25].Date.String(), log[0].Why.To)
			stopped, log = fit()
			require.Equal(t, uint64(1<<2), stopped)
			require.Len(t, log, 1, "stopped once")

			now = time.Unix(int64(p.Periods[25].End), 0).UTC()
			_, err = orders.Give(steer.Order{At: now, Site: p.Site, By: "li", Action: steer.Resume, Place: bags, Variant: "bags"})
			require.NoError(t, err)
			stopped, log = fit()
			require.Zero(t, stopped)
			require.Len(t, log, 2)
		})
	}
}
