package optimise_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
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
	within, all            int     // deviations, and those within two standard deviations
	fitted, raw, byVariant float64 // sums of squared relative errors
}

func (c *calibration) coverage() float64 { return float64(c.within) / float64(c.all) }

// error is the root of the mean square of one of the three.
func (c *calibration) error(sum float64) float64 { return math.Sqrt(sum / float64(c.all)) }

// add fits a world and counts its deviations: of the fitted rate over the true
// one in a segment, less what all variants of it have in common. A device picks
// among the variants of one segment, so only those matter.
func (c *calibration) add(t *testing.T, w world, releases []optimise.Release) {
	rates := fit(t, releases[0].Plan, releases).Places[0].Rates
	require.Len(t, rates, len(segments))
	raw, byVariant := naive(releases)
	for s, segment := range segments {
		truth, fitted := make([]float64, len(variants)), make([]float64, len(variants))
		for v, variant := range variants {
			truth[v], fitted[v] = w.rate(segment, variant), rates[s][v].Mean
		}
		for v, x := range ratios(fitted, truth) {
			c.all++
			if math.Abs(x-1) <= 2*deviation(rates[s][v]) {
				c.within++
			}
			c.fitted += (x - 1) * (x - 1)
		}
		for v := range variants {
			c.raw += math.Pow(ratios(raw[s], truth)[v]-1, 2)
			c.byVariant += math.Pow(ratios(byVariant, truth)[v]-1, 2)
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

// naive are ratios of plain sums, of each pair and of each variant, kept within
// what a rate can be; the plan is that of shop.
func naive(releases []optimise.Release) (pairs [][]float64, byVariant []float64) {
	l := plan.LayoutOf(releases[0].Plan)
	ratio := func(exposed, converted plan.Span, s, v int) float64 {
		up, down := 0.0, 0.0
		for _, r := range releases {
			down += float64(r.Cells[exposed.Cell(s, v)])
			up += float64(r.Cells[converted.Cell(s, v)])
		}
		return min(max(up, 1)/max(down, 1), 1)
	}
	for s := range segments {
		row := make([]float64, len(variants))
		for v := range row {
			row[v] = ratio(l.Spans[1], l.Spans[2], s, v)
		}
		pairs = append(pairs, row)
	}
	for v := range variants {
		byVariant = append(byVariant, ratio(l.Spans[3], l.Spans[4], 0, v))
	}
	return pairs, byVariant
}

// Two standard deviations hold what they say, from where the noise drowns every
// cell to where it does not matter; and the fit is better than plain sums. With
// 3,000 deviations, 30 to a world, chance moves the coverage by some .01.
func TestStrengthsAreCalibrated(t *testing.T) {
	const worlds = 100
	for _, c := range []struct {
		name          string
		rate, perCell float64 // devices of a pair a day
		spread        float64 // of variants, segments and, five sixths of it, of pairs
		few           bool    // cells so few that variants alone do as well
	}{
		{"9,000 a day at 5 %", .05, 300, .3, false},
		{"9,000 a day at 2 %", .02, 300, .3, true},
		{"9,000 a day at 20 %", .20, 300, .3, false},
		{"90,000 a day at 5 %", .05, 3000, .3, false},
		{"900 a day at 5 %", .05, 30, .3, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all calibration
			for seed := range uint64(worlds) {
				r := randomOf(seed)
				w := drawn(r, c.perCell, c.rate, c.spread, c.spread, c.spread*5/6)
				all.add(t, w, w.history(t, shop(), 14, draw{sampled: r, noise: seeded(seed)}))
			}
			fitted, raw, byVariant := all.error(all.fitted), all.error(all.raw), all.error(all.byVariant)
			t.Logf("within two standard deviations %.3f; relative error %.3f, of raw sums %.3f, of variants alone %.3f",
				all.coverage(), fitted, raw, byVariant)
			require.GreaterOrEqual(t, all.coverage(), .88)
			require.LessOrEqual(t, all.coverage(), .985)
			require.Less(t, fitted, raw)
			if c.few {
				byVariant *= 1.02
			}
			require.Less(t, fitted, byVariant)
		})
	}
}

func TestExactSumsGiveTheTruth(t *testing.T) {
	for seed := range uint64(20) {
		w := drawn(randomOf(seed), 1e6, .05, .3, .3, .25)
		p := shop()
		for _, releases := range [][]optimise.Release{
			w.history(t, p, 5, draw{}),
			w.history(t, p, 5, draw{noise: seeded(seed)}),
		} {
			for s, row := range fit(t, p, releases).Places[0].Rates {
				for v, r := range row {
					require.InEpsilon(t, w.rate(segments[s], variants[v]), r.Mean, .02, "seed %d %s %s", seed, segments[s], variants[v])
				}
			}
		}
	}
}

// Conversions that are nothing but noise tell no variant from another.
func TestNoiseAloneTellsNothing(t *testing.T) {
	wide := 0
	for seed := range uint64(100) {
		w := flat(300, 0)
		p := shop()
		for _, row := range fit(t, p, w.history(t, p, 14, draw{noise: seeded(seed)})).Places[0].Rates {
			low := slices.MinFunc(row, byMean).Mean
			high := slices.MaxFunc(row, byMean).Mean
			// A rate of nothing has no relative size; 1 % is twice what a cell's noise
			// comes to over all its exposures.
			if high-low > .01 {
				wide++
			}
		}
	}
	t.Logf("%d of 500 segments have variants further apart than .01", wide)
	require.LessOrEqual(t, wide, 25)
}

func byMean(a, b choose.Rate) int {
	if a.Mean < b.Mean {
		return -1
	}
	return 1
}

// Where all variants are the same, few are said to be better, and hardly any for
// sure. A segment counts as wrong if any two variants of it differ so.
func TestNullWorldHasNoWinners(t *testing.T) {
	const worlds = 200
	for _, perCell := range []float64{30, 300, 1000} {
		wrong, apart := 0, 0
		for seed := range uint64(worlds) {
			r := randomOf(seed)
			w := drawn(r, perCell, .05, 0, .3, 0)
			p := shop()
			anyWrong, anyApart := false, false
			for _, row := range fit(t, p, w.history(t, p, 14, draw{sampled: r, noise: seeded(seed)})).Places[0].Rates {
				for _, a := range row {
					for _, b := range row {
						if a.Mean > 1.2*b.Mean {
							anyApart = true
							one := max(a.Mean*deviation(a), b.Mean*deviation(b))
							anyWrong = anyWrong || a.Mean-b.Mean > 2*one
						}
					}
				}
			}
			if anyApart {
				apart++
			}
			if anyWrong {
				wrong++
			}
		}
		t.Logf("%v devices a pair and day: of %d worlds %d have variants 20 %% apart, %d of them by more than two standard deviations", perCell, worlds, apart, wrong)
		require.LessOrEqual(t, wrong, worlds/20)
	}
}

func TestOrderOfReleasesDoesNotMatter(t *testing.T) {
	r := randomOf(1)
	older := shop(func(p *plan.Plan) { p.Serial = 1; p.Sigma2 = 83; slices.Reverse(p.Segments) })
	p := shop(func(p *plan.Plan) { p.Serial = 2 })
	w := drawn(r, 300, .05, .3, .3, .25)
	releases := w.history(t, p, 20, draw{sampled: r, noise: seeded(1)})
	releases = append(releases, w.history(t, older, 20, draw{sampled: r, noise: seeded(2)})...)
	want := fit(t, p, releases)
	for range 20 {
		r.Shuffle(len(releases), func(i, j int) { releases[i], releases[j] = releases[j], releases[i] })
		before := slices.Clone(releases)
		require.Equal(t, want, fit(t, p, releases), "to the last bit: priors are named by their bytes")
		require.Equal(t, before, releases, "the caller's slice stays as it was")
	}
}

// A cell that the noise drowns takes its variant's rate at its segment's level;
// a cell as odd that it does not drown keeps its own.
func TestADrownedCellFallsBack(t *testing.T) {
	for _, c := range []struct {
		name     string
		devices  float64
		low, top float64 // the odd cell over variant x level
	}{{"drowned", 4, .8, 1.2}, {"plain", 5000, 2.7, 3.1}} {
		t.Run(c.name, func(t *testing.T) {
			arm := map[string]float64{"plain": 1, "shoes": 1.4, "bags": .7, "coats": 1.1, "sport": .9, "sale": .9}
			level := map[string]float64{"best": 1.5, "regular": 1.2, "lapsed": .5, "new": .8, "other": 1}
			odd := func(s, v string) bool { return s == "new" && v == "shoes" }
			w := world{
				func(s, v string) float64 {
					if odd(s, v) {
						return c.devices
					}
					return 5000
				},
				func(s, v string) float64 {
					rate := .05 * arm[v] * level[s]
					if odd(s, v) {
						rate *= 3
					}
					return rate
				},
			}
			p := shop()
			rates := fit(t, p, w.history(t, p, 14, draw{noise: seeded(3)})).Places[0].Rates
			got := rates[index(segments, "new")][index(variants, "shoes")]
			require.InDelta(t, (c.low+c.top)/2, got.Mean/(.05*1.4*.8), (c.top-c.low)/2)
			other := rates[index(segments, "new")][index(variants, "coats")]
			require.InEpsilon(t, .05*1.1*.8, other.Mean, .1)
		})
	}
}

// A rate that changes is followed by as much as the releases since then weigh.
func TestChangesAreFollowed(t *testing.T) {
	const before, after = .02, .06
	p := shop()
	for _, days := range []int{0, 7, optimise.HalfLife, 2 * optimise.HalfLife, 6 * optimise.HalfLife} {
		w := flat(1e6, .04)
		now := world{w.exposed, func(_, v string) float64 {
			if v == "sale" {
				return after
			}
			return .04
		}}
		then := world{w.exposed, func(_, v string) float64 {
			if v == "sale" {
				return before
			}
			return .04
		}}
		var releases []optimise.Release
		for d := range 12 * optimise.HalfLife {
			in := then
			if d < days {
				in = now
			}
			releases = append(releases, in.release(t, p, today-plan.Date(d), draw{}))
		}
		rates := fit(t, p, releases).Places[0].Rates
		weight := 1 - math.Exp2(-float64(days)/optimise.HalfLife)
		require.InDelta(t, before+(after-before)*weight, rates[0][index(variants, "sale")].Mean, .0005, "%d days after", days)
		require.InDelta(t, .04, rates[0][0].Mean, .0005)
	}
}

// Under the same noise twice the reports are shrunk less, and surer.
func TestMoreReportsShrinkLess(t *testing.T) {
	p := shop(measures(plan.SiteWide))
	for seed := range uint64(20) {
		w := drawn(randomOf(seed), 3000, .05, .3, 0, 0)
		low, high := math.Inf(1), 0.0
		for _, v := range variants {
			low, high = min(low, w.rate("best", v)), max(high, w.rate("best", v))
		}
		last, sure := 1.0, 0.0
		for _, times := range []int64{1, 2, 4, 8} {
			releases := w.history(t, p, 14, draw{})
			for i := range releases {
				releases[i].Variance = 100 * variance // as at a tenth of the devices
				for c := range releases[i].Cells {
					releases[i].Cells[c] *= times
				}
			}
			row := fit(t, p, releases).Places[0].Rates[0]
			apart := slices.MaxFunc(row, byMean).Mean / slices.MinFunc(row, byMean).Mean
			require.Greater(t, apart, last, "seed %d, %d times", seed, times)
			require.Less(t, apart, 1.01*high/low)
			strength := 0.0
			for _, r := range row {
				strength += float64(r.Strength)
			}
			require.Greater(t, strength, sure)
			last, sure = apart, strength
		}
	}
}
