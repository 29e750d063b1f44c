package shop

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// The benchmark in a reduced form: two shops of 8,000 visitors live 30 days, privately
// and on raw counts, and six in which nothing differs live 12.
func TestTheLoopLearnsOnlyWhatIsThere(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some 10 s")
	}
	heard := 0
	r, err := Run(t.Context(), Options{
		Seeds: 2, Days: 30, NullSeeds: 6, NullDays: 12, Visitors: 8000, First: 1, Lift: -1,
		Done: func(loops, total int) {
			heard++
			require.Equal(t, [2]int{heard, 10}, [2]int{loops, total})
		},
	})
	require.NoError(t, err)
	t.Logf("%+v", r)
	require.Equal(t, 10, heard)
	require.GreaterOrEqual(t, r.GainRatio.Mean, .85)
	require.GreaterOrEqual(t, r.OverUniform.WorstDay, 1.)
	require.GreaterOrEqual(t, r.OverUniform.WorstSeed, r.OverUniform.WorstDay)
	require.Greater(t, r.OverUniform.WorstSeed, 1.3, "a month is more than its worst day")
	require.LessOrEqual(t, r.GainRatio.Worst, r.GainRatio.Mean)
	require.Greater(t, r.Gain.LastDay, r.Gain.Private, "it still learns")
	require.Greater(t, r.Gain.Private, .5)
	require.Less(t, r.Gain.Raw, 1.)
	require.Zero(t, r.Null.FalseWinners)
	require.Less(t, r.Null.MaxShare, .4)
	require.Less(t, r.Null.ShownMost, .35)
	require.Greater(t, r.Null.ShownLeast, .02)
	require.GreaterOrEqual(t, r.Null.MaxShare, r.Null.Fair)
	require.InDelta(t, 1./6, r.Null.Fair, 1e-12)
}

// A shop of one day, of visitors so few that nothing is fitted, still has numbers.
func TestSmallShops(t *testing.T) {
	r, err := Run(t.Context(), Options{Seeds: 1, Days: 1, NullSeeds: 1, NullDays: 1, Visitors: 60, First: 5, Lift: 3})
	require.NoError(t, err)
	require.Equal(t, [3]int{1, 1, 60}, [3]int{r.Seeds, r.Days, r.Visitors})
	require.Equal(t, r.Null.Fair, r.Null.MaxShare, "nothing is preferred")
	require.InDelta(t, 1, r.GainRatio.Mean, 1e-9, "on the first day both loops know nothing")
	_, err = json.Marshal(r)
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Run(ctx, Options{Seeds: 1, Days: 1, Visitors: 60, Lift: -1})
	require.ErrorIs(t, err, context.Canceled)
}

func TestMostShown(t *testing.T) {
	place := func(rows ...[]choose.Rate) choose.PlacePriors { return choose.PlacePriors{Rates: rows} }
	rates := func(strength uint32, means ...float64) (row []choose.Rate) {
		for _, m := range means {
			row = append(row, choose.Rate{Mean: m, Strength: strength})
		}
		return row
	}
	// One is known to be better: it gets all.
	require.InDelta(t, 1, mostShown(place(rates(100_000, .05, .10, .05))), .001)
	// Alike, however well they are known: a third each. 4,000 draws, 5 deviations.
	require.InDelta(t, 1./3, mostShown(place(rates(100_000, .05, .05, .05))), 5*.0075)
	// Each wins a segment: no half in all makes that good.
	require.InDelta(t, 1, mostShown(place(rates(100_000, .05, .10), rates(100_000, .10, .05))), .001)
	// A winner in one of four segments and a tie in the others.
	even := rates(50_000, .05, .05)
	require.InDelta(t, 1, mostShown(place(even, even, rates(50_000, .02, .09), even)), .001)
	// Beta(1, 1) against Beta(2, 2): half by symmetry.
	require.InDelta(t, .5, mostShown(place([]choose.Rate{{Mean: .5, Strength: 2}, {Mean: .5, Strength: 4}})), 5*.008)
	// Beta(2, 1) is above Beta(1, 1) in two of three draws: the integral of 2x times x.
	require.InDelta(t, 2./3, mostShown(place([]choose.Rate{{Mean: 2. / 3, Strength: 3}, {Mean: .5, Strength: 2}})), 5*.0075)
}

func TestShopPlan(t *testing.T) {
	published, p, err := shopPlan(-1)
	require.NoError(t, err)
	got, err := plan.Decode(published)
	require.NoError(t, err)
	require.Equal(t, p, got)
	_, other, err := shopPlan(p.Policy.Lift + 1)
	require.NoError(t, err)
	require.Equal(t, p.Policy.Lift+1, other.Policy.Lift)
	_, _, err = shopPlan(1e9)
	require.ErrorIs(t, err, plan.ErrPolicy)
}
