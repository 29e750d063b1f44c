package panel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

// The derived rates cover: funnel stages of the first and of the one before, a segment's
// share, and a slot's rate, over 20,000 draws of visitors and of noise. The standard error
// of a coverage near .95 is .0015.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 reports of 4,000 visitors")
	}
	const draws, visitors = 20_000, 4_000
	p := site(t, "regulars", "shoes")
	sd := math.Sqrt(float64(2 * p.Sigma2))
	random := rand.New(rand.NewPCG(7, 7))
	r := released(t, p, 0, nil)
	// What each 65,536th part of the visitors does: segment and deepest stage.
	truth := [2][3]float64{{.28, .08, .04}, {.48, .09, .03}}
	var whose [1 << 16]uint8
	from, sum := 0, 0.
	for i := range 6 {
		sum += truth[i/3][i%3]
		for to := int(math.Round(sum * (1 << 16))); from < to; from++ {
			whose[from] = uint8(i)
		}
	}
	held := map[string]int{}
	for range draws {
		var counts [6]int64
		for range visitors / 4 {
			bits := random.Uint64()
			for range 4 {
				counts[whose[bits&(1<<16-1)]]++
				bits >>= 16
			}
		}
		noisy := func(n int64) int64 { return int64(math.Round(float64(n) + sd*random.NormFloat64())) }
		for i, n := range counts {
			r.Cells[funnel+i] = noisy(n)
		}
		for i := range 2 {
			r.Cells[audience+i] = noisy(counts[3*i] + counts[3*i+1] + counts[3*i+2])
		}
		// Shoes are shown to whoever comes to the cart, and who orders has clicked.
		r.Cells[siteE+1] = noisy(counts[1] + counts[2] + counts[4] + counts[5])
		r.Cells[siteC+1] = noisy(counts[2] + counts[5])
		got, err := panel.Of([]panel.Release{r}, 0, 1<<20)
		require.NoError(t, err)
		hold := func(name string, r panel.Rate, want float64) {
			if r.High != nil && want >= r.Low && want <= *r.High {
				held[name]++
			}
		}
		hold("cart of visit", got.Funnel.All[1].OfFirst, .24)
		hold("order of visit", got.Funnel.All[2].OfFirst, .07)
		hold("order of cart", got.Funnel.All[2].OfPrevious, .07/.24)
		hold("regulars' order of cart", got.Funnel.Segments[0].Stages[2].OfPrevious, .04/.12)
		hold("regulars' share", got.Audience[0].Share, .4)
		hold("shoes' rate", got.Slots[0].All[1].Rate, .07/.24)
	}
	require.Len(t, held, 6)
	for name, n := range held {
		covered := float64(n) / draws
		t.Logf("%s: %.4f", name, covered)
		require.GreaterOrEqual(t, covered, .94, name)
		require.LessOrEqual(t, covered, .96, name)
	}
}
