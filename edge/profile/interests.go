package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// MaxDwell is the part of one dwell event in seconds that counts as interest: a
// page left open over lunch is not read all the while.
const MaxDwell = 5 * plan.Minute

// halfLives are the half-lives of interest in seconds; sums that share one share
// its clock.
var halfLives = [...]decay.HalfLife{7 * plan.Day, 14 * plan.Day, 21 * plan.Day, 60 * plan.Day}

// signs are the events that show interest in a topic: what one of them adds, for
// Dwell a minute, and the index of its half-life. The order is that of the bytes.
var signs = [...]struct {
	kind     plan.EventKind
	weight   uint32
	halfLife int
}{
	{plan.View, 1, 0},
	{plan.Dwell, 1, 0},
	{plan.Click, 2, 1},
	{plan.Cart, 4, 2},
	{plan.Order, 8, 3},
}

// interest is what the device knows of one topic: a sum for each sign. At least
// one is not zero; a topic that has faded away is dropped.
type interest struct {
	topic  Key
	sums   [len(signs)]uint32 // of package decay
	recent uint32             // halved by each event about a topic that is not a Dwell
}

// maxRecent is what recent comes to if every event is about the topic.
const maxRecent = 2*decay.One - 1

// interests are those of all topics. Without a topic the clocks stand at zero.
type interests struct {
	clocks [len(halfLives)]decay.Clock
	count  int
	room   [plan.MaxTopics]interest // count of them, ascending by topic
}

func (l *interests) all() []interest { return l.room[:l.count] }

// find returns where a topic stands, or where it would be put.
func (l *interests) find(topic Key) (at int, ok bool) {
	end := l.count
	for at < end {
		if middle := (at + end) / 2; l.room[middle].topic < topic {
			at = middle + 1
		} else {
			end = middle
		}
	}
	return at, at < l.count && l.room[at].topic == topic
}

// keep drops the topics that do not satisfy ok.
func (l *interests) keep(ok func(*interest) bool) {
	kept := 0
	for i := range l.all() {
		if ok(&l.room[i]) {
			l.room[kept] = l.room[i]
			kept++
		}
	}
	clear(l.room[kept:l.count])
	if l.count = kept; kept == 0 {
		*l = interests{}
	}
}

// pass lets age seconds go by.
func (l *interests) pass(age plan.Time) {
	if l.count == 0 || age <= 0 {
		return
	}
	var halvings [len(halfLives)]uint
	for i, h := range halfLives {
		halvings[i] = l.clocks[i].Advance(h, age)
	}
	l.keep(func(t *interest) bool {
		left := uint32(0)
		for s := range t.sums {
			t.sums[s] >>= halvings[signs[s].halfLife]
			left |= t.sums[s]
		}
		return left != 0
	})
}

// Interested takes in that the activity which Touch took in was about topics, a
// set of the plan's indices as bits; seconds are a Dwell's. Kinds that show no
// interest add none. The profile is adopted by n.
func (p *Profile) Interested(n *Names, kind plan.EventKind, topics uint64, seconds uint16) {
	for s, sign := range signs {
		if sign.kind != kind {
			continue
		}
		amount := sign.weight * decay.One
		if kind == plan.Dwell {
			amount = (amount*min(uint32(seconds), MaxDwell) + plan.Minute/2) / plan.Minute
		}
		if amount == 0 {
			return // nothing to keep a topic for
		}
		latest := uint32(0)
		if known := topics & (1<<len(n.topics) - 1); known != 0 && kind != plan.Dwell {
			latest = decay.One
			for i := range p.interests.all() {
				p.interests.room[i].recent /= 2
			}
		}
		f := p.interests.clocks[sign.halfLife].Factor(halfLives[sign.halfLife])
		for i, topic := range n.topics {
			if topics>>i&1 == 1 {
				t := p.interests.of(topic)
				f.Add(&t.sums[s], amount)
				t.recent += latest
			}
		}
	}
}

// of returns the topic's interest, a new one if need be. A profile that is adopted
// holds no topic that the plan has not, so that there is room.
func (l *interests) of(topic Key) *interest {
	i, ok := l.find(topic)
	if !ok {
		l.count++
		copy(l.room[i+1:l.count], l.room[i:])
		l.room[i] = interest{topic: topic}
	}
	return &l.room[i]
}

// append appends the interests' bytes; doc.go draws them.
func (l *interests) append(b []byte) []byte {
	b = wire.AppendUvarint(b, uint64(l.count))
	if l.count == 0 {
		return b
	}
	for _, c := range l.clocks {
		b = c.Append(b)
	}
	for _, t := range l.all() {
		b = wire.AppendU64(b, uint64(t.topic))
		for _, sum := range t.sums {
			b = wire.AppendUvarint(b, uint64(sum))
		}
		b = wire.AppendUvarint(b, uint64(t.recent))
	}
	return b
}

func (l *interests) read(r *wire.Reader) {
	if l.count = r.Count(plan.MaxTopics); l.count == 0 {
		return
	}
	for i, h := range halfLives {
		l.clocks[i] = decay.ReadClock(r, h)
	}
	for i := range l.all() {
		t := interest{topic: Key(r.U64())}
		said := uint32(0)
		for s := range t.sums {
			t.sums[s] = uint32(r.Max(maxCount))
			said |= t.sums[s]
		}
		t.recent = uint32(r.Max(maxRecent))
		if said == 0 || i > 0 && t.topic <= l.room[i-1].topic {
			r.Fail(wire.ErrForm)
		}
		l.room[i] = t
	}
}
