package panel

import (
	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Release is a release record with the plan that it is of.
type Release struct {
	Plan *plan.Plan
	release.Record
}

// cell names one sum of a range, whichever plans' cells are in it. The metric's own name
// is left out: a plan may call the same count otherwise, and what it counts is what joins.
type cell struct {
	kind    plan.MetricKind // 0: present
	scope   scope
	source  string // slot
	segment string // of bySegment
	column  string // stage, variant or holdout; treated or holdout of arms; empty for audience
}

// scope is how much of the site a sum is of.
type scope uint8

const (
	bySegment scope = iota
	// whole is all segments. It is taken from the cells by site where a plan has them,
	// which have one noise instead of one for each segment.
	whole
	// arms is whole, of all variants together and of the holdout.
	arms
)

// treated is the column of arms that is not the holdout's.
const treated = "treated"

// sums are the cells of some releases, at their places in a joint. Those that none of
// the releases counts have variance 0.
type sums []interval.Noisy

// add adds a release, whose cells are as many as its plan's layout has.
func (s sums) add(j *joint, r *Release) {
	v := float64(r.Variance())
	for _, way := range j.ways[r.Record.Plan] {
		s[way.to].Value += r.Cells[way.from]
		s[way.to].Variance += v
	}
}

// total returns the sum of all.
func total(j *joint, days []day) sums {
	out := make(sums, len(j.places))
	for _, d := range days {
		for i, n := range d.sums {
			out[i] = add(out[i], n)
		}
	}
	return out
}

// day is the sums of one date.
type day struct {
	date plan.Date
	sums sums
}

// daily sums releases, which are in order, by date, or by week or month: then under the date
// of the first release in it.
func daily(j *joint, in []Release, g Grain) (out []day) {
	for i := range in {
		if date := in[i].Period.Date; len(out) == 0 || g.start(out[len(out)-1].date) != g.start(date) {
			out = append(out, day{date, make(sums, len(j.places))})
		}
		out[len(out)-1].sums.add(j, &in[i])
	}
	return out
}

// add adds two sums of different cells.
func add(a, b interval.Noisy) interval.Noisy {
	return interval.Noisy{Value: a.Value + b.Value, Variance: a.Variance + b.Variance}
}
