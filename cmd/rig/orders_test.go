package rig_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// An order reaches devices with the leader's next step, without a release.
func TestOrdersReachDevices(t *testing.T) {
	r := startWith(t, func(o *rig.Options) { o.PlanName, o.PlanYAML = "demo.yaml", plans.Demo })
	orders, err := r.Orders()
	require.NoError(t, err)
	served := func() (*choose.Priors, bool) {
		_, err := r.Step(t.Context(), nil)
		require.NoError(t, err)
		b, _, ok, err := r.Priors(t.Context())
		require.NoError(t, err)
		if !ok {
			return nil, false
		}
		p, err := choose.Decode(b)
		require.NoError(t, err)
		require.NoError(t, p.Fits(r.Plan, plan.DigestOf(r.Published)))
		return p, true
	}
	_, ok := served()
	require.False(t, ok, "nothing is released, and nothing ordered")
	give := func(o steer.Order) {
		o.Site, o.At = r.Plan.Site, time.Unix(1, 0)
		_, err := orders.Give(o)
		require.NoError(t, err)
	}
	give(steer.Order{Action: steer.Stop, Place: steer.Place{Kind: "slot", Name: "hero"}, Variant: "bags"})
	p, ok := served()
	require.True(t, ok)
	require.Equal(t, uint64(1<<2), p.Places[0].Stopped)
	give(steer.Order{Action: steer.Stop, Place: steer.Place{Kind: "slot", Name: "promotion"}})
	p, _ = served()
	require.Len(t, p.Places, 2)
	require.Equal(t, uint64(1<<1|1<<2), p.Places[1].Stopped)
	give(steer.Order{Action: steer.Resume, Place: steer.Place{Kind: "slot", Name: "hero"}})
	give(steer.Order{Action: steer.Resume, Place: steer.Place{Kind: "slot", Name: "promotion"}})
	p, ok = served()
	require.True(t, ok, "devices must hear that nothing is stopped any more")
	require.Empty(t, p.Places)
	require.NoError(t, r.Close())
}
