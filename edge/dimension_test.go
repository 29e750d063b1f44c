package edge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// sortedPlan has weekly periods, the funnel visit, cart, order, and three dimensions: the
// cohort and the channel at the start, and at the end how far the visitor came.
func sortedPlan() *plan.Plan {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Weekly, 20)
	is := func(variable int, value float64) plan.Rule {
		return edgetest.NewRule().Var(variable).Num(value).Op(plan.OpEq).Code()
	}
	p.Dimensions = []plan.Dimension{
		{Name: "cohort", At: plan.AtStart, Within: 1, Bins: []plan.Segment{{Name: "0", Rule: is(plan.VarPeriods, 0)}, {Name: "1", Rule: is(plan.VarPeriods, 1)}, {Name: "2", Rule: is(plan.VarPeriods, 2)}, {Name: "later"}}},
		{Name: "reach", At: plan.AtEnd, Within: 2, Bins: []plan.Segment{{Name: "order", Rule: is(plan.VarStage, 2)}, {Name: "cart", Rule: is(plan.VarStage, 1)}, {Name: "visit"}}},
		{Name: "channel", At: plan.AtStart, Within: 1, Bins: []plan.Segment{{Name: "social", Rule: is(plan.VarChannel, 3)}, {Name: "unknown"}}},
	}
	p.Metrics = nil
	for i := range p.Dimensions {
		p.Metrics = append(p.Metrics,
			plan.Metric{Name: "dimension " + p.Dimensions[i].Name, Kind: plan.Sorted, By: plan.SiteWide, Most: 1, Source: uint8(i)},
			plan.Metric{Name: "returned " + p.Dimensions[i].Name, Kind: plan.Returned, By: plan.SiteWide, Most: 1, Source: uint8(i)})
	}
	return p
}

// How one visitor of five weeks is sorted in each, and from which bin they came back.
func TestSortedThroughTheWeeks(t *testing.T) {
	p := sortedPlan()
	d := device(t, p)
	const week = 7 * plan.Day
	sorted := func(now plan.Time) map[string]string {
		t.Helper()
		cells, ok := d.Measurement(now)
		require.True(t, ok)
		out := map[string]string{}
		for _, s := range plan.LayoutOf(p).Spans[1:] {
			for c := range s.Columns {
				if cells[s.Cell(0, c)] {
					require.Empty(t, out[p.Metrics[s.Metric].Name])
					out[p.Metrics[s.Metric].Name] = p.Column(p.Metrics[s.Metric], c)
				}
			}
		}
		return out
	}
	social := edge.Event{Kind: plan.Arrive, Channel: 3}
	now := start + 3*plan.Day
	track(t, d, now, social, view)
	require.Equal(t, map[string]string{"dimension cohort": "0", "dimension reach": "visit", "dimension channel": "social"}, sorted(now))
	track(t, d, now+plan.Day, cart)
	require.Equal(t, "cart", sorted(now + 3*plan.Day)["dimension reach"], "the last state counts")

	now += week
	state := d.AppendState(nil)
	require.Equal(t, edge.Restored, d.Load(now, state))
	track(t, d, now, edge.Event{Kind: plan.Arrive}, view, cart, order)
	require.Equal(t, map[string]string{
		"dimension cohort": "1", "dimension reach": "order", "dimension channel": "unknown",
		"returned cohort": "0", "returned reach": "cart", "returned channel": "social",
	}, sorted(now))

	// A week is left out: only reach looks back over two.
	now += 2 * week
	track(t, d, now, view)
	require.Equal(t, map[string]string{
		"dimension cohort": "later", "dimension reach": "visit", "dimension channel": "unknown", "returned reach": "order",
	}, sorted(now))
	require.Equal(t, edge.Restored, d.Load(now, d.AppendState(nil)))

	// Under another plan the week before is not known; the cohort is, by the profile.
	q := sortedPlan()
	q.Serial = 2
	q.Dimensions[2].Name = "came by"
	now += week
	require.NoError(t, d.UsePlan(edgetest.Publish(q)))
	p = q
	track(t, d, now, view)
	require.Equal(t, map[string]string{"dimension cohort": "later", "dimension reach": "visit", "dimension channel": "unknown"}, sorted(now))
	send(t, d, now, edgetest.Rand0())
}
