package measure

import "github.com/dunlin-analytics/dunlin/edge/profile"

// Join takes in what another device of the same visitor remembers, under the same
// plan: of each source the later exposure, and of two at once the one of the larger
// key, with the goals that either has credited to it; the later period of activity.
// Joining is idempotent, commutative and associative.
func (m *Memory) Join(o *Memory) {
	for g := range m.sources {
		for i := range o.sources[g].all() {
			m.sources[g].join(&o.sources[g].room[i], limits[g])
		}
	}
	if a, b := &m.past, &o.past; b.known && (!a.known || b.date > a.date || b.date == a.date && b.bin > a.bin) {
		*a = *b
	}
}

// join puts an exposure among at most limit, those of the smallest keys.
func (l *exposures) join(e *exposure, limit int) {
	i := 0
	for i < l.count && l.room[i].source < e.source {
		i++
	}
	if i == l.count || l.room[i].source != e.source {
		if i == limit {
			return
		}
		l.count = min(l.count+1, limit)
		copy(l.room[i+1:l.count], l.room[i:])
		l.room[i] = *e
		return
	}
	switch had := &l.room[i]; {
	case e.at > had.at || e.at == had.at && e.column > had.column:
		*had = *e
	case e.at == had.at && e.column == had.column:
		had.credit(e.goals[:e.credited])
	}
}

// credit adds credited goals; of more than there is room for the smallest keys stay.
func (e *exposure) credit(goals []profile.Key) {
	for _, k := range goals {
		i := 0
		for i < e.credited && e.goals[i] < k {
			i++
		}
		if i == len(e.goals) || i < e.credited && e.goals[i] == k {
			continue
		}
		e.credited = min(e.credited+1, len(e.goals))
		copy(e.goals[i+1:e.credited], e.goals[i:])
		e.goals[i] = k
	}
}
