package panel_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Two years of daily releases of plans/standard.yaml (512 cells), all of them in the range
// and the usual 30: target 50 ms.
func BenchmarkReport(b *testing.B) {
	f, problems := planfile.Parse("standard.yaml", plans.Standard)
	require.Nil(b, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"}, Issued: f.Periods[0].Start,
	})
	require.NoError(b, err)
	published, err := plan.Encode(p)
	require.NoError(b, err)
	layout := plan.LayoutOf(p)
	random := rand.New(rand.NewPCG(1, 1))
	var all []panel.Release
	for i := range 728 {
		r := panel.Release{Plan: p}
		r.Record.Plan, r.Weight, r.Sigma2 = plan.DigestOf(published), layout.Weight, p.Sigma2
		r.Period = p.Periods[i%len(p.Periods)]
		r.Period.Date += plan.Date(i / len(p.Periods) * len(p.Periods))
		for range layout.Cells {
			r.Cells = append(r.Cells, 2000+random.Int64N(3000))
		}
		all = append(all, r)
	}
	last := all[len(all)-1].Period.Date
	for name, from := range map[string]plan.Date{"two years": all[0].Period.Date, "30 days": last - 29} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := panel.Of(all, from, last)
				require.NoError(b, err)
			}
		})
	}
}
