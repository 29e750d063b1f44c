package profile

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// AppendCarry appends the profile as another device may join it: its own bytes. The
// tag, random and above 0, names this device from now on, unless it has one already.
func (p *Profile) AppendCarry(b []byte, tag uint64) []byte {
	if p.seen && p.cells[0].tag == 0 {
		p.cells[0].tag = tag
	}
	return p.Append(b)
}

// Join takes what another device knows, as AppendCarry wrote it, off r, whose error says
// whether it was that; then nothing is changed. now is not before 0; p is adopted by n.
//
// Claim: with what p knows apart from its running visit, Join is the join of a semilattice,
// up to MaxOthers other devices: whatever is joined how often and in which order, the
// same is known.
func (p *Profile) Join(n *Names, now plan.Time, r *wire.Reader) {
	var q Profile
	q.Decode(r)
	if r.Err() == nil && q.seen && q.cells[0].tag == 0 {
		r.Fail(wire.ErrForm)
	}
	if r.Err() == nil {
		q.Adopt(n)
		p.join(&q, now)
	}
	q = Profile{} // it is somebody's
}

func (p *Profile) join(q *Profile, now plan.Time) {
	// A clock that was ahead makes nothing older than it is.
	for _, x := range []*Profile{p, q} {
		if x.seen && now < x.Last {
			x.rewind(now)
		}
		for i := range x.all() {
			x.room[i].at = min(x.room[i].at, now)
		}
	}
	p.joinDeclared(q)
	if !q.seen {
		return
	}
	if !p.seen {
		p.begin(q.Last)
		p.First, p.Visit, p.VisitBefore = q.First, q.Visit, q.VisitBefore
	}
	last := max(p.Last, q.Last)
	p.pass(last)
	q.pass(last)
	p.days |= q.days
	p.First = min(p.First, q.First)
	p.joinVisits(q.Visit)
	p.joinVisits(q.VisitBefore)
	p.cartAt = max(p.cartAt, q.cartAt)
	for i := range q.devices() {
		if c := &q.cells[i]; *c != (cell{tag: c.tag}) { // a device that only joined others
			p.cellOf(c.tag).join(c)
		}
	}
	p.spending.join(&q.spending)
	p.spending.atLeast(uint32(p.count(countOrders)), p.count(countRevenue))
	if q.nps > 0 && (p.nps == 0 || q.npsAt > p.npsAt || q.npsAt == p.npsAt && q.nps > p.nps) {
		p.nps, p.npsAt = q.nps, q.npsAt
	}
	for i, weight := range q.hours {
		p.hours[i] = max(p.hours[i], weight)
	}
	p.facts.join(&q.facts)
	p.interests.join(&q.interests)
}

// joinVisits keeps the two latest of three visits' starts, the same one counted once.
func (p *Profile) joinVisits(start plan.Time) {
	switch {
	case start > p.Visit:
		p.VisitBefore, p.Visit = p.Visit, start
	case start < p.Visit && (start > p.VisitBefore || p.VisitBefore == p.Visit):
		p.VisitBefore = start
	}
}

// cellOf returns the cell of a device, with room for it if there is none. Of too many
// those with the lowest tags are kept, whoever came first; the rest get one that is lost.
func (p *Profile) cellOf(tag uint64) *cell {
	if tag == p.cells[0].tag {
		return &p.cells[0]
	}
	i := 1
	for i <= p.others && p.cells[i].tag < tag {
		i++
	}
	if i <= p.others && p.cells[i].tag == tag {
		return &p.cells[i]
	}
	if i > MaxOthers {
		return &cell{}
	}
	p.others = min(p.others+1, MaxOthers)
	copy(p.cells[i+1:1+p.others], p.cells[i:])
	p.cells[i] = cell{tag: tag}
	return &p.cells[i]
}
