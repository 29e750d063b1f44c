package edge

import (
	"encoding/binary"
	"errors"

	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// MaxState bounds a state's bytes under any plan.
const MaxState = 16 << 10

const (
	stateMagic   = "DLST"
	stateVersion = 3
	// guardVersion is the oldest whose guard can be read: of a state of before
	// stateVersion the ledger is kept and the rest set aside, but for the profile since
	// profileVersion. Before yearVersion the guard had no record of the year.
	guardVersion   = 1
	profileVersion = 2
	yearVersion    = 3
	headSize       = len(stateMagic) + 1 + 2
	sumSize        = 8
)

// Loaded says what Load made of a state.
type Loaded uint8

// Fresh: there was none. Restored: it is as it was saved. SetAside: it was
// damaged, or of a former version; the profile is dropped, but for one of version 2, and
// the ledger goes on if its own part is sound, and is exhausted if not.
const (
	Fresh Loaded = iota
	Restored
	SetAside
)

// String returns fresh, restored or set aside.
func (l Loaded) String() string {
	switch l {
	case Fresh:
		return "fresh"
	case Restored:
		return "restored"
	case SetAside:
		return "set aside"
	}
	return "unknown"
}

// AppendState appends the visitor's state, at most MaxState bytes; doc.go draws
// them.
func (d *Device) AppendState(b []byte) []byte {
	start := len(b)
	b = append(append(b, stateMagic...), stateVersion, 0, 0)
	b = d.mind.appendGuard(b)
	binary.BigEndian.PutUint16(b[start+headSize-2:], uint16(len(b)-start-headSize))
	b = wire.AppendU64(b, checksum(b[start:]))
	m := &d.mind
	b = m.own.Append(m.choices.Append(m.profile.Append(b)))
	b = m.log.Append(m.memory.Append(m.reach.Append(m.items.Append(m.chances.Append(b)))))
	return wire.AppendU64(b, checksum(b[start:]))
}

// Load replaces the visitor by the one whose state AppendState returned; an
// empty state is a visitor never seen. Nothing of the visitor before remains.
// now matters only for a state whose ledger is damaged: the budget of the days
// to come is then taken as spent.
//
// A plan in force stays in force. If its serial is below the highest that the
// visitor has seen, Track, Report and Measurement refuse it.
func (d *Device) Load(now plan.Time, state []byte) Loaded {
	d.mind = mind{}
	d.scratch.wipe()
	defer d.adopt()
	if len(state) == 0 {
		return Fresh
	}
	guard, body, err := split(state)
	if err != nil || d.mind.readGuard(guard, state[len(stateMagic)]) != nil {
		d.mind = mind{} // what of it was read before it proved damaged
		d.mind.ledger = ledger.Exhausted(d.dateFrom(clamp(now)))
		return SetAside
	}
	if body == nil || state[len(stateMagic)] != stateVersion || d.mind.readBody(body) != nil {
		// Without its log the running report cannot be revised (periodAt says
		// so), but it can still be taken back by Forget.
		d.mind.unlearn()
		if body != nil && state[len(stateMagic)] == profileVersion {
			d.mind.profile.DecodeFormer(wire.NewReader(body))
		}
		return SetAside
	}
	return Restored
}

// dateFrom returns a date that is not before the site's own at now, nor before
// the plan was issued: a damaged ledger must not become whole because the clock
// was behind when it was found.
func (d *Device) dateFrom(now plan.Time) ledger.Date {
	if d.plan != nil {
		now = max(now, d.plan.Issued)
	}
	return ledger.Date(now/plan.Day + 1)
}

// errState: not the bytes of a state. Load turns it into SetAside.
var errState = errors.New("edge: damaged state")

// split returns the guard and the body of a state. The body is nil if only the
// guard is sound.
func split(state []byte) (guard, body []byte, err error) {
	if len(state) < headSize || len(state) > MaxState ||
		string(state[:len(stateMagic)]) != stateMagic ||
		state[len(stateMagic)] < guardVersion || state[len(stateMagic)] > stateVersion {
		return nil, nil, errState
	}
	end := headSize + int(binary.BigEndian.Uint16(state[headSize-2:]))
	guarded, ok := sound(state, end)
	if !ok {
		return nil, nil, errState
	}
	if state[len(stateMagic)] < profileVersion {
		return guarded[headSize:], nil, nil
	}
	if whole, ok := sound(state, len(state)-sumSize); ok && len(whole) >= end+sumSize {
		body = whole[end+sumSize:]
	}
	return guarded[headSize:], body, nil
}

// sound returns the first end bytes of a state if their checksum follows them.
func sound(state []byte, end int) ([]byte, bool) {
	if end+sumSize > len(state) {
		return nil, false
	}
	return state[:end], binary.BigEndian.Uint64(state[end:]) == checksum(state[:end])
}

func (m *mind) appendGuard(b []byte) []byte {
	b, _ = m.ledger.AppendBinary(b) // its error is always nil
	b = m.year.append(b)
	r := &m.running
	b = wire.AppendBool(b, r.open)
	if !r.open {
		return b
	}
	b = append(b, r.plan[:]...)
	b = wire.AppendUvarint(b, uint64(r.date))
	b = wire.AppendUvarint(b, uint64(r.end))
	b = append(b, r.id[:]...)
	b = wire.AppendUvarint(b, uint64(r.revision))
	return wire.AppendBool(b, r.erased)
}

func (m *mind) readGuard(guard []byte, version byte) error {
	in := wire.NewReader(guard)
	var err error
	if m.ledger, err = ledger.Decode(in.Take(ledger.Size)); err != nil {
		return err
	}
	if version >= yearVersion {
		m.year.read(in)
	}
	if in.Bool() {
		r := &m.running
		r.open = true
		in.Fill(r.plan[:])
		r.date = plan.Date(in.Max(1<<31 - 1))
		r.end = plan.Time(in.Max(uint64(profile.MaxTime)))
		in.Fill(r.id[:])
		if r.revision = uint32(in.Max(maxRevision)); r.revision == 0 {
			in.Fail(wire.ErrForm)
		}
		r.erased = in.Bool()
	}
	return in.Close()
}

func (m *mind) readBody(body []byte) error {
	in := wire.NewReader(body)
	m.profile.Decode(in)
	m.choices.Decode(in)
	m.own.Decode(in)
	m.chances.Decode(in)
	m.items.Decode(in)
	m.reach.Decode(in)
	m.memory.Decode(in)
	m.log = measure.ReadLog(in)
	return in.Close()
}

// checksum is FNV-1a with 64 bits.
func checksum(b []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return h
}
