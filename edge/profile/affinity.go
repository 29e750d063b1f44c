package profile

import (
	"math/bits"

	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// strength returns the sum over all half-lives of a topic, in units of 1/decay.One.
func (f *fading) strength(t *interest) uint64 {
	total := uint64(0)
	for life, sum := range t.sums {
		total += uint64(f.read(life, sum))
	}
	return total
}

// total returns the sum of all strengths.
func (l *interests) total(f *fading) uint64 {
	total := uint64(0)
	for i := range l.all() {
		total += f.strength(&l.room[i])
	}
	return total
}

// share is a topic's affinity. Both numbers are below 2^42, exact in a float64, so
// that the quotient is rounded once and the same everywhere.
func share(strength, total uint64) float64 {
	return float64(strength) / float64(total+decay.One)
}

// Affinity returns how much of the visitor's interest is in the plan's topic, from
// 0 to below 1: its strength by that of all topics and 1. The 1 is one page view: little
// interest on record makes no large affinity.
func (v View) Affinity(topic int) float64 {
	l := &v.profile.interests
	i, ok := l.find(v.names.topics[topic])
	if !ok {
		return 0
	}
	f := fadingOf(v.profile.Last, v.now)
	return share(f.strength(&l.room[i]), l.total(&f))
}

// Affinities writes the affinity of each of the plan's topics into dst, which has
// their number.
func (v View) Affinities(dst []float64) {
	clear(dst)
	l := &v.profile.interests
	if l.count == 0 {
		return
	}
	f := fadingOf(v.profile.Last, v.now)
	total := l.total(&f)
	for topic, key := range v.names.topics {
		if i, ok := l.find(key); ok {
			dst[topic] = share(f.strength(&l.room[i]), total)
		}
	}
}

// TopTopic returns the index of the topic with the largest affinity, the lowest of
// several; ok is false if there is no interest on record, or all of it has faded away.
func (v View) TopTopic() (topic int, ok bool) {
	l := &v.profile.interests
	f := fadingOf(v.profile.Last, v.now)
	best := uint64(0)
	for i, key := range v.names.topics {
		at, known := l.find(key)
		if !known {
			continue
		}
		if s := f.strength(&l.room[at]); s > best {
			topic, best = i, s
		}
	}
	return topic, best > 0
}

// UsualMatch is the Match that stands for not knowing: of a set of topics where
// nothing is on record, and of content without topics. It is near what a visitor's
// pages hold of one of a handful of topics.
const UsualMatch = .25

// Interest is how much of a visitor's interest is in each topic of the plan, at one
// instant. It holds no pointer.
type Interest struct {
	shares  [plan.MaxTopics]float64
	unknown float64 // UsualMatch of what is not on record
}

// Interest returns the visitor's interest as choices see it: recent parts in 10,000
// are the share of a topic among the latest events, the rest its affinity. The 1 in
// affinity's denominator is interest in nobody knows what.
func (v View) Interest(recent plan.Share) Interest {
	var in Interest
	l := &v.profile.interests
	f := fadingOf(v.profile.Last, v.now)
	total, latest := uint64(0), uint64(0)
	var strengths [plan.MaxTopics]uint64
	for i := range l.all() {
		strengths[i] = f.strength(&l.room[i])
		total += strengths[i]
		latest += uint64(l.room[i].recent)
	}
	weight := float64(min(recent, plan.Whole)) / float64(plan.Whole)
	unknown := float64((1 - weight) * share(decay.One, total))
	if latest == 0 {
		unknown += weight
	}
	in.unknown = float64(UsualMatch * unknown)
	for topic, key := range v.names.topics {
		i, ok := l.find(key)
		if !ok {
			continue
		}
		lasting := float64((1 - weight) * share(strengths[i], total))
		if latest > 0 {
			lasting += float64(weight * (float64(l.room[i].recent) / float64(latest)))
		}
		in.shares[topic] = lasting
	}
	return in
}

// Match returns the share of the interest that a set of topics, bits of the plan's
// indices, holds: 0 to 1, and UsualMatch of no topics.
func (in *Interest) Match(topics uint64) float64 {
	if topics == 0 {
		return UsualMatch
	}
	sum := in.unknown
	for ; topics != 0; topics &= topics - 1 {
		sum += in.shares[bits.TrailingZeros64(topics)] // 0 beyond the plan's
	}
	return min(sum, 1)
}
