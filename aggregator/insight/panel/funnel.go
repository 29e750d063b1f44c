package panel

import (
	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Funnel is how far devices came in their periods.
type Funnel struct {
	From     string          `json:"from"` // date of its first release: earlier ones in the range had another funnel
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

// funnel makes the funnel's panel; nil where no plan counts it.
func funnel(j *joint, all sums, in []Release) *Funnel {
	f := j.funnel
	if f.stages == nil {
		return nil
	}
	stages := func(scope scope, segment string) []Stage {
		deepest := make([]interval.Noisy, len(f.stages))
		for i, stage := range f.stages {
			deepest[i] = j.at(all, cell{kind: plan.Funnel, scope: scope, segment: segment, column: stage})
		}
		return reached(deepest)
	}
	out := &Funnel{From: since(in, f.plans), Stages: f.stages, All: stages(whole, ""), Segments: []FunnelSegment{}}
	for _, segment := range f.segments {
		out.Segments = append(out.Segments, FunnelSegment{segment, stages(bySegment, segment)})
	}
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
