package panel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Intervals take each day's devices for others than those of the days before. How far that
// is from the truth, docs/console.md says, and this measures: the variance of successes
// between groups of visitors by what independent devices would have. It is 1 on one day.
// Over thirty, who comes again does again what they did, and nothing that is released
// shows how much, since nothing links a device's days. The ratios differ by some .2 from
// seed to seed, and that of the shares by 1.
func TestDevicesThatComeAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("160,000 days of devices")
	}
	const groups, visitors, days = 400, 30, 30
	p := parse(t, string(plans.Demo))
	published, err := plan.Encode(p)
	require.NoError(t, err)
	spans := plan.LayoutOf(p).Spans // present, audience, funnel, hero by segment twice, hero by site twice
	type tally struct{ k, n float64 }
	type rates map[string]tally
	read := func(out rates, cells []bool) {
		count := func(name string, n, k bool) {
			r := out[name]
			if n {
				r.n++
			}
			if k {
				r.k++
			}
			out[name] = r
		}
		any := func(metric, from, to int) bool {
			for column := from; column < to; column++ {
				if cells[spans[metric].Cell(0, column)] {
					return true
				}
			}
			return false
		}
		ordered := false
		for segment := range p.Segments {
			ordered = ordered || cells[spans[2].Cell(segment, 2)]
		}
		count("order of visit", cells[0], ordered)
		count("share of the second segment", cells[0], cells[spans[1].Cell(1, 0)])
		count("hero, personalized", any(5, 0, 6), any(6, 0, 6))
		count("hero, holdout", any(5, 6, 7), any(6, 6, 7))
	}
	first, all := make([]rates, groups), make([]rates, groups)
	for g := range groups {
		shop, err := population.New(p, population.Options{Visitors: visitors, Seed: uint64(g)})
		require.NoError(t, err)
		crowd, err := simulate.NewCrowd(t.Context(), simulate.CrowdOptions{
			Shop: shop, Plan: p, Seed: uint64(g), Device: simulate.NativeUnder(published), Workers: 1,
		})
		require.NoError(t, err)
		first[g], all[g] = rates{}, rates{}
		for day := range days {
			require.NoError(t, crowd.Live(t.Context(), day, func(_ int, cells []bool) {
				read(all[g], cells)
				if day == 0 {
					read(first[g], cells)
				}
			}))
		}
		require.NoError(t, crowd.Close(t.Context()))
	}
	ratio := func(of []rates, name string) float64 {
		var sum tally
		for _, r := range of {
			sum.k, sum.n = sum.k+r[name].k, sum.n+r[name].n
		}
		rate, square := sum.k/sum.n, 0.
		for _, r := range of {
			off := r[name].k - rate*r[name].n
			square += off * off
		}
		return square / (sum.n * rate * (1 - rate))
	}
	for name, want := range map[string][2]float64{
		"order of visit": {1.1, 2.4}, "hero, personalized": {1.1, 2.4}, "hero, holdout": {1, 2.4}, "share of the second segment": {6, 15},
	} {
		over := ratio(all, name)
		if name != "share of the second segment" { // on the first day nobody has looked at anything
			require.InDelta(t, 1, ratio(first, name), .5, name)
		}
		t.Logf("%s: variance %.2f times that of independent devices over %d days", name, over, days)
		require.GreaterOrEqual(t, over, want[0], name)
		require.LessOrEqual(t, over, want[1], name)
	}
}
