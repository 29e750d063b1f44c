package population

// Outcome is what a policy brings, expected from the true rates over the visits
// that took place: no sampling but that of who came.
type Outcome struct {
	Goals   float64 `json:"goals"`   // expected visits that reach the goal
	Rate    float64 `json:"rate"`    // Goals by visits
	Devices float64 `json:"devices"` // expected visitor-days with one such visit or more: what a daily report counts
	Share   float64 `json:"share"`   // Devices by visitor-days
}

// Tally sums what each variant of one slot would bring, by group of visitors. A
// driver that knows other groups than the personas, such as the plan's segments,
// has the truth for them from a Tally of its own.
type Tally struct {
	slot       int
	groups     [][]Outcome // group, variant; Goals and Devices only
	uniform    Outcome
	individual Outcome
	visits     int
	days       int       // visitor-days
	rates      []float64 // scratch
}

// NewTally makes an empty Tally of a slot with the given number of groups.
func (s *Site) NewTally(slot, groups int) *Tally {
	variants := len(s.plan.Slots[slot].Variants)
	t := &Tally{slot: slot, groups: make([][]Outcome, groups), rates: make([]float64, variants)}
	for g := range t.groups {
		t.groups[g] = make([]Outcome, variants)
	}
	return t
}

// Add counts one visitor-day of so many visits, 1 or more, in a group.
func (t *Tally) Add(group int, v *Visitor, visits int) {
	best, sum := 0., 0.
	for a := range t.rates {
		rate := v.Rate(t.slot, a)
		t.groups[group][a].add(rate, visits)
		best = max(best, rate)
		sum += rate
	}
	t.individual.add(best, visits)
	t.uniform.add(sum/float64(len(t.rates)), visits)
	t.visits += visits
	t.days++
}

// Merge adds o, a Tally of the same slot and groups, to t.
func (t *Tally) Merge(o *Tally) {
	for g := range t.groups {
		for a := range t.groups[g] {
			t.groups[g][a].plus(o.groups[g][a])
		}
	}
	t.uniform.plus(o.uniform)
	t.individual.plus(o.individual)
	t.visits += o.visits
	t.days += o.days
}

// Visits and VisitorDays return how many were added.
func (t *Tally) Visits() int      { return t.visits }
func (t *Tally) VisitorDays() int { return t.days }

// Fixed returns what showing one variant to everybody brings; variant 0 is the
// default.
func (t *Tally) Fixed(variant int) Outcome {
	var sum Outcome
	for g := range t.groups {
		sum.plus(t.groups[g][variant])
	}
	return t.over(sum)
}

// Group returns what showing one variant to a group brings; the rates are by all
// visits and visitor-days, so that groups add up.
func (t *Tally) Group(group, variant int) Outcome { return t.over(t.groups[group][variant]) }

// Best returns the single variant that brings the most goals, and what it brings.
func (t *Tally) Best() (variant int, o Outcome) {
	for a := range t.rates {
		if f := t.Fixed(a); a == 0 || f.Goals > o.Goals {
			variant, o = a, f
		}
	}
	return variant, o
}

// ByGroup returns the best variant of each group, and what they bring together.
func (t *Tally) ByGroup() (variants []int, o Outcome) {
	variants = make([]int, len(t.groups))
	for g, arms := range t.groups {
		for a := range arms {
			if arms[a].Goals > arms[variants[g]].Goals {
				variants[g] = a
			}
		}
		o.plus(arms[variants[g]])
	}
	return variants, t.over(o)
}

// Uniform returns what a variant drawn anew for each visit, all alike, brings.
func (t *Tally) Uniform() Outcome { return t.over(t.uniform) }

// Individual returns what the best variant for each visitor brings: no policy
// can bring more.
func (t *Tally) Individual() Outcome { return t.over(t.individual) }

func (o *Outcome) add(rate float64, visits int) {
	none := 1.
	for range visits {
		none *= 1 - rate
	}
	o.Goals += rate * float64(visits)
	o.Devices += 1 - none
}

func (o *Outcome) plus(p Outcome) {
	o.Goals += p.Goals
	o.Devices += p.Devices
}

func (t *Tally) over(o Outcome) Outcome {
	o.Rate, o.Share = 0, 0
	if t.visits > 0 {
		o.Rate, o.Share = o.Goals/float64(t.visits), o.Devices/float64(t.days)
	}
	return o
}
