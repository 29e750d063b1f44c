package interval_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/stretchr/testify/require"
)

// of is a proportion with the variances and covariance of PRIVACY.md's checks.
func of(k, n int64, vk, vn, covariance float64) interval.Proportion {
	return interval.Proportion{
		K: interval.Noisy{Value: k, Variance: vk}, N: interval.Noisy{Value: n, Variance: vn}, Covariance: covariance,
	}
}

func rate(p interval.Proportion) interval.Interval { return interval.Rate(p.K, p.N, p.Covariance) }

func ExampleRate() {
	clicks := interval.Noisy{Value: 300, Variance: 494}
	exposures := interval.Noisy{Value: 10000, Variance: 5 * 494} // five cells, the clicked one among them
	i := interval.Rate(clicks, exposures, 494)
	fmt.Printf("3 %%, between %.1f and %.1f %%\n", 100*i.Low, 100*i.High)
	// Output: 3 %, between 2.5 and 3.6 %
}

// PRIVACY.md section 6, "Checks", to all its digits.
func TestRateGivesThePrivacyPagesFigures(t *testing.T) {
	for _, c := range []struct {
		p         interval.Proportion
		low, high float64
	}{
		{of(300, 10000, 494, 2470, 494), .024768, .035561},
		{of(300, 10000, 0, 0, 0), .026833, .033528},
		{of(450, 10000, 494, 1482, 494), .039335, .050981},
	} {
		i := rate(c.p)
		require.True(t, i.Enough)
		require.InDelta(t, c.low, i.Low, 5e-7)
		require.InDelta(t, c.high, i.High, 5e-7)
	}
}

// Without noise it is the textbook's formula, at the ends too and for counts
// whose squares a float64 cannot hold.
func TestRateWithoutNoiseIsWilsons(t *testing.T) {
	for _, c := range [][2]int64{{0, 1}, {1, 1}, {0, 29}, {5, 56}, {48, 80}, {80, 80}, {3, 1000}, {300, 10000}, {1e14, 3e15}, {3e15, 3e15}} {
		k, n := float64(c[0]), float64(c[1])
		const z = interval.Z95
		p, stretch := k/n, 1+z*z/n
		centre := (p + z*z/(2*n)) / stretch
		half := z / stretch * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
		i := rate(of(c[0], c[1], 0, 0, 0))
		require.True(t, i.Enough, "%v", c)
		require.InDelta(t, centre-half, i.Low, 1e-13, "%v", c)
		require.InDelta(t, centre+half, i.High, 1e-13, "%v", c)
	}
	require.Zero(t, rate(of(0, 29, 0, 0, 0)).Low)
	require.InDelta(t, 1, rate(of(80, 80, 0, 0, 0)).High, 1e-15)
}

// Both ends solve the inequality that the doc comment states.
func TestRateSolvesItsInequality(t *testing.T) {
	for _, p := range []interval.Proportion{
		of(300, 10000, 494, 2470, 494), of(75, 1000, 494, 494, 0), of(540, 9000, 2964, 2964, 0), of(900, 1000, 494, 988, 494), of(60, 1000, 494, 494, -494),
	} {
		i, k, n := rate(p), float64(p.K.Value), float64(p.N.Value)
		require.True(t, i.Enough)
		for _, r := range []float64{i.Low, i.High} {
			variance := n*r*(1-r) + p.K.Variance - 2*r*p.Covariance + r*r*p.N.Variance
			require.InEpsilon(t, interval.Z95*interval.Z95*variance, (k-r*n)*(k-r*n), 1e-9)
		}
	}
}

