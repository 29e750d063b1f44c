package metric_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// slotPlan has one slot of two variants and the metrics named.
func slotPlan(goal plan.EventKind, metrics ...plan.Metric) *plan.Plan {
	p := &plan.Plan{
		Segments: []plan.Segment{{Name: "a"}, {Name: "b"}}, Policy: plan.Policy{Holdout: 1000},
		Slots:   []plan.Slot{{Name: "hero", Goal: plan.Trigger{Kind: goal}, Variants: []plan.Variant{{Name: "x"}, {Name: "y"}}}},
		Metrics: metrics,
	}
	for i := range p.Metrics {
		p.Metrics[i].Most = 1
	}
	return p
}

func numbered(p *plan.Plan) release.Record {
	r := release.Record{Sigma2: 50, Cells: make([]int64, plan.LayoutOf(p).Cells)}
	for i := range r.Cells {
		r.Cells[i] = int64(1) << i
	}
	return r
}

func TestPersonalized(t *testing.T) {
	exposed := plan.Metric{Kind: plan.SlotExposed, By: plan.BySegment}
	clicked := plan.Metric{Kind: plan.SlotClicked, By: plan.BySegment}
	converted := plan.Metric{Kind: plan.SlotConverted, By: plan.BySegment}
	site := func(m plan.Metric) plan.Metric { m.By = plan.SiteWide; return m }
	noisy := func(v int64, cells float64) interval.Noisy { return interval.Noisy{Value: v, Variance: cells * 100} }
	for name, c := range map[string]struct {
		plan *plan.Plan
		want metric.Personalized
		ok   bool
	}{
		// present is cell 0; a span by segment has x, y, holdout of a, then of b.
		"by segment": {slotPlan(plan.Click, exposed, clicked), metric.Personalized{
			Treated: interval.Proportion{N: noisy(1<<1|1<<2|1<<4|1<<5, 4), K: noisy(1<<7|1<<8|1<<10|1<<11, 4)},
			Control: interval.Proportion{N: noisy(1<<3|1<<6, 2), K: noisy(1<<9|1<<12, 2)},
		}, true},
		"by site where it is": {slotPlan(plan.Click, exposed, clicked, site(exposed), site(clicked)), metric.Personalized{
			Treated: interval.Proportion{N: noisy(1<<13|1<<14, 2), K: noisy(1<<16|1<<17, 2)},
			Control: interval.Proportion{N: noisy(1<<15, 1), K: noisy(1<<18, 1)},
		}, true},
		"conversions before clicks": {slotPlan(plan.Click, site(exposed), site(clicked), site(converted)), metric.Personalized{
			Treated: interval.Proportion{N: noisy(1<<1|1<<2, 2), K: noisy(1<<7|1<<8, 2)},
			Control: interval.Proportion{N: noisy(1<<3, 1), K: noisy(1<<9, 1)},
		}, true},
		"clicks are not orders":    {slotPlan(plan.Order, exposed, clicked), metric.Personalized{}, false},
		"exposures alone":          {slotPlan(plan.Click, exposed), metric.Personalized{}, false},
		"one by site, one by both": {slotPlan(plan.Click, site(exposed), clicked), metric.Personalized{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := numbered(c.plan)
			got, ok := metric.PersonalizedOf(c.plan, 0, []release.Record{r})
			require.Equal(t, c.ok, ok)
			require.Equal(t, c.want, got)
			twice, _ := metric.PersonalizedOf(c.plan, 0, []release.Record{r, r})
			require.Equal(t, 2*c.want.Treated.N.Value, twice.Treated.N.Value)
			require.Equal(t, 2*c.want.Control.K.Variance, twice.Control.K.Variance)
		})
	}
	p := slotPlan(plan.Click, exposed, clicked)
	p.Metrics[1].Most = 2
	_, ok := metric.PersonalizedOf(p, 0, nil)
	require.False(t, ok, "who clicks two variants would count twice")
	p.Metrics[1].Most = 1
	_, ok = metric.PersonalizedOf(p, 0, nil)
	require.True(t, ok)
	p.Policy.Holdout = 0
	_, ok = metric.PersonalizedOf(p, 0, nil)
	require.False(t, ok, "without a holdout there is nothing to compare with")
}

func TestPersonalizedUplift(t *testing.T) {
	p := metric.Personalized{
		Treated: interval.Proportion{N: interval.Noisy{Value: 90_000}, K: interval.Noisy{Value: 9_000}},
		Control: interval.Proportion{N: interval.Noisy{Value: 10_000}, K: interval.Noisy{Value: 500}},
	}
	u := p.Uplift()
	require.True(t, u.Enough)
	require.True(t, u.Holds(1), "%+v", u)
	require.Greater(t, u.Low, .8)
	require.Less(t, u.High, 1.2)
}
