package optimise_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
)

// drawn is a world drawn from the model: a rate, and effects of variants,
// segments and pairs with these spreads.
func drawn(r *rand.Rand, n, rate, arm, level, taste float64) world {
	factor := func(spread float64) float64 { return max(1+spread*r.NormFloat64(), .1) }
	arms, levels, tastes := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, v := range variants {
		arms[v] = factor(arm)
	}
	for _, s := range segments {
		levels[s] = factor(level)
		for _, v := range variants {
			tastes[s+v] = factor(taste)
		}
	}
	return world{
		func(string, string) float64 { return n },
		func(s, v string) float64 { return min(rate*levels[s]*arms[v]*tastes[s+v], .9) },
	}
}

// calibration compares fits with the truth over many worlds.
type calibration struct {
	within, all              int     // deviations within two standard deviations
	fitted, raw, arms, level float64 // sums of squared relative errors
}

func (c *calibration) coverage() float64 { return float64(c.within) / float64(c.all) }

// add fits a world and counts its deviations: of the fitted rate over the true
// one in a segment, less what all variants of it have in common.
func (c *calibration) add(t *testing.T, w world, releases []optimise.Release) {
	priors := fit(t, releases[0].Plan, releases)
	rates := priors.Places[0].Rates
	require.Len(t, rates, len(segments))
	raw, arms := naive(releases)
	for s, segment := range segments {
		truth := make([]float64, len(variants))
		fitted := make([]float64, len(variants))
		for v, variant := range variants {
			truth[v] = w.rate(segment, variant)
			fitted[v] = rates[s][v].Mean
		}
		f := ratios(fitted, truth)
		for v := range variants {
			c.all++
			if math.Abs(f[v]-1) <= 2*deviation(rates[s][v]) {
				c.within++
			}
			c.fitted += (f[v] - 1) * (f[v] - 1)
		}
		for _, x := range ratios(raw[s], truth) {
			c.raw += (x - 1) * (x - 1)
		}
		for _, x := range ratios(arms, truth) {
			c.arms += (x - 1) * (x - 1)
		}
	}
}

// ratios are estimates over truths, with mean 1.
func ratios(estimate, truth []float64) []float64 {
	out, sum := make([]float64, len(truth)), 0.0
	for i := range out {
		out[i] = estimate[i] / truth[i]
		sum += out[i]
	}
	for i := range out {
		out[i] *= float64(len(out)) / sum
	}
	return out
}

func TestCalibration(t *testing.T) {
	for _, c := range []struct{ rate, perCell float64 }{{.05, 300}, {.02, 300}, {.2, 300}, {.05, 3000}, {.05, 30}} {
		var cal calibration
		for seed := range uint64(100) {
			r := randomOf(seed)
			w := drawn(r, c.perCell, c.rate, .3, .3, .25)
			p := shop()
			rel := w.history(t, p, 14, draw{sampled: r, noise: seeded(seed)})
			if _, err := optimise.Fit(p, digest, rel); err != nil {
				continue
			}
			cal.add(t, w, rel)
		}
		n := float64(cal.all)
		t.Logf("rate %v, %v a cell and day: coverage %.3f, rmse fitted %.3f raw %.3f arms %.3f n %v", c.rate, c.perCell, cal.coverage(), math.Sqrt(cal.fitted/n), math.Sqrt(cal.raw/n), math.Sqrt(cal.arms/n), n)
	}
}

// naive are the ratios of plain sums: of each pair, and of each variant.
func naive(releases []optimise.Release) (pairs [][]float64, arms []float64) {
	p := releases[0].Plan
	n, k := len(variants), len(variants)*len(segments)
	_ = p
	ratio := func(offset, gap int) float64 {
		up, down := 0.0, 0.0
		for _, r := range releases {
			down += float64(r.Cells[offset])
			up += float64(r.Cells[offset+gap])
		}
		return min(max(up, 1)/max(down, 1), 1)
	}
	for s := range segments {
		var row []float64
		for v := range variants {
			row = append(row, ratio(1+s*n+v, k))
		}
		pairs = append(pairs, row)
	}
	for v := range variants {
		arms = append(arms, ratio(1+2*k+v, n))
	}
	return pairs, arms
}
