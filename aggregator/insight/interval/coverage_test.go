package interval_test

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/stretchr/testify/require"
)

// urn draws integers from a table of weights: exact binomials and discrete
// Gaussians, quick enough for 20,000 repeats of 126,000 visitors.
type urn struct {
	first      int64
	cumulative []float64
}

func weigh(first, last int64, logWeight func(x float64) float64) urn {
	u := urn{first, make([]float64, last-first+1)}
	var sum float64
	for i := range u.cumulative {
		sum += math.Exp(logWeight(float64(first + int64(i))))
		u.cumulative[i] = sum
	}
	for i := range u.cumulative {
		u.cumulative[i] /= sum
	}
	return u
}

func (u urn) draw(r *rand.Rand) int64 {
	return u.first + int64(sort.SearchFloat64s(u.cumulative, r.Float64()))
}

func gaussian(variance float64) urn {
	if variance == 0 {
		return urn{0, []float64{1}}
	}
	far := int64(10 * math.Sqrt(variance))
	return weigh(-far, far, func(x float64) float64 { return -x * x / (2 * variance) })
}

func binomial(n int64, p float64) urn {
	mean, far := float64(n)*p, 20+10*math.Sqrt(float64(n)*p*(1-p))
	logGamma := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	all := float64(n)
	return weigh(max(0, int64(mean-far)), min(n, int64(mean+far)), func(x float64) float64 {
		return logGamma(all+1) - logGamma(x+1) - logGamma(all-x+1) + x*math.Log(p) + (all-x)*math.Log(1-p)
	})
}

// arm is one side of an experiment with a known rate. Nested: k's own cells are
// among n's, so n's variance is vn with vk in it.
type arm struct {
	n      int64
	rate   float64
	vk, vn float64
	nested bool
}

func (a arm) urns() (trials, own, other urn) {
	if a.nested {
		return binomial(a.n, a.rate), gaussian(a.vk), gaussian(a.vn - a.vk)
	}
	return binomial(a.n, a.rate), gaussian(a.vk), gaussian(a.vn)
}

// coverage is how often each interval held the truth, and how often Uplift had
// no upper end.
type coverage struct{ treated, control, difference, uplift, open float64 }

const repeats = 20000

// simulate repeats an experiment. With noise drawn but deaf set, the intervals
// are told that there is none.
func simulate(seed int, treated, control arm, deaf bool) coverage {
	r := rand.New(rand.NewChaCha8([32]byte{9, byte(seed)}))
	release := func(a arm) func() interval.Proportion {
		trials, own, other := a.urns()
		return func() interval.Proportion {
			x, y := own.draw(r), other.draw(r)
			p := of(trials.draw(r)+x, a.n+y, a.vk, a.vn, 0)
			if a.nested {
				p.N.Value, p.Covariance = p.N.Value+x, a.vk
			}
			if deaf {
				p.K.Variance, p.N.Variance, p.Covariance = 0, 0, 0
			}
			return p
		}
	}
	nextTreated, nextControl := release(treated), release(control)
	var c coverage
	count := func(to *float64, hit bool) {
		if hit {
			*to += 1. / repeats
		}
	}
	for range repeats {
		t, k := nextTreated(), nextControl()
		count(&c.treated, rate(t).Holds(treated.rate))
		count(&c.control, rate(k).Holds(control.rate))
		count(&c.difference, interval.Difference(t, k).Holds(treated.rate-control.rate))
		u := interval.Uplift(t, k)
		count(&c.uplift, u.Holds(treated.rate/control.rate))
		count(&c.open, math.IsInf(u.High, 1))
	}
	return c
}

