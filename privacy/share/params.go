package share

import (
	"errors"
	"math/bits"
)

// Lengths in bytes, and the longest vector.
const (
	NonceSize  = 16   // VDAF nonce, fresh for every revision of a report
	RandSize   = 128  // randomness of one Shard: two seeds, two blinds
	PublicSize = 64   // public share
	HelperSize = 64   // helper's input share
	MaxLength  = 1024 // cells of a measurement

	// MaxContext is the longest application context: its length plus eight
	// stands in a uint16 at the head of every XOF call.
	MaxContext = 1<<16 - 1 - 8

	elementSize = 16
	seedSize    = 32
)

// Errors of New and Shard. No error holds a cell, a share or a seed.
var (
	// ErrParams: a length, weight or chunk length out of its bounds.
	ErrParams = errors.New("share: parameters out of bounds")
	// ErrLength: the measurement has not Params.Length cells.
	ErrLength = errors.New("share: measurement has the wrong length")
	// ErrWeight: the measurement has more than Params.Weight ones.
	ErrWeight = errors.New("share: measurement has too many ones")
	// ErrContext: the context is longer than MaxContext.
	ErrContext = errors.New("share: context too long")
)

// Params are the public parameters of a vector. Device, leader and helper take
// them from the same signed plan.
type Params struct {
	Length int // cells, 1 to MaxLength
	Weight int // most ones, 1 to Length
	Chunk  int // cells proved by one gadget call, 1 to Length+bits
}

// Check returns ErrParams if p is out of bounds.
func (p Params) Check() error {
	if p.Length < 1 || p.Length > MaxLength || p.Weight < 1 || p.Weight > p.Length ||
		p.Chunk < 1 || p.Chunk > p.encoded() {
		return ErrParams
	}
	return nil
}

// LeaderSize is the length in bytes of the leader's input share. The
// parameters must be valid.
func (p Params) LeaderSize() int {
	return elementSize*(p.encoded()+p.proof()) + seedSize
}

// bits is the number of elements that carry the claimed weight.
func (p Params) bits() int { return bits.Len(uint(p.Weight)) }

// encoded is MEAS_LEN: the cells, then the claimed weight in binary.
func (p Params) encoded() int { return p.Length + p.bits() }

// calls is GADGET_CALLS, which is JOINT_RAND_LEN as well.
func (p Params) calls() int { return (p.encoded() + p.Chunk - 1) / p.Chunk }

// points is P: the least power of two that holds the seed and every call.
func (p Params) points() int { return 1 << bits.Len(uint(p.calls())) }

// proof is PROOF_LEN: one seed a wire and the gadget polynomial's coefficients.
func (p Params) proof() int { return 2*p.Chunk + 2*p.points() - 1 }

// DefaultChunk returns the chunk length for a vector of length cells and at
// most weight ones, or 0 if they are out of bounds.
//
// A proof of P = 2^k points costs least with the shortest chunk that fills it,
// ceil((length+bits)/(2^k-1)). A larger k shortens the wires' part of the proof
// and lengthens the gadget polynomial's, and a verifier's time has a term in
// P^2. So: of the k whose leader's share is within one percent of the
// smallest, the least. 64 cells of weight 4 get 10, 256 of weight 12 18,
// 512 35, 1024 34. BenchmarkShardChunk and privacy/vdaf's BenchmarkPrepareChunk
// measure the alternatives.
func DefaultChunk(length, weight int) int {
	p := Params{Length: length, Weight: weight, Chunk: 1}
	if p.Check() != nil {
		return 0
	}
	n := p.encoded()
	at := func(k int) Params {
		p.Chunk = (n + 1<<k - 2) / (1<<k - 1)
		return p
	}
	smallest := at(1).LeaderSize()
	last := bits.Len(uint(n))
	for k := 2; k <= last; k++ {
		smallest = min(smallest, at(k).LeaderSize())
	}
	for k := 1; ; k++ {
		if q := at(k); 100*q.LeaderSize() <= 101*smallest {
			return q.Chunk
		}
	}
}
