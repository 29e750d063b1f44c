package noise

import (
	"errors"
	"math"
)

// Rho is a price in zero-concentrated differential privacy (zCDP; Bun and
// Steinke 2016), for one device's report of one period replaced by zeros.
// Prices of several releases add up; epsilons do not.
type Rho float64

// Epsilon and Delta are the two parameters of approximate differential privacy.
type (
	Epsilon float64
	Delta   float64
)

// ErrBudget: an epsilon is not positive and finite, a delta not strictly
// between 0 and 1, or a weight below 1.
var ErrBudget = errors.New("noise: need epsilon above 0, delta between 0 and 1, weight at least 1")

// RhoOf returns what a release costs whose every cell carries noise of
// variance sigma2 from one honest aggregator: w / (2 sigma2), for reports with
// at most weight ones. A negative weight or no noise at all cost +Inf.
//
// Source: PRIVACY.md, section 2; Canonne, Kamath, Steinke 2020, section 2.
func RhoOf(weight int, sigma2 uint64) Rho {
	if weight < 0 || sigma2 == 0 {
		return Rho(math.Inf(1))
	}
	return Rho(float64(weight) / (2 * float64(sigma2)))
}

// Times returns the price of n releases of price r each; a negative n costs
// +Inf.
func (r Rho) Times(n int) Rho {
	switch {
	case n < 0:
		return Rho(math.Inf(1))
	case n == 0:
		return 0
	}
	return r * Rho(n)
}

// Epsilon returns the smallest epsilon for which the tight conversion proves
// (epsilon, d)-differential privacy from r:
//
//	min over alpha > 1 of  alpha r + ln(1 - 1/alpha) + (ln(1/d) - ln alpha) / (alpha - 1)
//
// and not below 0. Where nothing is proved (r negative, infinite or NaN, d not
// between 0 and 1) it is +Inf.
//
// Source: Canonne, Kamath, Steinke 2020, section 2.3.
func (r Rho) Epsilon(d Delta) Epsilon {
	rho, inverse := float64(r), -math.Log(float64(d))
	if !(rho >= 0) || math.IsInf(rho, 1) || !(d > 0 && d < 1) {
		return Epsilon(math.Inf(1))
	}
	if rho == 0 {
		return 0
	}
	// With x = alpha - 1 the derivative is r - (ln(1/d) - ln(1+x)) / x^2. Its
	// sign is that of r x^2 + ln(1+x) - ln(1/d), which grows with x: there is
	// one minimum, below both sqrt(ln(1/d)/r) and 1/d. Every alpha proves
	// something, so a root that is a little off, or cut to the range in which
	// no term below leaves float64, is still sound.
	low, high := 0.0, max(min(math.Sqrt(inverse/rho), 1/float64(d), 1e100), 1e-100)
	for {
		x := low + (high-low)/2
		if x <= low || x >= high {
			break
		}
		if rho*x*x+math.Log1p(x) < inverse {
			low = x
		} else {
			high = x
		}
	}
	x := high
	e := (1+x)*rho + math.Log(x) - math.Log1p(x) + (inverse-math.Log1p(x))/x
	return Epsilon(max(e, 0))
}

// RhoFor returns the largest price that still converts to e at d: the inverse
// of Rho.Epsilon, from below.
//
// Errors: ErrBudget.
func RhoFor(e Epsilon, d Delta) (Rho, error) {
	if !(e > 0) || math.IsInf(float64(e), 1) || !(d > 0 && d < 1) {
		return 0, ErrBudget
	}
	// Epsilon grows with r and is at least r + ln(1-d), so the doubling ends.
	low, high := Rho(0), Rho(1)
	for high.Epsilon(d) <= e {
		low, high = high, 2*high
	}
	for {
		mid := low + (high-low)/2
		if mid <= low || mid >= high {
			return low, nil
		}
		if mid.Epsilon(d) <= e {
			low = mid
		} else {
			high = mid
		}
	}
}

// SigmaSquared returns the smallest integer sigma^2 with which reports of at
// most weight ones cost at most (e, d) a release: ceil(w / (2 rho)).
//
// Errors: ErrBudget; ErrSigma where it would exceed MaxSigmaSquared.
func SigmaSquared(weight int, e Epsilon, d Delta) (uint64, error) {
	if weight < 1 {
		return 0, ErrBudget
	}
	rho, err := RhoFor(e, d)
	if err != nil {
		return 0, err
	}
	v := math.Ceil(float64(weight) / (2 * float64(rho)))
	if !(v <= MaxSigmaSquared) {
		return 0, ErrSigma
	}
	return uint64(max(v, 1)), nil
}
