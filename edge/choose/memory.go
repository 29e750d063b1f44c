package choose

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// LotSize is the bytes of randomness that a device draws once, for its seed and
// its lot.
const LotSize = len(Seed{}) + 4

// Memory is what a device keeps of its choosing, beside Evidence. The zero value is
// a device that never chose. It holds no pointer: assigning another overwrites all.
type Memory struct {
	drawn bool
	seed  Seed   // of all draws
	lot   uint32 // uniform: small ones are of the holdout

	seen  uint64 // highest version of priors used
	count int
	room  [maxPlaces]kept // count of them, ascending by kind and place

	showings showings
}

// kept is the choice that a place shows for the rest of a visit.
type kept struct {
	kind          Kind
	place, column profile.Key
	at            plan.Time
	reason        Reason
}

// Drawn tells whether the device has its seed and lot.
func (m *Memory) Drawn() bool { return m.drawn }

// Draw gives the device its seed and lot, once.
func (m *Memory) Draw(random *[LotSize]byte) {
	m.drawn = true
	n := copy(m.seed[:], random[:])
	m.lot = uint32(random[n])<<24 | uint32(random[n+1])<<16 | uint32(random[n+2])<<8 | uint32(random[n+3])
}

// Held tells whether the device is of a holdout of that share: for as long as the
// device remembers anything, the same answer for the same share, and a holdout that
// is made larger keeps those it had.
func (m *Memory) Held(share plan.Share) bool {
	return m.drawn && uint64(m.lot)*uint64(plan.Whole)>>32 < uint64(share)
}

// Seen is the highest version of priors used.
func (m *Memory) Seen() uint64 { return m.seen }

// Accept notes that priors of a version are used.
//
// Errors: ErrOlder if newer ones were used before.
func (m *Memory) Accept(version uint64) error {
	if version < m.seen {
		return ErrOlder
	}
	m.seen = version
	return nil
}

// Rewind makes every choice later than now be now: the clock was set back.
func (m *Memory) Rewind(now plan.Time) {
	for i := range m.room[:m.count] {
		m.room[i].at = min(m.room[i].at, now)
	}
	m.showings.rewind(now)
}

// find returns where a place's choice stands, or would be put.
func (m *Memory) find(kind Kind, place profile.Key) (at int, ok bool) {
	for at < m.count && (m.room[at].kind < kind || m.room[at].kind == kind && m.room[at].place < place) {
		at++
	}
	return at, at < m.count && m.room[at].kind == kind && m.room[at].place == place
}

// keep remembers a place's choice.
func (m *Memory) keep(k kept) {
	at, ok := m.find(k.kind, k.place)
	if !ok {
		m.count++
		copy(m.room[at+1:m.count], m.room[at:])
	}
	m.room[at] = k
}

// Adopt drops the choices of places that the plan has not, or not with that column.
func (m *Memory) Adopt(places []PlaceNames) {
	n := 0
	for _, k := range m.room[:m.count] {
		for i := range places {
			if p := &places[i]; p.Place.Kind == k.kind && p.Name == k.place && k.column.IndexOf(p.Columns) >= 0 {
				m.room[n] = k
				n++
				break
			}
		}
	}
	clear(m.room[n:m.count])
	m.count = n
	m.showings.adopt(places)
}

// Append appends the memory's bytes; doc.go draws them.
func (m *Memory) Append(b []byte) []byte {
	b = wire.AppendBool(b, m.drawn)
	if m.drawn {
		b = wire.AppendU32(append(b, m.seed[:]...), m.lot)
	}
	b = wire.AppendUvarint(b, m.seen)
	b = wire.AppendUvarint(b, uint64(m.count))
	for _, k := range m.room[:m.count] {
		b = wire.AppendU64(wire.AppendU64(append(b, byte(k.kind)), uint64(k.place)), uint64(k.column))
		b = append(wire.AppendUvarint(b, uint64(k.at)), byte(k.reason))
	}
	return m.showings.append(b)
}

// Decode takes a memory off r, whose error says whether it was one, into the zero
// value, which it stays if not.
func (m *Memory) Decode(r *wire.Reader) {
	if m.drawn = r.Bool(); m.drawn {
		r.Fill(m.seed[:])
		m.lot = r.U32()
	}
	m.seen = r.Max(uint64(profile.MaxTime))
	m.count = r.Count(maxPlaces)
	for i := range m.room[:m.count] {
		k := kept{
			kind: Kind(r.Byte()), place: profile.Key(r.U64()), column: profile.Key(r.U64()),
			at: plan.Time(r.Max(uint64(profile.MaxTime))), reason: Reason(r.Byte()),
		}
		if k.kind > Campaign || k.reason < Sampled || k.reason > Excluded || k.kind == Slot && k.reason > Explored ||
			i > 0 && (k.kind < m.room[i-1].kind || k.kind == m.room[i-1].kind && k.place <= m.room[i-1].place) {
			r.Fail(wire.ErrForm)
		}
		m.room[i] = k
	}
	m.showings.read(r)
	if r.Err() != nil {
		*m = Memory{}
	}
}
