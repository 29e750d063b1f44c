package decay

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// One is the unit amount: sums and amounts have 12 binary digits after the point.
const One = 1 << 12

const (
	steps    = 64 // of the table, a half-life
	fraction = 20 // binary digits of a place between two steps
	unit     = 30 // binary digits of a Factor after the point
)

// HalfLife is a half-life in seconds, above 0.
type HalfLife uint32

// Clock is the time since the origin of all sums that share it, below their
// half-life. The zero value stands at the origin. Every call must be given the
// same half-life.
type Clock struct{ phase uint32 }

// Advance lets age seconds pass and returns how often every sum of the clock has
// halved: the caller must shift each of them right by it. Time that runs
// backwards is none.
func (c *Clock) Advance(h HalfLife, age plan.Time) (halvings uint) {
	if age <= 0 {
		return 0
	}
	t := uint64(c.phase) + uint64(age)
	c.phase = uint32(t % uint64(h))
	return uint(min(t/uint64(h), 32)) // a sum has 32 digits
}

// Factor is what an amount is worth at a clock's phase, 2^(phase/h): at least 1,
// at most 2, in units of 2^-30.
type Factor uint32

// Factor returns the factor now.
//
// Claim: relative error at most 1.5e-5, by linear interpolation; it never falls
// as the phase grows.
func (c Clock) Factor(h HalfLife) Factor {
	at := uint64(c.phase) << fraction * steps / uint64(h)
	i := at >> fraction
	low, high := uint64(exp2[i]), uint64(exp2[i+1])
	return Factor(low + (high-low)*(at&(1<<fraction-1))>>fraction)
}

// Add adds amount, in units of 1/One, to a sum, which stays at its largest value
// once it is there.
func (f Factor) Add(sum *uint32, amount uint32) {
	v := uint64(*sum) + (uint64(amount)*uint64(f)+1<<(unit-1))>>unit
	*sum = uint32(min(v, 1<<32-1))
}

// Read returns what a sum is worth, in units of 1/One, rounded to the nearest.
func (f Factor) Read(sum uint32) uint32 {
	return uint32((uint64(sum)<<unit + uint64(f)/2) / uint64(f))
}

// Append appends the clock's bytes: its phase in seconds, uvarint.
func (c Clock) Append(b []byte) []byte { return wire.AppendUvarint(b, uint64(c.phase)) }

// ReadClock takes a clock of half-life h off r, whose error says whether it was one.
func ReadClock(r *wire.Reader, h HalfLife) Clock { return Clock{uint32(r.Max(uint64(h) - 1))} }
