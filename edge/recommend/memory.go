package recommend

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

const (
	// ShownHalfLife is the time in seconds in which showings halve.
	ShownHalfLife = 7 * plan.Day
	// MaxItems bounds the items that a device remembers. One more drives out the one that
	// was touched the longest ago.
	MaxItems = 42
	// MaxMemory bounds the bytes of Memory.
	MaxMemory = 1 + 3 + MaxItems*(8+1+3+6+3)

	// doneStays is how many seconds longer an item is remembered for having been bought or
	// solved than for having been seen.
	doneStays = 30 * plan.Day
	// maxShown bounds a sum of showings: at least 128, far beyond what matters.
	maxShown = 1<<20 - 1
)

// Kind is what was done with an item.
type Kind uint8

// The kinds. What lies in the cart at an order is bought (Memory.Ordered). Solved is an
// attempt that was right, Missed one that was not.
const (
	Viewed Kind = iota
	Picked
	Carted
	Solved
	Missed
)

const (
	flagCart uint8 = 1 << iota // put into the cart since the last order
	flagDone                   // bought or solved
	flags    = 1<<iota - 1
)

// Memory is what was done with the items touched last. The zero value is none. It holds
// no pointer: assigning another overwrites all that it knew.
type Memory struct {
	clock decay.Clock
	count int
	room  [MaxItems]touched // count of them, ascending by key
}

type touched struct {
	key   uint64
	flags uint8
	shown uint32    // showings since anything was last done with it: package decay's sum
	last  plan.Time // of showings too
	done  plan.Date // UTC day on which it was last bought or solved, if flagDone
}

// Advance lets age seconds pass.
func (m *Memory) Advance(age plan.Time) {
	if m.count == 0 {
		return
	}
	halvings := m.clock.Advance(ShownHalfLife, age)
	for i := range m.room[:m.count] {
		m.room[i].shown >>= halvings
	}
}

// Rewind makes every instant later than now be now: the clock was set back (package
// profile says why).
func (m *Memory) Rewind(now plan.Time) {
	for i := range m.room[:m.count] {
		t := &m.room[i]
		t.last, t.done = min(t.last, now), min(t.done, plan.Date(now/plan.Day))
	}
}

// Seen takes in what the visitor did with an item, key 0 being none. Time has advanced
// to now.
func (m *Memory) Seen(kind Kind, key uint64, now plan.Time) {
	if key == 0 {
		return
	}
	t := m.of(key, now)
	switch kind {
	case Carted:
		t.flags |= flagCart
	case Solved:
		t.finish(now)
	}
	t.shown = 0
}

// Ordered takes in an order: what lies in the cart is bought.
func (m *Memory) Ordered(now plan.Time) {
	for i := range m.room[:m.count] {
		if t := &m.room[i]; t.flags&flagCart != 0 {
			t.flags &^= flagCart
			t.last = now
			t.finish(now)
		}
	}
}

// finish marks the item bought or solved now.
func (t *touched) finish(now plan.Time) {
	t.flags |= flagDone
	t.done = plan.Date(now / plan.Day)
}

// Shown takes in that a list showed items, by their keys.
func (m *Memory) Shown(keys []uint64, now plan.Time) {
	for _, key := range keys {
		if key == 0 {
			continue
		}
		t := m.of(key, now)
		m.clock.Factor(ShownHalfLife).Add(&t.shown, decay.One)
		t.shown = min(t.shown, maxShown)
	}
}

// of returns the item's entry, a new one if need be, touched now.
func (m *Memory) of(key uint64, now plan.Time) *touched {
	i, ok := m.find(key)
	if !ok {
		if m.count == MaxItems {
			m.evict()
			i, _ = m.find(key)
		}
		m.insert(i, touched{key: key})
	}
	m.room[i].last = max(m.room[i].last, now)
	return &m.room[i]
}

func (m *Memory) insert(i int, t touched) {
	m.count++
	copy(m.room[i+1:m.count], m.room[i:])
	m.room[i] = t
}

