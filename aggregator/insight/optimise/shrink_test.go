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

// Spreads and effects reckoned by hand: eight residuals of two sizes, of which each
// tells as much as any other, so that the moment is the mean of (value^2 - noise) /
// square, and one standard error sqrt(2/8) = 1/2 of noise / square, .02 here.
func TestShrinkByHand(t *testing.T) {
	for _, c := range []struct {
		name             string
		value            float64 // of the small ones, squared; their noise is 4
		v, high          float64
		factor, variance float64 // of those above zero
	}{
		{"less than the noise", 2, 0, .02, 1, .02},                                                    // moment -.02
		{"within the doubt", 5, 0, .03, 1, .03},                                                       // moment .01
		{"above it", 9, .03, .07, 1 + .3*3/7, .07*sq(4./7) + 4*sq(.3/7)},                              // moment .05
		{"as large as is usual", 12, .06, .09, 1 + .6*math.Sqrt(12)/10, .09*sq(4./10) + 4*sq(.6/10)},  // moment .08
		{"larger than is usual", 16, .10, .10, 1 + 1*4./14, .10*sq(4./14) + 4*sq(1./14)},              // moment .12
		{"far above", 304, 2.98, 2.98, 1 + 29.8*math.Sqrt(304)/302, 2.98*sq(4./302) + 4*sq(29.8/302)}, // moment 3
	} {
		t.Run(c.name, func(t *testing.T) {
			set := func(blur float64) (all []residual) {
				for i := range 8 {
					sign, size := float64(1-2*(i%2)), float64(1+i/4)
					all = append(all, residual{
						value: sign * size * math.Sqrt(c.value), expected: size * math.Sqrt(100+blur),
						noise: size * size * 4, blur: size * size * blur,
					})
				}
				return all
			}
			// Blur is taken off, so that the spread is the same with it.
			for _, blur := range []float64{0, 21} {
				v, high := spread(set(blur))
				require.InDelta(t, c.v, v, 1e-7)
				require.InDelta(t, c.high, high, 1e-7)
			}
			for i, e := range shrink(set(0)) {
				want := c.factor
				if i%2 == 1 {
					want = max(2-c.factor, leastFactor)
				}
				require.InDelta(t, want, e.factor, 1e-6)
				require.InDelta(t, c.variance, e.variance, 1e-7)
			}
		})
	}
}

// Noise alone seldom looks like an effect: six residuals have moments above zero as
// often as a chi-square of six is above its mean, .42, but above one standard error
// only as often as it is above 6 + sqrt(12), .15. Of 400 sets chance moves either by
// some .02.
func TestNoiseSeldomLooksLikeAnEffect(t *testing.T) {
	const sets = 400
	r := rand.New(rand.NewPCG(5, 6))
	above := 0
	for range sets {
		if v, _ := spread(residuals(r, 6, 100, 900, 0, 0)); v > 0 {
			above++
		}
	}
	t.Logf("%d of %d sets", above, sets)
	require.Less(t, above, sets/4)
	require.Greater(t, above, sets/20)
}
