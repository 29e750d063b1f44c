package recommend

import (
	"math"
	"math/bits"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Weights of the score's parts; all but rotation come to 1. The first three stand to each
// other as suits the real visits of the benchmark msnbc-next, within limits that a test
// there shows: halving or doubling one of them moves NDCG@3 by less than a hundredth,
// leaving out interest costs eight of them, everyone's sums six. Of the rest no data tell:
// they are as large as lets one of them decide between items whose topics interest alike,
// and not turn a clear interest.
const (
	weightLatest  = .35 // what the latest pages were about
	weightLasting = .15 // lasting affinity
	weightPopular = .15 // everyone's sums
	weightPage    = .10 // topics of the page at hand
	weightPrice   = .10
	weightFresh   = .15
	// weightRotation is as much as all that is known of a visitor's topics: whatever was
	// just bought goes behind all else.
	weightRotation = .50
	// weightLevel makes two thousandths of expected success outweigh all the rest.
	weightLevel = 20
)

const (
	// FreshDays is how long an item is new.
	FreshDays = 28
	// RestDays is how long a bought or solved item is held back, less and less.
	RestDays = 90
	// enoughShown are the showings without a pick that cost half of what a purchase does.
	enoughShown = 4
)

// Reason says which part put an item where it is: the one that is the most above its
// mean over the catalogue. The numbers are those of the module's messages.
type Reason uint8

// The reasons. Topic of a Pick says which one, where there is one.
const (
	ViewedTopic     Reason = 1 // the latest pages were about the topic
	LastingInterest Reason = 2
	Popular         Reason = 3
	New             Reason = 4
	FitsPrice       Reason = 5
	GoesWithPage    Reason = 6 // it shares the topic with the page at hand
	AtYourLevel     Reason = 7
	NextStep        Reason = 8 // others went from the page's topic to this one
)

// NoTopic stands for the topic of a reason that has none. One more is 0 in a byte.
const NoTopic = 255

// Pick is an item that a list shows.
type Pick struct {
	Item   uint16  // index in the catalogue
	Score  float64 // the sum of the parts
	Reason Reason
	Topic  uint8 // of the plan; NoTopic

	// The parts: Interest has the page's, Popular the next step's, Price, on a list of
	// exercises, the level's. Rotation is 0 or less.
	Interest, Popular, Price, Fresh, Rotation float64
}

// Situation is what a list is made in.
type Situation struct {
	Now       plan.Time
	View      profile.View
	List      *plan.List // of the plan that the catalogue was decoded for
	ListIndex int
	Priors    *choose.Priors // of the plan; nil: none
	Segment   int
	Page      uint64 // topics of the page at hand, as bits
	Current   uint64 // key of the item at hand, which is not listed; 0: none
	Held      bool   // the device is of the holdout
}

// Rank appends to out[:0] the items that a list shows, the first first, and why: at most
// List.Size, fewer where the catalogue or the bound a topic has no more. It allocates
// only where out has no room for them.
//
// Source: doc.go has the score; likeness and order are diverse.go's.
func Rank(out []Pick, c *Catalogue, m *Memory, s *Situation) []Pick {
	c.bind(s.List)
	var f field
	f.fill(c, s)
	f.rotate(m)
	f.rate()
	out = f.take(out[:0])
	for i := range out {
		f.explain(&out[i])
	}
	return out
}

// field is what all items of one call meet.
type field struct {
	c *Catalogue
	s *Situation

	latest, lasting [plan.MaxTopics]float64 // shares of interest by topic
	plain, demand   [plan.MaxTopics]float64 // of everyone: how much each topic is wanted, and here
	moves           bool                    // demand is of moves from the page's topic
	items           []choose.Rate           // of the list's named items
	usual           float64                 // price tier from 0 to 2; below 0: not known
	today           int32
	most            float64 // largest of the items' popularity
	ability         [plan.MaxSkills]float64
	level           level
	mean            parts // over the items
}

// parts are one item's, weighted.
type parts struct{ latest, lasting, page, popular, price, fresh, rotation float64 }

// scored is what Rank notes of an item: at first its rotation, then all but its
// popularity in score, in the end all of it.
type scored struct {
	score, popular, rotation float64
	first                    bool // of the class that goes before all others
	out                      bool // not to be listed, or listed already
}

func (f *field) fill(c *Catalogue, s *Situation) {
	f.c, f.s = c, s
	clear(c.score)
	topics := s.View.Topics()
	f.items = s.Priors.Row(choose.Place{Kind: choose.Items, Index: uint8(s.ListIndex)}, s.Segment)
	for t, r := range s.Priors.Row(choose.Place{Kind: choose.Topics}, s.Segment) {
		f.plain[t] = r.Mean
	}
	f.demand, f.usual, f.today = f.plain, -1, int32(s.Now/plan.Day)
	if s.Held {
		return
	}
	s.View.Latest(f.latest[:topics])
	s.View.Affinities(f.lasting[:topics])
	if s.Page != 0 {
		f.follow(bits.TrailingZeros64(s.Page))
	}
	if tier, ok := s.View.Value(plan.VarPriceTier); ok {
		f.usual = tier
	}
	if s.List.Learning {
		for i := range f.ability[:s.View.Skills()] {
			f.ability[i], _ = s.View.Ability(i) // 0 where nothing was tried
		}
		f.level.fit(c, s.Priors.Row(choose.Place{Kind: choose.Difficulty, Index: uint8(s.ListIndex)}, 0))
	}
}

// rotate notes what was lately done with items, and takes the one at hand out.
func (f *field) rotate(m *Memory) {
	c := f.c
	if i, ok := c.Find(f.s.Current); ok {
		c.score[i].out = true
	}
	if f.s.Held {
		return
	}
	clock := m.clock // of the last activity; it stays
	halvings := clock.Advance(ShownHalfLife, f.s.View.Idle())
	factor := clock.Factor(ShownHalfLife)
	for i := range m.room[:m.count] {
		t := &m.room[i]
		at, ok := c.Find(t.key)
		if !ok {
			continue
		}
		shown := float64(factor.Read(t.shown>>halvings)) / one
		rotation := shown / (shown + enoughShown)
		if t.flags&flagDone != 0 {
			rotation = max(rotation, t.rest(f.s.Now))
		}
		c.score[at].rotation = rotation
	}
}

// rate scores every item, in one pass over them and another over their scores, for
// popularity is relative to the largest.
func (f *field) rate() {
	c := f.c
	for i := range c.items {
		n := &c.score[i]
		n.popular, _ = f.popularity(&c.items[i], &f.demand)
		if n.out {
			continue
		}
		f.most = max(f.most, n.popular)
		if f.s.Held {
			continue
		}
		p := f.parts(i)
		n.score = p.latest + p.lasting + p.page + p.price + p.fresh + p.rotation
		f.mean.add(&p)
		if f.s.List.Learning {
			n.first = inBand(f.expected(&c.items[i])) && n.rotation < mastered
		}
	}
	count := 0.0
	for i := range c.score {
		n := &c.score[i]
		n.popular = f.popular(n.popular)
		if n.out {
			continue
		}
		n.score += n.popular
		f.mean.popular += n.popular
		count++
	}
	f.mean.divide(max(count, 1))
}

// parts computes an item's parts but for popularity.
func (f *field) parts(i int) parts {
	var p parts
	it, n := &f.c.items[i], &f.c.score[i]
	if it.Topics != 0 {
		for set := it.Topics; set != 0; set &= set - 1 {
			t := bits.TrailingZeros64(set)
			p.latest += f.latest[t]
			p.lasting += f.lasting[t]
		}
		// As of a cosine: many topics are no merit.
		norm := math.Sqrt(float64(bits.OnesCount64(it.Topics)))
		p.latest = float64(weightLatest * (p.latest / norm))
		p.lasting = float64(weightLasting * (p.lasting / norm))
		p.page = float64(weightPage * likeness(it.Topics, f.s.Page))
	}
	switch {
	case f.s.List.Learning:
		p.price = float64(weightLevel * nearness(f.expected(it)))
		p.rotation = 0 - float64(weightLevel*n.rotation) // never -0, which has no bytes
	default:
		p.rotation = 0 - float64(weightRotation*n.rotation)
		if f.usual >= 0 {
			p.price = float64(weightPrice * f.fit(it.tier))
		}
	}
	if age := f.today - it.Added; it.Added > 0 && age < FreshDays {
		p.fresh = float64(weightFresh * (1 - float64(max(age, 0))/FreshDays))
	}
	return p
}

// fit is 1 for an item of the visitor's usual price tier, 0 for one two tiers off, and
// between for one without a price.
func (f *field) fit(tier uint8) float64 {
	if tier == 0 {
		return .5
	}
	off := f.usual - (float64(tier) - 1)
	return 1 - max(off, -off)/(tiers-1)
}

func (p *parts) add(q *parts) {
	p.latest += q.latest
	p.lasting += q.lasting
	p.page += q.page
	p.price += q.price
	p.fresh += q.fresh
}

func (p *parts) divide(n float64) {
	p.latest /= n
	p.lasting /= n
	p.page /= n
	p.popular /= n
	p.price /= n
	p.fresh /= n
}
