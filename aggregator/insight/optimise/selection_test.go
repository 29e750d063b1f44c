package optimise_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// interests lets devices choose by interests.
func interests(p *plan.Plan) { p.Policy.Lift = 4 }

// better is a world without noise in which every other variant is reached by so
// many times as many, where n devices see each pair.
func better(n, times float64) world {
	return world{func(string, string) float64 { return n }, func(_, v string) float64 {
		if index(variants, v)%2 == 1 {
			return .05 * times
		}
		return .05
	}}
}

// Where devices choose by interests 10 % between variants may be who was shown them,
// however many exposures there are: the means are hardly apart, and no rate is known
// to 5 %. Three times that is a difference, and so is 10 % where a coin picks, or
// what interests have no part in.
func TestSelectionIsAllowedFor(t *testing.T) {
	for _, c := range []struct {
		name       string
		plan       *plan.Plan
		times      float64
		low, high  float64 // of the odd variants' means over the others'
		from, upto float64 // of a rate's relative standard deviation
	}{
		{"10 %, by interests", shop(interests), 1.1, 1, 1.05, .05, .10},
		{"10 %, by interests, site-wide", shop(interests, measures(plan.SiteWide)), 1.1, 1, 1.05, .05, .10},
		{"half as much again, by interests", shop(interests), 1.5, 1.35, 1.5, .05, .15},
		{"10 %, by a coin", shop(), 1.1, 1.095, 1.105, 0, .02},
		{"10 %, by a coin, site-wide", shop(measures(plan.SiteWide)), 1.1, 1.095, 1.105, 0, .02},
		{"10 %, of a campaign", campaignBy(interests), 1.1, 1.095, 1.105, 0, .02},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, n := range []float64{1e5, 1e7} {
				for _, row := range fit(t, c.plan, better(n, c.times).history(t, c.plan, 14, draw{})).Places[0].Rates {
					for v := 0; v < len(row); v += 2 {
						ratio := row[v+1].Mean / row[v].Mean
						require.GreaterOrEqual(t, ratio, c.low-1e-6, "%v devices", n)
						require.LessOrEqual(t, ratio, c.high, "%v devices", n)
					}
					for _, r := range row {
						require.GreaterOrEqual(t, deviation(r), c.from, "%v devices", n)
						require.LessOrEqual(t, deviation(r), c.upto, "%v devices", n)
					}
				}
			}
		})
	}
}

func campaignBy(change func(*plan.Plan)) *plan.Plan {
	p := campaign(plan.Chosen)
	change(p)
	return p
}

// shares are how often each rate of a row is the highest of a draw, as a device
// draws them that has no evidence of its own.
func shares(row []choose.Rate, draws int) []float64 {
	var stream choose.Stream
	out := make([]float64, len(row))
	for range draws {
		best, top := 0, -1.0
		for v, r := range row {
			n := float64(r.Strength)
			if x := choose.Beta(&stream, r.Mean*n, (1-r.Mean)*n); x > top {
				best, top = v, x
			}
		}
		out[best] += 1 / float64(draws)
	}
	return out
}

// A world without differences, in which those of one interest reach the goal 30 %
// more often than others, whatever they see, and are half of all visitors. Devices
// choose by interests, so that what goes with that interest is shown to nobody else
// and all other variants to half and half: it looks 15 % better than a coin would
// show, and is not.
func TestInterestsMakeNoWinner(t *testing.T) {
	const (
		worlds = 8
		draws  = 2000
		keen   = .30
	)
	most := 0.0
	for seed := range uint64(worlds) {
		r := randomOf(seed)
		favourite := variants[r.IntN(len(variants))]
		w := world{func(string, string) float64 { return 1000 }, func(_, v string) float64 {
			part := .5 // of the exposures to those of that interest
			if v == favourite {
				part = 1
			}
			return .05 * (1 + keen*part) / (1 + keen/2)
		}}
		p := shop(interests, func(p *plan.Plan) { p.Sigma2 = 124 })
		for s, row := range fit(t, p, w.history(t, p, 14, draw{sampled: r, noise: seeded(seed)})).Places[0].Rates {
			for v, share := range shares(row, draws) {
				most = max(most, share)
				require.LessOrEqual(t, share, .5, "seed %d: %s in %s", seed, variants[v], segments[s])
			}
		}
	}
	t.Logf("the largest share is %.3f", most)
}
