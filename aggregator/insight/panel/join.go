package panel

import (
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// joint is what the plans of a range have in common: one place for each sum, and the
// ways from each plan's cells to it.
//
// Names join: segments, variants, stages, slots. Two things begin anew when a plan changes
// them, and then only the releases count that agree with the latest plan that has them: the
// funnel, when its stages change, since a device is counted at the deepest of them; and a
// slot, when its goal or the holdout's share changes, since its columns would then be of
// different days and could not be compared.
type joint struct {
	places   map[cell]int
	ways     map[plan.Digest][]way
	audience []string // segments
	funnel   funnelSeries
	slots    []*slotSeries // and lists and chosen campaigns
	sorts    []*sortSeries
	revenues []*revenueSeries
}

// way leads from a cell of a release to one of the sums that it is in.
type way struct{ from, to int }

// funnelSeries is the funnel of the plans that have the same.
type funnelSeries struct {
	stages   []string
	segments []string // it is counted by
	plans    map[plan.Digest]bool
}

// slotSeries is one slot, list or chosen campaign of the plans that agree on it.
type slotSeries struct {
	kind       string // slot, list, campaign
	name, goal string
	goalName   string // a campaign's
	of         string // the campaign, of another than its first goal
	exposed    plan.MetricKind
	won        plan.MetricKind // what successes are counted by
	holdout    plan.Share
	against    string // the column that uplift is against; empty: none
	variants   []string
	segments   []string // it is counted by
	plans      map[plan.Digest]bool
}

// identified is a plan with its digest.
type identified struct {
	digest plan.Digest
	*plan.Plan
}

// join joins plans, the latest first.
func join(plans []identified) *joint {
	j := &joint{places: map[cell]int{}, ways: map[plan.Digest][]way{}}
	for _, p := range plans {
		layout := plan.LayoutOf(p.Plan)
		j.lead(p, 0, cell{})
		j.joinAudience(p, layout)
		j.joinFunnel(p, layout)
		for _, place := range placesOf(p.Plan) {
			j.joinPlace(p, layout, &place)
		}
		j.joinSorts(p, layout)
		j.joinRevenues(p, layout)
	}
	return j
}

// at returns a cell's sum; of one that no plan counts, nothing with variance 0.
func (j *joint) at(s sums, c cell) interval.Noisy {
	if i, ok := j.places[c]; ok {
		return s[i]
	}
	return interval.Noisy{}
}

// lead makes a way from a plan's cell to a sum.
func (j *joint) lead(p identified, from int, to cell) {
	place, ok := j.places[to]
	if !ok {
		place = len(j.places)
		j.places[to] = place
	}
	j.ways[p.digest] = append(j.ways[p.digest], way{from, place})
}

// leadSpan makes the ways from a metric's cells: by segment where it has that, and to the
// whole site where this span is what that is taken from.
func (j *joint) leadSpan(p identified, span plan.Span, of cell, site bool) {
	m := p.Metrics[span.Metric]
	for segment := range span.Segments {
		for column := range span.Columns {
			from := span.Cell(segment, column)
			of.column = p.Column(m, column)
			if m.By == plan.BySegment {
				of.scope, of.segment = bySegment, p.Segments[segment].Name
				j.lead(p, from, of)
			}
			if m.By == plan.ByTopic {
				of.scope, of.segment = bySegment, p.Topics[segment]
				j.lead(p, from, of)
			}
			if !site {
				continue
			}
			of.scope, of.segment = whole, ""
			j.lead(p, from, of)
			if held, ok := p.Holdout(m); ok {
				of.scope = arms
				if column != held {
					of.column = treated
				}
				j.lead(p, from, of)
			}
		}
	}
}

func (j *joint) joinAudience(p identified, layout plan.Layout) {
	if span := spanOf(p.Plan, layout, plan.Audience, 0, plan.BySegment); span != nil {
		j.audience = union(j.audience, segmentsOf(p.Plan))
		j.leadSpan(p, *span, cell{kind: plan.Audience}, false)
	}
}

func (j *joint) joinFunnel(p identified, layout plan.Layout) {
	site := spanOf(p.Plan, layout, plan.Funnel, 0, plan.SiteWide)
	split := spanOf(p.Plan, layout, plan.Funnel, 0, plan.BySegment)
	if site == nil && split == nil {
		return
	}
	var stages []string
	for _, s := range p.Stages {
		stages = append(stages, s.Name)
	}
	f := &j.funnel
	if f.stages == nil {
		f.stages, f.plans = stages, map[plan.Digest]bool{}
	}
	if !slices.Equal(f.stages, stages) {
		return
	}
	f.plans[p.digest] = true
	if split != nil {
		f.segments = union(f.segments, segmentsOf(p.Plan))
		j.leadSpan(p, *split, cell{kind: plan.Funnel}, site == nil)
	}
	if site != nil {
		j.leadSpan(p, *site, cell{kind: plan.Funnel}, true)
	}
}

// place is where the device picks one of several: a slot, a list (which it fills or leaves
// to what is popular), a campaign.
type place struct {
	kind, name string
	of         string // of another than a campaign's first goal: the campaign
	result     int    // index of a campaign's goal
	source     int
	goal       plan.Trigger
	goalName   string   // a campaign's
	columns    []string // without the holdout's
	holdout    plan.Share
	against    string // the column that uplift is against; empty: none
	exposed    plan.MetricKind
	won        []plan.MetricKind // the first that is measured is taken
}

// ofHoldout is the holdout's column, where there is a holdout.
func ofHoldout(share plan.Share) string {
	if share == 0 {
		return ""
	}
	return plan.HoldoutColumn
}

func placesOf(p *plan.Plan) (out []place) {
	for i := range p.Slots {
		s := &p.Slots[i]
		it := place{
			kind: "slot", against: ofHoldout(p.Policy.Holdout), name: s.Name, source: i, goal: s.Goal, holdout: p.Policy.Holdout,
			exposed: plan.SlotExposed, won: []plan.MetricKind{plan.SlotConverted},
		}
		for _, v := range s.Variants {
			it.columns = append(it.columns, v.Name)
		}
		if s.Goal.Kind == plan.Click { // a click in it
			it.won = append(it.won, plan.SlotClicked)
		}
		out = append(out, it)
	}
	for i := range p.Lists {
		l := &p.Lists[i]
		it := place{
			kind: "list", against: ofHoldout(p.Policy.Holdout), name: l.Name, source: i, goal: l.Goal, columns: []string{"shown"}, holdout: p.Policy.Holdout,
			exposed: plan.ListExposed, won: []plan.MetricKind{plan.ListConverted},
		}
		if l.Goal.Kind == plan.Click {
			it.won = append(it.won, plan.ListClicked)
		}
		out = append(out, it)
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		held := max(p.Policy.Holdout, c.Promotion.Holdout)
		against := ofHoldout(held)
		if c.Mode == plan.Assigned { // the site draws: its first arm is what the others are held against
			held, against = 0, c.Arms[0]
		}
		for g, goal := range c.Goals {
			it := place{
				kind: "campaign", against: against, name: c.Name, source: i, result: g, goal: goal.On, goalName: goal.Name, columns: c.Arms, holdout: held,
				exposed: plan.CampaignExposed, won: []plan.MetricKind{plan.CampaignConverted},
			}
			if g > 0 {
				it.of, it.name = c.Name, c.Name+" · "+goal.Name
			}
			out = append(out, it)
		}
	}
	return out
}

func (j *joint) joinPlace(p identified, layout plan.Layout, it *place) {
	won, site, split := successes(p.Plan, layout, it)
	if site == nil && split == nil {
		return
	}
	goal := goalOf(p.Plan, it.goal)
	at := slices.IndexFunc(j.slots, func(s *slotSeries) bool { return s.kind == it.kind && s.name == it.name })
	if at < 0 {
		at = len(j.slots)
		j.slots = append(j.slots, &slotSeries{
			kind: it.kind, name: it.name, of: it.of, goal: goal, goalName: it.goalName, exposed: it.exposed, won: won, holdout: it.holdout, against: it.against, plans: map[plan.Digest]bool{},
		})
	}
	s := j.slots[at]
	if s.goal != goal || s.won != won || s.holdout != it.holdout || s.against != it.against {
		return
	}
	s.plans[p.digest] = true
	s.variants = union(s.variants, it.columns)
	if split != nil {
		s.segments = union(s.segments, segmentsOf(p.Plan))
		j.leadSpan(p, split.exposed, cell{kind: s.exposed, source: s.name}, site == nil)
		j.leadSpan(p, split.won, cell{kind: won, source: s.name}, site == nil)
	}
	if site != nil {
		j.leadSpan(p, site.exposed, cell{kind: s.exposed, source: s.name}, true)
		j.leadSpan(p, site.won, cell{kind: won, source: s.name}, true)
	}
}

// outcome is a place's exposures and successes, both by site or both by segment: so a rate
// is never of exposures whose successes nobody counted.
type outcome struct{ exposed, won plan.Span }

// successes finds what a place's successes are counted by: conversions, or clicks where its
// goal is a click in it and no conversions are counted.
func successes(p *plan.Plan, layout plan.Layout, it *place) (kind plan.MetricKind, site, split *outcome) {
	find := func(kind plan.MetricKind, by plan.By) *outcome {
		exposed, won := spanOf(p, layout, it.exposed, it.source, by), spanFor(p, layout, kind, it.source, it.result, by)
		if exposed == nil || won == nil {
			return nil
		}
		return &outcome{*exposed, *won}
	}
	for _, kind := range it.won {
		site, split = find(kind, plan.SiteWide), find(kind, plan.BySegment)
		if site != nil || split != nil {
			return kind, site, split
		}
	}
	return 0, nil, nil
}

// spanOf finds the first metric of a kind, source and breakdown that sets one cell a
// device at most. With more ones a device stands in several columns, and no share of them
// is one of devices.
func spanOf(p *plan.Plan, layout plan.Layout, kind plan.MetricKind, source int, by plan.By) *plan.Span {
	return spanFor(p, layout, kind, source, 0, by)
}

// spanFor is spanOf of a campaign's goal.
func spanFor(p *plan.Plan, layout plan.Layout, kind plan.MetricKind, source, goal int, by plan.By) *plan.Span {
	for i := range layout.Spans {
		span := &layout.Spans[i]
		if span.Metric < 0 {
			continue
		}
		if m := p.Metrics[span.Metric]; m.Kind == kind && int(m.Source) == source && int(m.Goal) == goal && m.By == by && m.Most == 1 {
			return span
		}
	}
	return nil
}

func segmentsOf(p *plan.Plan) (names []string) {
	for _, s := range p.Segments {
		names = append(names, s.Name)
	}
	return names
}

// union appends to names what the others have and names have not.
func union(names, others []string) []string {
	for _, n := range others {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
