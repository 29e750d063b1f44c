package noise

import (
	"crypto/rand"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// chiSquareZ returns Pearson's statistic of the counts as a standard score,
// (X^2 - df) / sqrt(2 df). Neighbouring cells are merged, from the first on,
// until each expects at least 10; what is left joins the last one.
func chiSquareZ(t *testing.T, counts, expected []float64) float64 {
	t.Helper()
	require.Equal(t, len(expected), len(counts))
	var got, want []float64
	var g, w float64
	for i := range counts {
		g, w = g+counts[i], w+expected[i]
		if w >= 10 {
			got, want, g, w = append(got, g), append(want, w), 0, 0
		}
	}
	last := len(got) - 1
	require.Positive(t, last, "one cell tests nothing")
	got[last], want[last] = got[last]+g, want[last]+w
	x2 := 0.0
	for i := range got {
		d := got[i] - want[i]
		x2 += d * d / want[i]
	}
	df := float64(last)
	return (x2 - df) / math.Sqrt(2*df)
}

// compare draws a million values and scores them against the exact pmf
// exp(log(x)) / sum, cut where a value is expected less than 1e-9 times.
func compare(t *testing.T, draw func() (int64, error), log func(x float64) float64) float64 {
	t.Helper()
	const draws = 1_000_000
	reach := 1
	for math.Exp(log(float64(reach)))*draws > 1e-9 {
		reach++
	}
	counts, expected := make([]float64, 2*reach+1), make([]float64, 2*reach+1)
	total := 0.0
	for i := range expected {
		expected[i] = math.Exp(log(float64(i - reach)))
		total += expected[i]
	}
	for i := range expected {
		expected[i] *= draws / total
	}
	for range draws {
		x, err := draw()
		if err != nil || max(x, -x) > int64(reach) {
			require.FailNow(t, "a failed draw, or one as good as impossible", "%d, %v", x, err)
		}
		counts[int(x)+reach]++
	}
	return chiSquareZ(t, counts, expected)
}

func gaussianLog(sigma2 float64) func(float64) float64 {
	return func(x float64) float64 { return -x * x / (2 * sigma2) }
}

// PRIVACY.md, section 9: |z| < 4. Under the null the score has a heavier right
// tail than a normal one; with the seed fixed the result never changes.
func TestGaussianMatchesItsPMF(t *testing.T) {
	for i, sigma2 := range []uint64{1, 4, 97, 288, 400} {
		s := seeded(byte(50 + i))
		z := compare(t, func() (int64, error) { return s.Gaussian(sigma2) }, gaussianLog(float64(sigma2)))
		t.Logf("sigma^2 %d: z %.2f", sigma2, z)
		require.Less(t, math.Abs(z), 4.0, "sigma^2 %d", sigma2)
	}
}

func TestLaplaceMatchesItsPMF(t *testing.T) {
	for i, scale := range []uint64{1, 2, 10, 21} {
		s := seeded(byte(60 + i))
		z := compare(t, func() (int64, error) { return s.Laplace(scale) },
			func(x float64) float64 { return -math.Abs(x) / float64(scale) })
		t.Logf("scale %d: z %.2f", scale, z)
		require.Less(t, math.Abs(z), 4.0, "scale %d", scale)
	}
}

// The comparison notices small defects: draws of sigma^2 97 held against
// sigma^2 99, and zeros counted twice as a Laplace without its -0 rule would.
func TestTheComparisonBites(t *testing.T) {
	s := seeded(70)
	z := compare(t, func() (int64, error) { return s.Gaussian(97) }, gaussianLog(99))
	require.Greater(t, z, 4.0)
	z = compare(t, func() (int64, error) {
		m, negative, err := s.laplace(21)
		if v, err := s.below(40); err != nil || v == 0 {
			return 0, err
		}
		return signed(m, negative), err
	}, func(x float64) float64 { return -math.Abs(x) / 21 })
	require.Greater(t, z, 4.0)
}

// PRIVACY.md, section 9. The variance of a sample variance over n near-normal
// draws is 2 sigma^4/n: 1.3 % at n = 200,000 is 4.1 standard deviations.
func TestVarianceAt247(t *testing.T) {
	const n, sigma2 = 200_000, 247
	variance := func(v []int64) float64 {
		var sum, squares float64
		for _, x := range v {
			sum += float64(x)
			squares += float64(x) * float64(x)
		}
		return (squares - sum*sum/n) / (n - 1)
	}
	leader, err := seeded(80).Vector(n, sigma2)
	require.NoError(t, err)
	helper, err := seeded(81).Vector(n, sigma2)
	require.NoError(t, err)
	require.InEpsilon(t, sigma2, variance(leader), 0.013)
	require.InEpsilon(t, sigma2, variance(helper), 0.013)
	for i := range leader {
		leader[i] += helper[i]
	}
	require.InEpsilon(t, 2*sigma2, variance(leader), 0.013)
}

// The doc comment's claim, from the exact pmf.
func TestVarianceFallsShortByLittle(t *testing.T) {
	for _, sigma2 := range []float64{1, 2, 4, 20, 247} {
		var total, squares float64
		for x := -600.0; x <= 600; x++ {
			p := math.Exp(-x * x / (2 * sigma2))
			total, squares = total+p, squares+x*x*p
		}
		require.InDelta(t, sigma2, squares/total, 1e-6)
	}
}

func TestArgumentsOutOfRange(t *testing.T) {
	s := seeded(90)
	for _, sigma2 := range []uint64{0, MaxSigmaSquared + 1, math.MaxUint64} {
		_, err := s.Gaussian(sigma2)
		require.ErrorIs(t, err, ErrSigma)
		_, err = s.Vector(0, sigma2)
		require.ErrorIs(t, err, ErrSigma)
	}
	for _, scale := range []uint64{0, MaxScale + 1, math.MaxUint64} {
		_, err := s.Laplace(scale)
		require.ErrorIs(t, err, ErrScale)
	}
	_, err := s.Vector(-1, 247)
	require.ErrorIs(t, err, ErrLength)
	v, err := s.Vector(0, 247)
	require.NoError(t, err, "a refused argument is no failure of the source")
	require.Empty(t, v)
}

// At the largest sigma^2 and the longest run of successes nothing leaves 64
// bits: the largest Laplace magnitude is t-1 + t maxRuns.
func TestNothingOverflows(t *testing.T) {
	for _, sigma2 := range []uint64{1, 2, 3, 247, 1 << 20, MaxSigmaSquared - 1, MaxSigmaSquared} {
		scale := isqrt(sigma2) + 1
		y := scale - 1 + scale*maxRuns
		require.Less(t, y, uint64(1<<20), "the bound stated by Gaussian")
		require.Less(t, y*scale, uint64(1<<32))
		for _, y := range []uint64{0, 1, scale, y} {
			a, b := exponent(y, scale, sigma2)
			d := float64(y)*float64(scale) - float64(sigma2)
			require.InEpsilon(t, 1+d*d, 1+float64(a), 1e-12)
			require.InEpsilon(t, 2*float64(sigma2)*float64(scale)*float64(scale), float64(b), 1e-12)
		}
	}
	require.Less(t, uint64(MaxScale*(maxRuns+1)), uint64(1<<32), "the bound stated by Laplace")
	s := seeded(91)
	for range 20_000 {
		x, err := s.Gaussian(MaxSigmaSquared)
		require.NoError(t, err)
		require.Less(t, max(x, -x), int64(8*4096), "eight standard deviations")
	}
}

func ExampleSource_Vector() {
	s := NewSource(rand.Reader)
	noise, err := s.Vector(512, 247)
	fmt.Println(len(noise), err)
	// Output: 512 <nil>
}

func BenchmarkVector(b *testing.B) {
	s := NewSource(rand.Reader)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Vector(512, 247); err != nil {
			b.Fatal(err)
		}
	}
}
