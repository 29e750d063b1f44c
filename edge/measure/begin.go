package measure

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Bins are those of the plan's predictions that a period is counted in, by index.
type Bins [plan.MaxPredictions]uint8

// past is the last period of activity: when, and in which bin of LapseRisk it began.
type past struct {
	known bool
	bin   profile.Key
	date  plan.Date
}

// Began takes in a period's first activity, after Open, with the bins that were decided
// then, and remembers it. The visitor has come back in time if the period of activity
// before is at most LapseRisk's periods back: it counts for the bin of then. (Who never
// comes back is counted in State and not in Outcome.)
func (r *Rules) Began(at Moment, bins Bins) {
	if at.Log == nil {
		return
	}
	for i := range r.plan.Predictions {
		at.Log.bins[i] = bins[i] + 1
		r.mark(at, plan.State, i, 0, int(bins[i]))
	}
	if r.lapse < 0 {
		return
	}
	was := &at.Memory.past
	within := plan.Date(int(r.plan.Predictions[r.lapse].Within) * r.plan.Cadence.Days())
	if away := at.Log.period - was.date; was.known && away > 0 && away <= within {
		r.mark(at, plan.Outcome, r.lapse, 0, was.bin.IndexOf(r.bins))
	}
	*was = past{true, r.bins[bins[r.lapse]], at.Log.period}
}

// ordered counts an order of the period for the bin of BuyChance.
func (r *Rules) ordered(at Moment) {
	if at.Log == nil {
		return
	}
	if i, ok := r.plan.PredictionOf(plan.BuyChance); ok {
		r.mark(at, plan.Outcome, i, 0, int(at.Log.bins[i])-1)
	}
}
