package profile

import "github.com/dunlin-analytics/dunlin/privacy/plan"

import "github.com/dunlin-analytics/dunlin/edge/decay"

// Latest writes each topic's share among what the latest events were about into dst,
// which has the number of the plan's topics: 0 to 1, in sum 1, or all 0 where there was
// none.
func (v View) Latest(dst []float64) {
	clear(dst)
	l := &v.profile.interests
	total := uint64(0)
	for i := range l.all() {
		total += uint64(l.room[i].recent)
	}
	if total == 0 {
		return
	}
	for topic, key := range v.names.topics {
		if i, ok := l.find(key); ok {
			dst[topic] = float64(l.room[i].recent) / float64(total)
		}
	}
}

// Idle returns the seconds since the last activity; 0 if there was none.
func (v View) Idle() plan.Time {
	if !v.profile.Seen() {
		return 0
	}
	return v.now - v.profile.Last
}

// Topics returns the number of the plan's topics.
func (v View) Topics() int { return len(v.names.topics) }

// Skills returns the number of the plan's skills.
func (v View) Skills() int { return len(v.names.skills) }

// Sums returns what each of a topic's five sums is worth now, 1 a page view: of the
// half-lives of 7, 14, 21, 30 and 60 days.
func (v View) Sums(topic int) (sums [numInterestLives]float64) {
	i, ok := v.profile.interests.find(v.names.topics[topic])
	if !ok {
		return sums
	}
	f := fadingOf(v.profile.Last, v.now)
	for life, sum := range v.profile.interests.room[i].sums {
		sums[life] = float64(f.read(life, sum)) / decay.One
	}
	return sums
}
