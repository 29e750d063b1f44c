package simulate

import (
	"crypto/rand"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	wasm "github.com/dunlin-analytics/dunlin/wasm/module"
)

// livelyPlan measures what a lively population does beside meeting slots.
func livelyPlan() *plan.Plan {
	p := edgetest.Bare(30)
	order, view := plan.Trigger{Kind: plan.Order}, plan.Trigger{Kind: plan.View}
	visits := func(n float64) plan.Rule { return edgetest.NewRule().Var(plan.VarVisits).Num(n).Op(plan.OpLe).Code() }
	p.Topics = []string{"maths", "english", "code", "history"}
	p.Payments, p.Networks, p.Skills = []string{"card", "wallet"}, []string{"one"}, []string{"sums", "words"}
	p.Channels = []string{"banner", "mail", "toast"}
	p.Segments = []plan.Segment{{Name: "new", Rule: visits(3)}, {Name: "others"}}
	p.Slots = []plan.Slot{{Name: "hero", Goal: plan.Trigger{Kind: plan.Click}, Reward: 1, Variants: []plan.Variant{{Name: "plain"}, {Name: "maths", Topics: []uint8{0}}}}}
	p.Lists = []plan.List{
		{Name: "for you", Size: 6, Items: []string{"a", "b", "c", "d"}, Goal: order, Reward: 1},
		{Name: "practice", Size: 3, Learning: true, Items: []string{"x", "y", "z"}, Goal: view, Reward: 1},
	}
	p.Messages = []plan.Message{{Name: "sale", Channels: 0b111, Cap: 3, Every: 7 * plan.Day, Goal: order}}
	p.Surveys = []plan.Survey{{Name: "score", Kind: plan.CSAT, Every: 7 * plan.Day}}
	p.Predictions = []plan.Prediction{{Kind: plan.LapseRisk, Within: 2, Bins: p.Segments}, {Kind: plan.BuyChance, Bins: p.Segments}}
	p.Metrics = nil
	for _, m := range []plan.Metric{
		{Kind: plan.Topics}, {Kind: plan.Last}, {Kind: plan.Next, By: plan.ByTopic}, {Kind: plan.Items}, {Kind: plan.ListExposed}, {Kind: plan.ListClicked},
		{Kind: plan.Tried, Source: 1}, {Kind: plan.Solved, Source: 1}, {Kind: plan.State}, {Kind: plan.Outcome},
		{Kind: plan.State, Source: 1}, {Kind: plan.Outcome, Source: 1}, {Kind: plan.ReachShown}, {Kind: plan.ReachAnswered}, {Kind: plan.SurveyAnswers},
	} {
		m.Name, m.Most = fmt.Sprint("metric ", len(p.Metrics)), 1
		if m.By == 0 {
			m.By = plan.SiteWide
		}
		p.Metrics = append(p.Metrics, m)
	}
	p.Sigma2, p.Chunk = 329, 6
	return p
}

// A lively world goes round: what its visitors meet and do is measured, fitted and handed
// back to their devices, every kind of it, the same on any number of processors.
func TestLivelyLoop(t *testing.T) {
	p := livelyPlan()
	published := edgetest.Publish(p)
	for _, world := range []population.World{population.Shop, population.Feed, population.School} {
		t.Run(world.String(), func(t *testing.T) {
			live := func(processors int) (out choose.Priors) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
				shop := shopOf(t, p, population.Options{Seed: 2, Visitors: 1500, World: world, Lively: true, Season: .2})
				loop(t, 0, LoopOptions{Published: published, Shop: shop, Days: 8, Seed: 2, Exact: true, Fitted: func(_ int, p choose.Priors) { out = p }})
				return out
			}
			priors := live(2)
			require.Equal(t, priors, live(1))
			require.NoError(t, priors.Fits(p, plan.DigestOf(published)))
			kinds := map[choose.Kind]bool{}
			for _, at := range priors.Places {
				kinds[at.Place.Kind] = true
			}
			for _, kind := range []choose.Kind{choose.Slot, choose.Items, choose.Topics, choose.Next, choose.Leave, choose.Predicted, choose.Difficulty, choose.Response} {
				require.Equal(t, kind != choose.Slot, kinds[kind], "kind %d", kind) // slots are not measured here
			}
		})
	}
}

// What is fitted of an exercise is what its takers solve: as those are who find it in
// reach, and were shown it for that, more than all visitors would.
func TestLivelyDifficulties(t *testing.T) {
	p := livelyPlan()
	published := edgetest.Publish(p)
	shop := shopOf(t, p, population.Options{Seed: 3, Visitors: 4000, World: population.School, Lively: true, Settled: true})
	var priors choose.Priors
	loop(t, 0, LoopOptions{Published: published, Shop: shop, Days: 10, Seed: 3, Exact: true, Fitted: func(_ int, p choose.Priors) { priors = p }})
	row := priors.Row(choose.Place{Kind: choose.Difficulty, Index: 1}, 0)
	truth := map[string]float64{}
	for _, it := range shop.Truth(10).Lively.Items {
		truth[it.ID] = it.Solved
	}
	for i, id := range p.Lists[1].Items {
		t.Logf("%s: released %.2f of %d, truth %.2f of all", id, row[i].Mean, row[i].Strength, truth[id])
		require.Greater(t, row[i].Mean, truth[id]-.05)
		require.Less(t, row[i].Mean, .9)
	}
	for i, a := range p.Lists[1].Items {
		for k, b := range p.Lists[1].Items {
			if truth[a] > truth[b]+.15 {
				require.Greater(t, row[i].Mean, row[k].Mean, "%s is easier than %s", a, b)
			}
		}
	}
}

// Lively visitors live the same days natively and in the built module.
func TestLivelyNativeEqualsModule(t *testing.T) {
	inside, err := wasm.Bytes()
	require.NoError(t, err)
	ctx := t.Context()
	p := livelyPlan()
	published := edgetest.Publish(p)
	shop := shopOf(t, p, population.Options{Seed: 8, Visitors: 40, World: population.School, Lively: true, Active: .8, Settled: true})
	var both [2]*life
	for i, make1 := range []func(*Dice) (Device, error){
		func(d *Dice) (Device, error) { return Native(published, d) },
		func(d *Dice) (Device, error) { return Module(ctx, inside, published, d) },
	} {
		dice := &Dice{System: rand.Reader}
		d, err := make1(dice)
		require.NoError(t, err)
		both[i] = &life{shop: shop, device: d, dice: dice, seed: 8}
		require.NoError(t, both[i].stock(ctx, p))
		defer d.Close(ctx)
	}
	for i := range 40 {
		var states [2][]byte
		for day := range 4 {
			var cells [2][]bool
			for k, l := range both {
				last, came, err := l.day(ctx, shop.Visitor(i), day, states[k])
				require.NoError(t, err)
				if !came {
					continue
				}
				states[k], err = l.device.AppendState(ctx, nil)
				require.NoError(t, err)
				cells[k], _, err = l.device.Measurement(ctx, last)
				require.NoError(t, err)
			}
			require.Equal(t, states[0], states[1])
			require.Equal(t, cells[0], cells[1])
		}
	}
}