// first returns the entry that is the first to go, of at least one.
func (m *Memory) first() int {
	first := 0
	for i := range m.room[:m.count] {
		if m.room[i].goesBefore(&m.room[first]) {
			first = i
		}
	}
	return first
}

// evict drops it.
func (m *Memory) evict() {
	first := m.first()
	copy(m.room[first:], m.room[first+1:m.count])
	m.count--
	m.room[m.count] = touched{}
}

// goesBefore orders entries by which is forgotten first.
func (t *touched) goesBefore(u *touched) bool {
	a, b := t.stays(), u.stays()
	return a < b || a == b && t.key > u.key
}

func (t *touched) stays() plan.Time {
	if t.flags&flagDone != 0 {
		return max(t.last, plan.Time(t.done)*plan.Day+doneStays)
	}
	return t.last
}

// find returns where the item's entry stands, or would be put.
func (m *Memory) find(key uint64) (at int, ok bool) {
	low, high := 0, m.count
	for low < high {
		if mid := (low + high) / 2; m.room[mid].key < key {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < m.count && m.room[low].key == key
}

// Join takes in what another device of the visitor remembers; time has advanced to the
// same instant in both. Of each item it keeps the union of what was done, the most showings
// and the latest instants, and of all items those that stay longest: joining twice,
// or in another order, comes to the same. Where there are more items than MaxItems, that
// holds for which are kept, and what was done with one may be lost that one of the devices
// was about to forget.
func (m *Memory) Join(o *Memory) {
	from, to := o.clock.Factor(ShownHalfLife), m.clock.Factor(ShownHalfLife)
	// The common ones first: what they gain decides who goes.
	for _, common := range [...]bool{true, false} {
		for i := range o.room[:o.count] {
			other := o.room[i]
			shown := from.Read(other.shown)
			other.shown = 0
			to.Add(&other.shown, shown)
			other.shown = min(other.shown, maxShown)
			at, ok := m.find(other.key)
			switch {
			case ok && common:
				t := &m.room[at]
				t.flags |= other.flags
				t.last, t.done = max(t.last, other.last), max(t.done, other.done)
				if shown > to.Read(t.shown) { // compared as they are read, so that a sum joined with itself stays
					t.shown = other.shown
				}
			case !ok && !common:
				m.admit(at, other)
			}
		}
	}
}

// admit puts an entry where find said, unless it would be the first to go.
func (m *Memory) admit(at int, t touched) {
	if m.count == MaxItems {
		if t.goesBefore(&m.room[m.first()]) {
			return
		}
		m.evict()
		at, _ = m.find(t.key)
	}
	m.insert(at, t)
}

// Append appends the memory's bytes, at most MaxMemory; doc.go draws them.
func (m *Memory) Append(b []byte) []byte {
	b = wire.AppendUvarint(b, uint64(m.count))
	if m.count == 0 {
		return b
	}
	b = m.clock.Append(b)
	for i := range m.room[:m.count] {
		t := &m.room[i]
		b = wire.AppendUvarint(append(wire.AppendU64(b, t.key), t.flags), uint64(t.shown))
		b = wire.AppendUvarint(b, uint64(t.last))
		if t.flags&flagDone != 0 {
			b = wire.AppendUvarint(b, uint64(t.done))
		}
	}
	return b
}

// Decode takes a memory off r, whose error says whether it was one, into the zero value,
// which it stays if not.
func (m *Memory) Decode(r *wire.Reader) {
	if m.count = r.Count(MaxItems); m.count > 0 {
		m.clock = decay.ReadClock(r, ShownHalfLife)
	}
	for i := range m.room[:m.count] {
		t := touched{key: r.U64(), flags: r.Byte(), shown: uint32(r.Max(maxShown)), last: plan.Time(r.Max(uint64(profile.MaxTime)))}
		if t.flags&flagDone != 0 {
			t.done = plan.Date(r.Max(uint64(t.last / plan.Day)))
		}
		if t.key == 0 || i > 0 && t.key <= m.room[i-1].key || t.flags > flags {
			r.Fail(wire.ErrForm)
		}
		m.room[i] = t
	}
	if r.Err() != nil {
		*m = Memory{}
	}
}
