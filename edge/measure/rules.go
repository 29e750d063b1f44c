package measure

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Rules are one plan's counting rules, made once and only read afterwards.
type Rules struct {
	plan    *plan.Plan
	digest  plan.Digest
	layout  plan.Layout
	sources [groups][]source
	items   [][]profile.Key // by list: those that are measured by name
	bins    []profile.Key   // of LapseRisk
	lapse   int             // index of that prediction, -1 without one
	next    int             // index of the metric of moves, -1 without one
	ends    bool            // a dimension sorts at the end
}

// group is a kind of what can be exposed and credited.
type group uint8

const (
	campaigns group = iota
	slots
	lists
	messages
	groups
)

// groupOf returns what metrics of a kind count exposures and credits of.
func groupOf(kind plan.MetricKind) group {
	switch kind {
	case plan.CampaignExposed, plan.CampaignConverted:
		return campaigns
	case plan.ListExposed, plan.ListClicked, plan.ListConverted:
		return lists
	case plan.ReachShown, plan.ReachAnswered:
		return messages
	}
	return slots
}

// won is the kind of metrics that count what is credited to a group's exposures.
var won = [groups]plan.MetricKind{plan.CampaignConverted, plan.SlotConverted, plan.ListConverted, plan.ReachAnswered}

// source is what can be exposed and credited: a campaign with its arms, a slot
// with its variants, a list, a message with its channels.
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
	r := &Rules{plan: p, digest: digest, layout: plan.LayoutOf(p), lapse: -1, next: -1}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		s := source{name: profile.KeyOf(c.Name)}
		for _, arm := range c.Arms {
			s.columns = append(s.columns, profile.KeyOf(arm))
		}
		for _, g := range c.Goals {
			s.goals = append(s.goals, goal{profile.KeyOf(g.Name), g.On})
		}
		r.sources[campaigns] = append(r.sources[campaigns], s)
	}
	for i := range p.Slots {
		s := only(p.Slots[i].Name, p.Slots[i].Goal)
		for _, v := range p.Slots[i].Variants {
			s.columns = append(s.columns, profile.KeyOf(v.Name))
		}
		r.sources[slots] = append(r.sources[slots], s)
	}
	for i := range p.Lists {
		l := &p.Lists[i]
		s := only(l.Name, l.Goal)
		// A list is shown or not: its column has no name of the plan's.
		s.columns = []profile.Key{profile.KeyOf("")}
		r.sources[lists] = append(r.sources[lists], s)
		var items []profile.Key
		for _, id := range l.Items {
			items = append(items, profile.KeyOf(id))
		}
		r.items = append(r.items, items)
	}
	for i := range p.Messages {
		m := &p.Messages[i]
		s := only(m.Name, m.Goal)
		for c, name := range p.Channels {
			if m.Channels>>c&1 == 1 {
				s.columns = append(s.columns, profile.KeyOf(name))
			}
		}
		r.sources[messages] = append(r.sources[messages], s)
	}
	if i, ok := p.PredictionOf(plan.LapseRisk); ok {
		r.lapse = i
		for _, b := range p.Predictions[i].Bins {
			r.bins = append(r.bins, profile.KeyOf(b.Name))
		}
	}
	for i := range p.Dimensions {
		r.ends = r.ends || p.Dimensions[i].At == plan.AtEnd
	}
	for i := range p.Metrics {
		if p.Metrics[i].Kind == plan.Next {
			r.next = i
		}
	}
	return r
}

// only returns a source whose one goal has no name of its own; the empty one is no
// other goal's.
func only(name string, on plan.Trigger) source {
	return source{name: profile.KeyOf(name), goals: []goal{{profile.KeyOf(""), on}}}
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
	// Held: of which holdouts the device is. Where the plan has a column for them, it
	// is counted there, whatever arm or variant it was exposed to.
	Held Held
}

// Credits are the campaigns, slots, lists and messages whose goal an event has
// reached: the last exposure of each was credited with it, for the first time. They are
// what a device learns of its own choices by, measured or not. Bit sets of the plan's
// indices.
type Credits struct {
	Campaigns uint16 // a campaign's first goal alone
	Slots     uint16
	Lists     uint16
	Messages  uint16
}
