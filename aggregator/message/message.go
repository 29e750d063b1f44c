package message

import (
	"crypto/sha256"
	"errors"
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Bounds.
const (
	// MaxChunk bounds the reports of one request.
	MaxChunk = 1024
	// maxPrepShare bounds a prep share: 16 (2 + 2 chunk) + 32 bytes, and a
	// plan's chunk length is at most its cells and 8.
	maxPrepShare = 16*(2+2*(plan.MaxCells+8)) + 32
	// maxNoised is the size of the largest aggregate share.
	maxNoised = 16 * plan.MaxCells
	// MaxSmall bounds every message but Prepare and Prepared.
	MaxSmall = maxNoised + 256
	// MaxAnswer bounds a Prepared.
	MaxAnswer = 64 + MaxChunk*(1+vdaf.MessageSize)
	// MaxRequest bounds a Prepare.
	MaxRequest = 32 << 20

	version = 1
	maxRun  = math.MaxInt32 // sequence numbers
)

// ErrMalformed: bytes that are no whole message of the kind asked for.
var ErrMalformed = errors.New("message: malformed")

// Batch names a batch: a plan and the date of one of its periods.
type Batch struct {
	Plan plan.Digest
	Date plan.Date
}

// String is for people and logs.
func (b Batch) String() string {
	return "period " + b.Date.String() + " of plan " + b.Plan.String()[:12]
}

// Tally is what both aggregators must agree on: how many reports count, and the
// hash over them (PRIVACY.md section 3, rule 5).
type Tally struct {
	Count uint64
	Hash  [32]byte
}

// Digest is the SHA-256 of a request.
type Digest [32]byte

// DigestOf hashes a request's bytes.
func DigestOf(request []byte) Digest { return sha256.Sum256(request) }

func begin(kind string, b Batch) []byte { return appendBatch(append([]byte(kind), version), b) }

func appendBatch(out []byte, b Batch) []byte {
	return wire.AppendU32(append(out, b.Plan[:]...), uint32(b.Date))
}

func appendTally(out []byte, t Tally) []byte {
	return append(wire.AppendUvarint(out, t.Count), t.Hash[:]...)
}

func open(in *wire.Reader, kind string) {
	if string(in.Take(len(kind))) != kind || in.Byte() != version {
		in.Fail(ErrMalformed)
	}
}

func readBatch(in *wire.Reader) (b Batch) {
	in.Fill(b.Plan[:])
	date := in.U32()
	if date > math.MaxInt32 {
		in.Fail(ErrMalformed)
	}
	b.Date = plan.Date(date)
	return b
}

func readTally(in *wire.Reader) (t Tally) {
	t.Count = in.Uvarint()
	in.Fill(t.Hash[:])
	return t
}

// Verdicts say for each report of a chunk whether it counts.
type Verdicts []bool

// AppendVerdicts appends v.
func AppendVerdicts(b []byte, v Verdicts) []byte {
	b = wire.AppendUvarint(b, uint64(len(v)))
	bits := make([]byte, (len(v)+7)/8)
	for i, yes := range v {
		if yes {
			bits[i/8] |= 0x80 >> (i % 8)
		}
	}
	return append(b, bits...)
}

// ReadVerdicts reads verdicts; none are nil.
func ReadVerdicts(in *wire.Reader) Verdicts {
	n := in.Count(MaxChunk)
	bits := in.Take((n + 7) / 8)
	if in.Err() != nil || n == 0 {
		return nil
	}
	if n%8 != 0 && bits[len(bits)-1]<<(n%8) != 0 {
		in.Fail(ErrMalformed)
		return nil
	}
	v := make(Verdicts, n)
	for i := range v {
		v[i] = bits[i/8]<<(i%8)&0x80 != 0
	}
	return v
}

// Finish ends a partition.
type Finish struct {
	Batch
	Partition byte
	Sequence  uint64
	Verdicts  Verdicts
}

// Append appends the message's bytes.
func (m *Finish) Append(b []byte) []byte {
	b = append(b, append(begin("DLPF", m.Batch), m.Partition)...)
	return AppendVerdicts(wire.AppendUvarint(b, m.Sequence), m.Verdicts)
}

// ParseFinish reads a whole Finish.
func ParseFinish(b []byte) (m Finish, err error) {
	in := wire.NewReader(b)
	open(in, "DLPF")
	m.Batch, m.Partition, m.Sequence = readBatch(in), in.Byte(), in.Max(maxRun)
	m.Verdicts = ReadVerdicts(in)
	return end(in, m)
}

// Close asks the helper to agree on a batch and to close it.
type Close struct {
	Batch
	Tally
}

// Append appends the message's bytes.
func (m *Close) Append(b []byte) []byte {
	return appendTally(append(b, begin("DLPC", m.Batch)...), m.Tally)
}

// ParseClose reads a whole Close.
func ParseClose(b []byte) (m Close, err error) {
	in := wire.NewReader(b)
	open(in, "DLPC")
	m.Batch, m.Tally = readBatch(in), readTally(in)
	return end(in, m)
}

// Append appends the bytes of a tally as an answer.
func (t Tally) Append(b []byte) []byte { return appendTally(append(b, "DLPT\x01"...), t) }

// ParseTally reads a whole Tally.
func ParseTally(b []byte) (t Tally, err error) {
	in := wire.NewReader(b)
	open(in, "DLPT")
	t = readTally(in)
	return end(in, t)
}

// Exchange carries one aggregator's noised share.
type Exchange struct {
	Batch
	Share []byte
}

// Append appends the message's bytes.
func (m *Exchange) Append(b []byte) []byte {
	return wire.AppendBlob(append(b, begin("DLPX", m.Batch)...), m.Share)
}

// ParseExchange reads a whole Exchange; the share aliases b.
func ParseExchange(b []byte) (m Exchange, err error) {
	in := wire.NewReader(b)
	open(in, "DLPX")
	m.Batch, m.Share = readBatch(in), in.Blob(maxNoised)
	if len(m.Share) == 0 || len(m.Share)%16 != 0 {
		in.Fail(ErrMalformed)
	}
	return end(in, m)
}

// Sign carries one aggregator's signature of the release record.
type Sign struct {
	Batch
	Signature [64]byte
}

// Append appends the message's bytes.
func (m *Sign) Append(b []byte) []byte {
	return append(append(b, begin("DLPG", m.Batch)...), m.Signature[:]...)
}

// ParseSign reads a whole Sign.
func ParseSign(b []byte) (m Sign, err error) {
	in := wire.NewReader(b)
	open(in, "DLPG")
	m.Batch = readBatch(in)
	in.Fill(m.Signature[:])
	return end(in, m)
}

func end[T any](in *wire.Reader, m T) (T, error) {
	if in.Close() != nil {
		var none T
		return none, ErrMalformed
	}
	return m, nil
}

// headOf makes the head that a report of the batch has.
func headOf(b Batch) report.Head { return report.Head{Plan: b.Plan, Period: b.Date} }
