package edge

import (
	"encoding/binary"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// MindOf returns a copy of all that a device holds of its visitor, to compare.
func MindOf(d *Device) any { return d.mind }

// Visits returns how many the visitor made.
func Visits(d *Device) uint32 { return d.mind.profile.Visits() }

// LedgerOf returns the visitor's ledger.
func LedgerOf(d *Device) ledger.Ledger { return d.mind.ledger }

// Guarded returns the length of a state's part with the ledger, its checksum
// included.
func Guarded(state []byte) int {
	return headSize + int(binary.BigEndian.Uint16(state[headSize-2:])) + sumSize
}

// SealState puts any guard and body into a state whose checksums are right.
func SealState(guard, body []byte) []byte { return SealStateOf(stateVersion, guard, body) }

// SealStateOf is SealState under any version.
func SealStateOf(version byte, guard, body []byte) []byte {
	b := append([]byte(stateMagic), version)
	b = binary.BigEndian.AppendUint16(b, uint16(len(guard)))
	b = append(b, guard...)
	b = wire.AppendU64(b, checksum(b))
	b = append(b, body...)
	return wire.AppendU64(b, checksum(b))
}

// ParseState returns the guard and body that SealState took.
func ParseState(state []byte) (guard, body []byte) {
	guard, body, err := split(state)
	if err != nil || body == nil {
		panic("not a sound state")
	}
	return guard, body
}

// ScratchClear tells whether nothing secret is left of the last call, in the
// whole room of each buffer.
func ScratchClear(d *Device) bool {
	s := &d.scratch
	if s.view != (profile.View{}) || s.touched != (profile.Profile{}) || s.lot != ([choose.LotSize]byte{}) {
		return false
	}
	for _, c := range s.cells[:cap(s.cells)] {
		if c {
			return false
		}
	}
	for _, b := range [][]byte{s.shares.Leader[:cap(s.shares.Leader)], s.shares.Helper[:], s.fresh.id[:], s.fresh.nonce[:], s.fresh.shard[:]} {
		for _, v := range b {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// SetRevision makes the running report's last revision n.
func SetRevision(d *Device, n uint32) { d.mind.running.revision = n }

// WithoutYear returns the guard of d's state as versions before the third had it.
func WithoutYear(d *Device, guard []byte) []byte {
	n := len(d.mind.year.append(nil))
	return append(guard[:ledger.Size:ledger.Size], guard[ledger.Size+n:]...)
}

// GuardOf returns what the guard of d's state holds: ledger, year, running report.
func GuardOf(d *Device) any { return string(d.mind.appendGuard(nil)) }

// LotOf returns the bytes of d's dice and lot.
func LotOf(d *Device) any {
	n := 1
	if d.mind.choices.Drawn() {
		n += choose.LotSize
	}
	return string(d.mind.choices.Append(nil)[:n])
}
