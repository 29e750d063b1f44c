package predict

import (
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	// PriorWeight is the most that a released rate weighs against own outcomes, in
	// trials, however many visitors it is of.
	PriorWeight = 8
	// Enough own trials, decayed, say something where nothing was released.
	Enough = 3
	// bareWeight is what no outcome and every outcome each weigh then.
	bareWeight = .5
)

// Of returns the two chances for a visitor, who is seen through v (a *profile.View), by plan.PredictionKind less one; known is
// false for one that the plan has not, and where neither everyone's sums nor own outcomes
// say anything.
//
// Shape:  each known one is above 0 and below 1.
// Source: docs/plan.md, "Predictions".
func Of(p *plan.Plan, pr *choose.Priors, own *Memory, v plan.Vars) (chance [plan.MaxPredictions]float64, known [plan.MaxPredictions]bool) {
	for i := range p.Predictions {
		which := &p.Predictions[i]
		k := which.Kind - 1
		trials, outcomes := own.own(which.Kind)
		row := pr.Row(choose.Place{Kind: choose.Predicted, Index: uint8(i)}, 0)
		if bin := Bin(which, v); bin < len(row) {
			chance[k], known[k] = Join(row[bin], trials, outcomes), true
		} else if trials >= Enough {
			chance[k], known[k] = (outcomes+bareWeight)/(trials+2*bareWeight), true
		}
	}
	return chance, known
}

// Bin returns the first bin of a prediction whose rule matches; the last has none.
func Bin(p *plan.Prediction, v plan.Vars) int {
	for i := range p.Bins[:len(p.Bins)-1] {
		if p.Bins[i].Rule.Match(v) {
			return i
		}
	}
	return len(p.Bins) - 1
}

// Join returns the mean of a released rate joined with own trials and outcomes: the
// rate weighs its strength, at most PriorWeight.
func Join(r choose.Rate, trials, outcomes float64) float64 {
	weight := min(float64(r.Strength), PriorWeight)
	return (float64(weight*r.Mean) + outcomes) / (weight + trials)
}