// Each row releases what a plan at sigma^2 247 would, over one day or fourteen.
// Deaf is the most that any interval covers there when the noise is ignored.
var experiments = []struct {
	name             string
	treated, control arm
	deaf             float64
}{
	{"6 % against 7.5 %, unequal, a day", arm{9000, .06, 6 * 494, 6 * 494, false}, arm{1000, .075, 494, 494, false}, .62},
	{"7.5 % against 6 %, unequal, a day", arm{9000, .075, 6 * 494, 6 * 494, false}, arm{1000, .06, 494, 494, false}, .62},
	{"6 % against 7.5 %, unequal, 14 days", arm{126000, .06, 14 * 6 * 494, 14 * 6 * 494, false}, arm{14000, .075, 14 * 494, 14 * 494, false}, .62},
	{"7.5 % against 6 %, unequal, 14 days", arm{126000, .075, 14 * 6 * 494, 14 * 6 * 494, false}, arm{14000, .06, 14 * 494, 14 * 494, false}, .62},
	{"nested cells, unequal, 14 days", arm{126000, .075, 14 * 6 * 494, 14 * 18 * 494, true}, arm{14000, .06, 14 * 494, 14 * 3 * 494, true}, .64},
	{"nested cells, 3.6 % against 3 %", arm{10000, .036, 494, 1482, true}, arm{10000, .03, 494, 1482, true}, .82},
	{"no effect, 1 %, 14 days of 1,000", arm{14000, .01, 14 * 494, 14 * 494, false}, arm{14000, .01, 14 * 494, 14 * 494, false}, .32},
	{"no effect, 20 %", arm{1000, .2, 494, 494, false}, arm{1000, .2, 494, 494, false}, .68},
	{"half against a third", arm{1000, .5, 494, 988, true}, arm{3000, .33, 494, 988, true}, .92},
}

// The standard error of a coverage near .95 is .0015.
func TestCoverageOfRates(t *testing.T) {
	for row, e := range experiments {
		t.Run(e.name, func(t *testing.T) {
			c := simulate(row, e.treated, e.control, false)
			t.Logf("%+.4f", c)
			for _, v := range []float64{c.treated, c.control, c.difference, c.uplift} {
				require.GreaterOrEqual(t, v, .94)
				require.LessOrEqual(t, v, .96)
			}
		})
	}
}

// The same releases read as if they were exact counts cover far less, the worse
// the fewer the conversions.
func TestCoverageIfTheNoiseIsIgnored(t *testing.T) {
	for row, e := range experiments {
		t.Run(e.name, func(t *testing.T) {
			c := simulate(row, e.treated, e.control, true)
			t.Logf("%+.4f", c)
			for _, v := range []float64{c.treated, c.control, c.difference, c.uplift} {
				require.Less(t, v, e.deaf)
			}
		})
	}
}

// The corners that the doc comments admit: rates too small for the noise cover
// more than they claim; few conversions and no noise may cover less.
func TestCoverageOfRatesNearNone(t *testing.T) {
	for row, e := range []struct {
		name             string
		treated, control arm
		least, most      float64
	}{
		{".1 % of 1,000", arm{1000, .001, 494, 494, false}, arm{1000, .001, 494, 494, false}, .94, .99},
		{".1 % of 10,000", arm{10000, .001, 494, 494, false}, arm{10000, .001, 494, 494, false}, .94, .99},
		{"1 % of 9,000, .5 % of 1,000", arm{9000, .01, 6 * 494, 6 * 494, false}, arm{1000, .005, 494, 494, false}, .94, .99},
		{"3 % of 1,000", arm{1000, .03, 494, 494, false}, arm{1000, .03, 494, 494, false}, .94, .99},
		{"half against 99 %", arm{1000, .5, 494, 494, false}, arm{1000, .99, 494, 494, false}, .94, .99},
		{"no noise, .3 %", arm{1000, .003, 0, 0, false}, arm{1000, .003, 0, 0, false}, .96, .98},
		{"no noise, 8 % against .04 %", arm{1000, .08, 0, 0, false}, arm{1000, .0004, 0, 0, false}, .92, .97},
	} {
		t.Run(e.name, func(t *testing.T) {
			c := simulate(row, e.treated, e.control, false)
			t.Logf("%+.4f", c)
			for _, v := range []float64{c.treated, c.control, c.difference, c.uplift} {
				require.GreaterOrEqual(t, v, e.least)
				require.LessOrEqual(t, v, e.most)
			}
		})
	}
}
