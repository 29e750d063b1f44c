package release

import (
	"errors"
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

const (
	magic   = "DLRL"
	version = 1
	label   = "dunlin release v1\n"
	// Aggregators is how many of them add noise to a release.
	Aggregators = 2
	// maxTime and maxLength are the bounds of a plan's periods.
	maxTime   = 1 << 36
	maxLength = 29 * plan.Day
	// maxCell bounds a sum: reports, and noise many times over.
	maxCell = 1 << 40
	maxBody = 16 << 10
)

var (
	// ErrRecord: bytes or values that are no release record.
	ErrRecord = errors.New("release: malformed record")
	// ErrSignature: a signature is not of the aggregator it should be of.
	ErrSignature = errors.New("release: a signature does not fit the record")
)

// Record is the noised sum of one batch.
//
// Shape:  Cells has one entry for each cell of the plan's Layout, in its order.
// Units:  counts of device-periods; may be negative. Each cell has the noise of
// Aggregators discrete Gaussians of parameter Sigma2.
// Claim:  PRIVACY.md section 2, against everyone if one aggregator is honest.
type Record struct {
	Plan   plan.Digest
	Period plan.Period
	Weight int    // w, most ones of a measurement
	Sigma2 uint64 // of each aggregator's noise
	Cells  []int64
}

// Variance returns the noise variance of one cell.
func (r *Record) Variance() uint64 { return Aggregators * r.Sigma2 }

// Append appends the record's body.
//
// Errors: ErrRecord when a value is out of its bounds.
func (r *Record) Append(b []byte) ([]byte, error) {
	if !r.valid() {
		return b, ErrRecord
	}
	b = append(append(b, magic...), version)
	b = append(b, r.Plan[:]...)
	b = wire.AppendU32(b, uint32(r.Period.Date))
	b = wire.AppendVarint(b, int64(r.Period.Start))
	b = wire.AppendUvarint(b, uint64(r.Period.End-r.Period.Start))
	b = wire.AppendUvarint(b, Aggregators)
	b = wire.AppendUvarint(b, uint64(r.Weight))
	b = wire.AppendUvarint(b, r.Sigma2)
	b = wire.AppendUvarint(b, uint64(len(r.Cells)))
	for _, c := range r.Cells {
		b = wire.AppendVarint(b, c)
	}
	return b, nil
}

func (r *Record) valid() bool {
	for _, c := range r.Cells {
		if c < -maxCell || c > maxCell {
			return false
		}
	}
	return r.Period.Date >= 0 && r.Period.Start >= 0 && r.Period.Start <= maxTime &&
		r.Period.End > r.Period.Start && r.Period.End-r.Period.Start <= maxLength &&
		r.Weight > 0 && r.Weight <= plan.MaxWeight && r.Sigma2 > 0 && r.Sigma2 <= plan.MaxSigma2 &&
		len(r.Cells) > 0 && len(r.Cells) <= plan.MaxCells
}

// Decode reads a whole body.
func Decode(body []byte) (Record, error) {
	var r Record
	in := wire.NewReader(body)
	if string(in.Take(len(magic))) != magic || in.Byte() != version {
		in.Fail(ErrRecord)
	}
	in.Fill(r.Plan[:])
	date := in.U32()
	if date > math.MaxInt32 {
		in.Fail(ErrRecord)
	}
	r.Period.Date = plan.Date(date)
	r.Period.Start = plan.Time(in.Varint())
	r.Period.End = r.Period.Start + plan.Time(in.Max(maxLength))
	if in.Uvarint() != Aggregators {
		in.Fail(ErrRecord)
	}
	r.Weight = in.Count(plan.MaxWeight)
	r.Sigma2 = in.Max(plan.MaxSigma2)
	r.Cells = make([]int64, in.Count(plan.MaxCells))
	for i := range r.Cells {
		r.Cells[i] = in.Varint()
	}
	if in.Close() != nil || !r.valid() {
		return Record{}, ErrRecord
	}
	return r, nil
}

// Message returns what both aggregators sign.
func Message(body []byte) []byte { return append([]byte(label), body...) }
