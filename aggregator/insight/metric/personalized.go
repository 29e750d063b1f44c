package metric

import (
	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Personalized is what releases say of a slot: of the devices that were
// personalized, and of those of the holdout, which got the default.
//
// Units: devices and periods. Only metrics with most ones 1 are read: of them a
// device has one exposure a period, and one conversion whatever variant it was of, in
// the holdout as in the rest. With more, whoever sees several variants would count
// several times, and the holdout, which sees one, once: its rate would look better.
type Personalized struct {
	Treated, Control interval.Proportion
}

// PersonalizedOf sums a slot over releases of one plan, whose layout the caller has
// checked (Cells does). It takes the metrics by site where the plan has them, since
// those carry one cell's noise a variant, and those by segment otherwise. ok is
// false if the plan has no holdout, or counts exposures or the goal of the slot not
// at all or with more ones.
func PersonalizedOf(p *plan.Plan, slot int, releases []release.Record) (out Personalized, ok bool) {
	exposed, converted, ok := goalSpans(p, slot)
	if !ok {
		return out, false
	}
	for _, r := range releases {
		v := float64(r.Variance())
		add(&out.Treated.N, &out.Control.N, r.Cells, exposed, v)
		add(&out.Treated.K, &out.Control.K, r.Cells, converted, v)
	}
	return out, true
}

// add adds a span's columns: the variants' to treated, the holdout's to control.
func add(treated, control *interval.Noisy, cells []int64, s plan.Span, v float64) {
	for segment := range s.Segments {
		for column := range s.Columns {
			to := treated
			if column == s.Columns-1 {
				to = control
			}
			to.Value += cells[s.Cell(segment, column)]
			to.Variance += v
		}
	}
}

// goalSpans finds a slot's exposures and what its goal is counted by: conversions,
// or, where the goal is a click in the slot, clicks.
func goalSpans(p *plan.Plan, slot int) (exposed, converted plan.Span, ok bool) {
	layout := plan.LayoutOf(p)
	for _, by := range []plan.By{plan.SiteWide, plan.BySegment} {
		var e, c *plan.Span
		for i := range layout.Spans {
			s := &layout.Spans[i]
			if s.Metric < 0 {
				continue
			}
			m := p.Metrics[s.Metric]
			if _, held := p.Holdout(m); !held || m.By != by || m.Most != 1 || int(m.Source) != slot {
				continue
			}
			switch {
			case m.Kind == plan.SlotExposed:
				e = s
			case m.Kind == plan.SlotConverted, m.Kind == plan.SlotClicked && c == nil && p.Slots[slot].Goal.Kind == plan.Click:
				c = s
			}
		}
		if e != nil && c != nil {
			return *e, *c, true
		}
	}
	return exposed, converted, false
}

// Uplift is the interval of the ratio of both rates, less 1: how much more often
// a personalized device reaches the goal than one of the holdout does. Its kind is against
// the underlying rate.
func (p Personalized) Uplift() interval.Interval {
	u := interval.Uplift(p.Treated, p.Control)
	u.Low--
	u.High--
	return u
}
