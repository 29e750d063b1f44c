package edgetest_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// Every invented plan obeys the plan's bounds and reads back as it was, its invented
// priors fit it, and among them is everything that the tests of edge count on.
func TestInventedPlansEncode(t *testing.T) {
	var seen struct{ topics, all64, chosen, holdout, nobody, floor, cost, affinity, top int }
	const plans = 500
	for seed := range uint64(plans) {
		rng := edgetest.Rand(seed)
		p := edgetest.Plan(rng)
		published, err := plan.Encode(p)
		require.NoError(t, err, "seed %d", seed)
		back, err := plan.Decode(published)
		require.NoError(t, err, "seed %d", seed)
		again, err := plan.Encode(back)
		require.NoError(t, err)
		require.Equal(t, published, again)

		digest := plan.DigestOf(published)
		priors, err := choose.Decode(edgetest.Priors(rng, p, digest, 1))
		require.NoError(t, err)
		require.NoError(t, priors.Fits(back, digest))

		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&seen.topics, len(p.Topics) > 0)
		count(&seen.all64, len(p.Topics) == plan.MaxTopics)
		count(&seen.chosen, len(choose.PlacesOf(p)) > len(p.Slots))
		count(&seen.holdout, p.Policy.Holdout > 0)
		count(&seen.nobody, p.Policy.Holdout == 0)
		count(&seen.floor, p.Policy.Floor > p.Policy.Explore)
		cost, affinity, top := false, false, false
		for _, s := range p.Slots {
			for _, v := range s.Variants {
				cost = cost || v.Cost > 0
			}
		}
		for _, s := range p.Segments {
			for i := 0; i < len(s.Rule); i++ {
				switch s.Rule[i] {
				case plan.OpConst:
					i += 8
				case plan.OpVar:
					i++
					affinity = affinity || s.Rule[i] >= plan.VarAffinity
					top = top || s.Rule[i] == plan.VarTopTopic
				}
			}
		}
		count(&seen.cost, cost)
		count(&seen.affinity, affinity)
		count(&seen.top, top)
	}
	for name, n := range map[string]int{
		"topics": seen.topics, "all 64 topics": seen.all64, "a chosen campaign": seen.chosen, "a holdout": seen.holdout, "no holdout": seen.nobody,
		"a floor above exploring": seen.floor, "a cost": seen.cost, "affinity in a rule": seen.affinity, "top_topic in a rule": seen.top,
	} {
		require.Greater(t, n, plans/10, name)
	}
}

// The fixed plans obey the bounds too, and the maximal one stands at them.
func TestFixedPlansEncode(t *testing.T) {
	edgetest.Publish(edgetest.Shop())
	edgetest.Publish(edgetest.Bare(1))
	for _, cells := range []int{64, 512} {
		p := edgetest.Sized(cells)
		edgetest.Publish(p)
		require.Equal(t, cells, plan.LayoutOf(p).Cells)
	}
	p := edgetest.Maximal()
	edgetest.Publish(p)
	require.Equal(t, plan.MaxWeight, plan.LayoutOf(p).Weight)
	require.Len(t, choose.PlacesOf(p), plan.MaxSlots+plan.MaxCampaigns)
	columns := 0
	for _, at := range choose.PlacesOf(p) {
		columns += at.Columns(p)
	}
	require.Greater(t, columns, choose.MaxEntries, "fewer to pick among than a device keeps evidence of")
}

// A wide plan's priors are its own, of every kind that there is.
func TestPriorsOfEveryKind(t *testing.T) {
	seen := map[choose.Kind]int{}
	for seed := range uint64(60) {
		rng := edgetest.Rand(seed)
		p := edgetest.Wide(rng)
		digest := plan.DigestOf(edgetest.Publish(p))
		priors, err := choose.Decode(edgetest.Priors(rng, p, digest, 1))
		require.NoError(t, err)
		require.NoError(t, priors.Fits(p, digest))
		for _, at := range priors.Places {
			seen[at.Place.Kind]++
		}
	}
	for kind := choose.Slot; kind <= choose.Response; kind++ {
		require.Greater(t, seen[kind], 9, "kind %d", kind)
	}
}
