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

// Moment is what an event meets. Indices given with it must be the plan's; the
// memory is fitted to the plan (Adopt sees to it), and Now is not before any exposure
// in it (Rewind does).
type Moment struct {
	Memory *Memory
	Log    *Log // nil: nothing is measured now, only the memory changes
	Now    plan.Time
	// Held: the device is of the holdout. Where the plan has a column for it, it
	// is counted there, whatever arm or variant it was exposed to.
	Held bool
}

// Credits are the campaigns and slots whose goal an event has reached: the last
// exposure of each was credited with it, for the first time. They are what a device
// learns of its own choices by, measured or not.
type Credits struct {
	Campaigns uint16 // bit set of the plan's indices; a campaign's first goal alone
	Slots     uint16 // bit set of the plan's indices
}

// Assigned takes in that a campaign's arm was given to the device by the site, or
// shown to it as the device chose: either is its exposure.
func (r *Rules) Assigned(at Moment, campaign, arm int) {
	at.Memory.campaigns.expose(&r.campaigns[campaign], arm, at.Now)
	r.mark(at, plan.CampaignExposed, campaign, 0, arm)
}

// Exposed takes in that the page showed a slot's variant.
func (r *Rules) Exposed(at Moment, slot, variant int) {
	at.Memory.slots.expose(&r.slots[slot], variant, at.Now)
	r.mark(at, plan.SlotExposed, slot, 0, variant)
}

// Hold moves what the log of a period holds under variants or arms to the holdout's
// column, where the plan has one: the device has just been found to be of the holdout,
// and has a column once, and not two.
func (r *Rules) Hold(l *Log, period plan.Date) {
	if !l.Of(r.digest, period) {
		return
	}
	for i, m := range r.plan.Metrics {
		if column, ok := r.plan.Holdout(m); ok && l.columns[i] != 0 {
			l.columns[i] = 1 << column
		}
	}
}

// NoSlot is the slot of a click that was in none.
const NoSlot = -1

// Clicked takes in a click, inside a slot or in NoSlot. In a slot it counts for
// the last variant exposed there, if that is within the attribution window, and
// may reach that slot's goal, but no other slot's.
func (r *Rules) Clicked(at Moment, slot int) Credits {
	on := plan.Trigger{Kind: plan.Click}
	credits := Credits{Campaigns: r.reached(at, on)}
	if slot == NoSlot {
		return credits
	}
	s := &r.slots[slot]
	if e := r.creditable(&at.Memory.slots, s, at.Now); e != nil {
		r.mark(at, plan.SlotClicked, slot, 0, e.column.IndexOf(s.columns))
	}
	if r.credit(at, plan.SlotConverted, slot, on) {
		credits.Slots = 1 << slot
	}
	return credits
}

// Happened takes in an event that may reach a stage of the funnel and goals: a
// view, cart event, order or one of the site's own. A click is Clicked's; dwelling
// reaches nothing.
func (r *Rules) Happened(at Moment, on plan.Trigger) Credits {
	credits := Credits{Campaigns: r.reached(at, on)}
	for i := range r.slots {
		if r.credit(at, plan.SlotConverted, i, on) {
			credits.Slots |= 1 << i
		}
	}
	return credits
}

// reached takes in an event for the funnel and the campaigns, to which it does
// not matter where on the page it was. It returns the campaigns credited.
func (r *Rules) reached(at Moment, on plan.Trigger) (campaigns uint16) {
	if at.Log != nil {
		for i, s := range r.plan.Stages {
			if s.On == on {
				at.Log.stage = max(at.Log.stage, uint8(i+1))
			}
		}
	}
	for i := range r.campaigns {
		if r.credit(at, plan.CampaignConverted, i, on) {
			campaigns |= 1 << i
		}
	}
	return campaigns
}

// credit gives every goal that the event reaches, of the source whose metrics are
// of the kind, to the source's last exposure, once an exposure. It tells whether the
// first goal was among them.
func (r *Rules) credit(at Moment, kind plan.MetricKind, index int, on plan.Trigger) (first bool) {
	memory, s := r.remembered(at.Memory, kind, index)
	for g := range s.goals {
		if s.goals[g].on != on {
			continue
		}
		if e := r.creditable(memory, s, at.Now); e != nil && e.take(s.goals[g].name) {
			r.mark(at, kind, index, g, e.column.IndexOf(s.columns))
			first = first || g == 0
		}
	}
	return first
}

// remembered returns the exposures among which the source's last one is, and the
// source: a campaign or a slot, as the metrics of the kind count.
func (r *Rules) remembered(m *Memory, kind plan.MetricKind, index int) (*exposures, *source) {
	if kind == plan.CampaignExposed || kind == plan.CampaignConverted {
		return &m.campaigns, &r.campaigns[index]
	}
	return &m.slots, &r.slots[index]
}

// LastExposed returns the arm or variant that the device was last exposed to, of
// the campaign or slot that metrics of the kind count, and when, however long ago; ok
// is false if there was none.
func (r *Rules) LastExposed(m *Memory, kind plan.MetricKind, index int) (column int, at plan.Time, ok bool) {
	memory, s := r.remembered(m, kind, index)
	e := memory.find(s.name)
	if e == nil {
		return 0, 0, false
	}
	column = e.column.IndexOf(s.columns)
	return max(column, 0), e.at, column >= 0
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
// the metric already has its most distinct columns. Of the holdout it notes the
// holdout's column where the metric has one.
func (r *Rules) mark(at Moment, kind plan.MetricKind, source, goal, column int) {
	if at.Log == nil || column < 0 {
		return
	}
	for i := range r.plan.Metrics {
		m := &r.plan.Metrics[i]
		if m.Kind != kind || int(m.Source) != source || int(m.Goal) != goal || ones(at.Log.columns[i]) >= int(m.Most) {
			continue
		}
		noted := column
		if last, ok := r.plan.Holdout(*m); ok && at.Held {
			noted = last
		}
		at.Log.columns[i] |= 1 << noted
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
		// A shift by 64 gives 0: with the holdout's, all columns may be the plan's.
		if set := l.columns[i]; set>>columns != 0 || ones(set) > most {
			return false
		}
	}
	return true
}
