package choose

import (
	"math"

	"github.com/dunlin-analytics/dunlin/edge/approx"
)

// Bounds of the two parameters of Beta.
const (
	MinShape = 1e-3
	MaxShape = 1 << 21
)

// Beta draws from the Beta(a, b) distribution: a rate, for which a successes and b
// failures speak. a and b below MinShape (or not numbers) are taken as MinShape, above
// MaxShape as MaxShape. The result is a number in [0, 1], whatever a and b are; it is
// 0 or 1 where the rate drawn is too close to them for a float64.
//
// Claim:  the distribution is exact but for the rounding of float64 and the 53
// digits of each uniform number.
// Source: X/(X+Y) of two gamma variates (Johnk); Marsaglia and Tsang, "A simple
// method for generating gamma variables", ACM TOMS 26 (2000), with their boost
// below 1; normals by Marsaglia's polar method, whose pairs serve X and Y.
func Beta(s *Stream, a, b float64) float64 {
	a, b = shape(a), shape(b)
	x, y := normals(s)
	if a >= 1 && b >= 1 {
		v, w := gamma(s, a, x), gamma(s, b, y)
		return v / (v + w)
	}
	// A gamma variate of a small shape may be smaller than any float64 (its
	// typical size is 2^(-1/a)); the logarithms of both never are.
	v, w := logGamma(s, a, x), logGamma(s, b, y)
	return 1 / (1 + approx.Exp2(w-v))
}

// shape puts a parameter into its bounds.
func shape(v float64) float64 {
	if !(v > MinShape) { // so written, NaN is caught too
		return MinShape
	}
	return min(v, MaxShape)
}

// normals draws two independent standard normal variates.
func normals(s *Stream) (x, y float64) {
	for {
		u, v := float64(2*s.Float64())-1, float64(2*s.Float64())-1
		r := float64(u*u) + float64(v*v)
		if r > 0 && r < 1 {
			f := math.Sqrt(float64(-2*approx.Ln2*approx.Log2(r)) / r)
			return float64(u * f), float64(v * f)
		}
	}
}

// gamma draws from the gamma distribution of a shape of at least 1 and scale 1; x is
// a standard normal variate that nothing else is drawn from. The result is above 0.
func gamma(s *Stream, shape, x float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(float64(9*d))
	for ; ; x, _ = normals(s) {
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = float64(v * v * v)
		u := s.Float64()
		square := float64(x * x)
		if u < 1-float64(.0331*square*square) ||
			float64(approx.Ln2*approx.Log2(u)) < float64(.5*square)+float64(d*(1-v+float64(approx.Ln2*approx.Log2(v)))) {
			return float64(d * v)
		}
	}
}

// logGamma draws as gamma does, from any shape, and returns the binary logarithm.
func logGamma(s *Stream, shape, x float64) float64 {
	if shape >= 1 {
		return approx.Log2(gamma(s, shape, x))
	}
	return approx.Log2(gamma(s, shape+1, x)) + approx.Log2(s.Float64())/shape
}
