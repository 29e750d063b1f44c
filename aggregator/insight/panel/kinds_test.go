package panel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What else a plan counts changes nothing of them: audience, funnel and slots say what they said without it, and a slot
// is told by a goal that came later.
func TestOtherKindsChangeNothing(t *testing.T) {
	p := site(t, "regulars", "shoes")
	more := *p
	more.Predictions = []plan.Prediction{{Kind: plan.LapseRisk, Within: 3, Bins: []plan.Segment{{Name: "all"}}}}
	for _, m := range []plan.Metric{
		{Name: "topics", Kind: plan.Topics, By: plan.BySegment}, {Name: "next", Kind: plan.Next, By: plan.ByTopic},
		{Name: "last", Kind: plan.Last, By: plan.SiteWide}, {Name: "state", Kind: plan.State, By: plan.SiteWide},
		{Name: "outcome", Kind: plan.Outcome, By: plan.SiteWide},
	} {
		m.Most = 1
		more.Metrics = append(more.Metrics[:len(more.Metrics):len(more.Metrics)], m)
	}
	report := func(p *plan.Plan) *panel.Report {
		r := panel.Release{Plan: p}
		r.Period, r.Sigma2, r.Weight = p.Periods[0], p.Sigma2, 5
		for i := range plan.LayoutOf(p).Cells {
			r.Cells = append(r.Cells, 5000-int64(i))
		}
		out, err := panel.Of([]panel.Release{r}, r.Period.Date, r.Period.Date)
		require.NoError(t, err)
		out.Plan.Cells, out.Plan.SegmentCells, out.Plan.Uncrossed, out.Sorts = 0, 0, nil, nil
		return out
	}
	require.Equal(t, report(p), report(&more))

	more.Slots = []plan.Slot{p.Slots[0]}
	more.Metrics = nil
	for _, m := range p.Metrics {
		if m.Kind == plan.SlotClicked {
			m.Kind = plan.SlotConverted
		}
		more.Metrics = append(more.Metrics, m)
	}
	for kind, want := range map[plan.EventKind]string{
		plan.Search: "search", plan.Social: "social", plan.Media: "media", plan.Refund: "refund", plan.Answer: "answer", plan.Attempt: "attempt",
	} {
		more.Slots[0].Goal = plan.Trigger{Kind: kind}
		require.Equal(t, want, report(&more).Slots[0].Goal)
	}
}
