package population

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Mean and variance of the gamma distribution are its shape; within 5 standard
// errors, that of the variance being sqrt((2 + 6/a) / n) of it.
func TestGamma(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, a := range []float64{.05, .3, 1, 2.5, 20} {
		const n = 200_000
		sum, square := 0., 0.
		for range n {
			x := gamma(r, a)
			require.GreaterOrEqual(t, x, 0.)
			sum += x
			square += x * x
		}
		mean := sum / n
		require.InDelta(t, a, mean, 5*math.Sqrt(a/n), "shape %v", a)
		require.InDelta(t, a, square/n-mean*mean, 5*a*math.Sqrt((2+6/a)/n), "shape %v", a)
	}
}

func TestDirichletOfTinyShapesStillSumsToOne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		w := dirichlet(r, []float64{.5, .5}, 1e-3)
		require.InDelta(t, 1, w[0]+w[1], 1e-12)
	}
	require.Equal(t, 1, pick(r, []float64{0, 0}), "weights that rounding left short")
}

func TestSpreadHasMeanOne(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, sigma := range []float64{.3, .5} {
		sum := 0.
		for range 100_000 {
			sum += spread(r, sigma)
		}
		require.InDelta(t, 1, sum/100_000, .02)
	}
}

// Streams of neighbouring places are as unlike as any others: their first draws
// fill 64 bins evenly (chi-square of 63, beyond 130 once in 2 million).
func TestStreamsAreApart(t *testing.T) {
	for _, at := range []func(i int) []int{
		func(i int) []int { return []int{i} },
		func(i int) []int { return []int{0, i} },
		func(i int) []int { return []int{i, 7, 0, 0} },
	} {
		var bins [64]float64
		const n = 64 * 1000
		for i := range n {
			bins[int(64*stream(9, forResponse, at(i)...).Float64())]++
		}
		chi := 0.
		for _, b := range bins {
			chi += (b - 1000) * (b - 1000) / 1000
		}
		require.Less(t, chi, 130.)
	}
	require.NotEqual(t, stream(1, forDay, 2, 3).Uint64(), stream(1, forDay, 3, 2).Uint64())
	require.NotEqual(t, stream(1, forDay, 2).Uint64(), stream(1, forVisitor, 2).Uint64())
}
