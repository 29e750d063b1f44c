package noise

// bernExp returns true with probability exp(-a/b), for any a and b >= 1.
//
// Source: Canonne, Kamath, Steinke 2020, algorithm 1. For a > b,
// exp(-a/b) = exp(-1) ... exp(-1) exp(-r), and the first failure decides.
func (s *Source) bernExp(a, b uint64) (bool, error) {
	for ; a > b; a -= b {
		ok, err := s.bernExpUnit(1, 1)
		if err != nil || !ok {
			return false, err
		}
	}
	return s.bernExpUnit(a, b)
}

// bernExpUnit is bernExp for a <= b: K counts up from 1 while Bern(a/(bK))
// holds, and K is odd with probability exp(-a/b).
//
// Bern(a/(bK)) is drawn as Bern(1/K) and Bern(a/b), which are independent: the
// product bK, the only one that could leave 64 bits, is never formed.
func (s *Source) bernExpUnit(a, b uint64) (bool, error) {
	for k := uint64(1); k <= maxTrials; k++ {
		v, err := s.below(k)
		if err != nil {
			return false, err
		}
		if v == 0 {
			if v, err = s.below(b); err != nil {
				return false, err
			}
			if v < a {
				continue
			}
		}
		return k&1 == 1, nil
	}
	return false, s.fail(ErrStuck)
}
