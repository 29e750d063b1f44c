package edge_test

import (
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// near requires that k of n, each with probability p, lies within 4.5 standard
// deviations: a right program fails once in 150,000 seeds, and the seed is fixed.
func near(t *testing.T, p float64, k, n int, what string) {
	t.Helper()
	sd := math.Sqrt(float64(n) * p * (1 - p))
	require.InDelta(t, float64(n)*p, float64(k), 4.5*sd, "%s: %d of %d", what, k, n)
}

// each calls f for n visitors never seen, in turn on one instance with one source of
// randomness.
func each(n int, d *edge.Device, f func(r edge.Rand)) {
	r := edgetest.NewRandom(42)
	for range n {
		d.Load(start, nil)
		f(r)
	}
}

// shares counts what n visitors are shown at their first choice.
func shares(t *testing.T, p *plan.Plan, published []byte, n int) (column [3]int, reason [4]int) {
	d := device(t, p)
	if published != nil {
		require.NoError(t, d.UsePriors(published))
	}
	var out choose.Decision
	each(n, d, func(r edge.Rand) {
		require.NoError(t, d.Choose(start, hero, r, &out))
		column[out.Column]++
		reason[out.Reason]++
	})
	return column, reason
}

// Of 20,000 visitors the holdout's share is of the holdout, once and for all, gets the
// default, and is counted in the holdout's column and in no other; all others never are.
func TestHoldout(t *testing.T) {
	const visitors = 20_000
	p := picking(60, func(p *plan.Plan) {
		p.Policy.Holdout = 1000
		p.Policy.Explore = 2000
		for _, kind := range []plan.MetricKind{plan.CampaignExposed, plan.CampaignConverted} {
			p.Metrics = append(p.Metrics, plan.Metric{Name: "banner" + string(rune('0'+kind)), Kind: kind, By: plan.SiteWide, Most: 1, Source: 1})
		}
	})
	larger := picking(60, func(n *plan.Plan) {
		*n = *p
		n.Serial, n.Policy.Holdout = 2, 3000
	})
	banner := choose.Place{Kind: choose.Campaign, Index: 1}
	layout := plan.LayoutOf(p)
	d, wide := device(t, p), device(t, larger)
	held, more := 0, 0
	var out, arm choose.Decision
	sums := make([]int, layout.Cells)
	each(visitors, d, func(r edge.Rand) {
		require.NoError(t, d.Choose(start, hero, r, &out))
		require.NoError(t, d.Choose(start, banner, spent, &arm))
		of := out.Reason == choose.Held
		require.Equal(t, of, arm.Reason == choose.Held, "one lot for all places")
		track(t, d, start, view, edgetest.Shown(&out), edgetest.Shown(&arm), edge.Event{Kind: plan.Click, InSlot: true}, order)
		if of {
			held++
			require.Zero(t, out.Column)
			require.Zero(t, arm.Column)
			// Whatever is shown to it in spite of the choice is counted as the holdout's.
			track(t, d, start, edge.Event{Kind: plan.Exposure, Variant: 2}, edge.Event{Kind: plan.Click, InSlot: true}, order)
		}
		cells, ok := d.Measurement(start)
		require.True(t, ok)
		for _, s := range layout.Spans[1:] {
			m := p.Metrics[s.Metric]
			last, ok := p.Holdout(m)
			if !ok {
				continue
			}
			for i := range s.Cells() {
				if on := cells[s.Offset+i]; on {
					require.Equal(t, of, i%s.Columns == last, "%s: column %d, held: %t", m.Name, i%s.Columns, of)
					sums[s.Offset+i]++
				}
			}
		}
		state := d.AppendState(nil)
		require.Equal(t, edge.Restored, d.Load(start, state))
		later := pick(t, d, start+plan.Time(held%50)*day, hero, spent)
		require.Equal(t, of, later.Reason == choose.Held)
		require.Equal(t, edge.Restored, wide.Load(start, state))
		if pick(t, wide, start+day, hero, spent).Reason == choose.Held {
			more++
		} else {
			require.False(t, of, "a larger holdout keeps those it had")
		}
	})
	near(t, .1, held, visitors, "held")
	near(t, .3, more, visitors, "held of the larger holdout")
	near(t, .2/.9, more-held, visitors-held, "of those who were not")
	// Everybody saw, clicked and bought: every metric of a place counts every visitor once,
	// the slot's clicks of two variants at most.
	for _, s := range layout.Spans[1:] {
		if last, ok := p.Holdout(p.Metrics[s.Metric]); ok {
			total, of := 0, 0
			for i := range s.Cells() {
				total += sums[s.Offset+i]
				if i%s.Columns == last {
					of += sums[s.Offset+i]
				}
			}
			require.Equal(t, [2]int{visitors, held}, [2]int{total, of}, p.Metrics[s.Metric].Name)
		}
	}
}

// Before its first choice a device has no lot: it is nobody's holdout, however large.
func TestNoHoldoutBeforeTheLot(t *testing.T) {
	p := picking(60, func(p *plan.Plan) { p.Policy.Holdout = 5000 })
	d := device(t, p)
	layout := plan.LayoutOf(p)
	each(500, d, func(edge.Rand) {
		track(t, d, start, edge.Event{Kind: plan.Exposure}, edge.Event{Kind: plan.Click, InSlot: true}, order)
		cells, _ := d.Measurement(start)
		for _, s := range layout.Spans[1:] {
			if last, ok := p.Holdout(p.Metrics[s.Metric]); ok {
				for i := last; i < s.Cells(); i += s.Columns {
					require.False(t, cells[s.Offset+i])
				}
			}
		}
	})
}

// Exploring is uniform and as frequent as the policy says, the floor holds for every
// variant, and what is left goes to the best one that strong priors know.
func TestExploreAndFloor(t *testing.T) {
	const visitors = 20_000
	for name, c := range map[string]struct {
		explore, floor plan.Share
		uniform        float64
	}{
		"neither":                 {0, 0, 0},
		"a twentieth":             {500, 100, .05},
		"half":                    {5000, 0, .5},
		"the floor asks for more": {500, 300, .09},
		"the floor alone":         {0, 1600, .48},
	} {
		t.Run(name, func(t *testing.T) {
			p := picking(60, func(p *plan.Plan) { p.Policy.Explore, p.Policy.Floor = c.explore, c.floor })
			column, reason := shares(t, p, priors(p, 1, 1<<20, .01, .02, .2), visitors)
			near(t, c.uniform, reason[choose.Explored], visitors, "explored")
			require.Equal(t, visitors, reason[choose.Explored]+reason[choose.Sampled])
			for i, k := range column {
				want := c.uniform / 3
				if i == 2 {
					want = 1 - 2*c.uniform/3
				}
				near(t, want, k, visitors, "shown")
				require.GreaterOrEqual(t, want, float64(c.floor)/1e4-1e-12)
			}
		})
	}
}

// Without priors nothing is known and nothing preferred; and a variant about which
// priors are unsure is shown as often as it may be the best.
func TestUncertaintyIsShared(t *testing.T) {
	const visitors = 20_000
	p := picking(60, nil)
	column, _ := shares(t, p, nil, visitors)
	for _, k := range column {
		near(t, 1./3, k, visitors, "no priors")
	}
	// Beta(1, 1) beats a sure half in half of the draws; the third never wins.
	p = picking(60, nil)
	published := edgetest.PublishPriors(choose.Priors{
		Version: 1, Plan: plan.DigestOf(edgetest.Publish(p)),
		Places: []choose.PlacePriors{{Place: hero, Rates: [][]choose.Rate{{{Mean: .5, Strength: 2}, {Mean: .5, Strength: 1 << 20}, {Mean: .01, Strength: 1 << 20}}}}},
	})
	column, _ = shares(t, p, published, visitors)
	near(t, .5, column[0], visitors, "unsure")
	near(t, .5, column[1], visitors, "sure")
	require.Zero(t, column[2])
}

// What a variant costs, and what its goal is worth, decide with its rate.
func TestRewardsAndCosts(t *testing.T) {
	// Rates .05, .05 and .1: bags earn .1 x reward - cost, the others .05 x reward.
	for name, c := range map[string]struct {
		reward float64
		costs  [3]float64
		want   int
	}{
		"nothing costs":                {20, [3]float64{}, 2},
		"worth the cost":               {20, [3]float64{.5, .5, 1.4}, 2},
		"too expensive":                {20, [3]float64{.1, 0, 1.1}, 1},
		"the same cost, a small goal":  {10, [3]float64{.1, 0, .6}, 1},
		"the same cost, a larger goal": {14, [3]float64{.1, 0, .6}, 2},
		"all lose, one the least":      {1, [3]float64{2, 1, 3}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := picking(60, func(p *plan.Plan) {
				p.Slots[0].Reward = c.reward
				for i, cost := range c.costs {
					p.Slots[0].Variants[i].Cost = cost
				}
			})
			column, _ := shares(t, p, priors(p, 1, 1<<20, .05, .05, .1), 500)
			require.Equal(t, 500, column[c.want], "%v", column)
		})
	}
}

