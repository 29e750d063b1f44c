package choose

import "github.com/dunlin-analytics/dunlin/edge/profile"

// Strengths of what a device starts from, in trials.
const (
	// PriorWeight is the most that a prior's mean weighs against the device's own
	// evidence, in trials, however many visitors it is of. Own trials halve in
	// EvidenceHalfLife: one a day comes to 40.9, one a week to 6.3. So a variant whose
	// goal is never reached falls to a third of its prior's mean with daily periods, to
	// three quarters with weekly ones.
	PriorWeight = 20
	// bareMean and bareStrength stand in for a prior where nothing was released.
	bareMean     = .05
	bareStrength = 2
)

// Option is one variant or arm at the moment of a choice: what is known of it and
// what follows. Choose fills it, and why shows it.
type Option struct {
	Prior Rate    // of the segment; Bare where nothing was released
	Shown float64 // own trials, decayed
	Won   float64 // own successes, decayed
	Match float64 // share of the visitor's interest that the option's topics hold, 0 to 1

	Mean     float64 // posterior mean of the rate
	Strength float64 // of the distribution that is drawn from
	Draw     float64 // the rate drawn; 0 where none was
	Value    float64 // reward x the rate drawn - cost; of the mean where none was
	Barred   bool    // the ladder gives it to others, or the site has stopped it
}

// Bare is the prior where nothing was released.
func Bare() Rate { return Rate{Mean: bareMean, Strength: bareStrength} }

// update computes the posterior.
//
// Interest multiplies the prior's odds by (1 + lift x Match) / (1 + lift x
// UsualMatch): it is evidence with that likelihood ratio, and the prior is that of a
// visitor with the usual interest. The mean then weighs them by at most PriorWeight trials
// against the own ones. The strength is the prior's own, uncapped, and the own
// trials': a device need not try out for itself what everyone's sums have settled.
func (o *Option) update(lift float64) {
	interest := (1 + float64(lift*o.Match)) / (1 + float64(lift*profile.UsualMatch))
	odds := float64(o.Prior.Mean / (1 - o.Prior.Mean) * interest)
	mean := odds / (1 + odds)
	strength := float64(o.Prior.Strength)
	weight := min(strength, PriorWeight)
	o.Mean = (float64(weight*mean) + o.Won) / (weight + o.Shown)
	o.Strength = strength + o.Shown
}

// Terms are what a place's choice goes by beside its options.
type Terms struct {
	Lift   float64   // odds of the goal at full Match, in times those at none, less 1
	Reward float64   // of reaching the goal
	Costs  []float64 // of each option; nil: none has any
}

func (t *Terms) value(i int, rate float64) float64 {
	v := float64(t.Reward * rate)
	if t.Costs != nil {
		v -= t.Costs[i]
	}
	return v
}

// Best computes every option's posterior and returns the one of the largest value
// at its mean, the first of several; without drawing. It is what a choice comes to
// when nothing is left to learn.
func Best(options []Option, t Terms) int {
	best := 0
	for i := range options {
		o := &options[i]
		o.update(t.Lift)
		o.Draw, o.Value = 0, t.value(i, o.Mean)
		if o.Value > options[best].Value {
			best = i
		}
	}
	return best
}
