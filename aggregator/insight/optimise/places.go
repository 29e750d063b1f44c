package optimise

import (
	"slices"
	"strconv"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// placesOf lists all that a plan's devices might be told of, in the order of priors.
// What of it is measured tableOf finds.
func placesOf(p *plan.Plan) []choose.Place {
	out := choose.PlacesOf(p)
	add := func(kind choose.Kind, n int) {
		for i := range n {
			if at := (choose.Place{Kind: kind, Index: uint8(i)}); at.Columns(p) > 0 {
				out = append(out, at)
			}
		}
	}
	add(choose.Items, len(p.Lists))
	add(choose.Topics, 1)
	add(choose.Next, 1)
	add(choose.Leave, 1)
	add(choose.Predicted, len(p.Predictions))
	add(choose.Difficulty, len(p.Lists))
	add(choose.Response, len(p.Messages))
	return out
}

// placeName is by what a place is found in another plan. A prediction is another one
// where its periods or their number are others.
func placeName(p *plan.Plan, at choose.Place) string {
	switch at.Kind {
	case choose.Slot:
		return p.Slots[at.Index].Name
	case choose.Campaign:
		return p.Campaigns[at.Index].Name
	case choose.Items, choose.Difficulty:
		return p.Lists[at.Index].Name
	case choose.Predicted:
		which := &p.Predictions[at.Index]
		return strconv.Itoa(int(which.Kind)) + " within " + strconv.Itoa(int(which.Within)) + " of " + strconv.Itoa(p.Cadence.Days())
	case choose.Response:
		return p.Messages[at.Index].Name
	}
	return ""
}

func columnNames(p *plan.Plan, at choose.Place) (out []string) {
	switch at.Kind {
	case choose.Slot:
		for _, v := range p.Slots[at.Index].Variants {
			out = append(out, v.Name)
		}
	case choose.Campaign:
		return p.Campaigns[at.Index].Arms
	case choose.Items, choose.Difficulty:
		return p.Lists[at.Index].Items
	case choose.Topics, choose.Next, choose.Leave:
		return p.Topics
	case choose.Predicted:
		for _, b := range p.Predictions[at.Index].Bins {
			out = append(out, b.Name)
		}
	case choose.Response:
		m := &p.Messages[at.Index]
		for c := range m.Columns() {
			out = append(out, p.Channels[m.Channel(c)])
		}
	}
	return out
}

func rowNames(p *plan.Plan, at choose.Place) (out []string) {
	if at.Kind == choose.Next {
		return p.Topics
	}
	for _, s := range p.Segments {
		out = append(out, s.Name)
	}
	return out
}

// names says where the columns and rows of a plan's place lie in another's.
type names struct {
	place         choose.Place
	columns, rows []int // by the target's index; -1 where the other has none
}

// match finds a place of the target plan in another plan by its names.
func match(target *plan.Plan, at choose.Place, other *plan.Plan) (names, bool) {
	for _, o := range placesOf(other) {
		if o.Kind != at.Kind || placeName(other, o) != placeName(target, at) {
			continue
		}
		n := names{place: o}
		columns, rows := columnNames(other, o), rowNames(other, o)
		for _, name := range columnNames(target, at) {
			n.columns = append(n.columns, slices.Index(columns, name))
		}
		for _, name := range rowNames(target, at) {
			n.rows = append(n.rows, slices.Index(rows, name))
		}
		return n, true
	}
	return names{}, false
}

// spans are where a plan counts a place's exposures and conversions: what a rate is
// of, and what it is the rate of.
type spans struct{ exposed, converted *plan.Span }

func (s spans) whole() bool { return s.exposed != nil && s.converted != nil }

// counted are the kinds of metrics by which a place is counted. Of items and topics the
// exposed are those who were there: present, or a segment's audience.
func counted(kind choose.Kind) (exposed, converted plan.MetricKind) {
	switch kind {
	case choose.Slot:
		return plan.SlotExposed, plan.SlotConverted
	case choose.Campaign:
		return plan.CampaignExposed, plan.CampaignConverted
	case choose.Items:
		return plan.Audience, plan.Items
	case choose.Topics:
		return plan.Audience, plan.Topics
	case choose.Next:
		return 0, plan.Next
	case choose.Leave:
		return plan.Topics, plan.Last
	case choose.Predicted:
		return plan.State, plan.Outcome
	case choose.Difficulty:
		return plan.Tried, plan.Solved
	}
	return plan.ReachShown, plan.ReachAnswered
}

// find returns the two spans of a place by one breakdown. Of a slot whose goal is
// a click both "clicked" and "converted" count the goal; the latter wins.
func find(p *plan.Plan, l *plan.Layout, at choose.Place, by plan.By) spans {
	var s spans
	exposed, converted := counted(at.Kind)
	for i := range l.Spans {
		span := &l.Spans[i]
		if span.Metric < 0 {
			if exposed == plan.Audience && by == plan.SiteWide {
				s.exposed = span
			}
			continue
		}
		m := p.Metrics[span.Metric]
		if m.By != by || m.Goal != 0 {
			continue
		}
		if m.Kind == plan.Audience && exposed == plan.Audience {
			s.exposed = span
		}
		if m.Source != at.Index {
			continue
		}
		switch {
		case m.Kind == exposed && exposed != plan.Audience:
			s.exposed = span
		case m.Kind == converted:
			s.converted = span
		case at.Kind == choose.Slot && m.Kind == plan.SlotClicked && s.converted == nil && p.Slots[at.Index].Goal.Kind == plan.Click:
			s.converted = span
		}
	}
	return s
}

// byRows are the kinds whose rates have a row a segment where both counts have.
func byRows(kind choose.Kind) bool {
	return kind <= choose.Topics || kind == choose.Leave || kind == choose.Response
}
