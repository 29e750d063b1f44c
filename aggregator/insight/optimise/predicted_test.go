package optimise_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/predict"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// loyal and casual visitors, and how far apart they are among themselves: each has a
// chance of staying away and one of ordering, which nobody is told.
var sorts = []struct{ lapse, buy float64 }{{.2, .3}, {.6, .1}}

const alike = 10 // strength of the Beta distribution of each chance

// soul is a visitor with a device.
type soul struct {
	sort       int
	lapse, buy float64
	next       int // day of activity
	memory     measure.Memory
	own        predict.Memory
}

// vars tells a rule the visitor's sort, as visits.
type vars int

func (v vars) Value(int) (float64, bool) { return float64(v), true }

// The whole way: visitors of known chances come and stay away for two months, their
// devices count states and outcomes, the sums get noise and are fitted after six weeks, and
// what devices predict in each visit from then on is held against the chances themselves.
func TestPredictionsFromReleasesAreCalibrated(t *testing.T) {
	const visitors, days, learned, within = 30_000, 56, 42, 4
	p := edgetest.Bare(days)
	p.Sigma2 = 103
	loyal := edgetest.NewRule().Var(plan.VarVisits).Num(1).Op(plan.OpLt).Code()
	bins := []plan.Segment{{Name: "loyal", Rule: loyal}, {Name: "casual"}}
	p.Predictions = []plan.Prediction{{Kind: plan.LapseRisk, Within: within, Bins: bins}, {Kind: plan.BuyChance, Bins: bins}}
	p.Metrics = nil
	for source := range uint8(2) {
		for _, kind := range []plan.MetricKind{plan.State, plan.Outcome} {
			p.Metrics = append(p.Metrics, plan.Metric{Name: string('a' + byte(len(p.Metrics))), Kind: kind, By: plan.SiteWide, Source: source, Most: 1})
		}
	}
	digest := plan.DigestOf(edgetest.Publish(p))
	rules := measure.RulesOf(p, digest)
	rng := rand.New(rand.NewPCG(17, 4))
	souls := make([]soul, visitors)
	for i := range souls {
		s := &souls[i]
		s.sort = rng.IntN(2)
		s.lapse, s.buy = chance(rng, sorts[s.sort].lapse), chance(rng, sorts[s.sort].buy)
		// They were there before the plan was.
		for s.next = -60 + rng.IntN(30); s.next < 0; s.next += s.gap(rng, within) {
		}
	}
	var releases []optimise.Release
	cells := make([]bool, rules.Layout().Cells)
	var priors choose.Priors
	var said, truly, near, far [2]float64
	var byTenth, truth [2][10]float64
	var count [2][10]int
	n := 0.
	// judge holds what the device predicts in a visit against the visitor's chances.
	judge := func(s *soul) {
		n++
		got, known := predict.Of(p, &priors, &s.own, vars(s.sort))
		require.Equal(t, [2]bool{true, true}, known)
		for k, own := range [2]float64{s.lapse, s.buy} {
			mean := []float64{sorts[s.sort].lapse, sorts[s.sort].buy}[k]
			said[k] += got[k]
			truly[k] += own
			near[k] += sq(got[k] - own)
			far[k] += sq(mean - own)
			tenth := int(got[k] * 10)
			byTenth[k][tenth] += got[k]
			truth[k][tenth] += own
			count[k][tenth]++
		}
	}
	for d, period := range p.Periods {
		if d == learned {
			var err error
			priors, err = optimise.Fit(p, digest, releases)
			require.NoError(t, err)
			require.NoError(t, priors.Fits(p, digest))
		}
		r := optimise.Release{Plan: p, Period: period, Cells: make([]int64, len(cells)), Variance: 2 * float64(p.Sigma2)}
		for i := range souls {
			s := &souls[i]
			if s.next != d {
				continue
			}
			s.next += s.gap(rng, within)
			var l measure.Log
			rules.Open(&l, period.Date, 0)
			at := measure.Moment{Memory: &s.memory, Log: &l, Now: period.Start}
			rules.Began(at, measure.Bins{uint8(s.sort), uint8(s.sort)}, measure.Sorting{}, measure.Past{})
			s.own.Began(p, period.Date)
			if d >= learned {
				judge(s)
			}
			if rng.Float64() < s.buy {
				rules.Happened(at, plan.Trigger{Kind: plan.Order})
				s.own.Bought()
			}
			rules.Cells(cells, &l, &measure.Sorting{})
			for c, one := range cells {
				if one {
					r.Cells[c]++
				}
			}
		}
		for c := range r.Cells {
			r.Cells[c] += int64(math.Round(math.Sqrt(r.Variance) * rng.NormFloat64()))
		}
		releases = append(releases, r)
	}
	for k, name := range []string{"lapse_risk", "buy_chance"} {
		t.Logf("%s: said %.3f of %.3f; mean square error %.4f, of the bin's true mean %.4f", name, said[k]/n, truly[k]/n, near[k]/n, far[k]/n)
		require.InDelta(t, truly[k]/n, said[k]/n, .02, name)
		require.Less(t, near[k], .8*far[k], "%s: own outcomes tell more than the bin", name)
		held := 0
		for d, n := range count[k] {
			if n < 1000 {
				continue
			}
			held++
			t.Logf("  %d visits: said %.3f of %.3f", n, byTenth[k][d]/float64(n), truth[k][d]/float64(n))
			require.InDelta(t, truth[k][d]/float64(n), byTenth[k][d]/float64(n), .04, "%s: where it says %.1f to %.1f", name, float64(d)/10, float64(d+1)/10)
		}
		require.GreaterOrEqual(t, held, 3)
	}
}

// gap is how many days the visitor is away.
func (s *soul) gap(rng *rand.Rand, within int) int {
	if rng.Float64() < s.lapse {
		return within + 1 + rng.IntN(20)
	}
	return 1 + rng.IntN(within)
}

func sq(x float64) float64 { return x * x }

// chance draws from a Beta distribution of strength alike about a mean, a tenth or more:
// the a-th smallest of n uniform numbers is Beta(a, n + 1 - a).
func chance(rng *rand.Rand, mean float64) float64 {
	a := int(math.Max(1, math.Round(mean*alike)))
	draws := make([]float64, alike-1)
	for i := range draws {
		draws[i] = rng.Float64()
	}
	for range a - 1 {
		least := 0
		for i := range draws {
			if draws[i] < draws[least] {
				least = i
			}
		}
		draws[least] = 2
	}
	least := 2.0
	for _, x := range draws {
		least = math.Min(least, x)
	}
	return least
}
