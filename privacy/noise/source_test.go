package noise

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// seeded returns a Source over a fixed ChaCha8 stream, so that every
// statistical test of this package draws the same values in every run.
func seeded(stream byte) *Source {
	seed := [32]byte{31: stream}
	copy(seed[:], "dunlin privacy/noise test")
	return NewSource(rand.NewChaCha8(seed))
}

// words is a reader of the given 64-bit words, padded to full buffers with
// words that differ from each other.
func words(w ...uint64) io.Reader {
	var b []byte
	for _, v := range w {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	for i := uint64(1); len(b)%len(Source{}.buf) != 0; i++ {
		b = binary.LittleEndian.AppendUint64(b, i)
	}
	return bytes.NewReader(b)
}

func TestAFailingReaderIsAnErrorThatSticks(t *testing.T) {
	broken := errors.New("entropy device on fire")
	stream := func() io.Reader { return rand.NewChaCha8([32]byte{1}) }
	size := int64(len(Source{}.buf))
	for name, c := range map[string]struct {
		r    io.Reader
		want error
	}{
		"at once":             {iotest.ErrReader(broken), broken},
		"empty":               {bytes.NewReader(nil), io.EOF},
		"within the buffer":   {io.LimitReader(stream(), size-1), io.ErrUnexpectedEOF},
		"after three buffers": {io.MultiReader(io.LimitReader(stream(), 3*size), iotest.ErrReader(broken)), broken},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewSource(c.r)
			v, err := s.Vector(5000, 247)
			require.ErrorIs(t, err, c.want)
			require.Nil(t, v, "part of a vector left")
			for range 3 {
				x, err := s.Gaussian(247)
				require.ErrorIs(t, err, c.want)
				require.Zero(t, x)
				x, err = s.Laplace(16)
				require.ErrorIs(t, err, c.want)
				require.Zero(t, x)
			}
		})
	}
}

// A reader of small pieces is not a failing one, and read-ahead does not
// change what is drawn.
func TestShortReadsDrawTheSame(t *testing.T) {
	want, err := seeded(1).Vector(300, 97)
	require.NoError(t, err)
	seed := [32]byte{31: 1}
	copy(seed[:], "dunlin privacy/noise test")
	got, err := NewSource(iotest.OneByteReader(rand.NewChaCha8(seed))).Vector(300, 97)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

type repeating []byte

func (r repeating) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r[i%len(r)]
	}
	return len(p), nil
}

func TestAStuckReaderIsNoticed(t *testing.T) {
	for name, r := range map[string]repeating{
		"zeros":       {0},
		"ones":        {0xff},
		"one pattern": {0xde, 0xad, 0xbe, 0xef},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := NewSource(r).Vector(1000, 247)
			require.ErrorIs(t, err, ErrStuck)
			require.Nil(t, v)
		})
	}
	// Words that alternate pass the check on words: the bounded loops end them.
	s := NewSource(repeating(append(make([]byte, 15), 1)))
	ok, err := s.bernExp(1, 1)
	require.ErrorIs(t, err, ErrStuck)
	require.False(t, ok)
	_, err = s.Gaussian(247)
	require.ErrorIs(t, err, ErrStuck, "the error must stick")
}

func TestBelowRejectsExactlyTheExcess(t *testing.T) {
	for name, c := range map[string]struct {
		n, word uint64
		kept    bool
	}{
		"3, the excess is 2^64 mod 3 = 1": {3, 0, false},
		"3, smallest kept":                {3, 1, true},
		"2^63+1, low half just below":     {1<<63 + 1, 2, false},
		"2^63+1, low half above n":        {1<<63 + 1, 1, true},
		"2^24 divides 2^64, 0 is kept":    {1 << 24, 0, true},
		"largest n, 0":                    {math.MaxUint64, 0, false},
		"largest n, 1":                    {math.MaxUint64, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewSource(words(c.word, 0x9e3779b97f4a7c15))
			v, err := s.below(c.n)
			require.NoError(t, err)
			require.Less(t, v, c.n)
			require.Equal(t, c.kept, s.next == 8, "used %d words", s.next/8)
		})
	}
	s := NewSource(iotest.ErrReader(io.EOF))
	v, err := s.below(1)
	require.NoError(t, err, "n = 1 needs no randomness")
	require.Zero(t, v)
}

func TestBelowIsUniform(t *testing.T) {
	for i, n := range []uint64{2, 3, 7, 17, 1 << 10} {
		const draws = 200_000
		s, counts := seeded(byte(10+i)), make([]float64, n)
		for range draws {
			v, err := s.below(n)
			if err != nil {
				require.NoError(t, err)
			}
			counts[v]++
		}
		expected := make([]float64, n)
		for i := range expected {
			expected[i] = draws / float64(n)
		}
		require.Less(t, math.Abs(chiSquareZ(t, counts, expected)), 4.0, "n %d", n)
	}
	// Near 2^63 half of all words are rejected; thirds of the range stay even.
	s, n := seeded(20), uint64(1<<63+1)
	var counts [3]float64
	for range 90_000 {
		v, err := s.below(n)
		if err != nil {
			require.NoError(t, err)
		}
		counts[v/(n/3+1)]++
	}
	require.Less(t, math.Abs(chiSquareZ(t, counts[:], []float64{30_000, 30_000, 30_000})), 4.0)
}

func TestBernExp(t *testing.T) {
	for i, c := range []struct{ a, b uint64 }{
		{0, 1}, {0, math.MaxUint64}, {1, 1}, {1, 3}, {2, 1}, {7, 2}, {99, 100},
		{1 << 49, 1 << 50}, {math.MaxUint64, math.MaxUint64}, {math.MaxUint64, 1 << 63}, {math.MaxUint64, 1},
	} {
		const draws = 200_000
		s, hits := seeded(byte(30+i)), 0
		for range draws {
			ok, err := s.bernExp(c.a, c.b)
			if err != nil {
				require.NoError(t, err)
			}
			if ok {
				hits++
			}
		}
		// Tolerance: 4 standard deviations of a binomial share, false alarm 6e-5.
		p := math.Exp(-float64(c.a) / float64(c.b))
		require.InDelta(t, p, float64(hits)/draws, 4*math.Sqrt(p*(1-p)/draws), "exp(-%d/%d)", c.a, c.b)
	}
}

func TestIsqrt(t *testing.T) {
	for v := uint64(0); v <= 1<<16; v++ {
		r := isqrt(v)
		require.True(t, r*r <= v && v < (r+1)*(r+1), "isqrt(%d) = %d", v, r)
	}
	for r := uint64(1) << 8; r <= 1<<12; r++ {
		require.Equal(t, r, isqrt(r*r))
		require.Equal(t, r-1, isqrt(r*r-1))
	}
	require.Equal(t, uint64(math.MaxUint32), isqrt(math.MaxUint64))
}