// Interest in its topics lifts a variant, the more the larger the lift; by the latest
// pages or by what lasts, as the policy says; and not at all without one.
func TestInterestLiftsItsVariant(t *testing.T) {
	shown := func(lift float64, recent plan.Share, events ...edge.Event) (column [3]int) {
		p := picking(60, func(p *plan.Plan) { p.Policy.Lift, p.Policy.Recent = lift, recent })
		d := device(t, p)
		require.NoError(t, d.UsePriors(priors(p, 1, 4000, .05, .05, .05)))
		var out choose.Decision
		each(600, d, func(r edge.Rand) {
			track(t, d, start, events...)
			require.NoError(t, d.Choose(start, hero, r, &out))
			column[out.Column]++
		})
		return column
	}
	shoes, bags := edge.Event{Kind: plan.View, Topics: 1}, edge.Event{Kind: plan.View, Topics: 2}
	near(t, 1./3, shown(0, 5000, shoes, shoes, shoes)[1], 600, "no lift")
	near(t, 1./3, shown(4, 5000)[1], 600, "no interest")
	weak := shown(.1, 5000, shoes, shoes, shoes)[1]
	require.Greater(t, weak, 300)
	require.Less(t, weak, 590)
	require.Equal(t, 600, shown(4, 5000, shoes, shoes, shoes)[1])
	require.Equal(t, 600, shown(4, 5000, bags, bags, bags)[2])
	require.Equal(t, 600, shown(4, 5000, edge.Event{Kind: plan.Dwell, Topics: 2, Seconds: 300})[2])

	// Long in shoes, and now one page of bags and then another.
	mixed := []edge.Event{shoes, shoes, shoes, shoes, shoes, shoes, shoes, shoes, bags, bags}
	require.Equal(t, 600, shown(4, 0, mixed...)[1])
	require.Equal(t, 600, shown(4, plan.Whole, mixed...)[2])
	// A click in the slot is about what the variant shown there is about.
	require.Equal(t, 600, shown(4, 5000, edge.Event{Kind: plan.Exposure, Variant: 2}, edge.Event{Kind: plan.Click, InSlot: true})[2])
}

