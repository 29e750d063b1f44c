package noise

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// ErrStuck: the reader delivered what true randomness delivers with a
// probability below 2^-180, such as the same eight bytes four times over.
var ErrStuck = errors.New("noise: source of randomness is stuck")

// Limits past which a draw is called ErrStuck instead of going on. They bound
// every loop on a broken reader and keep all products inside 64 bits; with a
// working reader each is met with the stated probability, so that the sampled
// distribution is exact up to a total variation below 2^-180 a draw.
const (
	maxRepeats  = 4    // equal words in a row: 2^-192 (the first has any value)
	maxRejects  = 256  // rejections of below, each under 1/2: 2^-256
	maxTrials   = 64   // trials of bernExp, the K-th passed with at most 1/K: 1/64! < 2^-295
	maxRuns     = 250  // successes of exp(-1) in Laplace: e^-251 < 2^-362
	maxRestarts = 1024 // restarts of Laplace and Gaussian, each under 3/4: 2^-425
)

// Source draws noise from a reader of uniformly random bytes.
//
// It reads ahead by up to 4 KiB. It is not safe for concurrent use. After its
// first failure every further draw returns the same error.
type Source struct {
	r    io.Reader
	buf  [4096]byte
	next int // first unused byte of buf
	err  error

	last    uint64
	repeats int // how often last came in a row
}

// NewSource returns a Source over r, which must yield independent uniform
// bytes: crypto/rand's Reader in production.
func NewSource(r io.Reader) *Source {
	s := &Source{r: r}
	s.next = len(s.buf)
	return s
}

// fail makes err stick and returns it.
func (s *Source) fail(err error) error {
	if s.err == nil {
		s.err = err
	}
	return s.err
}

// word returns 64 uniform bits.
func (s *Source) word() (uint64, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.next == len(s.buf) {
		// ReadFull: a short read is an error, never a buffer with old bytes in it.
		if _, err := io.ReadFull(s.r, s.buf[:]); err != nil {
			return 0, s.fail(fmt.Errorf("noise: read randomness: %w", err))
		}
		s.next = 0
	}
	v := binary.LittleEndian.Uint64(s.buf[s.next:])
	s.next += 8
	if v != s.last {
		s.last, s.repeats = v, 1
		return v, nil
	}
	if s.repeats++; s.repeats >= maxRepeats {
		return 0, s.fail(ErrStuck)
	}
	return v, nil
}

// below returns a uniform integer of [0, n), for n >= 1; nothing is read for
// n = 1. Source: Lemire, "Fast Random Integer Generation in an Interval"
// (2019): the high half of a 128-bit product, rejecting the 2^64 mod n lowest
// values of the low half, so that each result has the same number of preimages.
func (s *Source) below(n uint64) (uint64, error) {
	if n <= 1 {
		return 0, nil
	}
	excess := uint64(0) // 2^64 mod n, computed only when it can matter
	for range maxRejects {
		v, err := s.word()
		if err != nil {
			return 0, err
		}
		hi, lo := bits.Mul64(v, n)
		if lo >= n {
			return hi, nil // excess < n <= lo
		}
		if excess == 0 {
			excess = -n % n
		}
		if lo >= excess {
			return hi, nil
		}
	}
	return 0, s.fail(ErrStuck)
}
