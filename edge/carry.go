package edge

import (
	"encoding/binary"
	"errors"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/predict"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ErrCarry: bytes that Export did not write, damaged ones, or those of another site.
var ErrCarry = errors.New("edge: not a profile that was carried from another device on this site")

// MaxCarry bounds what Export writes.
const MaxCarry = MaxState

const (
	carryMagic   = "DLCY"
	carryVersion = 1
)

// Export appends what another device of the same visitor may take in by Import: all that
// was learnt, and the choices that stand. The ledger, the report and its ID, the log, the
// dice and the lot for every holdout stay here. The state may change: the host must store
// it before the bytes leave.
//
//	0  4  "DLCY"
//	4  1  version, 1
//	.  8  key of the site (profile.KeyOf)
//	.  .  last activity uvarint, Unix seconds
//	.  .  blobs: profile, choices, own evidence, predictions, items, messages, exposures,
//	      each as in a state
//	.  8  FNV-1a 64 of everything before
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrRandom.
func (d *Device) Export(now plan.Time, r Rand, b []byte) ([]byte, error) {
	if err := d.usable(clamp(now)); err != nil {
		return b, err
	}
	var tag [8]byte
	if !fill(r, tag[:]) {
		return b, ErrRandom
	}
	m := &d.mind
	start := len(b)
	b = append(append(b, carryMagic...), carryVersion)
	b = wire.AppendU64(b, uint64(profile.KeyOf(d.plan.Site)))
	b = wire.AppendUvarint(b, uint64(m.profile.Last))
	profiled := func(b []byte) []byte { return m.profile.AppendCarry(b, binary.BigEndian.Uint64(tag[:])|1) }
	for _, part := range [...]func([]byte) []byte{
		profiled, m.choices.AppendCarry, m.own.Append, m.chances.Append, m.items.Append, m.reach.Append, m.memory.Append,
	} {
		b = appendBlob(b, part)
	}
	tag = [8]byte{}
	return wire.AppendU64(b, checksum(b[start:])), nil
}

// appendBlob appends what part appends as a blob, in place: no copy is left elsewhere.
func appendBlob(b []byte, part func([]byte) []byte) []byte {
	var length [3]byte // a part is shorter than MaxState
	at := len(b)
	b = part(append(b, length[:]...))
	head := wire.AppendUvarint(length[:0], uint64(len(b)-at-len(length)))
	end := at + copy(b[at:], head)
	end += copy(b[end:], b[at+len(length):])
	clear(b[end:])
	return b[:end]
}

// carried is what Import reads; it is somebody's, and wiped.
type carried struct {
	profile profile.Profile
	choices choose.Memory
	own     choose.Evidence
	chances predict.Memory
	items   recommend.Memory
	reach   reach.Memory
	memory  measure.Memory
}

// Import takes in what another device of the visitor exported. What both know counts
// once, however often and in whatever order devices carry to one another (package
// profile's Join); ledger, report and holdout do not move. A log of the running period
// keeps its segment. The state changes: the host must store it.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrCarry; the state is as before.
func (d *Device) Import(now plan.Time, b []byte) error {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return err
	}
	head := len(carryMagic) + 1
	if len(b) > MaxCarry || len(b) < head+sumSize {
		return ErrCarry
	}
	whole, ok := sound(b, len(b)-sumSize)
	if !ok || string(b[:len(carryMagic)]) != carryMagic || b[len(carryMagic)] != carryVersion {
		return ErrCarry
	}
	r := wire.NewReader(whole[head:])
	if r.U64() != uint64(profile.KeyOf(d.plan.Site)) {
		return ErrCarry
	}
	last := plan.Time(r.Max(uint64(profile.MaxTime)))
	var parts [7][]byte
	for i := range parts {
		parts[i] = r.Blob(MaxCarry)
	}
	if r.Close() != nil {
		return ErrCarry
	}
	o := new(carried)
	defer func() { *o = carried{} }()
	for i, decode := range [...]func(*wire.Reader){
		o.profile.Decode, o.choices.Decode, o.own.Decode, o.chances.Decode, o.items.Decode, o.reach.Decode, o.memory.Decode,
	} {
		part := wire.NewReader(parts[i])
		if decode(part); part.Close() != nil {
			return ErrCarry
		}
	}
	if o.profile.Last != last {
		return ErrCarry
	}
	m := &d.mind
	own := m.profile.Last
	part := wire.NewReader(parts[0])
	if m.profile.Join(d.names, now, part); part.Err() != nil {
		return ErrCarry // nothing has changed
	}
	d.join(o, now, own, last)
	return nil
}

// join takes in all but the profile. own and last are the last activities here and there,
// before either was moved to now by a clock that is behind.
func (d *Device) join(o *carried, now, own, last plan.Time) {
	m := &d.mind
	for _, x := range [...]struct {
		choices *choose.Memory
		own     *choose.Evidence
		items   *recommend.Memory
		reach   *reach.Memory
		memory  *measure.Memory
		last    plan.Time
	}{{&m.choices, &m.own, &m.items, &m.reach, &m.memory, own}, {&o.choices, &o.own, &o.items, &o.reach, &o.memory, last}} {
		if now < x.last {
			x.choices.Rewind(now)
			x.own.Rewind(d.dateOf(now))
			x.items.Rewind(now)
			x.reach.Rewind(now)
			x.memory.Rewind(now)
			continue
		}
		if age := m.profile.Last - x.last; x.last > 0 && age > 0 { // both fade to the same instant
			x.own.Advance(age)
			x.items.Advance(age)
			x.reach.Advance(age)
		}
	}
	o.choices.Adopt(d.places)
	o.own.Adopt(d.places)
	o.chances.Adopt(d.plan)
	o.reach.Adopt(d.messages)
	d.rules.Adopt(&o.memory)
	// A choice stands by what was last seen, on whichever device: by what both remember.
	m.memory.Join(&o.memory)
	d.settle(&m.choices)
	d.settle(&o.choices)
	m.choices.Join(&o.choices)
	m.own.Join(&o.own)
	m.chances.Join(&o.chances)
	m.items.Join(&o.items)
	m.reach.Join(&o.reach)
}

// settle drops the choices that are not what was last seen.
func (d *Device) settle(choices *choose.Memory) {
	for i := range d.places {
		choices.Settle(&d.places[i], d.seen(d.places[i].Place))
	}
}
