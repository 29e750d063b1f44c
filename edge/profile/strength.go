package profile

import "github.com/dunlin-analytics/dunlin/edge/decay"

// Strengths returns the sums of interest in the plan's topic, by the half-lives of 7, 14,
// 21, 30 and 60 days: what makes up its strength.
func (v View) Strengths(topic int) (out [5]float64) {
	l := &v.profile.interests
	i, ok := l.find(v.names.topics[topic])
	if !ok {
		return out
	}
	f := fadingOf(v.profile.Last, v.now)
	for life, sum := range l.room[i].sums {
		out[life] = float64(f.read(life, sum)) / decay.One
	}
	return out
}
