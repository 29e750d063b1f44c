package panel

import (
	"bytes"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Cohort is those who came for the first time in one period, and how many of them were there
// in those after.
type Cohort struct {
	From string `json:"from"` // date of the period
	Size Count  `json:"size"`
	Back []Back `json:"back"` // one period later, two, …
}

// Back is who of a cohort was there in a later period.
type Back struct {
	Rate *Rate `json:"rate"` // null where that period has no release, or not yet
}

// ages returns how many bins of a dimension, from the first on, are those of one period
// since the first each: 0, 1, 2, …
func ages(d *plan.Dimension) (n int) {
	for i, bin := range d.Bins {
		rule := wire.AppendFloat([]byte{plan.OpVar, plan.VarPeriods, plan.OpConst}, float64(i+1))
		if !bytes.Equal(bin.Rule, append(rule, plan.OpLt)) {
			break
		}
		n++
	}
	return n
}

// cohorts makes the triangle of a dimension by periods since the first; nil for others. A
// row is a period of the range; its later columns are of later releases, in the range or not.
//
// Who is counted at an age in a period was new that many periods before, so the shares are
// of cells of two releases, whose noises are apart.
func cohorts(j *joint, s *sortSeries, all, in []Release) []Cohort {
	if s.ages < 2 {
		return nil
	}
	at := map[plan.Date]sums{}
	for i := range all {
		r := &all[i]
		if s.plans[r.Record.Plan] {
			day := make(sums, len(j.places))
			day.add(j, r)
			at[r.Period.Date] = day
		}
	}
	of := func(day sums, age int) interval.Noisy {
		return j.at(day, cell{kind: s.counts, scope: whole, source: s.name, column: s.columns[age]})
	}
	out := []Cohort{}
	for i := range in {
		r := &in[i]
		first, ok := at[r.Period.Date]
		if !ok {
			continue
		}
		c := Cohort{From: r.Period.Date.String(), Size: countOf(of(first, 0)), Back: []Back{}}
		for age := 1; age < s.ages; age++ {
			var back Back
			if later, ok := at[r.Period.Date+plan.Date(age*r.Plan.Cadence.Days())]; ok {
				b := rateOf(interval.Proportion{K: of(later, age), N: of(first, 0)})
				back.Rate = &b
			}
			c.Back = append(c.Back, back)
		}
		out = append(out, c)
	}
	return out
}
