package panel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// till is a plan that counts all orders, those of an assigned campaign and of a slot with a
// holdout, and social acts.
func till() *plan.Plan {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Weekly, 10)
	p.Policy.Holdout = 1000
	p.Segments = p.Segments[2:]
	p.Topics, p.Networks = []string{"shoes", "bags"}, []string{"wechat"}
	order := plan.Trigger{Kind: plan.Order}
	p.Campaigns = []plan.Campaign{{Name: "spring", Mode: plan.Assigned, Arms: []string{"none", "mail"}, Goals: []plan.Goal{{Name: "bought", On: order}}}}
	p.Slots = []plan.Slot{{Name: "hero", Variants: []plan.Variant{{Name: "plain"}, {Name: "shoes", Topics: []uint8{0}}}, Goal: order, Reward: 1}}
	p.Revenues = []plan.Revenue{
		{Name: "shop", Grid: []uint32{2000, 6000}},
		{Name: "spring", Of: plan.OfCampaign, Grid: []uint32{2000, 6000}},
		{Name: "hero", Of: plan.OfSlot, Grid: []uint32{5000}},
	}
	p.Metrics = nil
	for _, m := range []plan.Metric{
		{Name: "revenue shop", Kind: plan.Earned}, {Name: "revenue spring", Kind: plan.Earned, Source: 1}, {Name: "revenue hero", Kind: plan.Earned, Source: 2},
		{Name: "exposed spring", Kind: plan.CampaignExposed}, {Name: "converted spring", Kind: plan.CampaignConverted}, {Name: "exposed hero", Kind: plan.SlotExposed},
		{Name: "acts", Kind: plan.SocialActs}, {Name: "acts by topic", Kind: plan.SocialActs, By: plan.ByTopic}, {Name: "shared", Kind: plan.SharedTo},
	} {
		m.By, m.Most = max(m.By, plan.SiteWide), 1
		p.Metrics = append(p.Metrics, m)
	}
	return p
}

var tillCounts = []int64{
	10_000,     // present
	1_000, 500, // shop: 20, 60
	100, 40, 200, 160, // spring: none 20, none 60, mail 20, mail 60
	300, 420, 50, // hero: plain, shoes, holdout
	2_000, 4_000, // spring shown: none, mail
	140, 360, // bought
	4_000, 5_000, 1_000, // hero shown
	900, 200, 300, 50, // like, share, comment, follow
	400, 80, 0, 0, 500, 120, 300, 50, // of shoes, of bags
	150, // wechat
}

func TestRevenues(t *testing.T) {
	p := till()
	r, err := panel.Of([]panel.Release{week(p, 3, tillCounts...)}, p.Periods[0].Date, p.Periods[9].Date)
	require.NoError(t, err)
	require.Len(t, r.Revenues, 3)
	shop, spring, hero := r.Revenues[0], r.Revenues[1], r.Revenues[2]

	require.Equal(t, []any{"shop", "site", "", 60.}, []any{shop.Name, shop.Kind, shop.Of, shop.Top})
	require.InDelta(t, 50_000, shop.Total.Value, 1e-9)
	v := 2. * 100
	require.InDelta(t, 50_000-1.96*math.Sqrt(v*(400+3600)), shop.Total.ExactLow, 1e-6)
	require.InDelta(t, 50_000+1.96*math.Sqrt(v*(400+3600)+1000*400+500*3600), shop.Total.High, 1e-6)
	require.InDelta(t, 5, shop.PerHead.Value, 1e-9)
	require.Empty(t, shop.Arms)
	require.Nil(t, shop.Increment)
	require.Equal(t, shop.Total, shop.Days[0].Sum)

	// Twice as many got the mail: what 2,000 spent without it would have been 8,800 of 4,000.
	require.Equal(t, "none", spring.Against)
	require.InDelta(t, 2000+2400, spring.Arms[0].Total.Value, 1e-9)
	require.InDelta(t, 4000+9600, spring.Arms[1].Total.Value, 1e-9)
	require.InDelta(t, 3.4, spring.Arms[1].PerHead.Value, 1e-9)
	require.InDelta(t, 13_600-2*4_400, spring.Increment.Value, 1e-9)
	require.Less(t, spring.Increment.Low, 4800.)

	require.Equal(t, plan.HoldoutColumn, hero.Against)
	require.InDelta(t, 50*720-9*50*50, hero.Increment.Value, 1e-9)

	require.Equal(t, "none", r.Slots[0].Against)
	require.InDelta(t, .09/.07-1, r.Slots[0].Uplift.Rate.Value, 1e-9)

	acts := r.Sorts[0]
	require.Equal(t, []any{"acts", "", "present"}, []any{acts.Kind, acts.Name, acts.Of})
	require.Equal(t, int64(900), acts.All[0].Total.Value)
	topics := r.Sorts[1]
	require.Equal(t, []any{"acts", "topic"}, []any{topics.Kind, topics.Name})
	require.Equal(t, "bags", topics.Segments[1].Name)
	require.Equal(t, int64(120), topics.Segments[1].Bins[1].Total.Value)
	require.Equal(t, int64(900), topics.All[0].Total.Value, "the sum of its topics")
	require.Equal(t, "wechat", r.Sorts[2].All[0].Name)
}

