package panel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// fed is the list of moods over some weeks, whose plan has a holdout of 10 %.
func fed(t *testing.T, weeks int, shown, held, clicked, heldClicked int64, noise func() float64) panel.Slot {
	t.Helper()
	p := moods()
	var all []panel.Release
	for i := range weeks {
		counts := make([]int64, plan.LayoutOf(p).Cells)
		counts[0], counts[11], counts[12], counts[13], counts[14] = shown+held, shown, held, clicked, heldClicked
		for k := range counts {
			counts[k] += int64(math.Round(noise()))
		}
		all = append(all, week(p, i, counts...))
	}
	r, err := panel.Of(all, p.Periods[0].Date, p.Periods[9].Date)
	require.NoError(t, err)
	return r.Slots[0]
}

// A holdout that is as large as the plan has it is sound, one of 13 % in place of 10 % is
// not; and of sound ones hardly one is called odd.
func TestSampleRatio(t *testing.T) {
	none := func() float64 { return 0 }
	sound := fed(t, 4, 45_000, 5_000, 900, 50, none)
	require.Equal(t, .1, sound.Ratio.Expected)
	require.InDelta(t, .1, sound.Ratio.Observed.Value, 1e-9)
	require.False(t, sound.Ratio.Odd)
	require.True(t, fed(t, 4, 43_500, 6_500, 900, 50, none).Ratio.Odd)

	rng := rand.New(rand.NewPCG(4, 4))
	odd := 0
	for range 500 {
		held := int64(math.Round(5_000 + rng.NormFloat64()*math.Sqrt(50_000*.1*.9)))
		if fed(t, 4, 50_000-held, held, 900, 50, func() float64 { return rng.NormFloat64() * math.Sqrt(200) }).Ratio.Odd {
			odd++
		}
	}
	require.LessOrEqual(t, odd, 4, "each device comes in every week: as mild as it can be")
}

// The planner's own answer, from what was measured; none where nothing was.
func TestPower(t *testing.T) {
	none := func() float64 { return 0 }
	s := fed(t, 4, 45_000, 5_000, 3_000, 300, none)
	want := interval.Trial{Devices: 50_000, Holdout: .1, Rate: .06, Uplift: .05, Variance: 200, Treated: 1, Held: 1}.Periods()
	require.Equal(t, .05, s.Power.Uplift)
	require.Equal(t, int(want), *s.Power.Periods)
	require.Greater(t, *s.Power.Periods, 4)
	require.Nil(t, fed(t, 4, 45_000, 5_000, 3_000, 0, none).Power.Periods, "nobody of the holdout reached the goal")
}
