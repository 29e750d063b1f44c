package edge_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// What was spent is told for the day, for 30 and for a year, outlives erasure and a
// stored state, and forgets what is more than a year ago.
func TestBudget(t *testing.T) {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Daily, 600)
	d := device(t, p)
	require.Equal(t, edge.Budget{}, d.Budget(start))
	rand := edgetest.NewRandom(1)
	var charge ledger.NanoRho
	sent := func(i int) {
		now := start + plan.Time(i)*day
		track(t, d, now, view)
		send(t, d, now, rand)
		send(t, d, now, rand) // a revision costs nothing
		charge = d.Budget(now).Today
		require.NotZero(t, charge)
	}
	for i := range 40 {
		sent(i)
	}
	now := start + 39*day
	require.Equal(t, edge.Budget{Today: charge, Month: 30 * charge, Year: 40 * charge, Reports: 30}, d.Budget(now))
	d.Forget(now)
	n := device(t, p)
	require.Equal(t, edge.Restored, n.Load(now, d.AppendState(nil)))
	require.Equal(t, d.Budget(now), n.Budget(now))
	require.Equal(t, 40*charge, n.Budget(now).Year)
	require.Equal(t, edge.Budget{Year: 40 * charge}, d.Budget(start+100*day))
	sent(300)
	require.Equal(t, edge.Budget{Today: charge, Month: charge, Year: 41 * charge, Reports: 1}, d.Budget(start+300*day))
	late := d.Budget(start + 420*day)
	require.Equal(t, charge, late.Year, "the first forty are more than a year ago")
}
