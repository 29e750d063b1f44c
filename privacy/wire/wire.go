// Package wire is the one strict codec of Dunlin's own byte layouts: plans,
// device state, ledger, module messages, release records.
//
// Every value has exactly one encoding, so decoding and encoding again is the
// identity and a digest of the bytes identifies the value:
//
//	uvarint   LEB128, shortest form only        signed    zigzag, then uvarint
//	blob      uvarint length, then the bytes    count     uvarint, bounded by the caller
//	u32, u64  big endian                        float64   its bits as u64; no NaN, no -0
//
// A Reader never panics and never allocates more than its input holds,
// whatever the bytes; its first error sticks. The package trusts nothing.
//
// Nearly every function is kept from being inlined: the decoders call them some
// two hundred times, and copies of their bodies weighed 10 KB of the module (of
// brotli) without making any call faster. NewReader must be inlined, so that its
// Reader stays on the caller's stack.
package wire

import (
	"encoding/binary"
	"errors"
	"math"
)

// Errors of a Reader. The decoders that use one wrap them with what they read.
var (
	// ErrShort: the input ends before the value does.
	ErrShort = errors.New("wire: input ends too early")
	// ErrForm: a value that is not in its one canonical form, or out of its bounds.
	ErrForm = errors.New("wire: value malformed or out of bounds")
	// ErrTrailing: bytes are left after the last value.
	ErrTrailing = errors.New("wire: bytes left over at the end")
)

// AppendUvarint appends v in LEB128.
//
//go:noinline
func AppendUvarint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// AppendVarint appends v in zigzag LEB128.
//
//go:noinline
func AppendVarint(b []byte, v int64) []byte {
	return binary.AppendUvarint(b, uint64(v)<<1^uint64(v>>63))
}

// AppendBlob appends the length of v and v.
//
//go:noinline
func AppendBlob(b, v []byte) []byte { return append(AppendUvarint(b, uint64(len(v))), v...) }

// AppendString is AppendBlob for a string.
//
//go:noinline
func AppendString(b []byte, v string) []byte { return append(AppendUvarint(b, uint64(len(v))), v...) }

// AppendU32 appends v in four bytes, big endian.
//
//go:noinline
func AppendU32(b []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(b, v) }

// AppendU64 appends v in eight bytes, big endian.
//
//go:noinline
func AppendU64(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

// AppendFloat appends v in eight bytes. NaN becomes 0 and -0 becomes 0, so that
// what was appended can always be read.
//
//go:noinline
func AppendFloat(b []byte, v float64) []byte {
	if v != v || v == 0 {
		v = 0
	}
	return AppendU64(b, math.Float64bits(v))
}

// AppendBool appends one byte, 0 or 1.
//
//go:noinline
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// A Reader takes values off the front of a byte slice. After its first error
// every further call returns a zero value; ask Err or Close once at the end.
type Reader struct {
	b   []byte
	err error
}

// NewReader reads b. Slices that it returns alias b.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err returns the first error so far.
func (r *Reader) Err() error { return r.err }

// Len returns the number of bytes not yet read.
func (r *Reader) Len() int { return len(r.b) }

// Fail makes err the Reader's error unless it has one: for checks that the
// caller makes on values it has read.
//
//go:noinline
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err, r.b = err, nil
	}
}

// Close returns the first error, or ErrTrailing when bytes are left.
//
//go:noinline
func (r *Reader) Close() error {
	if r.err == nil && len(r.b) > 0 {
		r.err = ErrTrailing
	}
	return r.err
}

// Take returns the next n bytes, aliasing the input; nil after an error.
//
//go:noinline
func (r *Reader) Take(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > len(r.b) {
		r.Fail(ErrShort)
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// Rest returns all bytes that are left, aliasing the input.
//
//go:noinline
func (r *Reader) Rest() []byte { return r.Take(len(r.b)) }

// Fill copies the next len(dst) bytes into dst; dst is untouched on an error.
//
//go:noinline
func (r *Reader) Fill(dst []byte) { copy(dst, r.Take(len(dst))) }

// Byte returns the next byte.
//
//go:noinline
func (r *Reader) Byte() byte {
	v := r.Take(1)
	if len(v) == 0 {
		return 0
	}
	return v[0]
}

// Bool returns the next byte as a truth value; any but 0 and 1 is ErrForm.
//
//go:noinline
func (r *Reader) Bool() bool {
	v := r.Byte()
	if v > 1 {
		r.Fail(ErrForm)
	}
	return v == 1
}

// Uvarint returns the next LEB128 value; a longer form than needed is ErrForm.
//
//go:noinline
func (r *Reader) Uvarint() uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.b)
	switch {
	case n == 0:
		r.Fail(ErrShort)
		return 0
	case n < 0 || n > 1 && r.b[n-1] == 0:
		r.Fail(ErrForm)
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Max is Uvarint for a value of at most limit; a larger one is ErrForm.
//
//go:noinline
func (r *Reader) Max(limit uint64) uint64 {
	v := r.Uvarint()
	if v > limit {
		r.Fail(ErrForm)
		return 0
	}
	return v
}

// Count is Max as an int, for lengths of lists.
//
//go:noinline
func (r *Reader) Count(limit int) int { return int(r.Max(uint64(limit))) }

// Varint returns the next zigzag value.
//
//go:noinline
func (r *Reader) Varint() int64 {
	v := r.Uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// U32 returns the next four bytes, big endian.
//
//go:noinline
func (r *Reader) U32() uint32 {
	v := r.Take(4)
	if len(v) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32(v)
}

// U64 returns the next eight bytes, big endian.
//
//go:noinline
func (r *Reader) U64() uint64 {
	v := r.Take(8)
	if len(v) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

// Float returns the next float64; NaN and -0 are ErrForm.
//
//go:noinline
func (r *Reader) Float() float64 {
	bits := r.U64()
	v := math.Float64frombits(bits)
	if v != v || v == 0 && bits != 0 {
		r.Fail(ErrForm)
		return 0
	}
	return v
}

// Blob returns the next length-prefixed bytes, at most limit of them, aliasing
// the input.
//
//go:noinline
func (r *Reader) Blob(limit int) []byte { return r.Take(r.Count(limit)) }

// String is Blob as a string (a copy).
//
//go:noinline
func (r *Reader) String(limit int) string { return string(r.Blob(limit)) }
