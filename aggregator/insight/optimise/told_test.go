package optimise_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// steeredPlan has a slot of three variants in two segments, and one that nothing is released of.
func steeredPlan(t *testing.T) (*plan.Plan, plan.Digest) {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Daily, 40)
	p.Segments = []plan.Segment{{Name: "loyal", Rule: edgetest.NewRule().Var(plan.VarOrders).Num(2).Op(plan.OpGe).Code()}, {Name: "others"}}
	p.Campaigns, p.Stages, p.Topics, p.Dimensions = nil, nil, nil, nil
	click := plan.Trigger{Kind: plan.Click}
	p.Slots = []plan.Slot{
		{Name: "hero", Variants: []plan.Variant{{Name: "plain"}, {Name: "shoes"}, {Name: "bags"}}, Goal: click, Reward: 1},
		{Name: "side", Variants: []plan.Variant{{Name: "plain"}, {Name: "ad"}}, Goal: click, Reward: 1},
	}
	p.Policy = plan.Policy{Holdout: 1000, Explore: 500, Floor: 100}
	p.Metrics = []plan.Metric{
		{Name: "exposed hero", Kind: plan.SlotExposed, By: plan.BySegment, Most: 1}, {Name: "clicked hero", Kind: plan.SlotClicked, By: plan.BySegment, Most: 1},
	}
	published := edgetest.Publish(p)
	p, err := plan.Decode(published)
	require.NoError(t, err)
	return p, plan.DigestOf(published)
}

// turning are releases in which one variant clicks twice as often as the others: shoes before
// a day, bags from then on.
func turning(p *plan.Plan, days, turn int) (out []optimise.Release) {
	for day := range days {
		cells := []int64{20_000}
		rates := [4]float64{.05, .1, .05, .05}
		if day >= turn {
			rates = [4]float64{.05, .02, .15, .05}
		}
		for range 2 {
			cells = append(cells, 3000, 3000, 3000, 1000)
		}
		for range 2 {
			for i, n := range []float64{3000, 3000, 3000, 1000} {
				cells = append(cells, int64(n*rates[i]))
			}
		}
		out = append(out, optimise.Release{Plan: p, Period: p.Periods[day], Cells: cells, Variance: 100})
	}
	return out
}

func ordered(list ...steer.Order) *steer.State {
	for i := range list {
		list[i].ID, list[i].Site, list[i].At = uint64(i+1), "shop.example", time.Unix(1, 0)
	}
	return steer.StateOf("shop.example", list)
}

var hero = steer.Place{Kind: "slot", Name: "hero"}

func TestSteered(t *testing.T) {
	p, digest := steeredPlan(t)
	require.Equal(t, "shop.example", p.Site)
	all := turning(p, 30, 15)
	plain, err := optimise.Fit(p, digest, all)
	require.NoError(t, err)
	none, err := optimise.Steered(p, digest, all, ordered())
	require.NoError(t, err)
	require.Equal(t, plain, none)

	side := steer.Place{Kind: "slot", Name: "side"}
	got, err := optimise.Steered(p, digest, all, ordered(
		steer.Order{Action: steer.Stop, Place: hero, Variant: "shoes"}, steer.Order{Action: steer.Stop, Place: side}))
	require.NoError(t, err)
	require.NoError(t, got.Fits(p, digest))
	require.Equal(t, plain.Places[0].Rates, got.Places[0].Rates)
	require.Equal(t, []uint64{2, 2}, []uint64{got.Places[0].Stopped, got.Places[1].Stopped})
	require.Equal(t, [][]choose.Rate{{choose.Bare(), choose.Bare()}}, got.Places[1].Rates)
	_, err = choose.Encode(got)
	require.NoError(t, err)

	// Taken back: the same again.
	got, err = optimise.Steered(p, digest, all, ordered(
		steer.Order{Action: steer.Stop, Place: hero, Variant: "shoes"}, steer.Order{Action: steer.Resume, Place: hero, Variant: "shoes"}))
	require.NoError(t, err)
	require.Equal(t, plain, got)

	// Rolled back: what was fitted then, as new as what is there now.
	then, err := optimise.Fit(p, digest, all[:10])
	require.NoError(t, err)
	got, err = optimise.Steered(p, digest, all, ordered(steer.Order{Action: steer.RollBack, Until: p.Periods[9].Date.String()}))
	require.NoError(t, err)
	require.Equal(t, then.Places, got.Places)
	require.Equal(t, plain.Version, got.Version)
	require.Less(t, then.Version, got.Version)

	// Before the first release: nothing to say but what is stopped, or that it no longer is.
	_, err = optimise.Steered(p, digest, nil, ordered())
	require.ErrorIs(t, err, optimise.ErrNothing)
	got, err = optimise.Steered(p, digest, nil, ordered(steer.Order{Action: steer.Stop, Place: hero}))
	require.NoError(t, err)
	require.Equal(t, uint64(6), got.Places[0].Stopped)
	require.NoError(t, got.Fits(p, digest))
	got, err = optimise.Steered(p, digest, nil, ordered(steer.Order{Action: steer.Stop, Place: hero}, steer.Order{Action: steer.Resume, Place: hero}))
	require.NoError(t, err)
	require.Empty(t, got.Places)
	require.NoError(t, got.Fits(p, digest))
}

func TestTold(t *testing.T) {
	p, digest := steeredPlan(t)
	all := turning(p, 30, 15)
	told, err := optimise.Told(p, digest, all, ordered(steer.Order{Action: steer.Stop, Place: hero, Variant: "shoes"}), p.Periods[14].Date)
	require.NoError(t, err)
	require.Len(t, told, 2)
	require.Equal(t, hero, told[0].Place)
	require.Equal(t, []string{"plain", "shoes", "bags"}, told[0].Variants)
	require.Len(t, told[0].Segments, 2)
	for i, s := range told[0].Segments {
		require.Equal(t, p.Segments[i].Name, s.Name)
		shoes, bags := s.Variants[1], s.Variants[2]
		require.True(t, shoes.Stopped)
		require.Zero(t, shoes.Share.Mean)
		require.Greater(t, shoes.ShareBefore.Mean, .9)
		require.Greater(t, bags.Share.Mean, .9)
		require.Less(t, bags.ShareBefore.Mean, .05)
		require.InDelta(t, .1, shoes.Before.Mean, .01)
		require.InDelta(t, .105, bags.Now.Mean, .02)
		require.Less(t, bags.Now.Low, bags.Now.Mean)
		require.Greater(t, bags.Now.High, bags.Now.Mean)
		require.Greater(t, bags.Now.Low, bags.Before.Mean)
		sum := 0.
		for _, v := range s.Variants {
			sum += v.Share.Mean
		}
		require.InDelta(t, 1, sum, 1e-9)
		require.Less(t, bags.Share.Low, bags.Share.Mean)
		require.InDelta(t, 0, shoes.Share.Low, 1e-12)
		require.InDelta(t, .01, shoes.Share.High, .005, "none of 400")
	}
	// Of what nothing is released devices begin with what they know: each as often.
	side := told[1].Segments[0]
	require.Empty(t, side.Name)
	require.Nil(t, side.Variants[0].Now)
	require.InDelta(t, .5, side.Variants[1].Share.Mean, 4*math.Sqrt(.25/400))
}
