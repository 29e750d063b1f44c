package profile

import (
	"math/bits"

	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// MaxDwell is the part of one dwell event in seconds that counts as interest: a
// page left open over lunch is not read all the while.
const MaxDwell = 5 * plan.Minute

// MaxLook is the part of one dwell event in seconds that counts for `dwell`.
const MaxLook = VisitGap

// signs are the events that show interest in a topic: what one of them adds, for
// Dwell a minute, and the index of its half-life. Those of one half-life share a sum.
var signs = [...]struct {
	kind   plan.EventKind
	weight uint32
	life   int
}{
	{plan.View, 1, life7},
	{plan.Dwell, 1, life7},
	{plan.Click, 2, life14},
	{plan.Search, 2, life14},
	{plan.Media, 1, life14},
	{plan.Attempt, 1, life14},
	{plan.Picked, 2, life14},
	{plan.Cart, 4, life21},
	{plan.Social, 3, life30},
	{plan.Order, 8, life60},
}

// interest is what the device knows of one topic: a sum for each half-life. At least
// one is not zero; a topic that has faded away is dropped.
type interest struct {
	topic  Key
	sums   [numInterestLives]uint32 // of package decay
	recent uint32                   // halved by each event about a topic that is one of the latest
}

// maxRecent is what recent comes to if every event is about the topic.
const maxRecent = 2*decay.One - 1

// interests are those of all topics.
type interests struct {
	count int
	room  [plan.MaxTopics]interest // count of them, ascending by topic
}

func (l *interests) all() []interest { return l.room[:l.count] }

// find returns where a topic stands, or where it would be put.
//
//go:noinline
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
//
//go:noinline
func (l *interests) keep(ok func(*interest) bool) {
	kept := 0
	for i := range l.all() {
		if ok(&l.room[i]) {
			l.room[kept] = l.room[i]
			kept++
		}
	}
	clear(l.room[kept:l.count])
	l.count = kept
}

// move moves the sums; a topic that has faded away is dropped.
func (l *interests) move(m *move) {
	l.keep(func(t *interest) bool {
		left := uint32(0)
		for life, sum := range t.sums {
			t.sums[life] = m.sum(life, sum)
			left |= t.sums[life]
		}
		return left != 0
	})
}

// Interested takes in that the activity which Touch took in was about topics, a
// set of the plan's indices as bits; seconds are a Dwell's. Kinds that show no
// interest add none. The profile is adopted by n.
func (p *Profile) Interested(n *Names, kind plan.EventKind, topics uint64, seconds uint16) {
	topics &= 1<<len(n.topics) - 1
	if kind == plan.Dwell {
		p.add(sumDwelt, minutes(seconds, MaxLook))
	}
	if topics == 0 {
		return
	}
	if kind == plan.View {
		p.before = n.topics[bits.TrailingZeros64(topics)]
	}
	p.show(n, kind, topics, p.Last, seconds)
}

// minutes of a dwell, in units of 1/decay.One, with no more than most seconds.
func minutes(seconds uint16, most uint32) uint32 {
	return (decay.One*min(uint32(seconds), most) + plan.Minute/2) / plan.Minute
}

// show takes in a sign of interest of an instant not after the last activity.
func (p *Profile) show(n *Names, kind plan.EventKind, topics uint64, at plan.Time, seconds uint16) {
	for _, sign := range signs {
		if sign.kind != kind {
			continue
		}
		amount := sign.weight * decay.One
		latest := uint32(decay.One)
		switch kind {
		case plan.Dwell:
			amount, latest = sign.weight*minutes(seconds, MaxDwell), 0
		case plan.Media:
			latest = 0
		}
		if at < p.Last {
			latest = 0
		}
		units := uint32(0)
		if !grow(&units, sign.life, at, p.Last, amount) {
			return // nothing to keep a topic for
		}
		if latest > 0 {
			for i := range p.interests.all() {
				p.interests.room[i].recent /= 2
			}
		}
		for ; topics != 0; topics &= topics - 1 {
			i := bits.TrailingZeros64(topics)
			if i >= len(n.topics) {
				return
			}
			t := p.interests.of(n.topics[i])
			t.sums[sign.life] = min(t.sums[sign.life]+units, maxSum)
			t.recent += latest
		}
	}
}

// Before returns the topic of the last view in the running visit that was about one,
// the plan's first of several. Asked between Touch and Interested it is the one before.
func (p *Profile) Before(n *Names) (topic int, ok bool) {
	if p.before == 0 {
		return 0, false
	}
	topic = p.before.IndexOf(n.topics)
	return topic, topic >= 0
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

// join takes the larger of each sum, which is what one device saw: two are not added,
// for what was joined before would count twice.
func (l *interests) join(o *interests) {
	for i := range o.all() {
		t := &o.room[i]
		own := l.of(t.topic)
		for life, sum := range t.sums {
			own.sums[life] = max(own.sums[life], sum)
		}
		own.recent = max(own.recent, t.recent)
	}
}
