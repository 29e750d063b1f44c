package interval_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
)

// In simulated releases over as many periods as Periods says, the interval leaves 1
// behind in 80 of 100, within 4: 2,000 draws have a standard error below 1, and Uplift's
// intervals are wider than the formula's where little is converted.
func TestPeriodsShowTheUplift(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 1))
	normal := func(mean, variance float64) int64 {
		return int64(math.Round(mean + math.Sqrt(variance)*random.NormFloat64()))
	}
	for _, c := range []interval.Trial{
		{Devices: 10_000, Holdout: .2, Rate: .03, Uplift: .2, Variance: 494, Treated: 4, Held: 1},
		{Devices: 10_000, Holdout: .1, Rate: .3, Uplift: .05, Variance: 494, Treated: 4, Held: 1},
		{Devices: 2_000, Holdout: .5, Rate: .05, Uplift: .3, Variance: 248, Treated: 15, Held: 5},
		{Devices: 50_000, Holdout: .05, Rate: .1, Uplift: -.05, Variance: 494, Treated: 24, Held: 8},
		{Devices: 3_000, Holdout: .2, Rate: .1, Uplift: .1, Variance: 0, Treated: 1, Held: 1},
	} {
		periods := c.Periods()
		arm := func(share, rate float64, cells int) interval.Proportion {
			n := math.Round(c.Devices * share * periods)
			noise := c.Variance * float64(cells) * periods
			k := normal(n*rate, n*rate*(1-rate))
			return interval.Proportion{
				K: interval.Noisy{Value: normal(float64(k), noise), Variance: noise},
				N: interval.Noisy{Value: normal(n, noise), Variance: noise},
			}
		}
		shown := 0
		const draws = 2_000
		for range draws {
			u := interval.Uplift(arm(1-c.Holdout, c.Rate*(1+c.Uplift), c.Treated), arm(c.Holdout, c.Rate, c.Held))
			if c.Uplift > 0 && u.Low > 1 || c.Uplift < 0 && u.Enough && u.High < 1 {
				shown++
			}
		}
		require.InDelta(t, .8, float64(shown)/draws, .04, "%+v: %v periods", c, periods)
	}
}

// By hand: without noise, half and half, a tenth against a fifth: (1.96 + .841621)^2 x
// (.09 + .16) / 50 / .01.
func TestPeriodsByHand(t *testing.T) {
	c := interval.Trial{Devices: 100, Holdout: .5, Rate: .1, Uplift: 1, Treated: 1, Held: 1}
	require.Equal(t, 4.0, c.Periods()) // 3.92
	c.Variance = 100                   // + 7.849 x 100 x (1.01 + 1.04) / 2,500 / .01
	require.Equal(t, 69.0, c.Periods())
}

func TestNoPeriodsShowNothing(t *testing.T) {
	good := interval.Trial{Devices: 100, Holdout: .5, Rate: .1, Uplift: 1, Treated: 1, Held: 1}
	for _, change := range []func(c *interval.Trial){
		func(c *interval.Trial) { c.Uplift = 0 }, func(c *interval.Trial) { c.Uplift = 9 }, func(c *interval.Trial) { c.Uplift = -1 },
		func(c *interval.Trial) { c.Holdout = 0 }, func(c *interval.Trial) { c.Holdout = 1 },
		func(c *interval.Trial) { c.Rate = 0 }, func(c *interval.Trial) { c.Rate = 1 },
		func(c *interval.Trial) { c.Devices = 0 }, func(c *interval.Trial) { c.Devices = math.NaN() },
	} {
		c := good
		change(&c)
		require.Equal(t, math.Inf(1), c.Periods(), "%+v", c)
	}
}
