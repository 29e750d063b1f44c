package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// halfLives are in seconds. The clock of each stands at the last activity's time
// modulo the half-life, so that two devices' sums have the same origin and Join can
// compare them without rounding. The first ones are those of interests.
var halfLives = [...]decay.HalfLife{
	7 * plan.Day, 14 * plan.Day, 21 * plan.Day, 30 * plan.Day, 60 * plan.Day,
	28 * plan.Day, 90 * plan.Day, 180 * plan.Day,
}

// Indices of halfLives.
const (
	life7 = iota
	life14
	life21
	life30
	life60
	numInterestLives

	life28   = numInterestLives
	life90   = numInterestLives + 1
	life180  = numInterestLives + 2
	numLives = numInterestLives + 3
)

// maxSum keeps a sum within four bytes: 65,535 times One.
const maxSum = 1<<28 - 1

// factorAt is what an amount is worth at an instant.
//
//go:noinline
func factorAt(life int, at plan.Time) decay.Factor {
	var c decay.Clock
	c.Advance(halfLives[life], at)
	return c.Factor(halfLives[life])
}

// halvings is how often a sum halves from one instant to a later one.
//
//go:noinline
func halvings(life int, from, to plan.Time) uint {
	h := plan.Time(halfLives[life])
	return uint(min(max(to/h-from/h, 0), 32)) // a sum has 32 digits
}

// grow adds what an amount of an earlier instant is worth now, both in units of a
// sum; it tells whether anything is left of it.
//
//go:noinline
func grow(sum *uint32, life int, at, now plan.Time, amount uint32) bool {
	var units uint32
	factorAt(life, at).Add(&units, amount)
	units = units >> halvings(life, at, now)
	*sum = min(*sum+min(units, maxSum), maxSum)
	return units != 0
}

// move takes sums from one instant to another. Forwards they fade. Backwards they
// keep their worth: while the clock is set back nothing fades.
type move struct {
	halvings [numLives]uint
	from, to [numLives]decay.Factor
	back     bool
}

// moveOf tells too whether anything changes.
func moveOf(from, to plan.Time) (m move, ok bool) {
	for i := range halfLives {
		if to < from {
			m.from[i], m.to[i] = factorAt(i, from), factorAt(i, to)
			m.back = true
		}
		m.halvings[i] = halvings(i, from, to)
		ok = ok || m.back || m.halvings[i] != 0
	}
	return m, ok
}

// sum returns a sum moved. One above zero that is moved backwards stays above zero.
func (m *move) sum(life int, sum uint32) uint32 {
	if !m.back {
		return sum >> m.halvings[life]
	}
	from, to := uint64(m.from[life]), uint64(m.to[life])
	return uint32(min((uint64(sum)*to+from/2)/from, maxSum))
}

// fading reads sums of one instant as they are at another, not an earlier one.
type fading struct {
	halvings [numLives]uint
	factors  [numLives]decay.Factor
}

func fadingOf(from, to plan.Time) (f fading) {
	for i := range halfLives {
		f.halvings[i] = halvings(i, from, to)
		f.factors[i] = factorAt(i, to)
	}
	return f
}

// read is what a sum is worth, in units of 1/decay.One.
func (f *fading) read(life int, sum uint32) uint32 {
	if sum >>= f.halvings[life]; sum == 0 { // most are; Read divides
		return 0
	}
	return f.factors[life].Read(sum)
}
