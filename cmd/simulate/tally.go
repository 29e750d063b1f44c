package simulate

import (
	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Tally is what came of one slot's decisions, in truth: expected goals by the
// population's rates, so that no luck is in them.
type Tally struct {
	Decisions int     `json:"decisions"` // of devices that are personalized
	Explored  int     `json:"explored"`  // of these, made by chance
	Goals     float64 `json:"goals"`     // expected of what was shown
	Uniform   float64 `json:"uniform"`   // had each variant been as likely
	Best      float64 `json:"best"`      // had each visitor got its own best variant
	Shares    []int   `json:"shown"`     // decisions by variant

	// In the unit of released sums of most ones 1: devices that saw the slot, and
	// those of them that reached its goal at all.
	Devices   float64 `json:"devices"`    // personalized
	Converted float64 `json:"converted"`  // of these, expected
	Default   float64 `json:"default"`    // of these, expected, had all got the default
	HeldOut   float64 `json:"held_out"`   // devices of the holdout
	HeldGoals float64 `json:"held_goals"` // of these, expected
}

// Gain is the share of goals beyond uniform choice, of those that were to be had.
func (t *Tally) Gain() float64 { return (t.Goals - t.Uniform) / (t.Best - t.Uniform) }

// Uplift is the true ratio of personalized to default: the devices that reached the
// goal by those of the same that would have, had they got the default.
func (t *Tally) Uplift() float64 { return t.Converted / t.Default }

// Add adds o.
func (t *Tally) Add(o Tally) {
	t.Decisions += o.Decisions
	t.Explored += o.Explored
	t.Goals += o.Goals
	t.Uniform += o.Uniform
	t.Best += o.Best
	if t.Shares == nil {
		t.Shares = make([]int, len(o.Shares))
	}
	for i, n := range o.Shares {
		t.Shares[i] += n
	}
	t.Converted += o.Converted
	t.Default += o.Default
	t.Devices += o.Devices
	t.HeldOut += o.HeldOut
	t.HeldGoals += o.HeldGoals
}

func newTallies(p *plan.Plan) []Tally {
	out := make([]Tally, len(p.Slots))
	for i, s := range p.Slots {
		out[i].Shares = make([]int, len(s.Variants))
	}
	return out
}

// count takes in a visitor's day.
func count(tallies []Tally, v *population.Visitor, day []shown) {
	for slot := range tallies {
		t := &tallies[slot]
		variants := len(t.Shares)
		none, plain := 1.0, 1.0 // chance that nothing is answered: shown, and as default
		held, seen := false, 0
		for _, d := range day {
			if d.slot != slot {
				continue
			}
			seen++
			plain *= 1 - v.Rate(slot, 0)
			if held = d.reason == choose.Held; held {
				continue
			}
			t.Decisions++
			if d.reason == choose.Explored {
				t.Explored++
			}
			t.Goals += d.rate
			t.Shares[d.variant]++
			sum, best := 0.0, 0.0
			for i := range variants {
				r := v.Rate(slot, i)
				sum += r
				best = max(best, r)
			}
			t.Uniform += sum / float64(variants)
			t.Best += best
			none *= 1 - d.rate
		}
		switch {
		case seen == 0:
		case held:
			t.HeldOut++
			t.HeldGoals += 1 - plain
		default:
			t.Devices++
			t.Default += 1 - plain
			t.Converted += 1 - none
		}
	}
}
