package plan

import "math/bits"

// Span is where one metric's cells lie in a measurement.
type Span struct {
	Metric   int // index into Plan.Metrics; -1 for present
	Offset   int // first cell
	Segments int // rows: S, 1 when site-wide, topics of Next
	Columns  int // stages, arms, variants, topics, items..., and the holdout; 1 for audience and present
	Most     int // most ones among the span's cells
}

// Cells returns the number of cells of the span.
func (s Span) Cells() int { return s.Segments * s.Columns }

// Cell returns the index in the measurement of a segment's column. For a
// site-wide span the segment is ignored.
func (s Span) Cell(segment, column int) int {
	if s.Segments == 1 {
		segment = 0
	}
	return s.Offset + segment*s.Columns + column
}

// Layout is the measurement's cells: `present` at 0, then the plan's metrics in
// their order, laid end to end.
type Layout struct {
	Spans  []Span // Spans[0] is present; Spans[i+1] is Plan.Metrics[i]
	Cells  int    // L, length of a measurement
	Weight int    // w, most ones of a measurement, present counted
}

// LayoutOf computes the layout of a plan.
func LayoutOf(p *Plan) Layout {
	l := Layout{Spans: make([]Span, 0, len(p.Metrics)+1)}
	add := func(s Span) {
		s.Offset = l.Cells
		l.Spans = append(l.Spans, s)
		l.Cells += s.Cells()
		l.Weight += s.Most
	}
	add(Span{Metric: -1, Segments: 1, Columns: 1, Most: 1})
	for i, m := range p.Metrics {
		s := Span{Metric: i, Segments: 1, Columns: p.Columns(m), Most: int(m.Most)}
		switch m.By {
		case BySegment:
			s.Segments = len(p.Segments)
		case ByTopic:
			s.Segments = len(p.Topics)
		}
		add(s)
	}
	return l
}

// Columns returns the number of cells that a metric has for one segment, the
// holdout's column counted.
func (p *Plan) Columns(m Metric) int {
	n := p.named(m)
	if p.holds(m) {
		n++
	}
	return n
}

// Column names one column of a metric: a stage, an arm, a variant or
// HoldoutColumn, or the empty string for audience.
func (p *Plan) Column(m Metric, column int) string {
	if column == p.named(m) && p.holds(m) {
		return HoldoutColumn
	}
	switch m.Kind {
	case Funnel:
		return p.Stages[column].Name
	case CampaignExposed, CampaignConverted:
		return p.Campaigns[m.Source].Arms[column]
	case SlotExposed, SlotClicked, SlotConverted:
		return p.Slots[m.Source].Variants[column].Name
	case Topics, Next, Last:
		return p.Topics[column]
	case Items, Tried, Solved:
		return p.Lists[m.Source].Items[column]
	case ListExposed, ListClicked, ListConverted:
		return "shown"
	case State, Outcome:
		return p.Predictions[m.Source].Bins[column].Name
	case ReachShown, ReachAnswered:
		return p.Channels[p.Messages[m.Source].Channel(column)]
	case SurveyAnswers:
		return p.Surveys[m.Source].Column(column)
	case Sorted, Returned:
		return p.Dimensions[m.Source].Bins[column].Name
	case Earned:
		return p.revenueColumn(&p.Revenues[m.Source], column)
	case SocialActs:
		return ActTexts[column]
	case SharedTo:
		return p.Networks[column]
	}
	return ""
}

// Row names one row of a metric: a segment, a topic, or the empty string where there is
// one row for all.
func (p *Plan) Row(m Metric, row int) string {
	switch m.By {
	case BySegment:
		return p.Segments[row].Name
	case ByTopic:
		return p.Topics[row]
	}
	return ""
}

// Holdout returns the column of a metric in which devices of the holdout are
// counted, the last one; ok is false for a metric that has none.
func (p *Plan) Holdout(m Metric) (column int, ok bool) {
	if !p.holds(m) {
		return 0, false
	}
	return p.named(m), true
}

// named returns the columns of a metric but for the holdout's.
func (p *Plan) named(m Metric) int {
	switch m.Kind {
	case Audience, ListExposed, ListClicked, ListConverted, SurveyAsked:
		return 1
	case Funnel:
		return len(p.Stages)
	case CampaignExposed, CampaignConverted:
		return len(p.Campaigns[m.Source].Arms)
	case SlotExposed, SlotClicked, SlotConverted:
		return len(p.Slots[m.Source].Variants)
	case Topics, Next, Last:
		return len(p.Topics)
	case Items, Tried, Solved:
		return len(p.Lists[m.Source].Items)
	case State, Outcome:
		return len(p.Predictions[m.Source].Bins)
	case ReachShown, ReachAnswered:
		return p.Messages[m.Source].Columns()
	case SurveyAnswers:
		return p.Surveys[m.Source].Columns()
	case Sorted, Returned:
		return len(p.Dimensions[m.Source].Bins)
	case Earned:
		r := &p.Revenues[m.Source]
		return p.Arms(r) * len(r.Grid)
	case SocialActs:
		return Acts
	case SharedTo:
		return len(p.Networks)
	}
	return 0
}

// holds tells whether a metric has the holdout's column: where the device picks
// and the plan, or the campaign, has a holdout.
func (p *Plan) holds(m Metric) bool {
	switch m.Kind {
	case CampaignExposed, CampaignConverted:
		c := &p.Campaigns[m.Source]
		return c.Mode == Chosen && (p.Policy.Holdout > 0 || c.Promotion.Holdout > 0)
	case SlotExposed, SlotClicked, SlotConverted, ListExposed, ListClicked, ListConverted:
		return p.Policy.Holdout > 0
	}
	return false
}

// InputShareSizes returns the bytes of the leader's and the helper's input share
// under the layout's Prio3MultihotCountVec instance: 16 bytes a field element,
// for the measurement, its weight's bits and the proof, and the blind.
//
// Source: draft-irtf-cfrg-vdaf-13, sections 7.3.4 and 7.4.6 (FlpBBCGGI19).
func (l Layout) InputShareSizes(chunk int) (leader, helper int) {
	n := l.Cells + bits.Len(uint(l.Weight))
	calls := (n + chunk - 1) / chunk
	p := 1
	for p < 1+calls {
		p *= 2
	}
	proof := 2*chunk + 2*(p-1) + 1
	return 16*(n+proof) + 32, 64
}