// A visitor who reacts to another variant than everyone does gets it in the end,
// although the priors are as strong as any may be. One trial a day that halves in four
// weeks comes to 40.9 at most, against 20 for the prior: so the prior's favourite
// loses to a rival that is at least 1 / (1 + 40.9/20) as good by the prior, a third. A
// larger lead is not made up for by failures alone.
func TestOwnEvidenceWins(t *testing.T) {
	const days, visitors = 300, 30
	last := func(favourite, rival float64) (first, later int) {
		p := picking(days, func(p *plan.Plan) { p.Policy.Explore, p.Policy.Floor = 500, 100 })
		d := device(t, p)
		require.NoError(t, d.UsePriors(priors(p, 1, choose.MaxStrength, .01, favourite, rival)))
		var out choose.Decision
		each(visitors, d, func(r edge.Rand) {
			for i := range plan.Time(days) {
				now := start + i*day
				require.NoError(t, d.Choose(now, hero, r, &out))
				track(t, d, now, view, edgetest.Shown(&out))
				if out.Column != 2 {
					continue
				}
				track(t, d, now, order)
				if i < 5 {
					first++
				} else if i >= days-100 {
					later++
				}
			}
		})
		return first, later
	}
	for _, lead := range []float64{1.2, 2, 2.7} {
		first, later := last(lead*.05, .05)
		t.Logf("a lead of %.1f: the rival in %d of the first %d days, %d of the last %d", lead, first, 5*visitors, later, 100*visitors)
		require.Less(t, first, visitors/2) // explored only
		near(t, 1-.05*2/3, later, 100*visitors, "the visitor's own, but for exploring")
	}
	_, later := last(.5, .05)
	require.Less(t, later, 100*visitors/2, "a lead of ten is beyond what a device can unlearn")
}
