package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// formerLives are the half-lives of the five sums that a topic had in the format
// before: of views, dwells, clicks, carts and orders; and the clocks they went by.
var formerLives = [5]struct{ life, clock uint8 }{{life7, 0}, {life7, 0}, {life14, 1}, {life21, 2}, {life60, 3}}

// DecodeFormer takes a profile of the format before this one (of a state of version 2)
// off r, as Decode does one of today. What was not kept then is not known.
func (p *Profile) DecodeFormer(r *wire.Reader) {
	c := &p.cells[0].counts
	if c[countVisits] = r.Max(maxCount); c[countVisits] > 0 {
		p.readFormer(r)
	}
	p.codeDeclared(&codec{r: r}, false)
	for i := range p.all() {
		p.room[i].at = p.Last
	}
	if r.Err() != nil {
		*p = Profile{}
	}
}

func (p *Profile) readFormer(r *wire.Reader) {
	c := &p.cells[0].counts
	for _, i := range []int{countViews, countClicks, countCarts, countOrders} {
		c[i] = r.Max(maxCount)
	}
	p.seen = true
	p.Last = plan.Time(r.Max(uint64(MaxTime)))
	p.Visit = back(r, p.Last)
	p.First, p.VisitBefore = p.Visit, p.Visit
	if c[countVisits] > 1 {
		p.VisitBefore = back(r, p.Visit)
		p.First = back(r, p.VisitBefore)
	}
	if p.days = uint32(r.Max(activeMask)); p.days&todayActive == 0 {
		r.Fail(wire.ErrForm)
	}
	p.add(sumVisits, decay.One) // the running one
	if orders := c[countOrders]; orders > 0 {
		s := &p.spending
		s.latestAt = back(r, p.Last)
		s.orders, s.revenue = uint32(orders), r.Max(MaxMoney)
		s.latest = r.Max(s.revenue)
		c[countRevenue] = s.revenue
		s.insert(order{s.latestAt, valueOf(int64(s.latest))})
	}
	if c[countCarts] > 0 {
		p.cartAt = back(r, p.Last)
	}
	count := r.Count(plan.MaxTopics)
	if count == 0 {
		return
	}
	var clocks [4]decay.Factor
	for i, life := range [4]int{life7, life14, life21, life60} {
		clocks[i] = decay.ReadClock(r, halfLives[life]).Factor(halfLives[life])
	}
	p.interests.count = count
	for i := range p.interests.all() {
		t := &p.interests.room[i]
		t.topic = Key(r.U64())
		for _, f := range formerLives {
			worth := clocks[f.clock].Read(uint32(r.Max(maxCount)))
			grow(&t.sums[f.life], int(f.life), p.Last, p.Last, worth)
		}
		t.recent = uint32(r.Max(maxRecent))
		if i > 0 && t.topic <= p.interests.room[i-1].topic {
			r.Fail(wire.ErrForm)
		}
	}
	p.interests.keep(func(t *interest) bool { return t.sums != [numInterestLives]uint32{} })
}

// back takes the age of an instant off r, as of a later one.
func back(r *wire.Reader, from plan.Time) plan.Time {
	return from - plan.Time(r.Max(uint64(from)))
}
