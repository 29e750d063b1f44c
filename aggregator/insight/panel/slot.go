package panel

import (
	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Slot is what a slot's variants were shown and won.
type Slot struct {
	Name     string        `json:"name"`
	Goal     string        `json:"goal"` // click, order, …, or the name of the site's own event
	Variants []string      `json:"variants"`
	All      []Variant     `json:"all"` // of the whole site
	Segments []SlotSegment `json:"segments"`
	Uplift   *Uplift       `json:"uplift"` // null: no holdout
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
}

// Uplift is how much more often the personalized reach the goal than the holdout.
type Uplift struct {
	Rate    Rate `json:"rate"` // less 1
	Treated Rate `json:"treated"`
	Control Rate `json:"control"`
}

// UpliftDay is an uplift from the range's start to a date.
type UpliftDay struct {
	Date string `json:"date"`
	Rate Rate   `json:"rate"`
}

// arm is a variant's exposures and successes. They come from separate histograms, so
// their noises are independent.
type arm struct{ exposed, won interval.Noisy }

func (a arm) proportion() interval.Proportion { return interval.Proportion{K: a.won, N: a.exposed} }

func (a arm) variant(name string) Variant {
	return Variant{name, countOf(a.exposed), countOf(a.won), rateOf(a.proportion())}
}

// slot makes a slot's panel; ok is false where exposures or successes are not counted
// with one one a device.
func slot(s *plan.Slot, plans []*plan.Plan, total sums, days []day) (out Slot, ok bool) {
	out = Slot{Name: s.Name, Goal: goalOf(plans[0], s.Goal), Segments: []SlotSegment{}, UpliftDays: []UpliftDay{}}
	kind, ok := wonBy(s, total)
	if !ok {
		return out, false
	}
	held := false
	for _, p := range plans {
		for _, other := range p.Slots {
			if other.Name != s.Name {
				continue
			}
			held = held || p.Policy.Holdout > 0
			for _, v := range other.Variants {
				out.Variants = union(out.Variants, []string{v.Name})
			}
		}
	}
	columns := out.Variants
	if held {
		columns = append(append([]string{}, columns...), plan.HoldoutColumn)
	}
	segments := segmentsOf(plans)
	site := total.has(plan.SlotExposed, true, s.Name) && total.has(kind, true, s.Name)
	of := func(in sums, segment, column string) arm {
		return arm{
			in[cell{kind: plan.SlotExposed, source: s.Name, segment: segment, site: segment == "", column: column}],
			in[cell{kind: kind, source: s.Name, segment: segment, site: segment == "", column: column}],
		}
	}
	// By site where the plan counts that: one noise a variant, not one for each segment.
	whole := func(in sums, column string) (a arm) {
		if site {
			return of(in, "", column)
		}
		for _, segment := range segments {
			one := of(in, segment, column)
			a.exposed, a.won = add(a.exposed, one.exposed), add(a.won, one.won)
		}
		return a
	}
	for _, column := range columns {
		out.All = append(out.All, whole(total, column).variant(column))
	}
	if total.has(plan.SlotExposed, false, s.Name) && total.has(kind, false, s.Name) {
		for _, segment := range segments {
			part := SlotSegment{Name: segment}
			for _, column := range columns {
				part.Variants = append(part.Variants, of(total, segment, column).variant(column))
			}
			out.Segments = append(out.Segments, part)
		}
	}
	if !held {
		return out, true
	}
	var treated, control arm
	for _, d := range days {
		for _, column := range out.Variants {
			a := whole(d.sums, column)
			treated.exposed, treated.won = add(treated.exposed, a.exposed), add(treated.won, a.won)
		}
		a := whole(d.sums, plan.HoldoutColumn)
		control.exposed, control.won = add(control.exposed, a.exposed), add(control.won, a.won)
		out.UpliftDays = append(out.UpliftDays, UpliftDay{d.date.String(), upliftOf(treated.proportion(), control.proportion())})
	}
	out.Uplift = &Uplift{
		Rate:    upliftOf(treated.proportion(), control.proportion()),
		Treated: rateOf(treated.proportion()), Control: rateOf(control.proportion()),
	}
	return out, true
}

// wonBy is what a slot's successes are counted by: conversions, or where its goal is a
// click in it and no conversions are counted, clicks.
func wonBy(s *plan.Slot, total sums) (plan.MetricKind, bool) {
	for _, kind := range []plan.MetricKind{plan.SlotConverted, plan.SlotClicked} {
		if kind == plan.SlotClicked && s.Goal.Kind != plan.Click {
			break
		}
		for _, site := range []bool{true, false} {
			if total.has(kind, site, s.Name) && total.has(plan.SlotExposed, site, s.Name) {
				return kind, true
			}
		}
	}
	return 0, false
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
	}
	if int(t.Event) < len(p.Events) {
		return p.Events[t.Event]
	}
	return ""
}
