package site_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Monday 2026-11-23, from which a period of every length may start.
const aMonday = plan.Date(20780)

func answers(visitors int, period plan.Cadence) site.Answers {
	return site.Answers{Domain: "shop.example", Visitors: visitors, Period: period, Consent: plan.ConsentAsk, TimeZone: "Europe/Berlin"}
}

// Whatever is answered, the file is one that `dunlin plan check` accepts, says what
// was answered, and weighs what the package says.
func TestEveryPlanFileIsAccepted(t *testing.T) {
	for visitors, weight := range map[int]int{1: 4, 299: 4, 1999: 4, 2000: 7, site.MaxVisitors: 7} {
		for _, period := range []plan.Cadence{plan.Daily, plan.Weekly, plan.FourWeekly} {
			for _, consent := range []plan.Consent{plan.ConsentAsk, plan.ConsentSite, plan.ConsentAssumed} {
				for _, zone := range []string{"UTC", "Asia/Shanghai", "America/Argentina/ComodRivadavia"} {
					a := answers(visitors, period)
					a.Consent, a.TimeZone = consent, zone
					f, problems := planfile.Parse("dunlin.yaml", site.PlanFile(a, aMonday))
					require.NoError(t, problems.Err())
					require.Equal(t, a.Domain, f.Site)
					require.Equal(t, zone, f.TimeZone)
					require.Equal(t, period, f.Cadence)
					require.Equal(t, consent, f.Consent)
					require.Equal(t, aMonday, f.Starts)
					require.Zero(t, f.Left, "whole periods only")
					report, problems := planfile.Check(f)
					require.NoError(t, problems.Err())
					require.Equal(t, weight, report.Weight)
					require.LessOrEqual(t, report.Charge, ledger.CapDay)
					for _, m := range f.Metrics {
						require.True(t, weight > 4 || m.By == plan.SiteWide, "small sites are measured as a whole")
					}
				}
			}
		}
	}
}

func TestRecommendedPeriods(t *testing.T) {
	for visitors, want := range map[int]plan.Cadence{
		1: plan.FourWeekly, 299: plan.FourWeekly, 300: plan.Weekly, 1999: plan.Weekly, 2000: plan.Daily, 1_000_000: plan.Daily,
	} {
		require.Equal(t, want, site.Recommended(visitors), visitors)
	}
}
