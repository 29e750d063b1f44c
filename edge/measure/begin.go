package measure

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Bins are those of the plan's predictions that a period is counted in, by index.
type Bins [plan.MaxPredictions]uint8

// Sorting is how a device is sorted: its bin of each of the plan's dimensions, plus one; 0
// where it was not sorted.
type Sorting [plan.MaxDimensions]uint8

// Past is the period of activity before, and how the device was sorted in it.
type Past struct {
	Known bool
	Date  plan.Date
	Bins  Sorting // of every dimension
}

// PastOf returns what a log of this plan says of its period: the bins of dimensions that
// sort at the start.
func (r *Rules) PastOf(l *Log) Past {
	if !l.open || l.plan != r.digest {
		return Past{}
	}
	return Past{true, l.period, l.starts}
}

// Ends tells whether a dimension sorts at the end of a period.
func (r *Rules) Ends() bool { return r.ends }

// past is the last period of activity: when, and in which bin of LapseRisk it began.
type past struct {
	known bool
	bin   profile.Key
	date  plan.Date
}

// Began takes in a period's first activity, after Open, with the bins that were decided
// then, how the device is sorted at the start, and the period before; and remembers it. The
// visitor has come back in time if the period of activity
// before is at most LapseRisk's periods back: it counts for the bin of then. (Who never
// comes back is counted in State and not in Outcome.)
func (r *Rules) Began(at Moment, bins Bins, start Sorting, before Past) {
	if at.Log == nil {
		return
	}
	at.Log.starts = start
	since := at.Log.period - before.Date
	for i := range r.plan.Dimensions {
		r.mark(at, plan.Sorted, i, 0, int(start[i])-1)
		if before.Known && since > 0 && since <= plan.Date(int(r.plan.Dimensions[i].Within)*r.plan.Cadence.Days()) {
			r.mark(at, plan.Returned, i, 0, int(before.Bins[i])-1)
		}
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
