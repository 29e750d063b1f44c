package noise

import (
	"errors"
	"math/bits"
)

// MaxSigmaSquared is the largest sigma^2 that Gaussian draws.
const MaxSigmaSquared = 1 << 24

// Errors of the arguments of Gaussian and Vector.
var (
	// ErrSigma: a sigma^2 is not in 1 to MaxSigmaSquared.
	ErrSigma = errors.New("noise: sigma squared must be 1 to 16777216")
	// ErrLength: a vector's length is negative.
	ErrLength = errors.New("noise: length is negative")
)

// Gaussian draws from the discrete Gaussian N_Z(0, sigma2),
// P(x) proportional to exp(-x^2 / (2 sigma2)) over all integers.
//
// Units:  sigma2 in counts squared, 1 to MaxSigmaSquared; the result is below
// 2^20 in magnitude. Its variance falls short of sigma2 by less than 1e-6.
// Claim:  sigma2 = w / (2 rho) on every cell gives rho-zCDP for 0/1 vectors
// with at most w ones (PRIVACY.md, section 2), if the reader is uniform.
// Errors: ErrSigma, ErrStuck, the reader's error.
// Source: Canonne, Kamath, Steinke 2020, algorithm 3.
func (s *Source) Gaussian(sigma2 uint64) (int64, error) {
	if sigma2 < 1 || sigma2 > MaxSigmaSquared {
		return 0, ErrSigma
	}
	t := isqrt(sigma2) + 1
	for range maxRestarts {
		y, negative, err := s.laplace(t)
		if err != nil {
			return 0, err
		}
		a, b := exponent(y, t, sigma2)
		keep, err := s.bernExp(a, b)
		if err != nil {
			return 0, err
		}
		if keep {
			return signed(y, negative), nil
		}
	}
	return 0, s.fail(ErrStuck)
}

// Vector draws n independent values of N_Z(0, sigma2): the noise of one batch,
// one value for every cell whether or not anybody set it. On an error it
// returns no values at all.
//
// Errors: ErrLength, and those of Gaussian.
func (s *Source) Vector(n int, sigma2 uint64) ([]int64, error) {
	if n < 0 {
		return nil, ErrLength
	}
	if sigma2 < 1 || sigma2 > MaxSigmaSquared {
		return nil, ErrSigma
	}
	v := make([]int64, n)
	for i := range v {
		x, err := s.Gaussian(sigma2)
		if err != nil {
			return nil, err
		}
		v[i] = x
	}
	return v, nil
}

// exponent returns (y t - sigma2)^2 and 2 sigma2 t^2, the fraction by which a
// Laplace draw of magnitude y is kept.
//
// Both fit 64 bits: t <= 4097 and y < 251 t (maxRuns), so y t < 251 4097^2 =
// 4,213,137,659 < 2^32, its distance to sigma2 too, and 2 sigma2 t^2 <=
// 2^25 4097^2 < 2^50.
func exponent(y, t, sigma2 uint64) (a, b uint64) {
	d := y*t - sigma2
	if y*t < sigma2 {
		d = sigma2 - y*t
	}
	return d * d, 2 * sigma2 * t * t
}

// isqrt returns the integer part of the square root of v, by Newton's method
// from above: the first value that does not decrease is the root.
func isqrt(v uint64) uint64 {
	if v < 2 {
		return v
	}
	x := uint64(1) << ((bits.Len64(v) + 1) / 2)
	for {
		y := (x + v/x) / 2
		if y >= x {
			return x
		}
		x = y
	}
}
