package panel

import (
	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Funnel is how far devices came in their periods.
type Funnel struct {
	Stages   []string        `json:"stages"`
	All      []Stage         `json:"all"` // by stage
	Segments []FunnelSegment `json:"segments"`
}

// FunnelSegment is one segment's funnel.
type FunnelSegment struct {
	Name   string  `json:"name"`
	Stages []Stage `json:"stages"`
}

// Stage is who came at least so far.
type Stage struct {
	Reached    Count `json:"reached"`
	OfFirst    Rate  `json:"of_first"`    // of those of the first stage
	OfPrevious Rate  `json:"of_previous"` // of those of the stage before
}

// funnel makes the funnel's panel.
func funnel(stages, segments []string, total sums) *Funnel {
	out := &Funnel{Stages: stages, Segments: []FunnelSegment{}}
	whole := make([]interval.Noisy, len(stages)) // deepest stages of all segments
	for i, stage := range stages {
		whole[i] = total[cell{kind: plan.Funnel, site: true, column: stage}]
	}
	site := total.has(plan.Funnel, true, "")
	for _, segment := range segments {
		deepest := make([]interval.Noisy, len(stages))
		any := false
		for i, stage := range stages {
			n, ok := total[cell{kind: plan.Funnel, segment: segment, column: stage}]
			deepest[i], any = n, any || ok
			if !site {
				whole[i] = add(whole[i], n)
			}
		}
		if any {
			out.Segments = append(out.Segments, FunnelSegment{segment, reached(deepest)})
		}
	}
	out.All = reached(whole)
	return out
}

// reached turns the cells of the deepest stage, one a device, into who came at least so
// far: stage s is the sum of the cells from s on.
//
// Of a share of stage s in stage f, f <= s, the cells of s are among those of f. So if a
// cell's noise has variance v, stage s of m stages has (m-s) v, stage f (m-f) v, and
// their covariance is that of the cells that both have: all of s's, (m-s) v.
func reached(deepest []interval.Noisy) []Stage {
	at := make([]interval.Noisy, len(deepest))
	var sum interval.Noisy
	for s := len(deepest) - 1; s >= 0; s-- {
		sum = add(sum, deepest[s])
		at[s] = sum
	}
	out := make([]Stage, len(at))
	for s := range at {
		of := func(f int) Rate {
			return rateOf(interval.Proportion{K: at[s], N: at[f], Covariance: at[s].Variance})
		}
		out[s] = Stage{Reached: countOf(at[s]), OfFirst: of(0), OfPrevious: of(max(s-1, 0))}
		if s == 0 {
			one := 1.0
			whole := Rate{Value: 1, Low: 1, High: &one, Hidden: out[0].Reached.Hidden}
			out[s].OfFirst, out[s].OfPrevious = whole, whole
		}
	}
	return out
}
