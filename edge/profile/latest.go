package profile

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

// Topics returns the number of the plan's topics.
func (v View) Topics() int { return len(v.names.topics) }

// Skills returns the number of the plan's skills.
func (v View) Skills() int { return len(v.names.skills) }
