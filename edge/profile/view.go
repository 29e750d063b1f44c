package profile

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// View is a profile as segment rules see it at one instant. It is plan.Vars.
type View struct {
	profile *Profile
	names   *Names
	now     plan.Time
	chances [2]float64 // lapse_risk and buy_chance
	known   [2]bool
	periods int // from the first activity's period to this one, plus one; 0: not in a period
	stage   int // reached in it, plus one; 0: none
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

// During returns the view with what is known of a period: how many it is after that of the
// first activity ever, and the deepest stage reached in it, -1 for none.
func (v View) During(periods, stage int) View {
	v.periods, v.stage = periods+1, stage+1
	return v
}

// Value returns the value of the variable with plan's index; ok is false for
// one that was never observed.
//
// Units: doc.go's, money in the site's currency; a text is the index among its texts.
// Source: docs/plan.md, "Segment rules".
func (v View) Value(index int) (value float64, ok bool) {
	switch i := index; {
	case i >= plan.VarAbility:
		if i -= plan.VarAbility; i < len(v.names.skills) {
			ability, attempts := v.Ability(i)
			return ability, attempts > 0
		}
	case i >= plan.VarAffinity:
		if i -= plan.VarAffinity; i < len(v.names.topics) {
			return v.Affinity(i), true
		}
	case i >= plan.VarAttribute:
		if i -= plan.VarAttribute; i < len(v.names.attributes) {
			return v.profile.attribute(v.names, i)
		}
	case i == plan.VarTopTopic:
		topic, ok := v.TopTopic()
		return float64(topic), ok
	default:
		for _, c := range counters {
			if int(c.variable) == i {
				return float64(v.profile.count(int(c.count))), true
			}
		}
		for _, m := range means {
			if int(m.variable) == i {
				return v.mean(int(m.of), int(m.by), float64(m.least), float64(m.most))
			}
		}
		return v.other(i)
	}
	return 0, false
}

// counters are the variables that are counters.
var counters = [...]struct{ variable, count uint8 }{
	{plan.VarVisits, countVisits}, {plan.VarViews, countViews}, {plan.VarClicks, countClicks}, {plan.VarCarts, countCarts},
	{plan.VarSearches, countSearches}, {plan.VarLikes, countLikes}, {plan.VarShares, countShares},
	{plan.VarComments, countComments}, {plan.VarFollows, countFollows}, {plan.VarMedia, countMedia},
	{plan.VarRefunds, countRefunds}, {plan.VarSurveys, countAnswers},
}

// means are the variables that are one sum by another, between least and most.
var means = [...]struct {
	variable, of, by uint8
	least            uint8
	most             uint32
}{
	{plan.VarDepth, sumViewed, sumVisits, 0, maxMean},
	{plan.VarDwell, sumDwelt, sumVisits, 0, maxMean},
	{plan.VarUsualGap, sumGaps, sumGapCount, 1, maxGap},
	{plan.VarDiscountShare, sumCoupons, sumOrders, 0, 1},
	{plan.VarRefundShare, sumRefunds, sumOrders, 0, 1},
	{plan.VarItemsPerOrder, sumItems, sumItemOrders, 1, maxQuantity},
	{plan.VarCSAT, sumCSAT, sumCSATCount, 1, 5},
}

// maxMean bounds views and minutes by visit: a full sum by the least weight.
const maxMean = 1 << 20

// other is Value of the built-in variables that are neither counters nor means.
func (v *View) other(index int) (value float64, ok bool) {
	p := v.profile
	orders, revenue := uint64(p.spending.orders), p.spending.revenue
	ordered := orders > 0
	arrived := p.arrival.known
	whole := 0
	switch index {
	case plan.VarRevenue:
		return float64(revenue) / 100, true
	case plan.VarAverageOrder:
		// Both are exact in a float64, so that the quotient is rounded once.
		return float64(revenue) / float64(100*max(orders, 1)), ordered
	case plan.VarLastOrder:
		return float64(p.spending.latest) / 100, ordered
	case plan.VarSessions30:
		return v.sum(sumVisits), true
	case plan.VarSentiment:
		return v.sentiment()
	case plan.VarSatisfaction:
		return v.satisfaction()
	case plan.VarLapse:
		usual, ok := v.mean(sumGaps, sumGapCount, 1, maxGap)
		return min(float64(p.gap()), maxDays) / max(usual, 1), ok
	case plan.VarPriceTier:
		tier, ok := v.mean(sumTier, sumTierWeight, 1, plan.Tiers)
		return level(float64(tier*3), 5, 7) - 1, ok
	case plan.VarRFMRecency:
		const day = plan.Day
		return 6 - level(float64(v.now-p.spending.latestAt), 7*day+1, 30*day+1, 90*day+1, 180*day+1), ordered
	case plan.VarRFMFrequency:
		return level(float64(orders), 2, 3, 6, 12), ordered
	case plan.VarRFMMoney:
		return level(v.sum(sumPoints), 3, 6, 12, 24), ordered
	case plan.VarLapseRisk:
		return v.chances[0], v.known[0]
	case plan.VarBuyChance:
		return v.chances[1], v.known[1]

	case plan.VarPeriods:
		whole, ok = v.periods-1, v.periods > 0
	case plan.VarStage:
		whole, ok = v.stage-1, v.stage > 0
	case plan.VarOrders:
		whole, ok = int(orders), true
	case plan.VarDaysSinceFirst:
		whole, ok = days(v.now-p.First), p.seen
	case plan.VarDaysSinceVisit:
		whole, ok = days(p.Visit-p.VisitBefore), p.Visits() > 1
	case plan.VarDaysSinceCart:
		whole, ok = days(v.now-p.cartAt), p.hasCart()
	case plan.VarDaysSinceOrder:
		whole, ok = days(v.now-p.spending.latestAt), ordered
	case plan.VarActiveDays:
		whole, ok = p.activeDays(v.now), true
	case plan.VarHour:
		whole, ok = p.hourOf(v.now)%24, arrived
	case plan.VarWeekday:
		whole, ok = p.hourOf(v.now)/24+1, arrived
	case plan.VarDevice:
		whole, ok = int(p.arrival.device), arrived
	case plan.VarChannel:
		whole, ok = int(p.arrival.channel), arrived
	case plan.VarRegion:
		whole, ok = int(p.arrival.region), arrived
	case plan.VarScenario:
		whole, ok = v.scenario(), arrived
	case plan.VarEntry:
		whole = p.arrival.page.IndexOf(v.names.pages)
		ok = whole >= 0
	case plan.VarUsualHour:
		whole, ok = v.usualHour()
	case plan.VarPages:
		whole, ok = int(p.pages), true
	case plan.VarPayment:
		whole, ok = p.habit(v.names)
	case plan.VarNPS:
		whole, ok = int(p.nps)-1, p.nps > 0
	}
	return float64(whole), ok
}

// level is 1, and 1 more for each bound that v reaches.
func level(v float64, bounds ...float64) (level float64) {
	level = 1
	for _, b := range bounds {
		if v >= b {
			level++
		}
	}
	return level
}

func days(age plan.Time) int { return int(min(age/plan.Day, maxDays)) }

// activeDays counts the days of the latest 30 with activity.
func (p *Profile) activeDays(now plan.Time) (n int) {
	for d := p.daysAt(now); d != 0; d &= d - 1 {
		n++
	}
	return n
}
