package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	// MaxOrders is how many orders are known one by one.
	MaxOrders = 24
	// SameOrder is how far apart in seconds the clocks of the device and of the site's
	// history may be about one order. Two orders of one value within it are taken for one.
	SameOrder = plan.Hour

	maxQuantity = 1000 // items of an order that count
	maxPoints   = 20   // items of an order that give points
)

// Purchase is an order: money in minor units, the number of items (0 not told), the
// kind of payment + 1 (0 not told) and the tier of its items (0 not told, 1 low, 2 middle, 3 high).
type Purchase struct {
	Minor, Discount int64
	Quantity        uint16
	Payment, Tier   uint8
}

// order is one that is known: when, and some digits of its value.
type order struct {
	at    plan.Time
	value uint16 // below valueModulus
}

const valueModulus = 16381 // the largest prime of two bytes as a uvarint

func valueOf(minor int64) uint16 { return uint16(minor % valueModulus) }

// spending is what is known of orders beside the cells' sums.
type spending struct {
	// What was seen and what was handed over as history, each order once. Where devices
	// are joined it is the most that one of them knows, for histories are of one account,
	// but no less than what all of them saw.
	orders  uint32
	revenue uint64

	latestAt plan.Time // and its value, if there was an order
	latest   uint64

	settled plan.Time // whatever was ordered up to then is known, or forgotten for good
	count   int
	room    [MaxOrders]order // ascending by instant and value
}

func (s *spending) all() []order { return s.room[:s.count] }

func (o *order) before(q *order) bool { return o.at < q.at || o.at == q.at && o.value < q.value }

// insert keeps an order among the latest ones.
func (s *spending) insert(o order) {
	i := s.count
	for i > 0 && o.before(&s.room[i-1]) {
		i--
	}
	if i > 0 && s.room[i-1] == o {
		return
	}
	if s.count == MaxOrders {
		if i == 0 {
			s.settled = max(s.settled, o.at)
			return
		}
		s.settled = max(s.settled, s.room[0].at)
		copy(s.room[:i-1], s.room[1:i])
		s.room[i-1] = o
		return
	}
	s.count++
	copy(s.room[i+1:s.count], s.room[i:])
	s.room[i] = o
}

// knows tells whether an order was seen or handed over before.
func (s *spending) knows(o order) bool {
	for _, q := range s.all() {
		if q.value == o.value && o.at-q.at <= SameOrder && q.at-o.at <= SameOrder {
			return true
		}
	}
	return s.settled > 0 && o.at <= s.settled+SameOrder
}

// order takes in one that was not known.
func (s *spending) order(at plan.Time, minor int64) {
	if s.orders < maxCount {
		s.orders++
	}
	s.revenue = min(s.revenue+uint64(minor), MaxMoney)
	if s.orders == 1 || at >= s.latestAt {
		s.latestAt, s.latest = at, uint64(minor)
	}
	s.insert(order{at, valueOf(minor)})
}

func (s *spending) rewind(now plan.Time) {
	s.latestAt, s.settled = min(s.latestAt, now), min(s.settled, now)
	n := s.count
	s.count = 0
	for i := range n { // what was read before is overwritten, never what comes
		s.insert(order{min(s.room[i].at, now), s.room[i].value})
	}
	clear(s.room[s.count:n])
}

// atLeast takes a number of orders and their sum where they are more.
func (s *spending) atLeast(orders uint32, revenue uint64) {
	if orders > s.orders || orders == s.orders && revenue > s.revenue {
		s.orders, s.revenue = orders, revenue
	}
}

// join takes the larger knowledge, and the orders of both.
func (s *spending) join(o *spending) {
	s.atLeast(o.orders, o.revenue)
	if o.latestAt > s.latestAt || o.latestAt == s.latestAt && o.latest > s.latest {
		s.latestAt, s.latest = o.latestAt, o.latest
	}
	s.settled = max(s.settled, o.settled)
	for _, q := range o.all() {
		s.insert(q)
	}
}

// Bought takes in what an order was, beside Count.
func (p *Profile) Bought(n *Names, b Purchase) { p.bought(n, b, p.Last) }

func (p *Profile) bought(n *Names, b Purchase, at plan.Time) {
	p.addAt(sumOrders, at, decay.One)
	if b.Discount > 0 {
		p.addAt(sumCoupons, at, decay.One)
	}
	if b.Quantity > 0 {
		p.addAt(sumItems, at, uint32(min(b.Quantity, maxQuantity))*decay.One)
		p.addAt(sumItemOrders, at, decay.One)
	}
	points := uint32(max(min(b.Quantity, maxPoints), 1))
	if b.Tier > 0 {
		points *= uint32(b.Tier)
	} else {
		points *= 2
	}
	p.addAt(sumPoints, at, points*decay.One)
	p.saw(plan.Order, b.Tier, at)
	if i := int(b.Payment) - 1; i >= 0 && i < len(n.payments) {
		p.paid(n.payments[i], at)
	}
}

// paid takes in a kind of payment; of an order so long ago that nothing is left of it
// none is kept.
func (p *Profile) paid(key Key, at plan.Time) {
	sum := uint32(0)
	if grow(&sum, life180, at, p.Last, decay.One) {
		f := p.facts.of(payment, key)
		f.a = min(f.a+uint64(sum), maxSum)
	}
}

// Saw takes in the tier of an item (0 not known) that was viewed or put into the cart.
func (p *Profile) Saw(kind plan.EventKind, tier uint8) { p.saw(kind, tier, p.Last) }

func (p *Profile) saw(kind plan.EventKind, tier uint8, at plan.Time) {
	weight := uint32(0)
	switch kind {
	case plan.View:
		weight = 1
	case plan.Cart:
		weight = 4
	case plan.Order:
		weight = 8
	}
	if tier == 0 || tier > plan.Tiers || weight == 0 {
		return
	}
	p.addAt(sumTier, at, weight*uint32(tier)*decay.One)
	p.addAt(sumTierWeight, at, weight*decay.One)
}

// Refunded takes in that money went back, after Touch. Neither orders nor revenue fall.
func (p *Profile) Refunded() {
	p.up(countRefunds)
	p.add(sumRefunds, decay.One)
}

// Past is an order of the history that a site hands over.
type Past struct {
	At plan.Time
	Purchase
	Topics uint64
}

// Remember takes in an order of the past, and tells whether it was new: one that was
// seen as it happened, or handed over before, changes nothing. It is no activity; what was
// ordered after the last one is taken in when it is handed over after the next. Where
// more than MaxOrders are handed over the oldest must come first: what is older than
// the latest MaxOrders is known, or never will be.
func (p *Profile) Remember(n *Names, now plan.Time, past Past) bool {
	if !p.seen {
		p.begin(max(now-VisitGap, 0)) // so that the first activity opens the first visit
	}
	at := max(past.At, 0)
	if at > p.Last || p.spending.knows(order{at, valueOf(past.Minor)}) {
		return false
	}
	p.spending.order(at, past.Minor)
	p.bought(n, past.Purchase, at)
	p.show(n, plan.Order, past.Topics, at, 0)
	return true
}

// habit returns the index of the kind of payment that weighs most, the lowest of several.
func (p *Profile) habit(n *Names) (index int, ok bool) {
	most := uint64(0)
	for i, key := range n.payments {
		if at, known := p.facts.find(payment, key); known && p.facts.room[at].a > most {
			index, most = i, p.facts.room[at].a
		}
	}
	return index, most > 0
}
