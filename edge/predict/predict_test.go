package predict_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/predict"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// A population whose truth is known: each visitor's own chances are drawn about those of
// the bin, as much apart as a Beta distribution of strength 8 has them, so that an
// estimate can be held against the chance itself and not against one more coin. What
// is predicted is right on average wherever it says about the same, and nearer to the
// truth than the bin's rate is, and than own outcomes are.
func TestPredictionsAreCalibrated(t *testing.T) {
	const visitors, strength = 40_000, 8
	rng := rand.New(rand.NewPCG(7, 11))
	p := site(plan.Daily)
	means := []float64{.55, .2}
	priors := &choose.Priors{Places: []choose.PlacePriors{
		{Place: choose.Place{Kind: choose.Predicted, Index: 1}, Rates: [][]choose.Rate{{{Mean: means[0], Strength: 4000}, {Mean: means[1], Strength: 4000}}}},
	}}
	var said, truth [10]float64
	var count [10]int
	var joined, binned, alone float64
	for range visitors {
		bin := rng.IntN(2)
		risk := beta(rng, means[bin]*strength, (1-means[bin])*strength)
		var m predict.Memory
		date := plan.Date(20_000)
		for range rng.IntN(25) {
			m.Began(p, date)
			if rng.Float64() < risk {
				date += 3 + plan.Date(rng.IntN(5)) // away for more than two days
			} else {
				date += 1 + plan.Date(rng.IntN(2))
			}
		}
		m.Began(p, date)
		chance, known := predict.Of(p, priors, &m, vars(1+bin*5))
		require.True(t, known[0])
		own, ok := predict.Of(p, nil, &m, vars(1))
		if !ok[0] {
			own[0] = means[bin]
		}
		d := int(chance[0] * 10)
		said[d] += chance[0]
		truth[d] += risk
		count[d]++
		joined += (chance[0] - risk) * (chance[0] - risk) / visitors
		binned += (means[bin] - risk) * (means[bin] - risk) / visitors
		alone += (own[0] - risk) * (own[0] - risk) / visitors
	}
	held := 0
	for d, n := range count {
		if n < 500 {
			continue
		}
		held++
		require.InDelta(t, truth[d]/float64(n), said[d]/float64(n), .02, "where it says %.1f to %.1f", float64(d)/10, float64(d+1)/10)
	}
	require.GreaterOrEqual(t, held, 6)
	t.Logf("mean square error: joined %.4f, bin %.4f, own %.4f", joined, binned, alone)
	require.Less(t, joined, .65*binned)
	require.Less(t, joined, .75*alone)
}

// beta draws from a Beta distribution as a ratio of gamma sums.
func beta(rng *rand.Rand, a, b float64) float64 {
	x, y := gamma(rng, a), gamma(rng, b)
	return x / (x + y)
}

// gamma draws by Marsaglia and Tsang's method, for shapes of 1 and above.
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		panic("not needed here")
	}
	d := shape - 1.0/3
	for {
		x := rng.NormFloat64()
		v := 1 + x/(3*math.Sqrt(d))
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(rng.Float64()) < x*x/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}
