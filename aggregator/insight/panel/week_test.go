package panel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// hours is a plan of a dimension of hours by segment, of the given periods.
func hours(cadence plan.Cadence) *plan.Plan {
	p := edgetest.Shop()
	edgetest.Calendar(p, cadence, 12)
	p.Segments = []plan.Segment{{Name: "loyal", Rule: edgetest.NewRule().Var(plan.VarOrders).Num(2).Op(plan.OpGe).Code()}, {Name: "others"}}
	p.Campaigns, p.Slots, p.Stages, p.Surveys, p.Revenues = nil, nil, nil, nil, nil
	early := edgetest.NewRule().Var(plan.VarHour).Num(12).Op(plan.OpLt).Code()
	p.Dimensions = []plan.Dimension{{Name: "hour", At: plan.AtStart, Within: 1, Bins: []plan.Segment{{Name: "early", Rule: early}, {Name: "late"}}}}
	p.Metrics = []plan.Metric{{Name: "dimension hour", Kind: plan.Sorted, By: plan.BySegment, Most: 1}}
	return p
}

// Each weekday has the sum of its own releases: of 12 dates from the 20th of November 2026, a
// Friday, on Fridays to Tuesdays two, and of the others one.
func TestHoursByWeekday(t *testing.T) {
	p := hours(plan.Daily)
	var all []panel.Release
	for day := range 12 {
		all = append(all, released(t, p, day, map[int]int64{0: 1000, 1: int64(100 + day), 2: 200, 3: 300, 4: 400}))
	}
	first := p.Periods[0].Date
	r, err := panel.Of(all, first, first+11)
	require.NoError(t, err)
	week := r.Sorts[0].Week
	require.Len(t, week, 7)
	start := (int(first)+3)%7 + 1
	for i, w := range week {
		require.Equal(t, i+1, w.Day)
		offset := (w.Day - start + 7) % 7
		want, n := int64(100+offset+300), 1
		if offset+7 < 12 {
			want, n = want+int64(100+offset+7+300), 2
		}
		require.Equal(t, n, w.Releases)
		require.Equal(t, want, w.Bins[0].Value, "both segments' early hours")
		require.Equal(t, int64(n*600), w.Bins[1].Value)
		require.Less(t, w.Bins[0].ExactLow, float64(want))
	}
	require.Equal(t, int64(300), r.Sorts[0].Segments[1].Week[(start-1)%7].Bins[0].Value/int64(week[(start-1)%7].Releases))

	one, err := panel.Of(all, first, first)
	require.NoError(t, err)
	require.Len(t, one.Sorts[0].Week, 1, "weekdays without a release are left out")

	weekly := hours(plan.Weekly)
	r, err = panel.Of([]panel.Release{released(t, weekly, 0, map[int]int64{0: 1000})}, weekly.Periods[0].Date, weekly.Periods[0].Date)
	require.NoError(t, err)
	require.Empty(t, r.Sorts[0].Week)
}
