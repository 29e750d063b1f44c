package panel

import (
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Delta is the delta that epsilons are stated at.
const Delta = 1e-6

// Plan says what a range was measured under and what it cost.
type Plan struct {
	Digest   string  `json:"digest"`
	Serial   uint64  `json:"serial"`
	Period   string  `json:"period"` // day, week or 4 weeks
	Cells    int     `json:"cells"`
	Weight   int     `json:"weight"`
	Sigma2   uint64  `json:"sigma2"` // of each aggregator's noise
	MinBatch uint32  `json:"min_batch"`
	Consent  string  `json:"consent"`
	Holdout  float64 `json:"holdout"` // share
	Epsilon  Epsilon `json:"epsilon"`
}

// Epsilon is what reports cost one device: a period's, and those of 30 days and a year.
type Epsilon struct {
	One    float64 `json:"one"`
	Days30 float64 `json:"days30"`
	Year   float64 `json:"year"`
	Delta  float64 `json:"delta"`
}

// PeriodOf names a cadence: day, week or 4 weeks.
func PeriodOf(c plan.Cadence) string {
	return map[int]string{1: "day", 7: "week", 28: "4 weeks"}[c.Days()]
}

// planOf describes a release's plan.
func planOf(r *Release) Plan {
	p := r.Plan
	days := p.Cadence.Days()
	rho := noise.RhoOf(r.Weight, r.Sigma2)
	eps := func(days int) float64 { return float64(rho.Times(max(days, 1)).Epsilon(Delta)) }
	return Plan{
		Digest: r.Record.Plan.String(), Serial: p.Serial,
		Period: PeriodOf(p.Cadence),
		Cells:  len(r.Cells), Weight: r.Weight, Sigma2: r.Sigma2, MinBatch: p.MinBatch,
		Consent: map[plan.Consent]string{plan.ConsentAsk: "ask", plan.ConsentSite: "site", plan.ConsentAssumed: "assumed"}[p.Consent],
		Holdout: float64(p.Policy.Holdout) / float64(plan.Whole),
		// A device reports in every period that begins within so many days.
		Epsilon: Epsilon{One: eps(1), Days30: eps((30 + days - 1) / days), Year: eps((365 + days - 1) / days), Delta: Delta},
	}
}
