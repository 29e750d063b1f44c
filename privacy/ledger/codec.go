package ledger

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Size is the length of an encoded ledger in bytes, whatever is in it.
const Size = 142

const (
	magic   = "DLLG"
	version = 1
)

// ErrDamaged: bytes that no Ledger encodes to. The device goes on with
// Exhausted.
var ErrDamaged = errors.New("ledger: damaged")

// A date's charge is written in 32 bits.
const _ = uint32(CapDay)

// AppendBinary appends the encoding of l, Size bytes; the error is always nil.
func (l *Ledger) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, magic...)
	b = append(b, version, byte(l.state))
	b = wire.AppendU32(b, uint32(l.last))
	b = wire.AppendU64(b, l.serial)
	for _, c := range l.spent {
		b = wire.AppendU32(b, uint32(c))
	}
	return wire.AppendU32(b, checksum(b[start:])), nil
}

// Decode is the inverse of AppendBinary. It accepts nothing that AppendBinary
// does not write, so encoding again gives the same bytes.
//
// Errors: ErrDamaged.
func Decode(b []byte) (Ledger, error) {
	if len(b) != Size {
		return Ledger{}, ErrDamaged
	}
	r := wire.NewReader(b)
	head := string(r.Take(len(magic)))
	v := r.Byte()
	l := Ledger{state: state(r.Byte()), last: Date(r.U32()), serial: r.U64()}
	for i := range l.spent {
		l.spent[i] = NanoRho(r.U32())
	}
	sum := r.U32()
	if r.Close() != nil || head != magic || v != version || sum != checksum(b[:Size-4]) || !l.sound() {
		return Ledger{}, ErrDamaged
	}
	return l, nil
}

// sound reports whether calls can have led to l.
func (l *Ledger) sound() bool {
	total := NanoRho(0)
	for _, c := range l.spent {
		if c > CapDay {
			return false
		}
		total += c
	}
	switch l.state {
	case fresh:
		return total == 0 && l.last == 0
	case charged:
		return l.spent[0] > 0 && total <= Cap30
	case barred:
		return total == 0
	}
	return false
}

// checksum is CRC-32 (IEEE 802.3), bit by bit: hash/crc32 would bring its
// tables and assembly into the module for 138 bytes.
func checksum(b []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range b {
		crc ^= uint32(c)
		for range 8 {
			crc = crc>>1 ^ 0xedb88320&-(crc&1)
		}
	}
	return ^crc
}
