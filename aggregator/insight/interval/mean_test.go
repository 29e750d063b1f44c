package interval_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
)

// Without noise it is the usual interval of a mean; of nothing it says nothing.
func TestMean(t *testing.T) {
	cells := []interval.Noisy{{Value: 10}, {Value: 20}, {Value: 30}, {Value: 40}, {Value: 100}}
	scores := []float64{1, 2, 3, 4, 5}
	point, i := interval.Mean(cells, scores)
	require.InDelta(t, 4, point, 1e-12)
	half := 1.96 * math.Sqrt(((9*10.+4*20+1*30+0*40+1*100)/200)/200)
	require.InDelta(t, 4-half, i.Low, 1e-9)
	require.InDelta(t, 4+half, i.High, 1e-9)
	require.True(t, i.Enough)

	for _, none := range [][]interval.Noisy{make([]interval.Noisy, 5), {{-3, 42}, {-4, 42}, {1, 42}, {0, 42}, {2, 42}}, {{3, 42}, {4, 42}, {1, 42}, {0, 42}, {2, 42}}} {
		_, i := interval.Mean(none, scores)
		require.Equal(t, interval.Interval{Low: 1, High: 5}, i)
	}
	// One answer that all give is no less likely for it, and stays in the range.
	point, i = interval.Mean([]interval.Noisy{{0, 42}, {0, 42}, {0, 42}, {0, 42}, {5000, 42}}, scores)
	require.InDelta(t, 5, point, 1e-9)
	require.LessOrEqual(t, i.High, 5.)
	require.Greater(t, i.Low, 4.95)
}

// The interval holds the mean that answers are drawn by in 93 to 97 of 100 draws of answers
// and noise, for satisfaction and for promoters less detractors.
func TestMeanCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	csat, nps := []float64{1, 2, 3, 4, 5}, []float64{-100, -100, -100, -100, -100, -100, -100, 0, 0, 100, 100}
	for _, c := range []struct {
		name     string
		scores   []float64
		chances  []float64
		n        int
		variance float64
	}{
		{"csat of 400", csat, []float64{.05, .1, .2, .35, .3}, 400, 200},
		{"csat of 5,000", csat, []float64{.02, .03, .1, .25, .6}, 5000, 2000},
		{"csat of 3,000, no noise", csat, []float64{.3, .2, .2, .2, .1}, 3000, 0},
		{"nps of 1,500", nps, []float64{.02, .01, .02, .03, .05, .08, .09, .15, .2, .2, .15}, 1500, 500},
		{"nps of 20,000", nps, []float64{.02, .01, .02, .03, .05, .08, .09, .15, .2, .2, .15}, 20000, 500},
	} {
		mean := 0.
		for k, p := range c.chances {
			mean += p * c.scores[k]
		}
		held, draws := 0, 4000
		for range draws {
			cells := make([]interval.Noisy, len(c.scores))
			left, rest := float64(c.n), 1.
			for k, p := range c.chances {
				// A normal draw of a binomial: the counts are large.
				q := math.Min(1, p/rest)
				x := math.Round(left*q + math.Sqrt(math.Max(left*q*(1-q), 0))*random.NormFloat64())
				x = math.Min(math.Max(x, 0), left)
				if k == len(c.chances)-1 {
					x = left
				}
				left, rest = left-x, rest-p
				cells[k] = interval.Noisy{Value: int64(x + math.Round(math.Sqrt(c.variance)*random.NormFloat64())), Variance: c.variance}
			}
			if _, i := interval.Mean(cells, c.scores); i.Holds(mean) {
				held++
			}
		}
		covered := float64(held) / float64(draws)
		t.Logf("%s: %.4f", c.name, covered)
		require.GreaterOrEqual(t, covered, .935, c.name)
		require.LessOrEqual(t, covered, .965, c.name)
	}
}
