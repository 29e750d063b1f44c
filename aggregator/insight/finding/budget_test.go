package finding_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// two is shop with another campaign beside spring, of the same cells.
func two() *plan.Plan {
	p := shop()
	p.Campaigns = append(p.Campaigns, plan.Campaign{Name: "summer", Mode: plan.Assigned, Arms: []string{"none", "mail"}, Goals: p.Campaigns[0].Goals})
	p.Revenues = append(p.Revenues, plan.Revenue{Name: "summer", Of: plan.OfCampaign, Source: 1, Grid: []uint32{5000}})
	p.Metrics = append(p.Metrics[:9:9],
		plan.Metric{Name: "exposed summer", Kind: plan.CampaignExposed, By: plan.SiteWide, Most: 1, Source: 1},
		plan.Metric{Name: "revenue summer", Kind: plan.Earned, By: plan.SiteWide, Most: 1, Source: 1})
	edgetest.Calendar(p, plan.Daily, 40)
	return p
}

// Half of what surely lost money goes to what surely brought some; a cost that is planned
// already, and all but the latest of a name, are left alone.
func TestBudget(t *testing.T) {
	p := two()
	all := releases(p, rand.New(rand.NewPCG(7, 1)), 40, func(int) life { l := usual; l.spring = .08; return l })
	for i := range all {
		// Summer: as many of each arm, orders of the mailed as of the others.
		all[i].Cells = append(all[i].Cells[:plan.LayoutOf(shop()).Cells-6], 10_000, 10_000, 500, 500)
		for k := range 4 {
			all[i].Cells[len(all[i].Cells)-4+k] += int64((i*7+k*13)%20) - 10
		}
	}
	from, to := p.Periods[20].Date, p.Periods[39].Date
	cost := func(name string, amount float64) finding.Cost {
		return finding.Cost{Name: name, From: from, To: to, Cost: amount, Margin: .5}
	}
	got, err := finding.Budget(all, []finding.Cost{cost("spring", 20_000), cost("summer", 50_000)})
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, []any{"spring", finding.Raise, 20_000., 30_000.}, []any{got[0].Name, got[0].Verdict, got[0].Was, got[0].Amount}, "at most half as much again")
	require.Equal(t, []any{"summer", finding.Cut, 50_000., 25_000.}, []any{got[1].Name, got[1].Verdict, got[1].Was, got[1].Amount})
	require.Equal(t, []string{(to + 1).String(), (to + 20).String()}, []string{got[0].From, got[0].To})
	require.Greater(t, got[0].Gain.Low, 0.)
	require.Less(t, got[0].Gain.Low, got[0].Gain.High)
	require.Greater(t, got[1].Gain.Low, 0., "what is not lost")
	require.InDelta(t, 25_000, got[1].Gain.Value, 25_000)

	got, err = finding.Budget(all, []finding.Cost{cost("spring", 20_000)})
	require.NoError(t, err)
	require.InDelta(t, 24_000, got[0].Amount, 1e-9, "nothing was saved")

	// What a cost of about what came back means nobody can tell.
	increment := 20 * 10_000 * .03 * 50. * .5
	got, err = finding.Budget(all, []finding.Cost{cost("spring", increment)})
	require.NoError(t, err)
	require.Equal(t, []any{finding.Keep, increment}, []any{got[0].Verdict, got[0].Amount})
	require.Nil(t, got[0].Gain)

	planned := cost("spring", 30_000)
	planned.From, planned.To = to+1, to+20
	got, err = finding.Budget(all, []finding.Cost{cost("spring", 20_000), planned, cost("hero", 5), cost("nobody", 5), cost("summer", 0)})
	require.NoError(t, err)
	require.Empty(t, got)
}
