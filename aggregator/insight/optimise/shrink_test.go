package optimise

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
)

// residuals draws n of them: expected conversions that are noised themselves, and
// effects of a spread.
func residuals(r *rand.Rand, n int, expected, noise, blur, spread float64) []residual {
	out := make([]residual, n)
	for i := range out {
		out[i] = residual{
			value:    expected*math.Sqrt(spread)*r.NormFloat64() + math.Sqrt(noise)*r.NormFloat64(),
			expected: expected + math.Sqrt(blur)*r.NormFloat64(),
			noise:    noise,
			blur:     blur,
		}
	}
	return out
}

// With many residuals the spread is found, whether the noise is small or larger
// than the effects, and whether or not expected is blurred.
func TestSpreadIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ expected, noise, blur, spread, tolerance float64 }{
		{100, 1, 0, .09, .005},
		{100, 900, 0, .09, .006},
		{100, 8100, 0, .09, .03},
		{100, 900, 900, .09, .012},
		{100, 900, 3600, .09, .03},
		{100, 900, 0, 0, .003},
	} {
		v, high := spread(residuals(r, 4000, c.expected, c.noise, c.blur, c.spread))
		require.InDelta(t, c.spread, v, c.tolerance, "%+v", c)
		require.GreaterOrEqual(t, high, v)
	}
}

func TestSpreadOfNothing(t *testing.T) {
	for name, all := range map[string][]residual{
		"none":               nil,
		"nothing expected":   {{value: 5, noise: 9}, {value: -7, noise: 9}},
		"less than nothing":  {{value: 5, expected: -40, noise: 9}, {value: -7, expected: -3, noise: 9}},
		"expected but noise": {{value: 5, expected: 30, noise: 900, blur: 900}, {value: 9, expected: 20, noise: 900, blur: 900}},
		"without noise":      {{value: 5, expected: 30}, {value: 5, expected: 0}},
	} {
		t.Run(name, func(t *testing.T) {
			v, high := spread(all)
			require.Zero(t, v)
			require.Equal(t, usual, high)
			for _, e := range shrink(all) {
				require.Equal(t, effect{1, usual}, e)
			}
		})
	}
}

func TestSpreadIsBounded(t *testing.T) {
	v, high := spread([]residual{{value: 1e9, expected: 1, noise: 1}, {value: -1e9, expected: 1, noise: 1}})
	require.EqualValues(t, maxSpread, v)
	require.EqualValues(t, maxSpread, high)
	for _, e := range shrink([]residual{{value: -1e9, expected: 1e9, noise: 1}, {value: 1e9, expected: 1e9, noise: 1}}) {
		require.GreaterOrEqual(t, e.factor, leastFactor)
	}
}

// The variance of a shrunk effect is its mean square error.
func TestVarianceOfAnEffect(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n, v = 20_000, .09
	var all []residual
	var truth []float64
	for range n {
		a := math.Sqrt(v) * r.NormFloat64()
		all = append(all, residual{value: 100*a + 30*r.NormFloat64(), expected: 100, noise: 900})
		truth = append(truth, 1+a)
	}
	square, variance := 0.0, 0.0
	for i, e := range shrink(all) {
		square += sq(e.factor-truth[i]) / n
		variance += e.variance / n
	}
	require.InEpsilon(t, square, variance, .05)
	require.InEpsilon(t, v*900/(10_000*v+900), variance, .05)
}

// What a comparison with a rate is unsure of: both noises, the exposures' by the
// rate, and each device's chance.
func TestResidualOf(t *testing.T) {
	p := pair{exposed: count{value: 1000, noise: 400, weighted: 800}, converted: count{value: 530, noise: 300, weighted: 430}}
	require.Equal(t, residual{value: 30, expected: 500, noise: 300 + .25*400 + .25*800, blur: .25 * 400}, residualOf(p, .5, 0))
	p.exposed = count{value: -10, noise: 400, weighted: -8}
	require.Equal(t, residual{value: 535, expected: -5, noise: 300 + .25*400, blur: .25 * 400}, residualOf(p, .5, 0))
}

func TestSamplingVarianceIsPositive(t *testing.T) {
	for _, rate := range []float64{1e-6, .5, .99, 1, 7} {
		require.Positive(t, sampling(rate))
	}
	require.Equal(t, .25, sampling(.5))
}

func TestRateOf(t *testing.T) {
	for name, c := range map[string]struct {
		mean, variance float64
		want           choose.Rate
	}{
		"Beta(1.5, 1.5)":        {.5, .25, choose.Rate{Mean: .5, Strength: 3}},
		"nothing unsure":        {.5, 0, choose.Rate{Mean: .5, Strength: choose.MaxStrength}},
		"surer than is allowed": {.5, 1e-12, choose.Rate{Mean: .5, Strength: choose.MaxStrength}},
		"everything unsure":     {.5, math.Inf(1), choose.Rate{Mean: .5, Strength: 1}},
		"above one":             {1e9, 1, choose.Rate{Mean: math.Round(mostRate*(1<<32)) / (1 << 32), Strength: 1}},
		"below zero":            {-1, 1e9, choose.Rate{Mean: math.Round(leastRate*(1<<32)) / (1 << 32), Strength: 1}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, rateOf(c.mean, c.variance)) })
	}
}
