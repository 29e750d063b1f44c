package profile

import "github.com/dunlin-analytics/dunlin/privacy/plan"

const (
	// VisitGap is the silence in seconds after which an activity opens a new visit.
	VisitGap = 30 * plan.Minute
	// MaxMoney bounds one order and the sum of all, in minor units: 10^12 of the
	// site's currency, exact in a float64.
	MaxMoney = 1e14
	// MaxTime is the latest instant, in the year 4147. Callers clamp to [0, MaxTime].
	MaxTime plan.Time = 1 << 36

	maxCount    = 1<<32 - 1
	maxDays     = 36500
	windowDays  = 30
	activeMask  = 1<<windowDays - 1
	todayActive = 1
)

// Profile is one visitor's. The zero value is a visitor never seen. It holds no
// pointer: assigning another overwrites all that it knew.
type Profile struct {
	Visits, Views, Clicks, Carts, Orders uint32

	Revenue   int64 // minor units, sum of all orders
	LastOrder int64 // minor units

	// Instants: of the first and the last activity, of the start of the running
	// visit and of the one before, of the latest order and cart event. Each is
	// meaningful only where its counter says so.
	First, Last        plan.Time
	Visit, VisitBefore plan.Time
	OrderAt, CartAt    plan.Time

	days      uint32 // bit i: active on the UTC day i days before Last's
	interests interests
	declared  int // attributes known
	room      [plan.MaxAttributes]declared
}

// Touch takes in that there was an activity at now (in [0, MaxTime]): it opens a
// visit where one is due, keeps first, last and active day, and lets interests
// fade by the time since the activity before. Count and Interested must follow.
func (p *Profile) Touch(now plan.Time) {
	if p.Visits == 0 {
		p.First, p.Last = now, now
	}
	if now < p.Last {
		p.rewind(now)
	}
	if p.Visits == 0 || now-p.Last >= VisitGap {
		p.VisitBefore, p.Visit = p.Visit, now
		up(&p.Visits)
	}
	p.days = p.daysAt(now) | todayActive
	p.interests.pass(now - p.Last)
	p.Last = now
}

// rewind makes every instant later than now be now.
func (p *Profile) rewind(now plan.Time) {
	p.days >>= min(uint64(p.Last/plan.Day-now/plan.Day), windowDays)
	for _, t := range []*plan.Time{&p.First, &p.Last, &p.Visit, &p.VisitBefore, &p.OrderAt, &p.CartAt} {
		*t = min(*t, now)
	}
}

// daysAt returns the active days as bits counted back from now's UTC day; now is
// not before Last.
func (p *Profile) daysAt(now plan.Time) uint32 {
	passed := min(uint64(now/plan.Day-p.Last/plan.Day), windowDays)
	return uint32(uint64(p.days) << passed & activeMask)
}

// Count takes in what the activity was, after Touch. value is an order's, in
// minor units in [0, MaxMoney].
func (p *Profile) Count(kind plan.EventKind, value int64) {
	switch kind {
	case plan.View:
		up(&p.Views)
	case plan.Click:
		up(&p.Clicks)
	case plan.Cart:
		up(&p.Carts)
		p.CartAt = p.Last
	case plan.Order:
		up(&p.Orders)
		p.OrderAt = p.Last
		p.LastOrder = value
		p.Revenue = min(p.Revenue+value, MaxMoney)
	}
}

func up(counter *uint32) {
	if *counter < maxCount {
		*counter++
	}
}
