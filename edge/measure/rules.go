package measure

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Rules are one plan's counting rules, made once and only read afterwards.
type Rules struct {
	plan      *plan.Plan
	digest    plan.Digest
	layout    plan.Layout
	campaigns []source
	slots     []source
}

// source is what can be exposed and credited: a campaign with its arms, a slot
// with its variants.
type source struct {
	name    profile.Key
	columns []profile.Key
	goals   []goal
}

type goal struct {
	name profile.Key
	on   plan.Trigger
}

// RulesOf compiles the rules of a plan that plan.Decode has returned.
func RulesOf(p *plan.Plan, digest plan.Digest) *Rules {
	r := &Rules{plan: p, digest: digest, layout: plan.LayoutOf(p)}
	for _, c := range p.Campaigns {
		s := source{name: profile.KeyOf(c.Name)}
		for _, arm := range c.Arms {
			s.columns = append(s.columns, profile.KeyOf(arm))
		}
		for _, g := range c.Goals {
			s.goals = append(s.goals, goal{profile.KeyOf(g.Name), g.On})
		}
		r.campaigns = append(r.campaigns, s)
	}
	for _, sl := range p.Slots {
		s := source{name: profile.KeyOf(sl.Name)}
		for _, v := range sl.Variants {
			s.columns = append(s.columns, profile.KeyOf(v.Name))
		}
		// A slot's only goal has no name; the empty one is no other goal's.
		s.goals = []goal{{profile.KeyOf(""), sl.Goal}}
		r.slots = append(r.slots, s)
	}
	return r
}

// Layout returns the layout of a measurement.
func (r *Rules) Layout() plan.Layout { return r.layout }

// Open starts the log of a period at its first activity, in the segment that was
// decided then. What the log held is gone.
func (r *Rules) Open(l *Log, period plan.Date, segment int) {
	*l = Log{open: true, period: period, plan: r.digest, segment: uint8(segment), metrics: len(r.plan.Metrics)}
}

// In the methods below a nil log means that nothing is measured now: only the
// memory changes. Indices must be the plan's. The memory is fitted to the plan
// (Adopt sees to it), and now is not before any exposure in it (Rewind does).

// Assigned takes in that the site gave the device a campaign's arm, which is its
// exposure.
func (r *Rules) Assigned(m *Memory, l *Log, now plan.Time, campaign, arm int) {
	m.campaigns.expose(&r.campaigns[campaign], arm, now)
	r.mark(l, plan.CampaignExposed, campaign, 0, arm)
}

// Exposed takes in that the page showed a slot's variant.
func (r *Rules) Exposed(m *Memory, l *Log, now plan.Time, slot, variant int) {
	m.slots.expose(&r.slots[slot], variant, now)
	r.mark(l, plan.SlotExposed, slot, 0, variant)
}

// NoSlot is the slot of a click that was in none.
const NoSlot = -1

// Clicked takes in a click, inside a slot or in NoSlot. In a slot it counts for
// the last variant exposed there, if that is within the attribution window, and
// may reach that slot's goal, but no other slot's.
func (r *Rules) Clicked(m *Memory, l *Log, now plan.Time, slot int) {
	on := plan.Trigger{Kind: plan.Click}
	r.reached(m, l, now, on)
	if slot == NoSlot {
		return
	}
	s := &r.slots[slot]
	if e := r.creditable(&m.slots, s, now); e != nil {
		r.mark(l, plan.SlotClicked, slot, 0, e.column.IndexOf(s.columns))
	}
	r.credit(&m.slots, s, l, now, on, plan.SlotConverted, slot)
}

// Happened takes in an event that may reach a stage of the funnel and goals: a
// view, cart event, order or one of the site's own. A click is Clicked's.
func (r *Rules) Happened(m *Memory, l *Log, now plan.Time, on plan.Trigger) {
	r.reached(m, l, now, on)
	for i := range r.slots {
		r.credit(&m.slots, &r.slots[i], l, now, on, plan.SlotConverted, i)
	}
}

// reached takes in an event for the funnel and the campaigns, to which it does
// not matter where on the page it was.
func (r *Rules) reached(m *Memory, l *Log, now plan.Time, on plan.Trigger) {
	if l != nil {
		for i, s := range r.plan.Stages {
			if s.On == on {
				l.stage = max(l.stage, uint8(i+1))
			}
		}
	}
	for i := range r.campaigns {
		r.credit(&m.campaigns, &r.campaigns[i], l, now, on, plan.CampaignConverted, i)
	}
}

// credit gives every goal of s that the event reaches to the last exposure of s,
// once an exposure. kind and source name the metrics that count it.
func (r *Rules) credit(memory *exposures, s *source, l *Log, now plan.Time, on plan.Trigger, kind plan.MetricKind, source int) {
	for g := range s.goals {
		if s.goals[g].on != on {
			continue
		}
		if e := r.creditable(memory, s, now); e != nil && e.take(s.goals[g].name) {
			r.mark(l, kind, source, g, e.column.IndexOf(s.columns))
		}
	}
}

// creditable returns the last exposure of s if it is within the attribution
// window at now, or nil.
func (r *Rules) creditable(memory *exposures, s *source, now plan.Time) *exposure {
	e := memory.find(s.name)
	if e == nil || now-e.at > plan.Time(r.plan.Attribution) {
		return nil
	}
	return e
}

// mark notes a column under every metric of the kind, source and goal, unless
// the metric already has its most distinct columns.
func (r *Rules) mark(l *Log, kind plan.MetricKind, source, goal, column int) {
	if l == nil || column < 0 {
		return
	}
	for i := range r.plan.Metrics {
		m := &r.plan.Metrics[i]
		if m.Kind == kind && int(m.Source) == source && int(m.Goal) == goal && ones(l.columns[i]) < int(m.Most) {
			l.columns[i] |= 1 << column
		}
	}
}

// Cells writes the measurement of a log into dst, which has the layout's cells;
// a log that is not open is the all-zero vector.
//
// Claim: at most Layout().Weight ones, in each span at most its Most.
func (r *Rules) Cells(dst []bool, l *Log) {
	clear(dst)
	if !l.open {
		return
	}
	segment := int(l.segment)
	for _, span := range r.layout.Spans {
		if span.Metric < 0 {
			dst[span.Cell(segment, 0)] = true
			continue
		}
		switch r.plan.Metrics[span.Metric].Kind {
		case plan.Audience:
			dst[span.Cell(segment, 0)] = true
		case plan.Funnel:
			if l.stage > 0 {
				dst[span.Cell(segment, int(l.stage)-1)] = true
			}
		default:
			for c := range span.Columns {
				if l.columns[span.Metric]>>c&1 == 1 {
					dst[span.Cell(segment, c)] = true
				}
			}
		}
	}
}

// Fits tells whether a log that was read from a state can be this plan's: the
// plan's digest, segments, stages, columns and most ones.
func (r *Rules) Fits(l *Log) bool {
	p := r.plan
	if !l.open || l.plan != r.digest || l.metrics != len(p.Metrics) ||
		int(l.segment) >= len(p.Segments) || int(l.stage) > len(p.Stages) {
		return false
	}
	for i, m := range p.Metrics {
		columns, most := p.Columns(m), int(m.Most)
		if m.Kind == plan.Audience || m.Kind == plan.Funnel {
			columns, most = 0, 0
		}
		// A shift by 64 gives 0: all columns are then the plan's.
		if set := l.columns[i]; set>>columns != 0 || ones(set) > most {
			return false
		}
	}
	return true
}
