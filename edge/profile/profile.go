package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

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
	seen bool // the instants below mean something

	// Instants of the first and the last activity, of the start of the running
	// visit and of the one before, which is the same if there was none.
	First, Last        plan.Time
	Visit, VisitBefore plan.Time

	cartAt  plan.Time // of the latest cart event, if there was one
	days    uint32    // bit i: active on the UTC day i days before Last's
	pages   uint32    // views of the running visit
	before  Key       // topic of the last view in it, 0 none
	arrival arrival
	hours   hours

	others int // devices whose cells stand after this one's, ascending by tag
	cells  [1 + MaxOthers]cell

	spending  spending
	nps       uint8 // the last answer + 1; 0 none
	npsAt     plan.Time
	facts     facts
	interests interests

	declared int // attributes known
	room     [plan.MaxAttributes]declared
}

// Seen tells whether there ever was an activity, here or on a device whose profile
// was joined.
func (p *Profile) Seen() bool { return p.seen }

// Visits returns how many there were.
func (p *Profile) Visits() uint32 { return uint32(p.count(countVisits)) }

// Touch takes in that there was an activity at now (in [0, MaxTime]): it opens a
// visit where one is due, keeps first, last and active day, and lets interests
// fade by the time since the activity before. Whatever the activity was must follow.
func (p *Profile) Touch(now plan.Time) {
	opens := !p.seen
	if opens {
		p.begin(now)
	}
	if now < p.Last {
		p.rewind(now)
	}
	opens = opens || now-p.Last >= VisitGap
	newHour := p.arrival.known && (opens || p.hourOf(now) != p.hourOf(p.Last))
	p.pass(now)
	if opens {
		p.open(now)
	}
	if newHour {
		p.hours.add(p.hourOf(now), now)
	}
}

// begin makes now the first and only instant.
func (p *Profile) begin(now plan.Time) {
	p.seen = true
	p.First, p.Last, p.Visit, p.VisitBefore = now, now, now, now
	p.days = todayActive
}

// open opens a visit. The gap that ends with the running one is usual from now on.
func (p *Profile) open(now plan.Time) {
	if gap := p.gap(); p.Visits() > 1 && gap > 0 {
		p.add(sumGaps, uint32(min(gap, maxGap))*decay.One)
		p.add(sumGapCount, decay.One)
	}
	p.VisitBefore, p.Visit = p.Visit, now
	p.pages, p.before = 0, 0
	p.up(countVisits)
	p.add(sumVisits, decay.One)
}

// maxGap bounds a gap between two visits in days, so that a clock set forward by a
// century does not stay the visitor's habit.
const maxGap = 400

// gap is how many UTC days lie between the running visit's start and that of the one before.
func (p *Profile) gap() plan.Time { return p.Visit/plan.Day - p.VisitBefore/plan.Day }

// pass lets the time until now go by; now is not before Last.
func (p *Profile) pass(now plan.Time) {
	p.days = p.daysAt(now) | todayActive
	p.move(now)
}

// move moves all sums to now, which becomes the last activity's instant.
func (p *Profile) move(now plan.Time) {
	m, ok := moveOf(p.Last, now)
	p.Last = now
	if !ok {
		return
	}
	for i := range p.devices() {
		c := &p.cells[i]
		for s := range c.sums {
			c.sums[s] = m.sum(int(sumLives[s]), c.sums[s])
		}
	}
	p.hours.move(&m)
	p.facts.move(&m)
	p.interests.move(&m)
}

// rewind makes every instant later than now be now.
func (p *Profile) rewind(now plan.Time) {
	p.days = p.days>>min(uint64(p.Last/plan.Day-now/plan.Day), windowDays) | todayActive
	p.move(now)
	for _, t := range []*plan.Time{&p.First, &p.Visit, &p.VisitBefore, &p.cartAt, &p.npsAt} {
		*t = min(*t, now)
	}
	p.spending.rewind(now)
	p.facts.rewind(now)
	for i := range p.all() {
		p.room[i].at = min(p.room[i].at, now)
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
		p.up(countViews)
		p.add(sumViewed, decay.One)
		if p.pages < maxCount {
			p.pages++
		}
	case plan.Click:
		p.up(countClicks)
	case plan.Cart:
		p.up(countCarts)
		p.cartAt = p.Last
	case plan.Order:
		p.up(countOrders)
		p.raise(countRevenue, uint64(value))
		p.spending.order(p.Last, value)
	}
}
