package noise

import "errors"

// MaxScale is the largest scale of Laplace.
const MaxScale = 1 << 24

// ErrScale: a Laplace scale is not in 1 to MaxScale.
var ErrScale = errors.New("noise: scale must be 1 to 16777216")

// Laplace draws from the discrete Laplace distribution of scale t,
// P(x) proportional to exp(-|x|/t) over all integers.
//
// Units:  t in counts, 1 to MaxScale; the result is below 2^32 in magnitude.
// Errors: ErrScale, ErrStuck, the reader's error.
// Source: Canonne, Kamath, Steinke 2020, algorithm 2 with s = 1.
func (s *Source) Laplace(t uint64) (int64, error) {
	if t < 1 || t > MaxScale {
		return 0, ErrScale
	}
	magnitude, negative, err := s.laplace(t)
	if err != nil {
		return 0, err
	}
	return signed(magnitude, negative), nil
}

// laplace is Laplace in sign and magnitude: U + tV with U < t kept with
// probability exp(-U/t) and V geometric. As V <= maxRuns the magnitude is
// below t (maxRuns + 1).
func (s *Source) laplace(t uint64) (magnitude uint64, negative bool, err error) {
	for range maxRestarts {
		u, err := s.below(t)
		if err != nil {
			return 0, false, err
		}
		keep, err := s.bernExpUnit(u, t)
		if err != nil {
			return 0, false, err
		}
		if !keep {
			continue
		}
		v, err := s.runs()
		if err != nil {
			return 0, false, err
		}
		sign, err := s.below(2)
		if err != nil {
			return 0, false, err
		}
		magnitude := u + t*v
		if magnitude == 0 && sign == 1 {
			continue // else zero would count twice
		}
		return magnitude, sign == 1, nil
	}
	return 0, false, s.fail(ErrStuck)
}

// runs counts successes of probability exp(-1) before the first failure.
func (s *Source) runs() (uint64, error) {
	for v := uint64(0); v <= maxRuns; v++ {
		ok, err := s.bernExpUnit(1, 1)
		if err != nil {
			return 0, err
		}
		if !ok {
			return v, nil
		}
	}
	return 0, s.fail(ErrStuck)
}

func signed(magnitude uint64, negative bool) int64 {
	if negative {
		return -int64(magnitude)
	}
	return int64(magnitude)
}
