package panel

import (
	"slices"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Range is what was asked and what there is in it.
type Range struct {
	From     string `json:"from"` // dates as YYYY-MM-DD, here and below
	To       string `json:"to"`
	Releases int    `json:"releases"`
	// Missing are dates of periods between the site's first and last release that
	// have none: too few reports came, or the aggregators gave the batch up.
	Missing []string `json:"missing"`
}

// plansOf lists the plans of releases in order, the latest first.
func plansOf(in []Release) (plans []identified) {
	seen := map[plan.Digest]bool{}
	for _, r := range slices.Backward(in) {
		if !seen[r.Record.Plan] {
			seen[r.Record.Plan] = true
			plans = append(plans, identified{r.Record.Plan, r.Plan})
		}
	}
	return plans
}

// since returns the date of the first release that is of one of the plans.
func since(in []Release, plans map[plan.Digest]bool) string {
	for _, r := range in {
		if plans[r.Record.Plan] {
			return r.Period.Date.String()
		}
	}
	return ""
}

// missing lists the dates in the range on which a period began that has no release though
// later ones have. A plan's periods count from its own first release until a plan of a
// higher serial has its first: before and after, another one was in force.
func missing(all []Release, from, to plan.Date) []string {
	released, first := map[plan.Date]bool{}, map[plan.Digest]plan.Date{}
	for _, r := range slices.Backward(all) {
		released[r.Period.Date] = true
		first[r.Record.Plan] = r.Period.Date
	}
	plans := plansOf(all)
	dates := []plan.Date{}
	for _, p := range plans {
		until := all[len(all)-1].Period.Date
		for _, other := range plans {
			if other.Serial > p.Serial {
				until = min(until, first[other.digest])
			}
		}
		for _, q := range p.Periods {
			if q.Date >= max(from, first[p.digest]) && q.Date <= min(to, until) && !released[q.Date] {
				released[q.Date] = true // named once
				dates = append(dates, q.Date)
			}
		}
	}
	slices.Sort(dates)
	out := []string{}
	for _, d := range dates {
		out = append(out, d.String())
	}
	return out
}
