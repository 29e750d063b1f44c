package measure_test

import (
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// memories are of devices that lived through different days under one plan, with
// few instants to be exposed at, so that some are the same.
func memories(rng *rand.Rand) (*measure.Rules, [3]measure.Memory) {
	p := edgetest.Wide(rng)
	digest := plan.DigestOf(edgetest.Publish(p))
	r := measure.RulesOf(p, digest)
	var out [3]measure.Memory
	for i := range out {
		n := &naive{p: p}
		var l measure.Log
		now := edgetest.Start
		for range rng.IntN(60) {
			now += plan.Time(rng.IntN(2)) * plan.Hour
			e := n.next(rng, now, &l, digest)
			n.history = append(n.history, e)
			at := measure.Moment{Memory: &out[i], Now: now}
			if e.period >= 0 && e.began {
				r.Open(&l, p.Periods[e.period].Date, e.segment)
				at.Log = &l
				r.Began(at, e.bins, e.start, e.was)
			}
			tell(r, at, &e)
		}
	}
	return r, out
}

func TestJoinIsASemilattice(t *testing.T) {
	join := func(a, b measure.Memory) measure.Memory {
		a.Join(&b)
		return a
	}
	mixed := 0
	for seed := range uint64(1500) {
		r, m := memories(edgetest.Rand(seed))
		a, b, c := m[0], m[1], m[2]
		both := join(a, b)
		require.Equal(t, a, join(a, a))
		require.Equal(t, both, join(b, a))
		require.Equal(t, both, join(both, b))
		require.Equal(t, join(both, c), join(a, join(b, c)))
		var l measure.Log
		stored(t, &both, &l)
		adopted := both
		r.Adopt(&adopted)
		require.Equal(t, both, adopted, "the plan's names and no others")
		if both != a && both != b {
			mixed++
		}
	}
	require.Greater(t, mixed, 500)
}

// The later exposure stands, with its own credits; what both have, once.
func TestJoinTakesTheLaterExposure(t *testing.T) {
	b := newBench()
	var phone, laptop measure.Memory
	b.Exposed(unmeasured(&phone, start), 0, 1)
	b.Happened(unmeasured(&phone, start), onOrder)
	b.Exposed(unmeasured(&laptop, start+50), 0, 3)
	b.Assigned(unmeasured(&phone, start+20), 0, 2)
	b.Happened(unmeasured(&phone, start+21), onCart)
	b.Assigned(unmeasured(&laptop, start+20), 0, 2)
	b.Happened(unmeasured(&laptop, start+21), onOrder)
	b.Exposed(unmeasured(&laptop, start+50), 0, 3) // again, with nothing credited
	laptop.Join(&phone)
	column, at, ok := b.LastExposed(&laptop, plan.SlotExposed, 0)
	require.True(t, ok)
	require.Equal(t, 3, column)
	require.Equal(t, start+50, at)
	require.Equal(t, measure.Credits{Slots: 1}, b.Happened(unmeasured(&laptop, start+60), onOrder), "the campaign's order was credited on the laptop")
	require.Zero(t, b.Happened(unmeasured(&laptop, start+60), onCart), "and its cart event on the phone")
}

// A campaign's own holdout is counted in its column alone.
func TestHoldoutOfACampaign(t *testing.T) {
	b := newBenchOf(func(p *plan.Plan) {
		withHoldout(p)
		p.Policy.Holdout = 0
		p.Campaigns[1].Mode = plan.Chosen
		p.Campaigns[1].Promotion.Holdout = plan.Whole / 10
		other := p.Campaigns[1]
		other.Name = "third"
		p.Campaigns = append(p.Campaigns, other)
	}, plan.Metric{Kind: plan.CampaignExposed}, plan.Metric{Kind: plan.CampaignExposed, Source: 1}, plan.Metric{Kind: plan.CampaignExposed, Source: 2},
		plan.Metric{Kind: plan.CampaignConverted, Source: 1}, plan.Metric{Kind: plan.SlotExposed})
	at := b.at(start)
	at.Held.Campaigns = 0b11
	for c := range 3 {
		b.Assigned(at, c, 1)
	}
	b.Exposed(at, 0, 1)
	b.Happened(at, onCart)
	require.Equal(t, []string{"0100", "00001", "01000", "00001", "0100"}, b.columns(), "the first has no holdout, the third another")

	// Found out later, what was counted moves; what is not of that holdout stays.
	b.Open(&b.l, 7, 0)
	free := b.at(start)
	for c := range 3 {
		b.Assigned(free, c, 1)
	}
	b.Hold(&b.l, 7, measure.Held{Campaigns: 0b10})
	require.Equal(t, []string{"0100", "00001", "01000", "00000", "0000"}, b.columns())
}