func TestRateOfWhatBoundsNothing(t *testing.T) {
	nothing := interval.Interval{Low: 0, High: 1}
	for name, p := range map[string]interval.Proportion{
		"nobody":                     of(0, 0, 0, 0, 0),
		"nobody, noise":              of(10, 0, 494, 494, 0),
		"n negative, far":            of(-50, -1000, 494, 494, 0),
		"n within its noise":         of(10, 40, 494, 494, 0),
		"k far below none":           of(-500, 1000, 494, 494, 0),
		"all of it below none":       of(-60, 1000, 494, 494, 0),
		"more k than n, no noise":    of(20, 10, 0, 0, 0),
		"all of it above everyone":   of(1100, 1000, 494, 494, 0),
		"every rate":                 of(25, 50, 494, 494, 0),
		"variance below none":        of(300, 10000, -1, 494, 0),
		"variance not a number":      of(300, 10000, 494, math.NaN(), 0),
		"variance infinite":          of(300, 10000, math.Inf(1), 494, 0),
		"covariance beyond possible": of(300, 10000, 494, 494, 600),
		"covariance not a number":    of(300, 10000, 494, 494, math.NaN()),
	} {
		require.Equal(t, nothing, rate(p), name)
	}
	below := rate(of(-30, 1000, 494, 494, 0)) // below none, but within the noise of some
	require.True(t, below.Enough)
	require.Zero(t, below.Low)
	require.InDelta(t, .0145, below.High, .0005)
}

// One more day narrows, more noise widens.
func TestRateNarrowsWithDataAndWidensWithNoise(t *testing.T) {
	width := func(p interval.Proportion) float64 { i := rate(p); return i.High - i.Low }
	day, fortnight := of(60, 1000, 494, 494, 0), of(14*60, 14*1000, 14*494, 14*494, 0)
	require.InDelta(t, width(day)/math.Sqrt(14), width(fortnight), .001)
	require.Greater(t, width(day), width(of(60, 1000, 206, 206, 0)))
	require.Greater(t, width(day), width(of(60, 1000, 494, 494, 494)), "k's own cell in n cancels")
}

// Whatever is released, every answer is a range within its bounds and no NaN.
func FuzzAnswersAreDefined(f *testing.F) {
	for _, s := range []struct {
		k1, n1, k2, n2 int64
		v1, v2, c      float64
	}{
		{300, 10000, 360, 10000, 494, 1482, 494},
		{-500, 1000, 0, 0, 494, 494, 0},
		{-3, -1000, 7, 1000, 494, 494, 0},
		{0, 10, 10, 10, 0, 0, 0},
		{math.MaxInt64, math.MaxInt64, math.MinInt64, math.MinInt64, 494, 494, -494},
		{math.MinInt64, math.MaxInt64, 1, math.MaxInt64, 1e300, 1, 1},
		{1, 44, 1, 44, 494, 494, 494},
		{1, 2, 1, 2, math.NaN(), math.Inf(1), math.Inf(-1)},
		{1, 1000, 1000, 1000, 5e-324, 5e-324, 0},
		{-14, 1000, 1000, 988, 53, 5e-324, 0}, // an arm below none less an arm above all
	} {
		f.Add(s.k1, s.n1, s.k2, s.n2, s.v1, s.v2, s.c)
	}
	f.Fuzz(func(t *testing.T, k1, n1, k2, n2 int64, v1, v2, c float64) {
		a, b := of(k1, n1, v1, v2, c), of(k2, n2, v1, v2, c)
		for name, x := range map[string]struct {
			i           interval.Interval
			least, most float64
		}{
			"rate":       {rate(a), 0, 1},
			"difference": {interval.Difference(a, b), -1, 1},
			"uplift":     {interval.Uplift(a, b), 0, math.Inf(1)},
		} {
			// Written so that NaN fails each.
			require.True(t, x.i.Low >= x.least && x.i.Low <= x.i.High && x.i.High <= x.most, "%s %v", name, x.i)
			require.False(t, math.IsInf(x.i.Low, 0), name)
			if x.i.Enough {
				require.True(t, x.i.Low > x.least || x.i.High < x.most, "%s %v", name, x.i)
			} else if name != "uplift" {
				require.Equal(t, interval.Interval{Low: x.least, High: x.most}, x.i)
			} else {
				require.True(t, math.IsInf(x.i.High, 1))
			}
		}
	})
}
