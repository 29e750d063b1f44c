package profile

import (
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// codec goes over the fields of a profile in the order of its bytes, which so stands in
// one place: it reads each, or writes it and leaves it as it is.
type codec struct {
	r *wire.Reader // to read from; nil: to write
	b []byte       // what was written
}

// must refuses bytes that break a rule.
func (c *codec) must(ok bool) {
	if c.r != nil && !ok {
		c.r.Fail(wire.ErrForm)
	}
}

func (c *codec) uint(v, most uint64) uint64 {
	if c.r != nil {
		return c.r.Max(most)
	}
	c.b = wire.AppendUvarint(c.b, v)
	return v
}

func (c *codec) sum(v uint32) uint32 { return uint32(c.uint(uint64(v), maxSum)) }

// small is a number below 128, of one byte.
func (c *codec) small(v, most uint8) uint8 { return uint8(c.uint(uint64(v), uint64(most))) }

func (c *codec) bool(v bool) bool {
	n := uint8(0)
	if v {
		n = 1
	}
	return c.small(n, 1) == 1
}

func (c *codec) count(n, most int) int { return int(c.uint(uint64(n), uint64(most))) }

// time is an instant since 1970, not after most.
func (c *codec) time(t, most plan.Time) plan.Time { return plan.Time(c.uint(uint64(t), uint64(most))) }

// age is an instant as seconds before a later one.
func (c *codec) age(t, from plan.Time) plan.Time { return from - c.time(from-t, from) }

func (c *codec) key(k Key) Key {
	if c.r != nil {
		return Key(c.r.U64())
	}
	c.b = wire.AppendU64(c.b, uint64(k))
	return k
}

func (c *codec) float(v float64) float64 {
	if c.r != nil {
		return c.r.Float()
	}
	c.b = wire.AppendFloat(c.b, v)
	return v
}

func (c *codec) byte(v byte) byte {
	if c.r != nil {
		return c.r.Byte()
	}
	c.b = append(c.b, v)
	return v
}

// Append appends the profile's bytes; doc.go draws them.
func (p *Profile) Append(b []byte) []byte {
	c := codec{b: b}
	p.code(&c)
	return c.b
}

// Decode takes a profile off r, whose error says whether it was one: every instant in
// its order, every number in its bounds. It goes into the zero value, which p stays if
// not. (In place: a result by value would leave its 7 KB on the stack.)
func (p *Profile) Decode(r *wire.Reader) {
	p.code(&codec{r: r})
	if r.Err() != nil {
		*p = Profile{}
	}
}

func (p *Profile) code(c *codec) {
	if p.seen = c.bool(p.seen); p.seen {
		p.codeSeen(c)
	}
	p.codeDeclared(c, true)
}

func (p *Profile) codeSeen(c *codec) {
	p.Last = c.time(p.Last, MaxTime)
	p.Visit = c.age(p.Visit, p.Last)
	p.VisitBefore = c.age(p.VisitBefore, p.Visit)
	p.First = c.age(p.First, p.VisitBefore)
	p.days = uint32(c.uint(uint64(p.days), activeMask))
	c.must(p.days&todayActive != 0)
	p.pages = uint32(c.uint(uint64(p.pages), maxCount))
	if c.bool(p.before != 0) {
		p.before = c.key(p.before)
		c.must(p.before != 0)
	}
	p.arrival.code(c)
	p.hours.code(c)
	p.codeCells(c)
	if p.hasCart() {
		p.cartAt = c.age(p.cartAt, p.Last)
	}
	if c.bool(p.spending != spending{}) {
		p.spending.code(c, p.Last)
		c.must(p.spending != spending{})
	}
	seen, known := p.count(countOrders), uint64(p.spending.orders)
	c.must(known > seen || known == seen && p.spending.revenue >= p.count(countRevenue))
	if p.nps = c.small(p.nps, maxNPS+1); p.nps > 0 {
		p.npsAt = c.age(p.npsAt, p.Last)
	}
	p.facts.code(c, p.Last)
	p.interests.code(c)
}

// hasCart tells whether cartAt means something.
func (p *Profile) hasCart() bool { return p.count(countCarts) > 0 }

func (p *Profile) codeCells(c *codec) {
	own := &p.cells[0]
	own.code(c)
	if !c.bool(own.tag != 0 || p.others > 0) {
		return
	}
	own.tag = uint64(c.key(Key(own.tag)))
	p.others = c.count(p.others, MaxOthers)
	c.must(own.tag != 0 || p.others > 0)
	for i := 1; i <= p.others; i++ {
		o := &p.cells[i]
		o.tag = uint64(c.key(Key(o.tag)))
		o.code(c)
		c.must(o.tag != 0 && o.tag != own.tag && (i == 1 || o.tag > p.cells[i-1].tag))
	}
}

func (o *cell) code(c *codec) {
	for i := range o.counts {
		o.counts[i] = c.uint(o.counts[i], maxOf(i))
	}
	for i := range o.sums {
		o.sums[i] = c.sum(o.sums[i])
	}
}

func (a *arrival) code(c *codec) {
	if a.known = c.bool(a.known); !a.known {
		return
	}
	a.channel = c.small(a.channel, plan.Channels-1)
	a.device = c.small(a.device, plan.Devices-1)
	a.region = c.small(a.region, plan.Regions-1)
	a.page = c.key(a.page)
	a.offset = int16(c.uint(uint64(a.offset+MaxOffset), 2*MaxOffset)) - MaxOffset
}

// code writes nothing but a 0 where there is none, else a bit for each hour and a
// byte for each that has one.
func (h *hours) code(c *codec) {
	if !c.bool(*h != hours{}) {
		return
	}
	var set [weekHours / 8]byte
	for i, n := range h {
		if n > 0 {
			set[i/8] |= 1 << (i % 8)
		}
	}
	for i := range set {
		set[i] = c.byte(set[i])
	}
	for i := range h {
		if set[i/8]>>(i%8)&1 == 1 {
			h[i] = c.byte(h[i])
			c.must(h[i] != 0)
		}
	}
	c.must(*h != hours{})
}

func (s *spending) code(c *codec, last plan.Time) {
	s.orders = uint32(c.uint(uint64(s.orders), maxCount))
	s.revenue = c.uint(s.revenue, MaxMoney)
	s.latestAt = c.age(s.latestAt, last)
	s.latest = c.uint(s.latest, MaxMoney)
	s.settled = c.time(s.settled, last)
	s.count = c.count(s.count, MaxOrders)
	for i := s.count - 1; i >= 0; i-- {
		o := &s.room[i]
		o.at = c.age(o.at, last)
		o.value = uint16(c.uint(uint64(o.value), valueModulus-1))
		c.must(i == s.count-1 || o.before(&s.room[i+1]))
		last = o.at
	}
}

// code takes instants not after last.
func (l *facts) code(c *codec, last plan.Time) {
	l.count = c.count(l.count, maxFacts)
	for i := range l.all() {
		f := &l.room[i]
		f.kind = factKind(c.small(uint8(f.kind), uint8(survey)))
		f.key = c.key(f.key)
		a, b := uint64(maxSum), uint64(0)
		switch f.kind {
		case skill:
			a, b = maxAttempts, 2*maxAbility
		case survey:
			a, b = uint64(last), 255
		}
		f.a = c.uint(f.a, a)
		if f.kind != payment {
			f.b = c.uint(f.b, b)
		}
		c.must(f.kind != 0 && (f.kind == survey && f.b > 0 || f.kind != survey && f.a > 0))
		if i > 0 {
			e := &l.room[i-1]
			c.must(e.kind < f.kind || e.kind == f.kind && e.key < f.key)
		}
	}
}

func (l *interests) code(c *codec) {
	l.count = c.count(l.count, plan.MaxTopics)
	for i := range l.all() {
		t := &l.room[i]
		t.topic = c.key(t.topic)
		said := uint32(0)
		for life := range t.sums {
			t.sums[life] = c.sum(t.sums[life])
			said |= t.sums[life]
		}
		t.recent = uint32(c.uint(uint64(t.recent), maxRecent))
		c.must(said != 0 && (i == 0 || t.topic > l.room[i-1].topic))
	}
}

// codeDeclared goes over the attributes; those of the former format have no instant.
func (p *Profile) codeDeclared(c *codec, dated bool) {
	p.declared = c.count(p.declared, plan.MaxAttributes)
	for i := range p.all() {
		d := &p.room[i]
		d.name = c.key(d.name)
		d.kind = plan.AttributeType(c.small(uint8(d.kind), uint8(plan.Choice)))
		switch d.kind {
		case plan.Flag:
			is := c.bool(d.number == 1)
			if d.number = 0; is {
				d.number = 1
			}
		case plan.Number:
			d.number = c.float(d.number)
		case plan.Choice:
			d.value = c.key(d.value)
		}
		c.must(d.kind != 0 && !math.IsInf(d.number, 0))
		if dated {
			d.at = c.time(d.at, MaxTime)
		}
		c.must(i == 0 || d.name > p.room[i-1].name)
	}
}
