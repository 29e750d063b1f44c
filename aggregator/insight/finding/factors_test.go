package finding_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
)

// What goes with an outcome is ranked by how much, with its interval; what does not is not
// named.
func TestFactorsAreRanked(t *testing.T) {
	a := answer(t, 11, func(int) life { l := usual; l.order, l.back = .16, .45; return l })
	f := a.Factors
	require.Equal(t, finding.Found, f.State)
	named := map[string]finding.Factor{}
	for i, one := range f.List {
		if one.Named {
			named[one.Outcome+" "+one.Group] = one
			require.True(t, i == 0 || f.List[i-1].Named, "what is named comes first")
		}
		require.LessOrEqual(t, one.Diff.Low, one.Diff.Value)
		require.InDelta(t, one.Rest+one.Diff.Value, one.Rate.Value, 1e-9)
	}
	loyal := named[finding.Reached+" loyal"]
	require.Equal(t, "order", loyal.Of)
	require.InDelta(t, .16, loyal.Rate.Value, .01)
	require.InDelta(t, .1, loyal.Rest, .01)
	require.InDelta(t, .06, loyal.Diff.Value, .01)
	require.Greater(t, loyal.Diff.Low, .04)
	back := named[finding.CameBack+" loyal"]
	require.Equal(t, "who", back.Of)
	require.InDelta(t, .05, back.Diff.Value, .02)
	require.Equal(t, finding.Reached, f.List[0].Outcome, "the largest difference first")
}

// Where all groups are alike, a factor is named in at most one of twenty draws.
func TestFactorsOfNothing(t *testing.T) {
	named := 0
	const draws = 60
	for seed := range uint64(draws) {
		p := shop()
		all := releases(p, rand.New(rand.NewPCG(12, seed)), 40, func(int) life { l := usual; l.back = .4; return l })
		a, err := finding.Of(all, p.Periods[20].Date, p.Periods[39].Date, nil)
		require.NoError(t, err)
		require.NotEqual(t, finding.Unknown, a.Factors.State)
		if a.Factors.State == finding.Found {
			named++
		}
	}
	t.Logf("named in %d of %d draws", named, draws)
	require.LessOrEqual(t, named, draws/20)
}

// Too few releases, and a plan that counts no outcome.
func TestFactorsOfLittle(t *testing.T) {
	p := shop()
	a, err := finding.Of(releases(p, rand.New(rand.NewPCG(13, 1)), 3, func(int) life { return usual }), p.Periods[0].Date, p.Periods[2].Date, nil)
	require.NoError(t, err)
	require.Equal(t, finding.Unknown, a.Factors.State)
	require.Empty(t, a.Factors.List)
}
