package profile

import (
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Append appends the profile's bytes; doc.go draws them.
func (p *Profile) Append(b []byte) []byte {
	b = wire.AppendUvarint(b, uint64(p.Visits))
	if p.Visits > 0 {
		for _, n := range []uint32{p.Views, p.Clicks, p.Carts, p.Orders} {
			b = wire.AppendUvarint(b, uint64(n))
		}
		b = wire.AppendUvarint(b, uint64(p.Last))
		b = wire.AppendUvarint(b, uint64(p.Last-p.Visit))
		if p.Visits > 1 {
			b = wire.AppendUvarint(b, uint64(p.Visit-p.VisitBefore))
			b = wire.AppendUvarint(b, uint64(p.VisitBefore-p.First))
		}
		b = wire.AppendUvarint(b, uint64(p.days))
		if p.Orders > 0 {
			b = wire.AppendUvarint(b, uint64(p.Last-p.OrderAt))
			b = wire.AppendUvarint(b, uint64(p.Revenue))
			b = wire.AppendUvarint(b, uint64(p.LastOrder))
		}
		if p.Carts > 0 {
			b = wire.AppendUvarint(b, uint64(p.Last-p.CartAt))
		}
		b = p.interests.append(b)
	}
	b = wire.AppendUvarint(b, uint64(p.declared))
	for _, d := range p.all() {
		b = append(wire.AppendU64(b, uint64(d.name)), byte(d.kind))
		switch d.kind {
		case plan.Flag:
			b = wire.AppendBool(b, d.number == 1)
		case plan.Number:
			b = wire.AppendFloat(b, d.number)
		case plan.Choice:
			b = wire.AppendU64(b, uint64(d.value))
		}
	}
	return b
}

// Decode takes a profile off r, whose error says whether it was one: every instant in
// its order, every number in its bounds. It goes into the zero value, which p stays if
// not. (In place: a result by value would leave its 3 KB on the stack.)
func (p *Profile) Decode(r *wire.Reader) {
	p.Visits = uint32(r.Max(maxCount))
	if p.Visits > 0 {
		for _, n := range []*uint32{&p.Views, &p.Clicks, &p.Carts, &p.Orders} {
			*n = uint32(r.Max(maxCount))
		}
		p.Last = plan.Time(r.Max(uint64(MaxTime)))
		back := func(from, earliest plan.Time) plan.Time {
			return from - plan.Time(r.Max(uint64(from-earliest)))
		}
		p.Visit = back(p.Last, 0)
		p.First = p.Visit
		if p.Visits > 1 {
			p.VisitBefore = back(p.Visit, 0)
			p.First = back(p.VisitBefore, 0)
		}
		p.days = uint32(r.Max(activeMask))
		if p.days&todayActive == 0 {
			r.Fail(wire.ErrForm)
		}
		if p.Orders > 0 {
			p.OrderAt = back(p.Last, p.First)
			p.Revenue = int64(r.Max(MaxMoney))
			p.LastOrder = int64(r.Max(uint64(p.Revenue)))
		}
		if p.Carts > 0 {
			p.CartAt = back(p.Last, p.First)
		}
		p.interests.read(r)
	}
	p.declared = r.Count(plan.MaxAttributes)
	for i := range p.all() {
		p.room[i] = readDeclared(r)
		if i > 0 && p.room[i].name <= p.room[i-1].name {
			r.Fail(wire.ErrForm)
		}
	}
	if r.Err() != nil {
		*p = Profile{}
	}
}

func readDeclared(r *wire.Reader) declared {
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
	return d
}
