package profile

import "github.com/dunlin-analytics/dunlin/privacy/plan"

// View is a profile as segment rules see it at one instant. It is plan.Vars.
type View struct {
	profile *Profile
	names   *Names
	now     plan.Time
	chances [2]float64 // lapse_risk and buy_chance
	known   [2]bool
}

// At returns the view at now; an instant before the last activity counts as it.
func (p *Profile) At(now plan.Time, n *Names) View {
	return View{profile: p, names: n, now: max(now, p.Last)}
}

// With returns the view with lapse_risk and buy_chance, which package predict works out
// from the view without them.
func (v View) With(chances [2]float64, known [2]bool) View {
	v.chances, v.known = chances, known
	return v
}

// Value returns the value of the variable with plan's index; ok is false for
// one that was never observed.
//
// Units: doc.go's, money in the site's currency; a text is the index among its texts.
// Source: docs/plan.md, "Segment rules".
func (v View) Value(index int) (value float64, ok bool) {
	p := v.profile
	if i := index - plan.VarAbility; i >= 0 {
		if i >= len(v.names.skills) {
			return 0, false
		}
		ability, attempts := v.Ability(i)
		return ability, attempts > 0
	}
	if i := index - plan.VarAffinity; i >= 0 {
		if i >= len(v.names.topics) {
			return 0, false
		}
		return v.Affinity(i), true
	}
	if i := index - plan.VarAttribute; i >= 0 {
		if i >= len(v.names.attributes) {
			return 0, false
		}
		return p.attribute(v.names, i)
	}
	if orders, revenue := p.ordered(); index >= plan.VarOrders && index <= plan.VarLastOrder ||
		index == plan.VarDaysSinceOrder || index >= plan.VarRFMRecency && index <= plan.VarRFMMoney {
		return v.ofOrders(index, orders, revenue)
	}
	if index > plan.VarTopTopic {
		return v.learned(index)
	}
	switch index {
	case plan.VarVisits, plan.VarViews, plan.VarClicks, plan.VarCarts:
		return float64(p.count(index)), true // the indices are those of the counters
	case plan.VarDaysSinceFirst:
		return days(v.now - p.First), p.seen
	case plan.VarDaysSinceVisit:
		return days(p.Visit - p.VisitBefore), p.Visits() > 1
	case plan.VarDaysSinceCart:
		return days(v.now - p.cartAt), p.hasCart()
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
	return 0, false
}

// ofOrders is Value of what orders tell.
func (v View) ofOrders(index int, orders, revenue uint64) (value float64, ok bool) {
	ok = orders > 0
	switch index {
	case plan.VarOrders:
		return float64(orders), true
	case plan.VarRevenue:
		return float64(revenue) / 100, true
	case plan.VarAverageOrder:
		// Both are exact in a float64, so that the quotient is rounded once.
		return float64(revenue) / float64(100*max(orders, 1)), ok
	case plan.VarLastOrder:
		return float64(v.profile.spending.latest) / 100, ok
	case plan.VarDaysSinceOrder:
		return days(v.now - v.profile.spending.latestAt), ok
	case plan.VarRFMRecency:
		return v.recency(), ok
	case plan.VarRFMFrequency:
		return v.frequency(orders), ok
	}
	return v.money(), ok
}

// learned is Value of the variables after top_topic.
func (v View) learned(index int) (value float64, ok bool) {
	p := v.profile
	switch index {
	case plan.VarSessions30:
		return v.sum(sumVisits), true
	case plan.VarHour:
		hour, _, ok := v.Local()
		return float64(hour), ok
	case plan.VarWeekday:
		_, weekday, ok := v.Local()
		return float64(weekday), ok
	case plan.VarDevice:
		return float64(p.arrival.device), p.arrival.known
	case plan.VarChannel:
		return float64(p.arrival.channel), p.arrival.known
	case plan.VarRegion:
		return float64(p.arrival.region), p.arrival.known
	case plan.VarScenario:
		return float64(v.scenario()), p.arrival.known
	case plan.VarEntry:
		page := p.arrival.page.IndexOf(v.names.pages)
		return float64(page), page >= 0
	case plan.VarUsualHour:
		hour, ok := v.usualHour()
		return float64(hour), ok
	case plan.VarPages:
		return float64(p.pages), true
	case plan.VarDepth:
		return v.mean(sumViewed, sumVisits, 0, maxMean)
	case plan.VarDwell:
		return v.mean(sumDwelt, sumVisits, 0, maxMean)
	case plan.VarSearches, plan.VarLikes, plan.VarShares, plan.VarComments, plan.VarFollows, plan.VarMedia:
		return float64(p.count(countSearches + index - plan.VarSearches)), true
	case plan.VarRefunds:
		return float64(p.count(countRefunds)), true
	case plan.VarSurveys:
		return float64(p.count(countAnswers)), true
	case plan.VarSentiment:
		return v.sentiment()
	case plan.VarUsualGap:
		return v.mean(sumGaps, sumGapCount, 1, maxGap)
	case plan.VarLapse:
		usual, ok := v.mean(sumGaps, sumGapCount, 1, maxGap)
		return min(float64(p.gap()), maxDays) / max(usual, 1), ok
	case plan.VarPriceTier:
		tier, ok := v.mean(sumTier, sumTierWeight, 1, plan.Tiers)
		switch {
		case tier < 5./3:
			return 0, ok
		case tier < 7./3:
			return 1, ok
		}
		return 2, ok
	case plan.VarDiscountShare:
		return v.mean(sumCoupons, sumOrders, 0, 1)
	case plan.VarRefundShare:
		return v.mean(sumRefunds, sumOrders, 0, 1)
	case plan.VarItemsPerOrder:
		return v.mean(sumItems, sumItemOrders, 1, maxQuantity)
	case plan.VarPayment:
		kind, ok := p.habit(v.names)
		return float64(kind), ok
	case plan.VarCSAT:
		return v.mean(sumCSAT, sumCSATCount, 1, 5)
	case plan.VarNPS:
		return float64(max(p.nps, 1) - 1), p.nps > 0
	case plan.VarSatisfaction:
		return v.satisfaction()
	case plan.VarLapseRisk:
		return v.chances[0], v.known[0]
	case plan.VarBuyChance:
		return v.chances[1], v.known[1]
	}
	return 0, false
}

// maxMean bounds views and minutes by visit: a full sum by the least weight.
const maxMean = 1 << 20

func days(age plan.Time) float64 { return float64(min(age/plan.Day, maxDays)) }
