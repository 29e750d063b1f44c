package choose

import (
	"encoding/binary"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/sha256"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// capDays is the span of a promotion's cap, today included.
const capDays = 30

// What streams are for beside places: which of a group's campaigns is shown, and by which
// channel a message comes.
const (
	purposeGroup byte = 3
	purposeReach byte = 4
)

// StreamOf returns the device's stream for what is no place of its own, a message.
func (m *Memory) StreamOf(period plan.Date, name profile.Key) Stream {
	return NewStream(&m.seed, period, name, purposeReach)
}

// HeldOf tells whether the device is of a campaign's own holdout. It goes by the lot, as
// Held does, but by what the lot gives for this campaign alone: who is held from one is no
// likelier to be held from another. Never for a device that has not drawn.
func (m *Memory) HeldOf(n *PlaceNames) bool {
	if n.Promotion == nil || n.Promotion.Holdout == 0 || !m.drawn {
		return false
	}
	var b [4 + 4 + 8]byte
	copy(b[:], "DLHO")
	binary.BigEndian.PutUint32(b[4:], m.lot)
	binary.BigEndian.PutUint64(b[8:], uint64(n.Name))
	sum := sha256.Sum(b[:])
	return uint64(binary.BigEndian.Uint32(sum[:]))*uint64(plan.Whole)>>32 < uint64(n.Promotion.Holdout)
}

// Counts tells whether an exposure to a place is one: not where the last decision was
// that the campaign is not for the visitor now.
func (m *Memory) Counts(n *PlaceNames) bool {
	at, ok := m.find(n.Place.Kind, n.Name)
	return !ok || m.room[at].reason <= Held
}

// refuses says why a campaign gives the visitor the default; 0 if it does not.
func (m *Memory) refuses(n *PlaceNames, s *Situation) Reason {
	if reason := m.own(n, s); reason != 0 {
		return reason
	}
	if n.Promotion.Group == 0 {
		return 0
	}
	// The one that was shown in the period; else the luckiest of those that could be.
	var best *PlaceNames
	most := uint64(0)
	for i := range s.Places {
		o := &s.Places[i]
		if o.Promotion == nil || o.Promotion.Group != n.Promotion.Group {
			continue
		}
		if w := m.showings.of(o.Name); w != nil && w.last >= s.Begins {
			best = o
			break
		}
		stream := NewStream(&m.seed, s.Date, o.Name, purposeGroup)
		if luck := stream.Uint64(); m.own(o, s) == 0 && (best == nil || luck > most) {
			best, most = o, luck
		}
	}
	if best != nil && best.Name != n.Name {
		return Excluded
	}
	return 0
}

// own says why a campaign, whatever the others of its group, is not for the visitor now.
func (m *Memory) own(n *PlaceNames, s *Situation) Reason {
	o := n.Promotion
	// A copy, so that only a campaign with a promotion has it on the heap.
	if view := s.View; !o.When.Match(&view) {
		return Ineligible
	}
	w := m.showings.of(n.Name)
	switch {
	case w == nil:
		return 0
	case o.Cap > 0 && w.within(s.Now) >= int(o.Cap):
		return Capped
	case o.Rest > 0 && s.Now-w.last < plan.Time(o.Rest):
		return Resting
	}
	return 0
}

// bar bars the arms that the ladder gives to others, beside those that are stopped.
func (d *Decision) bar(n *PlaceNames, s *Situation) {
	view := s.View
	for i, rule := range n.Promotion.Ladder {
		if !rule.Match(&view) {
			d.Options[i].Barred = true
		}
	}
}

// open returns how many options are not barred; allowed the index of the nth of them.
func (d *Decision) open() (n int) {
	for i := range d.Options {
		if !d.Options[i].Barred {
			n++
		}
	}
	return n
}

func (d *Decision) allowed(nth int) int {
	for i := range d.Options {
		if d.Options[i].Barred {
			continue
		}
		if nth == 0 {
			return i
		}
		nth--
	}
	return 0
}

// Showed takes in that a campaign that counts was shown, whichever arm, in the visit
// that began at the given time: once a visit.
func (m *Memory) Showed(n *PlaceNames, now, visit plan.Time) {
	if n.Promotion != nil {
		m.showings.add(n.Name, now, visit)
	}
}

// showings are when campaigns with a promotion were shown.
type showings struct {
	count int
	room  [plan.MaxCampaigns]showing // count of them, ascending by place
}

type showing struct {
	place profile.Key
	last  plan.Time
	days  [capDays]uint8 // by UTC day, counted back from last's; the first is above 0
}

// of returns a campaign's showings, or nil.
func (l *showings) of(place profile.Key) *showing {
	for i := range l.room[:l.count] {
		if l.room[i].place == place {
			return &l.room[i]
		}
	}
	return nil
}

// within returns how many there were in the 30 days that end with now's.
func (w *showing) within(now plan.Time) (n int) {
	passed := int64(max(now, w.last)/plan.Day - w.last/plan.Day)
	for i, d := range w.days {
		if int64(i)+passed < capDays {
			n += int(d)
		}
	}
	return n
}

func (l *showings) add(place profile.Key, now, visit plan.Time) {
	w := l.of(place)
	if w == nil {
		if l.count == len(l.room) {
			return // an adopted memory has room for all of the plan's
		}
		i := 0
		for i < l.count && l.room[i].place < place {
			i++
		}
		l.count++
		copy(l.room[i+1:l.count], l.room[i:])
		l.room[i] = showing{place: place, last: now}
		w = &l.room[i]
	} else if w.last >= visit {
		w.last = max(w.last, now)
		return
	}
	w.move(now)
	if w.days[0] < 255 {
		w.days[0]++
	}
}

// move makes a day the first.
func (w *showing) move(now plan.Time) {
	if passed := int64(now/plan.Day - w.last/plan.Day); passed > 0 {
		var days [capDays]uint8
		if passed < capDays {
			copy(days[passed:], w.days[:])
		}
		w.days = days
	}
	w.last = max(w.last, now)
}

// rewind makes what is later than now be now's: the clock was set back.
func (l *showings) rewind(now plan.Time) {
	for i := range l.room[:l.count] {
		w := &l.room[i]
		back := int64(w.last/plan.Day - now/plan.Day)
		if w.last = min(w.last, now); back <= 0 {
			continue
		}
		var days [capDays]uint8
		sum := 0
		for j, n := range w.days {
			if int64(j) <= back {
				sum += int(n)
			} else {
				days[int64(j)-back] = n
			}
		}
		days[0] = uint8(min(sum, 255))
		w.days = days
	}
}

// adopt drops those of campaigns that the plan has not, or no promotion for.
func (l *showings) adopt(places []PlaceNames) {
	n := 0
	for _, w := range l.room[:l.count] {
		for i := range places {
			if places[i].Name == w.place && places[i].Promotion != nil {
				l.room[n] = w
				n++
				break
			}
		}
	}
	clear(l.room[n:l.count])
	l.count = n
}

// append appends: count uvarint, then each, ascending: place key u64, last uvarint, days
// with a showing as 30 bits uvarint, and for each of them its number, a byte.
func (l *showings) append(b []byte) []byte {
	b = wire.AppendUvarint(b, uint64(l.count))
	for i := range l.room[:l.count] {
		w := &l.room[i]
		b = wire.AppendUvarint(wire.AppendU64(b, uint64(w.place)), uint64(w.last))
		set := uint64(0)
		for j, n := range w.days {
			if n > 0 {
				set |= 1 << j
			}
		}
		b = wire.AppendUvarint(b, set)
		for _, n := range w.days {
			if n > 0 {
				b = append(b, n)
			}
		}
	}
	return b
}

func (l *showings) read(r *wire.Reader) {
	l.count = r.Count(plan.MaxCampaigns)
	for i := range l.room[:l.count] {
		w := &l.room[i]
		w.place, w.last = profile.Key(r.U64()), plan.Time(r.Max(uint64(profile.MaxTime)))
		set := r.Max(1<<capDays - 1)
		for j := range w.days {
			if set>>j&1 == 1 {
				if w.days[j] = r.Byte(); w.days[j] == 0 {
					r.Fail(wire.ErrForm)
				}
			}
		}
		if set&1 == 0 || i > 0 && w.place <= l.room[i-1].place {
			r.Fail(wire.ErrForm)
		}
	}
}
