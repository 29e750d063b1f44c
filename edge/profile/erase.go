package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What a variable rests on beside counters and sums.
const (
	ofVisits    = 1 << iota // their instants; the running visit becomes the first
	ofDays                  // the active ones but today
	ofCarts                 // when the latest was
	ofOrders                // and the history handed over
	ofPayments              // their kinds
	ofInterests             // and what the latest pages were about
	ofArrival               // channel, device, region, entry, the visitor's own time
	ofHours                 // of the week
	ofNPS                   // the last answer
	ofPages                 // of the running visit
)

// basis is what variables rest on: bits of counters, of sums and of the rest.
type basis struct {
	counts, sums uint32
	rest         uint16
}

const (
	sumsOfVisits    = 1<<sumVisits | 1<<sumViewed | 1<<sumDwelt
	sumsOfGaps      = 1<<sumGaps | 1<<sumGapCount
	sumsOfOrders    = 1<<sumOrders | 1<<sumCoupons | 1<<sumItems | 1<<sumItemOrders | 1<<sumRefunds | 1<<sumPoints
	sumsOfSentiment = 1<<sumPositive | 1<<sumNegative | 1<<sumJudged
	sumsOfCSAT      = 1<<sumCSAT | 1<<sumCSATCount
)

// basisOf returns what a built-in variable rests on, nothing for those that the
// profile does not keep.
func basisOf(variable int) basis {
	switch variable {
	case plan.VarVisits, plan.VarDaysSinceFirst, plan.VarDaysSinceVisit, plan.VarSessions30, plan.VarDepth, plan.VarDwell,
		plan.VarLapse, plan.VarUsualGap:
		return basis{1 << countVisits, sumsOfVisits | sumsOfGaps, ofVisits}
	case plan.VarViews, plan.VarPages:
		return basis{1 << countViews, sumsOfVisits, ofPages}
	case plan.VarClicks:
		return basis{1 << countClicks, 0, 0}
	case plan.VarCarts, plan.VarDaysSinceCart:
		return basis{1 << countCarts, 0, ofCarts}
	case plan.VarOrders, plan.VarRevenue, plan.VarAverageOrder, plan.VarLastOrder, plan.VarDaysSinceOrder,
		plan.VarRFMRecency, plan.VarRFMFrequency, plan.VarRFMMoney, plan.VarDiscountShare, plan.VarItemsPerOrder:
		return basis{1<<countOrders | 1<<countRevenue, sumsOfOrders, ofOrders}
	case plan.VarRefunds, plan.VarRefundShare:
		return basis{1 << countRefunds, 1 << sumRefunds, 0}
	case plan.VarActiveDays:
		return basis{0, 0, ofDays}
	case plan.VarTopTopic:
		return basis{0, 0, ofInterests}
	case plan.VarHour, plan.VarWeekday, plan.VarDevice, plan.VarChannel, plan.VarRegion, plan.VarScenario, plan.VarEntry:
		return basis{0, 0, ofArrival}
	case plan.VarUsualHour:
		return basis{0, 0, ofHours}
	case plan.VarSearches, plan.VarLikes, plan.VarShares, plan.VarComments, plan.VarFollows, plan.VarMedia:
		return basis{1 << (countSearches + variable - plan.VarSearches), 0, 0}
	case plan.VarSentiment:
		return basis{0, sumsOfSentiment, 0}
	case plan.VarPriceTier:
		return basis{0, 1<<sumTier | 1<<sumTierWeight, 0}
	case plan.VarPayment:
		return basis{0, 0, ofPayments}
	case plan.VarCSAT:
		return basis{0, sumsOfCSAT, 0}
	case plan.VarNPS:
		return basis{0, 0, ofNPS}
	case plan.VarSatisfaction:
		return basis{0, sumsOfCSAT | sumsOfSentiment, ofNPS}
	case plan.VarSurveys:
		return basis{1 << countAnswers, 0, 0}
	}
	return basis{}
}

// Erase erases what a variable rests on, of all devices, and with it whatever else
// rests on that; doc.go lists it. ok is false for what the profile does not keep. A
// device that holds a copy from before brings it back if it is joined.
func (p *Profile) Erase(n *Names, variable int) (ok bool) {
	switch i := variable; {
	case i >= plan.VarAbility:
		return i-plan.VarAbility < len(n.skills) && p.forget(skill, n.skills[i-plan.VarAbility])
	case i >= plan.VarAffinity:
		return i-plan.VarAffinity < len(n.topics) && p.forgetTopic(n.topics[i-plan.VarAffinity])
	case i >= plan.VarAttribute:
		return i-plan.VarAttribute < len(n.attributes) && p.forgetAttribute(n.attributes[i-plan.VarAttribute])
	}
	on := basisOf(variable)
	if on == (basis{}) {
		return false
	}
	for i := range p.devices() {
		c := &p.cells[i]
		for k := range c.counts {
			if on.counts>>k&1 == 1 {
				c.counts[k] = 0
			}
		}
		for k := range c.sums {
			if on.sums>>k&1 == 1 {
				c.sums[k] = 0
			}
		}
	}
	p.eraseRest(on.rest)
	if p.seen && on.counts>>countVisits&1 == 1 {
		p.up(countVisits)
	}
	if p.seen && on.sums>>sumVisits&1 == 1 { // what is seen from now on is the running visit's
		p.add(sumVisits, decay.One)
	}
	return true
}

func (p *Profile) eraseRest(rest uint16) {
	has := func(what uint16) bool { return rest&what != 0 }
	if has(ofVisits) {
		p.First, p.VisitBefore = p.Visit, p.Visit
	}
	if has(ofDays) && p.seen {
		p.days = todayActive
	}
	if has(ofCarts) {
		p.cartAt = 0
	}
	if has(ofOrders) {
		// A history that is handed over again must not bring them back.
		p.spending = spending{settled: p.Last}
	}
	if has(ofPayments) {
		p.facts.keep(func(f *fact) bool { return f.kind != payment })
	}
	if has(ofInterests) {
		p.interests, p.before = interests{}, 0
	}
	if has(ofArrival) {
		p.arrival = arrival{}
	}
	if has(ofHours) {
		p.hours = hours{}
	}
	if has(ofNPS) {
		p.nps, p.npsAt = 0, 0
	}
	if has(ofPages) {
		p.pages = 0
	}
}

func (p *Profile) forget(kind factKind, key Key) bool {
	p.facts.keep(func(f *fact) bool { return f.kind != kind || f.key != key })
	return true
}

func (p *Profile) forgetTopic(key Key) bool {
	p.interests.keep(func(t *interest) bool { return t.topic != key })
	if p.before == key {
		p.before = 0
	}
	return true
}

func (p *Profile) forgetAttribute(name Key) bool {
	kept := 0
	for _, d := range p.all() {
		if d.name != name {
			p.room[kept] = d
			kept++
		}
	}
	clear(p.room[kept:p.declared])
	p.declared = kept
	return true
}
