package panel

import (
	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Segment is one segment's part of the audience.
type Segment struct {
	Name  string  `json:"name"`
	Total Count   `json:"total"`
	Share Rate    `json:"share"` // of all segments
	Days  []Count `json:"days"`  // as Present's
}

// audience makes the segments' panel; nil where no plan counts it.
//
// A segment's share is of the sum of all segments, of which its own cells are a part: so
// K and N have in common the noise of K's cells, and their covariance is K's variance.
func audience(j *joint, all sums, days []day) (out []Segment) {
	of := func(s sums, name string) interval.Noisy {
		return j.at(s, cell{kind: plan.Audience, scope: bySegment, segment: name})
	}
	var everybody interval.Noisy
	for _, name := range j.audience {
		everybody = add(everybody, of(all, name))
	}
	for _, name := range j.audience {
		k := of(all, name)
		s := Segment{Name: name, Total: countOf(k), Share: rateOf(interval.Proportion{K: k, N: everybody, Covariance: k.Variance})}
		for _, d := range days {
			s.Days = append(s.Days, countOf(of(d.sums, name)))
		}
		out = append(out, s)
	}
	return out
}
