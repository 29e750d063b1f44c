package report

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/sha256"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Sizes in bytes.
const (
	NonceSize  = 16
	PublicSize = 64
	HeadSize   = 140
	// MaxSealed bounds one sealed share: plan.MaxInputShare with PlainHead and
	// the 200 bytes of a seal fit.
	MaxSealed = 40 << 10
	// MaxSize bounds a whole report.
	MaxSize = HeadSize + 2*(2+MaxSealed)
)

const magic = "DLR1"

// ErrMalformed: bytes that are not one whole report, or not one whole plaintext.
var ErrMalformed = errors.New("report: malformed")

// Head is what a report says in the clear; both plaintexts repeat it.
type Head struct {
	Plan     plan.Digest
	Period   plan.Date
	ID       plan.ReportID
	Revision uint32
	Nonce    [NonceSize]byte
	Public   [PublicSize]byte
}

// Report is a device's sealed report.
type Report struct {
	Head
	Leader, Helper []byte // sealed input shares
}

// Append appends the report's bytes. Sealed shares over MaxSealed, or empty, and
// revision 0 are ErrMalformed.
func (r *Report) Append(b []byte) ([]byte, error) {
	if r.Revision == 0 || r.Period < 0 || !sealedLength(len(r.Leader)) || !sealedLength(len(r.Helper)) {
		return b, ErrMalformed
	}
	b = append(b, magic...)
	b = append(b, r.Plan[:]...)
	b = wire.AppendU32(b, uint32(r.Period))
	b = append(b, r.ID[:]...)
	b = wire.AppendU32(b, r.Revision)
	b = append(b, r.Nonce[:]...)
	b = append(b, r.Public[:]...)
	for _, s := range [][]byte{r.Leader, r.Helper} {
		b = append(b, byte(len(s)>>8), byte(len(s)))
		b = append(b, s...)
	}
	return b, nil
}

func sealedLength(n int) bool { return n > 0 && n <= MaxSealed }

// Parse reads one whole report. The sealed shares alias b.
func Parse(b []byte) (Report, error) {
	var r Report
	in := wire.NewReader(b)
	r.Head = readHead(in)
	r.Leader = readSealed(in)
	r.Helper = readSealed(in)
	if in.Close() != nil {
		return Report{}, ErrMalformed
	}
	return r, nil
}

// ParseHead reads only the part in the clear, for who routes and sorts.
func ParseHead(b []byte) (Head, error) {
	in := wire.NewReader(b)
	h := readHead(in)
	if in.Err() != nil {
		return Head{}, ErrMalformed
	}
	return h, nil
}

func readHead(in *wire.Reader) Head {
	var h Head
	if string(in.Take(len(magic))) != magic {
		in.Fail(ErrMalformed)
	}
	in.Fill(h.Plan[:])
	period := in.U32()
	h.Period = plan.Date(period)
	in.Fill(h.ID[:])
	h.Revision = in.U32()
	in.Fill(h.Nonce[:])
	in.Fill(h.Public[:])
	if h.Revision == 0 || period > 1<<31-1 {
		in.Fail(ErrMalformed)
	}
	return h
}

func readSealed(in *wire.Reader) []byte {
	n := in.Take(2)
	if len(n) < 2 {
		return nil
	}
	length := int(n[0])<<8 | int(n[1])
	if !sealedLength(length) {
		in.Fail(ErrMalformed)
	}
	return in.Take(length)
}

// contextLabel separates Dunlin's VDAF instances from every other use.
const contextLabel = "dunlin v1"

// Context returns the VDAF application context of a batch: it ties every proof
// and share to one plan and period.
func Context(d plan.Digest, period plan.Date) []byte {
	b := append([]byte(contextLabel), d[:]...)
	return wire.AppendU32(b, uint32(period))
}

// Role tells the two aggregators apart.
type Role byte

// The aggregators' roles, as VDAF numbers them.
const (
	Leader Role = 0
	Helper Role = 1
)

// String returns leader or helper.
func (r Role) String() string {
	switch r {
	case Leader:
		return "leader"
	case Helper:
		return "helper"
	}
	return "unknown role"
}

// PlainHead is the length of a plaintext before its input share.
const PlainHead = 106

const plainVersion = 1

// AppendPlain appends the plaintext that role's recipient is to open.
func AppendPlain(b []byte, role Role, h *Head, share []byte) []byte {
	b = append(b, plainVersion, byte(role))
	b = append(b, h.Plan[:]...)
	b = wire.AppendU32(b, uint32(h.Period))
	b = append(b, h.ID[:]...)
	b = wire.AppendU32(b, h.Revision)
	b = append(b, h.Nonce[:]...)
	public := sha256.Sum(h.Public[:])
	b = append(b, public[:]...)
	return append(b, share...)
}

// ErrUnlike: what was sealed says something else than the report around it, so
// somebody moved it here from another report, role, period or plan.
var ErrUnlike = errors.New("report: the sealed head is unlike the open one")

// OpenPlain checks a plaintext against the report that carried it and returns
// the input share, aliasing plain.
//
// Errors: ErrMalformed for a wrong length or version, ErrUnlike.
func OpenPlain(plain []byte, role Role, h *Head, shareSize int) ([]byte, error) {
	if len(plain) != PlainHead+shareSize || plain[0] != plainVersion {
		return nil, ErrMalformed
	}
	want := AppendPlain(make([]byte, 0, PlainHead), role, h, nil)
	if string(want) != string(plain[:PlainHead]) {
		return nil, ErrUnlike
	}
	return plain[PlainHead:], nil
}
