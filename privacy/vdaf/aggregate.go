package vdaf

import (
	"github.com/cloudflare/circl/vdaf/prio3/arith/fp128"
)

// span bounds the sum of a batch with its noise: cells lie in [-span, span). A
// batch of 2^39 reports and noise of 2^20 standard deviations stay inside.
const span = 1 << 40

// AggregateShare is one aggregator's share of a batch's sums, with or without
// its noise. Until noised it is as secret as the input shares.
type AggregateShare struct {
	cells fp128.Vec
}

// NewAggregateShare returns an empty share of length cells.
func NewAggregateShare(length int) *AggregateShare {
	return &AggregateShare{make(fp128.Vec, length)}
}

// Len is the number of cells.
func (a *AggregateShare) Len() int { return len(a.cells) }

// Add adds one report's output share.
//
// Errors: ErrLength; the sum is then unchanged.
func (a *AggregateShare) Add(o OutputShare) error { return a.add(o.cells) }

// Merge adds another aggregate share of the same aggregator.
//
// Errors: ErrLength; the sum is then unchanged.
func (a *AggregateShare) Merge(other *AggregateShare) error { return a.add(other.cells) }

func (a *AggregateShare) add(cells fp128.Vec) error {
	if len(cells) != len(a.cells) {
		return ErrLength
	}
	a.cells.AddAssign(cells)
	return nil
}

// AddNoise adds one signed integer to each cell, modulo the field's prime.
//
// Errors: ErrLength; the sum is then unchanged.
func (a *AggregateShare) AddNoise(noise []int64) error {
	if len(noise) != len(a.cells) {
		return ErrLength
	}
	// Every value is lifted by 2^63 into uint64 and the lift taken off again,
	// so that no branch depends on a sign.
	const lift = 1 << 63
	base := element(lift)
	for i, n := range noise {
		x := element(uint64(n) ^ lift)
		a.cells[i].AddAssign(&x)
		a.cells[i].SubAssign(&base)
	}
	return nil
}

// MarshalBinary returns 16 bytes a cell.
func (a *AggregateShare) MarshalBinary() ([]byte, error) { return a.cells.MarshalBinary() }

// UnmarshalAggregateShare decodes the share of length cells.
//
// Errors: ErrDecode if b has another length or a cell is not below the prime.
func UnmarshalAggregateShare(length int, b []byte) (*AggregateShare, error) {
	if length < 0 || len(b)%fp128.Size != 0 || len(b)/fp128.Size != length {
		return nil, ErrDecode
	}
	a := NewAggregateShare(length)
	if length > 0 && a.cells.UnmarshalBinary(b) != nil {
		return nil, ErrDecode
	}
	return a, nil
}

// Unshard returns the sums that two aggregate shares are of. Noised sums may be
// negative; circl's own Unshard refuses those.
//
// Shape:  one value a cell, each in [-2^40, 2^40).
// Errors: ErrLength, ErrRange.
// Source: draft-irtf-cfrg-vdaf-13, section 7.2.5, with a centred lift: 2^40 is
// added in the field and subtracted from the integer.
func Unshard(leader, helper *AggregateShare) ([]int64, error) {
	if len(leader.cells) != len(helper.cells) {
		return nil, ErrLength
	}
	base := element(span)
	sums := make([]int64, len(leader.cells))
	for i := range sums {
		x := leader.cells[i]
		x.AddAssign(&helper.cells[i])
		x.AddAssign(&base)
		v, err := x.GetUint64()
		if err != nil || v >= 2*span {
			return nil, ErrRange
		}
		sums[i] = int64(v) - span
	}
	return sums, nil
}

// element returns n as a field element.
func element(n uint64) (x fp128.Fp) {
	_ = x.SetUint64(n) // never fails in a field wider than 64 bits
	return x
}
