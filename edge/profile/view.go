package profile

import "github.com/dunlin-analytics/dunlin/privacy/plan"

// View is a profile as segment rules see it at one instant. It is plan.Vars.
type View struct {
	profile *Profile
	names   *Names
	now     plan.Time
}

// At returns the view at now; an instant before the last activity counts as it.
func (p *Profile) At(now plan.Time, n *Names) View {
	return View{p, n, max(now, p.Last)}
}

// Value returns the value of the variable with plan's index; ok is false for
// one that was never observed.
//
// Units: money in the site's currency, ages in whole 24-hour days, top_topic as the
// topic's index; affinities are always observed.
// Source: docs/plan.md, "Segment rules".
func (v View) Value(index int) (value float64, ok bool) {
	p := v.profile
	switch index {
	case plan.VarVisits:
		return float64(p.Visits), true
	case plan.VarViews:
		return float64(p.Views), true
	case plan.VarClicks:
		return float64(p.Clicks), true
	case plan.VarCarts:
		return float64(p.Carts), true
	case plan.VarOrders:
		return float64(p.Orders), true
	case plan.VarRevenue:
		return float64(p.Revenue) / 100, true
	case plan.VarAverageOrder:
		// Both are exact in a float64, so that the quotient is rounded once.
		return float64(p.Revenue) / float64(100*uint64(max(p.Orders, 1))), p.Orders > 0
	case plan.VarLastOrder:
		return float64(p.LastOrder) / 100, p.Orders > 0
	case plan.VarDaysSinceFirst:
		return days(v.now - p.First), p.Visits > 0
	case plan.VarDaysSinceVisit:
		return days(p.Visit - p.VisitBefore), p.Visits > 1
	case plan.VarDaysSinceOrder:
		return days(v.now - p.OrderAt), p.Orders > 0
	case plan.VarDaysSinceCart:
		return days(v.now - p.CartAt), p.Carts > 0
	case plan.VarActiveDays:
		n := 0
		for d := p.daysAt(v.now); d != 0; d &= d - 1 {
			n++
		}
		return float64(n), true
	case plan.VarTopTopic:
		topic, ok := v.TopTopic()
		return float64(topic), ok
	}
	if i := index - plan.VarAffinity; i >= 0 && i < len(v.names.topics) {
		return v.Affinity(i), true
	}
	if i := index - plan.VarAttribute; i >= 0 && i < len(v.names.attributes) {
		return p.attribute(v.names, i)
	}
	return 0, false
}

func days(age plan.Time) float64 { return float64(min(age/plan.Day, maxDays)) }