// Of 4,000 populations, each drawn and noised anew, how many intervals hold the truth.
func TestRevenueCovers(t *testing.T) {
	p := till()
	rng := rand.New(rand.NewPCG(3, 1))
	draw := func(n int, grid []float64, mean float64) (counts []int64) {
		counts = make([]int64, len(grid))
		for range n {
			value := mean * rng.ExpFloat64()
			if rng.Float64() > .1 { // one of ten buys
				continue
			}
			low := 0.
			for i, point := range grid {
				if value < point || i == len(grid)-1 {
					switch {
					case value >= point || rng.Float64() < (value-low)/(point-low):
						counts[i]++
					case i > 0:
						counts[i-1]++
					}
					break
				}
				low = point
			}
		}
		return counts
	}
	// The mean of a value that counts at most as 60.
	capped := func(mean float64) float64 { return .1 * mean * (1 - math.Exp(-60/mean)) }
	const repeats = 1500
	total, head, increment := 0, 0, 0
	for range repeats {
		grid := []float64{20, 60}
		counts := append([]int64{4_000}, draw(4_000, grid, 40)...)
		counts = append(append(counts, draw(1_000, grid, 30)...), draw(3_000, grid, 40)...)
		counts = append(counts, 0, 0, 0, 1_000, 3_000, 0, 0, 0, 0, 0)
		counts = append(counts, make([]int64, 13)...)
		for i := range counts {
			counts[i] += int64(math.Round(rng.NormFloat64() * math.Sqrt(200)))
		}
		r, err := panel.Of([]panel.Release{week(p, 3, counts...)}, p.Periods[0].Date, p.Periods[9].Date)
		require.NoError(t, err)
		shop, spring := r.Revenues[0], r.Revenues[1]
		holds := func(v, low, high float64) int {
			if v >= low && v <= high {
				return 1
			}
			return 0
		}
		total += holds(4_000*capped(40), shop.Total.Low, shop.Total.High)
		head += holds(capped(40), shop.PerHead.Low, *shop.PerHead.High)
		increment += holds(3_000*(capped(40)-capped(30)), spring.Increment.Low, spring.Increment.High)
	}
	for what, n := range map[string]int{"total": total, "a head": head, "increment": increment} {
		t.Logf("%s: %.3f", what, float64(n)/repeats)
		require.InDelta(t, .95, float64(n)/repeats, .02, what)
	}
}

func TestArmsAgainstTheFirst(t *testing.T) {
	p := till()
	r, err := panel.Of([]panel.Release{week(p, 3, tillCounts...)}, p.Periods[0].Date, p.Periods[9].Date)
	require.NoError(t, err)
	for _, s := range r.Slots {
		switch s.Name {
		case "spring": // 360 of 4,000 against 140 of 2,000
			require.Equal(t, "bought", s.GoalName)
			require.Nil(t, s.All[0].Uplift)
			require.InDelta(t, .09/.07-1, s.All[1].Uplift.Value, 1e-9)
			require.Equal(t, s.Uplift.Rate, *s.All[1].Uplift)
		default: // a holdout is what a slot's variants are together against
			for _, v := range s.All {
				require.Nil(t, v.Uplift)
			}
		}
	}
}
