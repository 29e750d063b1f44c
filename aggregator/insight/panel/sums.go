package panel

import (
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Release is a release record with the plan that it is of.
type Release struct {
	Plan *plan.Plan
	release.Record
}

// cell names one cell of any plan's layout. The metric's own name is left out: a plan
// may call the same count otherwise, and what it counts is what joins.
type cell struct {
	kind    plan.MetricKind // 0: present
	site    bool
	source  string // slot
	segment string // empty by site
	column  string // stage or variant; empty for audience
}

// sums are the cells of several releases, by name.
type sums map[cell]interval.Noisy

// add adds a release, whose layout fits its plan.
func (s sums) add(r *Release) {
	v := float64(r.Variance())
	for _, span := range plan.LayoutOf(r.Plan).Spans {
		for segment := range span.Segments {
			for column := range span.Columns {
				c, ok := nameOf(r.Plan, span, segment, column)
				if !ok {
					continue
				}
				n := s[c]
				plus(&n, r.Cells[span.Cell(segment, column)], v)
				s[c] = n
			}
		}
	}
}

// nameOf names a cell of the kinds that panels show. Of slots only metrics with most ones
// 1 count: with more, one device stands in several columns, and no share of them is one
// of devices.
func nameOf(p *plan.Plan, span plan.Span, segment, column int) (c cell, ok bool) {
	if span.Metric < 0 {
		return c, true
	}
	m := p.Metrics[span.Metric]
	c = cell{kind: m.Kind, site: m.By == plan.SiteWide, column: p.Column(m, column)}
	if !c.site {
		c.segment = p.Segments[segment].Name
	}
	switch m.Kind {
	case plan.Audience, plan.Funnel:
		return c, true
	case plan.SlotExposed, plan.SlotClicked, plan.SlotConverted:
		c.source = p.Slots[m.Source].Name
		return c, m.Most == 1
	}
	return c, false
}

// has tells whether any cell is of the kind and source.
func (s sums) has(kind plan.MetricKind, site bool, source string) bool {
	for c := range s {
		if c.kind == kind && c.site == site && c.source == source {
			return true
		}
	}
	return false
}

// union appends to names what the others have and names have not.
func union(names []string, others []string) []string {
	for _, n := range others {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// segments, stages and slots list the names of all plans, the latest plan's first.
func segmentsOf(plans []*plan.Plan) (names []string) {
	for _, p := range plans {
		for _, s := range p.Segments {
			names = union(names, []string{s.Name})
		}
	}
	return names
}

func stagesOf(plans []*plan.Plan) (names []string) {
	for _, p := range plans {
		for _, s := range p.Stages {
			names = union(names, []string{s.Name})
		}
	}
	return names
}

func slotsOf(plans []*plan.Plan) (slots []plan.Slot) {
	for _, p := range plans {
		for _, s := range p.Slots {
			if !slices.ContainsFunc(slots, func(t plan.Slot) bool { return t.Name == s.Name }) {
				slots = append(slots, s)
			}
		}
	}
	return slots
}
