package panel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Days summed by calendar weeks and months: each release is in one of them, and their noises
// add up.
func TestGrains(t *testing.T) {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Daily, 70)
	var all []panel.Release
	for day := range 70 {
		counts := make([]int64, plan.LayoutOf(p).Cells)
		counts[0] = 1000 + int64(day)
		all = append(all, week(p, day, counts...))
	}
	from, to := p.Periods[3].Date, p.Periods[69].Date
	total := int64(0)
	for day := 3; day < 70; day++ {
		total += 1000 + int64(day)
	}
	for grain, least := range map[panel.Grain]int{panel.ByRelease: 67, panel.ByWeek: 10, panel.ByMonth: 3} {
		r, err := panel.By(all, from, to, grain)
		require.NoError(t, err)
		require.Equal(t, grain, r.Grain)
		require.GreaterOrEqual(t, len(r.Present.Days), least)
		require.LessOrEqual(t, len(r.Present.Days), least+1)
		sum := int64(0)
		for i, d := range r.Present.Days {
			sum += d.Count.Value
			date, err := plan.ParseDate(d.Date)
			require.NoError(t, err)
			if grain == panel.ByWeek && i > 0 {
				require.Zero(t, (date+3)%7, "%s is a Monday", d.Date)
			}
			if grain == panel.ByMonth && i > 0 {
				require.Equal(t, "01", d.Date[8:])
			}
		}
		require.Equal(t, total, sum)
		require.Equal(t, total, r.Present.Total.Value)
	}
	weeks, err := panel.By(all, from, to, panel.ByWeek)
	require.NoError(t, err)
	days, err := panel.Of(all, from, to)
	require.NoError(t, err)
	width := func(c panel.Count) float64 { return (c.ExactHigh - c.ExactLow) * (c.ExactHigh - c.ExactLow) }
	require.InEpsilon(t, 7*width(days.Present.Days[10].Count), width(weeks.Present.Days[2].Count), 1e-9)
}
