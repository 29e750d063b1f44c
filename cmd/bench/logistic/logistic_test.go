package logistic_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/bench/logistic"
	"github.com/stretchr/testify/require"
)

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// table repeats labels: won of all rows with that feature.
func table(rows [][]float64, labels []bool, x []float64, won, all int) ([][]float64, []bool) {
	for i := range all {
		rows, labels = append(rows, x), append(labels, i < won)
	}
	return rows, labels
}

// With one binary feature and next to no penalty, the model is the two shares.
func TestABinaryFeatureIsItsTwoShares(t *testing.T) {
	rows, labels := table(nil, nil, []float64{0}, 30, 200)
	rows, labels = table(rows, labels, []float64{1}, 90, 150)
	m, err := logistic.Fit(rows, labels, 1e9)
	require.NoError(t, err)
	require.InDelta(t, logit(30./200), m.Intercept, 1e-6)
	require.InDelta(t, logit(90./150)-logit(30./200), m.Weights[0], 1e-6)
	require.InDelta(t, .15, m.Probability([]float64{0}), 1e-6)
	require.InDelta(t, .6, m.Probability([]float64{1}), 1e-6)
}

// With all the penalty, the model is the mean: the intercept is free.
func TestThePenaltyLeavesTheInterceptFree(t *testing.T) {
	rows, labels := table(nil, nil, []float64{-1}, 1, 10)
	rows, labels = table(rows, labels, []float64{1}, 8, 20)
	m, err := logistic.Fit(rows, labels, 1e-12)
	require.NoError(t, err)
	require.InDelta(t, 0, m.Weights[0], 1e-9)
	require.InDelta(t, .3, m.Probability([]float64{1}), 1e-9)
}

// The same figures as an independent minimiser has: one symmetric feature, where
// the optimum solves w = c n (q - sigmoid(w)) with no intercept.
func TestASymmetricFeature(t *testing.T) {
	const n, q, c = 100, .8, .05
	rows, labels := table(nil, nil, []float64{1}, n*q, n)
	rows, labels = table(rows, labels, []float64{-1}, n-n*q, n)
	m, err := logistic.Fit(rows, labels, c)
	require.NoError(t, err)
	low, high := 0., 10.
	for range 200 {
		w := (low + high) / 2
		if 2*c*n*(q-1/(1+math.Exp(-w))) > w {
			low = w
		} else {
			high = w
		}
	}
	require.InDelta(t, low, m.Weights[0], 1e-8)
	require.InDelta(t, 0, m.Intercept, 1e-8)
}

// At the optimum the gradient of the objective is zero, and every step away from it
// costs: the objective is computed here anew.
func TestTheGradientIsZeroAtTheOptimum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const c = .03
	var rows [][]float64
	var labels []bool
	for range 2000 {
		row := []float64{r.NormFloat64(), r.NormFloat64() + 2, float64(r.IntN(2)), r.ExpFloat64()}
		z := -1 + row[0] - .5*row[1] + 2*row[2] + .1*row[3]
		rows, labels = append(rows, row), append(labels, r.Float64() < 1/(1+math.Exp(-z)))
	}
	m, err := logistic.Fit(rows, labels, c)
	require.NoError(t, err)
	w := append([]float64{m.Intercept}, m.Weights...)
	objective := func(w []float64) (sum float64) {
		for i, row := range rows {
			z := w[0]
			for k, x := range row {
				z += w[k+1] * x
			}
			if labels[i] {
				z = -z
			}
			sum += c * math.Log1p(math.Exp(z))
		}
		for _, x := range w[1:] {
			sum += x * x / 2
		}
		return sum
	}
	at := objective(w)
	for i := range w {
		const h = 1e-4
		w[i] += h
		above := objective(w)
		w[i] -= 2 * h
		below := objective(w)
		w[i] += h
		require.InDelta(t, 0, (above-below)/(2*h), 1e-6, "coordinate %d", i)
		require.Greater(t, above, at)
		require.Greater(t, below, at)
	}
	require.Greater(t, m.Weights[2], .5)
}

func TestWhatCannotBeFitted(t *testing.T) {
	for name, c := range map[string]struct {
		rows   [][]float64
		labels []bool
		c      float64
	}{
		"no rows":                   {nil, nil, 1},
		"a label too many":          {[][]float64{{1}}, []bool{true, false}, 1},
		"rows of different lengths": {[][]float64{{1}, {1, 2}}, []bool{true, false}, 1},
		"no data at all":            {[][]float64{{1}, {2}}, []bool{true, false}, 0},
		"a C that is no number":     {[][]float64{{1}, {2}}, []bool{true, false}, math.NaN()},
		"a feature that is none":    {[][]float64{{1}, {math.NaN()}}, []bool{true, false}, 1},
		"an infinite feature":       {[][]float64{{1}, {math.Inf(1)}}, []bool{true, false}, 1},
		"only successes":            {[][]float64{{1}, {2}}, []bool{true, true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := logistic.Fit(c.rows, c.labels, c.c)
			require.ErrorIs(t, err, logistic.ErrFit)
		})
	}
}
