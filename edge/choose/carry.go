package choose

import "github.com/dunlin-analytics/dunlin/privacy/plan"

// What goes to another device of the same visitor: choices that stand and what was shown
// of campaigns, and the own evidence. Seed and lot, and with them every holdout, stay where
// they were drawn.

// AppendCarry appends what another device's Join takes, as a memory that has not drawn.
func (m *Memory) AppendCarry(b []byte) []byte {
	var out Memory
	for _, k := range m.room[:m.count] {
		if k.reason <= Explored {
			out.room[out.count] = k
			out.count++
		}
	}
	out.showings = m.showings
	return out.Append(b)
}

// Settle drops a place's choice unless it is what was last seen there.
func (m *Memory) Settle(n *PlaceNames, seen Sight) {
	at, ok := m.find(n.Place.Kind, n.Name)
	if !ok || m.room[at].seen(n, seen) {
		return
	}
	copy(m.room[at:], m.room[at+1:m.count])
	m.count--
	m.room[m.count] = kept{}
}

// Join takes in what another device chose and showed: of each place the later choice, and
// of two at once that of the larger key; of each campaign the larger number of showings of
// every day. Joining is idempotent, commutative and associative.
func (m *Memory) Join(o *Memory) {
	for _, k := range o.room[:o.count] {
		if at, ok := m.find(k.kind, k.place); ok && !m.room[at].earlier(&k) || !ok && m.count == len(m.room) {
			continue
		}
		m.keep(k)
	}
	m.showings.join(&o.showings)
}

// earlier tells whether o is to stand in place of k. A refusal is no choice: it was the
// device's own, of a moment, and is made anew.
func (k *kept) earlier(o *kept) bool {
	switch {
	case k.reason > Explored:
		return true
	case k.at != o.at:
		return k.at < o.at
	case k.column != o.column:
		return k.column < o.column
	}
	return k.reason < o.reason
}

func (l *showings) join(o *showings) {
	for i := range o.room[:o.count] {
		theirs := o.room[i]
		w := l.of(theirs.place)
		if w == nil {
			if l.count < len(l.room) {
				l.add(theirs.place, theirs.last, theirs.last)
				*l.of(theirs.place) = theirs
			}
			continue
		}
		w.move(theirs.last)
		theirs.move(w.last)
		for d := range w.days {
			w.days[d] = max(w.days[d], theirs.days[d])
		}
		if w.days[0] == 0 { // both moved from earlier days; there is always one in the first
			w.days[0] = 1
		}
	}
}

// Join takes in what another device saw, both faded to the same instant: of each column
// the larger numbers, so that what both know counts once. What fits no more is left out.
// Idempotent; commutative and associative to the last binary digit that a sum has.
func (e *Evidence) Join(o *Evidence) {
	mine, theirs := e.clock.Factor(EvidenceHalfLife), o.clock.Factor(EvidenceHalfLife)
	e.newest = max(e.newest, o.newest)
	take := func(sum *uint32, other uint32) {
		if worth := theirs.Read(other); worth > mine.Read(*sum) {
			*sum = 0
			mine.Add(sum, worth)
			*sum = min(*sum, maxSum)
		}
	}
	for i := range o.room[:o.count] {
		n := &o.room[i]
		at, ok := e.find(n.place, n.column)
		if !ok {
			if e.count == MaxEntries {
				continue
			}
			e.count++
			copy(e.room[at+1:e.count], e.room[at:])
			e.room[at] = entry{place: n.place, column: n.column, tried: never, gained: never}
		}
		own := &e.room[at]
		take(&own.shown, n.shown)
		take(&own.won, n.won)
		own.shown = max(own.shown, 1)
		own.tried, own.gained = max(own.tried, n.tried), max(own.gained, n.gained)
	}
	for i := range e.room[:e.count] {
		for _, d := range []*plan.Date{&e.room[i].tried, &e.room[i].gained} {
			if e.newest-*d > window {
				*d = never
			}
		}
	}
}
