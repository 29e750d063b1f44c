package profile

import (
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Append appends the profile's bytes; doc.go draws them.
func (p *Profile) Append(b []byte) []byte {
	b = wire.AppendBool(b, p.seen)
	if p.seen {
		b = p.appendSeen(b)
	}
	b = wire.AppendUvarint(b, uint64(p.declared))
	for i := range p.all() {
		d := &p.room[i]
		b = append(wire.AppendU64(b, uint64(d.name)), byte(d.kind))
		switch d.kind {
		case plan.Flag:
			b = wire.AppendBool(b, d.number == 1)
		case plan.Number:
			b = wire.AppendFloat(b, d.number)
		case plan.Choice:
			b = wire.AppendU64(b, uint64(d.value))
		}
		b = wire.AppendUvarint(b, uint64(d.at))
	}
	return b
}

func (p *Profile) appendSeen(b []byte) []byte {
	for _, n := range []uint64{
		uint64(p.Last), uint64(p.Last - p.Visit), uint64(p.Visit - p.VisitBefore), uint64(p.VisitBefore - p.First),
		uint64(p.days), uint64(p.pages),
	} {
		b = wire.AppendUvarint(b, n)
	}
	b = wire.AppendBool(b, p.before != 0)
	if p.before != 0 {
		b = wire.AppendU64(b, uint64(p.before))
	}
	b = p.hours.append(p.arrival.append(b))
	b = p.cells[0].append(b)
	b = wire.AppendBool(b, p.cells[0].tag != 0 || p.others > 0)
	if p.cells[0].tag != 0 || p.others > 0 {
		b = wire.AppendU64(b, p.cells[0].tag)
		b = wire.AppendUvarint(b, uint64(p.others))
		for i := range p.devices()[1:] {
			c := &p.cells[1+i]
			b = c.append(wire.AppendU64(b, c.tag))
		}
	}
	if p.hasCart() {
		b = wire.AppendUvarint(b, uint64(p.Last-p.cartAt))
	}
	b = wire.AppendBool(b, p.spending != spending{})
	if p.spending != (spending{}) {
		b = p.spending.append(b, p.Last)
	}
	if b = append(b, p.nps); p.nps > 0 {
		b = wire.AppendUvarint(b, uint64(p.Last-p.npsAt))
	}
	return p.interests.append(p.facts.append(b))
}

// hasCart tells whether cartAt means something.
func (p *Profile) hasCart() bool { return p.count(countCarts) > 0 }

// Decode takes a profile off r, whose error says whether it was one: every instant in
// its order, every number in its bounds. It goes into the zero value, which p stays if
// not. (In place: a result by value would leave its 7 KB on the stack.)
func (p *Profile) Decode(r *wire.Reader) {
	if p.seen = r.Bool(); p.seen {
		p.readSeen(r)
	}
	p.readDeclared(r, true)
	if r.Err() != nil {
		*p = Profile{}
	}
}

func (p *Profile) readSeen(r *wire.Reader) {
	p.Last = plan.Time(r.Max(uint64(MaxTime)))
	p.Visit = back(r, p.Last)
	p.VisitBefore = back(r, p.Visit)
	p.First = back(r, p.VisitBefore)
	p.days = uint32(r.Max(activeMask))
	if p.days&todayActive == 0 {
		r.Fail(wire.ErrForm)
	}
	p.pages = uint32(r.Max(maxCount))
	if r.Bool() {
		if p.before = Key(r.U64()); p.before == 0 {
			r.Fail(wire.ErrForm)
		}
	}
	p.arrival.read(r)
	p.hours.read(r)
	own := &p.cells[0]
	own.read(r)
	if r.Bool() {
		own.tag = r.U64()
		p.others = r.Count(MaxOthers)
		if own.tag == 0 && p.others == 0 {
			r.Fail(wire.ErrForm)
		}
		for i := range p.devices()[1:] {
			c := &p.cells[1+i]
			c.tag = r.U64()
			c.read(r)
			if c.tag == 0 || c.tag == own.tag || i > 0 && c.tag <= p.cells[i].tag {
				r.Fail(wire.ErrForm)
			}
		}
	}
	if p.hasCart() {
		p.cartAt = back(r, p.Last)
	}
	if r.Bool() {
		p.spending.read(r, p.Last)
		if p.spending == (spending{}) {
			r.Fail(wire.ErrForm)
		}
	}
	if p.nps = uint8(r.Max(maxNPS + 1)); p.nps > 0 {
		p.npsAt = back(r, p.Last)
	}
	p.facts.read(r, p.Last)
	p.interests.read(r)
}

// back takes the age of an instant off r, as of a later one.
func back(r *wire.Reader, from plan.Time) plan.Time {
	return from - plan.Time(r.Max(uint64(from)))
}

// readDeclared takes the attributes off r; those of the former format have no instant.
func (p *Profile) readDeclared(r *wire.Reader, dated bool) {
	p.declared = r.Count(plan.MaxAttributes)
	for i := range p.all() {
		d := declared{name: Key(r.U64()), kind: plan.AttributeType(r.Byte())}
		switch d.kind {
		case plan.Flag:
			if r.Bool() {
				d.number = 1
			}
		case plan.Number:
			if d.number = r.Float(); math.IsInf(d.number, 0) {
				r.Fail(wire.ErrForm)
			}
		case plan.Choice:
			d.value = Key(r.U64())
		default:
			r.Fail(wire.ErrForm)
		}
		if dated {
			d.at = plan.Time(r.Max(uint64(MaxTime)))
		}
		if i > 0 && d.name <= p.room[i-1].name {
			r.Fail(wire.ErrForm)
		}
		p.room[i] = d
	}
}
