// Package interval turns noised counts into honest statements: never a bare
// point, always a range, and always one of two kinds that must not be mixed up:
//
//   - private against exact: what an exact tracker would have counted. Only the
//     noise of privacy is in it.
//   - against the underlying rate: what another such day would bring. It holds
//     the noise and the chance of sampling.
//
// It works on released numbers alone, is pure, and imports no other room.
// Formulas: PRIVACY.md section 6.
package interval

import (
	"encoding/json"
	"math"
)

// Z95 is the two-sided 95 % quantile of the normal distribution.
const Z95 = 1.96

// Interval is a closed range. Enough is false where the data cannot bound the
// quantity on both sides; an end that they do not bound is then the widest
// possible and says nothing. Only Uplift may keep a meaningful Low beside it.
type Interval struct {
	Low, High float64
	Enough    bool
}

// MarshalJSON writes an unbounded end as null: JSON has no infinity.
func (i Interval) MarshalJSON() ([]byte, error) {
	end := func(v float64) *float64 {
		if math.IsInf(v, 0) {
			return nil
		}
		return &v
	}
	return json.Marshal(struct {
		Low    *float64 `json:"low"`
		High   *float64 `json:"high"`
		Enough bool     `json:"enough"`
	}{end(i.Low), end(i.High), i.Enough})
}

// Holds reports whether v lies in the interval.
func (i Interval) Holds(v float64) bool { return v >= i.Low && v <= i.High }

// Exact is the interval of kind "private against exact" for a count: x is the
// released value, variance that of its noise (2 sigma^2 for one release of two
// aggregators, times the releases summed). It may begin below zero: clipping is
// for the display.
func Exact(x int64, variance float64) Interval {
	d := Z95 * math.Sqrt(variance)
	return Interval{float64(x) - d, float64(x) + d, true}
}

// Underlying is the interval of kind "against the underlying rate" for a count:
// all l >= 0 with (x-l)^2 <= z^2 (l + variance).
func Underlying(x int64, variance float64) Interval {
	const z2 = Z95 * Z95
	// l^2 - (2x + z^2) l + x^2 - z^2 v <= 0
	b := 2*float64(x) + z2
	disc := b*b - 4*(float64(x)*float64(x)-z2*variance)
	if disc < 0 {
		return Interval{0, math.Inf(1), false} // x far below zero: no rate explains it
	}
	root := math.Sqrt(disc)
	low, high := (b-root)/2, (b+root)/2
	if high < 0 {
		return Interval{0, math.Inf(1), false}
	}
	return Interval{math.Max(0, low), high, true}
}

// Noisy is a released count and the variance of its noise.
type Noisy struct {
	Value    int64
	Variance float64
}

// Ratio is the interval of kind "private against exact" for k/n, by Fieller:
// all R with (k - R n)^2 <= z^2 (vk - 2 R c + R^2 vn), where c is the covariance
// of the two noises (0 for separate cells; n's own cells among k's give vk).
// Where n's noise reaches zero no bound exists and Enough is false.
//
// Source: Fieller 1954, "Some problems in interval estimation".
func Ratio(k, n Noisy, covariance float64) Interval {
	return Quotient(float64(k.Value), k.Variance, float64(n.Value), n.Variance, covariance)
}

// Quotient is Ratio of any two numbers, such as an amount by devices; of the kind that the
// variances are of.
func Quotient(x, vx, y, vy, covariance float64) Interval {
	const z2 = Z95 * Z95
	a := y*y - z2*vy
	b := x*y - z2*covariance
	c := x*x - z2*vx
	disc := b*b - a*c
	if a <= 0 || disc < 0 || y <= 0 {
		return Interval{math.Inf(-1), math.Inf(1), false}
	}
	root := math.Sqrt(disc)
	return Interval{(b - root) / a, (b + root) / a, true}
}
