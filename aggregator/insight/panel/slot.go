package panel

import (
	"math"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Slot is what the variants of a slot, a list or a campaign were shown and won.
type Slot struct {
	Kind     string        `json:"kind"` // slot, list or campaign
	Name     string        `json:"name"`
	Of       string        `json:"of"`        // of another than a campaign's first goal: the campaign; else empty
	From     string        `json:"from"`      // date of its first release: earlier ones in the range had another goal or holdout
	Goal     string        `json:"goal"`      // click, order, …, or the name of the site's own event
	GoalName string        `json:"goal_name"` // what a campaign calls it; empty: a slot's or list's
	Variants []string      `json:"variants"`
	All      []Variant     `json:"all"` // of the whole site
	Segments []SlotSegment `json:"segments"`
	// Uplift is against the holdout, or an assigned campaign's first arm; null without one.
	Uplift  *Uplift `json:"uplift"`
	Against string  `json:"against"` // that column; empty without one
	// Ratio checks the experiment itself; null without a holdout.
	Ratio *Ratio `json:"ratio"`
	// Power is what it would take to see a difference; null without an uplift.
	Power *Power `json:"power"`
	// UpliftDays is the uplift from the range's start to each date.
	UpliftDays []UpliftDay `json:"uplift_days"`
}

// SlotSegment is one segment's part of a slot.
type SlotSegment struct {
	Name     string    `json:"name"`
	Variants []Variant `json:"variants"`
}

// Variant is one variant's, or the holdout's, numbers.
type Variant struct {
	Name    string `json:"name"`
	Exposed Count  `json:"exposed"`
	Won     Count  `json:"won"`
	Rate    Rate   `json:"rate"` // won by exposed
	// Uplift is against an assigned campaign's first arm; null of that arm, and elsewhere.
	Uplift *Rate `json:"uplift"`
}

// Uplift is how much more often the personalized reach the goal than the holdout, or those
// of an assigned campaign's other arms than those of its first.
type Uplift struct {
	Rate    Rate `json:"rate"` // less 1
	Treated Rate `json:"treated"`
	Control Rate `json:"control"`
}

// Ratio is the sample-ratio check: whether as many of those exposed are of the holdout as the
// plan has it. Where they are not, whoever is counted differs between the sides by something
// else than what they were shown, and the uplift is not to be trusted.
type Ratio struct {
	Expected float64 `json:"expected"` // share
	Observed Rate    `json:"observed"`
	Odd      bool    `json:"odd"` // one of a thousand sound experiments is so far off
}

// Power says after how many periods such as these an uplift shows: its interval leaves 0
// behind with a chance of 80 %, noise included.
type Power struct {
	Uplift  float64 `json:"uplift"`  // relative
	Periods *int    `json:"periods"` // null: never, or the rate is not known
}

// worthSeeing is the uplift that Power is of.
const worthSeeing = .05

// UpliftDay is an uplift from the range's start to a date.
type UpliftDay struct {
	Date string `json:"date"`
	Rate Rate   `json:"rate"`
}

// slot makes a slot's panel.
func slot(j *joint, s *slotSeries, all sums, days []day, in []Release) Slot {
	// Exposures and successes come from separate histograms: their noises have no covariance.
	arm := func(in sums, scope scope, segment, column string) interval.Proportion {
		c := cell{kind: s.exposed, scope: scope, source: s.name, segment: segment, column: column}
		exposed := j.at(in, c)
		c.kind = s.won
		return interval.Proportion{K: j.at(in, c), N: exposed}
	}
	columns := s.variants[:len(s.variants):len(s.variants)]
	if s.holdout > 0 {
		columns = append(columns, plan.HoldoutColumn)
	}
	variants := func(scope scope, segment string) (out []Variant) {
		for _, column := range columns {
			p := arm(all, scope, segment, column)
			v := Variant{Name: column, Exposed: countOf(p.N), Won: countOf(p.K), Rate: rateOf(p)}
			if s.holdout == 0 && s.against != "" && column != s.against {
				u := upliftOf(p, arm(all, scope, segment, s.against))
				v.Uplift = &u
			}
			out = append(out, v)
		}
		return out
	}
	out := Slot{
		Kind: s.kind, Name: s.name, Of: s.of, From: since(in, s.plans), Goal: s.goal, GoalName: s.goalName, Variants: s.variants, Against: s.against,
		All: variants(whole, ""), Segments: []SlotSegment{}, UpliftDays: []UpliftDay{},
	}
	for _, segment := range s.segments {
		out.Segments = append(out.Segments, SlotSegment{segment, variants(bySegment, segment)})
	}
	if s.against == "" || len(s.variants) < 2 && s.holdout == 0 {
		return out
	}
	sides := func(in sums) (given, control interval.Proportion) {
		if s.holdout > 0 {
			return arm(in, arms, "", treated), arm(in, arms, "", plan.HoldoutColumn)
		}
		for _, column := range s.variants {
			if p := arm(in, whole, "", column); column == s.against {
				control = p
			} else {
				given = plus(given, p)
			}
		}
		return given, control
	}
	var personalized, held interval.Proportion
	for _, d := range days {
		t, c := sides(d.sums)
		personalized, held = plus(personalized, t), plus(held, c)
		out.UpliftDays = append(out.UpliftDays, UpliftDay{d.date.String(), upliftOf(personalized, held)})
	}
	if s.holdout > 0 {
		out.Ratio = ratioOf(float64(s.holdout)/float64(plan.Whole), held.N, personalized.N, len(in))
	}
	out.Power = powerOf(personalized, held, in)
	out.Uplift = &Uplift{Rate: upliftOf(personalized, held), Treated: rateOf(personalized), Control: rateOf(held)}
	return out
}

// ratioOf holds the share of the holdout among those exposed against the plan's. A device is
// of the holdout for good and counts in every release that it comes to: chance is taken as if
// each came to all of them, so the check is rather too mild.
func ratioOf(expected float64, held, others interval.Noisy, releases int) *Ratio {
	all := add(held, others)
	out := &Ratio{Expected: expected, Observed: rateOf(interval.Proportion{K: held, N: all, Covariance: held.Variance})}
	off := float64(held.Value) - expected*float64(all.Value)
	noise := (1-expected)*(1-expected)*held.Variance + expected*expected*others.Variance
	chance := float64(releases) * max(float64(all.Value), 0) * expected * (1 - expected)
	const z999 = 3.2905
	out.Odd = off*off > z999*z999*(noise+chance)
	return out
}

// powerOf sizes the experiment by what was measured of it.
func powerOf(given, control interval.Proportion, in []Release) *Power {
	out := &Power{Uplift: worthSeeing}
	n := float64(len(in))
	all := float64(given.N.Value + control.N.Value)
	v := float64(in[len(in)-1].Variance())
	if all <= 0 || control.N.Value <= 0 || control.K.Value <= 0 || v <= 0 {
		return out
	}
	cells := func(of interval.Noisy) int { return max(1, int(math.Round(of.Variance/(v*n)))) }
	periods := interval.Trial{
		Devices: all / n, Holdout: float64(control.N.Value) / all, Rate: float64(control.K.Value) / float64(control.N.Value),
		Uplift: worthSeeing, Variance: v, Treated: cells(given.N), Held: cells(control.N),
	}.Periods()
	if periods < 1e6 {
		days := int(periods)
		out.Periods = &days
	}
	return out
}

// plus adds two days' proportions of separate histograms.
func plus(a, b interval.Proportion) interval.Proportion {
	return interval.Proportion{K: add(a.K, b.K), N: add(a.N, b.N)}
}

// goalOf names a trigger.
func goalOf(p *plan.Plan, t plan.Trigger) string {
	switch t.Kind {
	case plan.View:
		return "view"
	case plan.Click:
		return "click"
	case plan.Cart:
		return "cart"
	case plan.Order:
		return "order"
	case plan.Search:
		return "search"
	case plan.Social:
		return "social"
	case plan.Media:
		return "media"
	case plan.Refund:
		return "refund"
	case plan.Answer:
		return "answer"
	case plan.Attempt:
		return "attempt"
	case plan.Custom:
		if int(t.Event) < len(p.Events) {
			return p.Events[t.Event]
		}
	}
	return ""
}
