package measure

import "github.com/dunlin-analytics/dunlin/privacy/plan"

// Assigned takes in that a campaign's arm was given to the device by the site, or
// shown to it as the device chose: either is its exposure.
func (r *Rules) Assigned(at Moment, campaign, arm int) {
	r.expose(at, plan.CampaignExposed, campaign, arm)
}

// Exposed takes in that the page showed a slot's variant.
func (r *Rules) Exposed(at Moment, slot, variant int) {
	r.expose(at, plan.SlotExposed, slot, variant)
}

// Listed takes in that items of a list were seen.
func (r *Rules) Listed(at Moment, list int) {
	r.expose(at, plan.ListExposed, list, 0)
}

// Reached takes in that a message was shown by one of the plan's channels, which the
// message has.
func (r *Rules) Reached(at Moment, message, channel int) {
	column, _ := r.plan.Messages[message].Column(channel)
	r.expose(at, plan.ReachShown, message, column)
}

func (r *Rules) expose(at Moment, kind plan.MetricKind, index, column int) {
	g := groupOf(kind)
	at.Memory.sources[g].expose(&r.sources[g][index], column, at.Now)
	r.mark(at, kind, index, 0, column)
}

// NoSlot is the slot of a click that was in none.
const NoSlot = -1

// Clicked takes in a click, inside a slot or in NoSlot. In a slot it counts for
// the last variant exposed there, if that is within the attribution window, and
// may reach that slot's goal, but no other slot's.
func (r *Rules) Clicked(at Moment, slot int) Credits {
	credits := Credits{Campaigns: r.reached(at, click)}
	if slot != NoSlot && r.clicked(at, slots, plan.SlotClicked, slot) {
		credits.Slots = 1 << slot
	}
	return credits
}

// Picked takes in a click on an item of a list: a click as one in a slot, and a use of
// the item.
func (r *Rules) Picked(at Moment, list int, item uint64) Credits {
	r.Used(at, item)
	credits := Credits{Campaigns: r.reached(at, click)}
	if r.clicked(at, lists, plan.ListClicked, list) {
		credits.Lists = 1 << list
	}
	return credits
}

var click = plan.Trigger{Kind: plan.Click}

// clicked counts a click inside a slot or list; it tells whether that was its goal.
func (r *Rules) clicked(at Moment, g group, kind plan.MetricKind, index int) bool {
	s := &r.sources[g][index]
	if e := r.creditable(&at.Memory.sources[g], s, at.Now); e != nil {
		r.mark(at, kind, index, 0, e.column.IndexOf(s.columns))
	}
	return r.credit(at, g, index, click)
}

// Responded takes in that the visitor reacted to a message. That is an answer whatever
// the message's goal, and it counts for the channel by which the message was last shown.
func (r *Rules) Responded(at Moment, message int) (credits Credits) {
	if r.credit(at, messages, message, r.sources[messages][message].goals[0].on) {
		credits.Messages = 1 << message
	}
	return credits
}

// Happened takes in an event that may reach a stage of the funnel and goals: any that
// can be a trigger but a click, which is Clicked's, Picked's or Responded's.
func (r *Rules) Happened(at Moment, on plan.Trigger) Credits {
	if on.Kind == plan.Order {
		r.ordered(at)
	}
	credits := Credits{Campaigns: r.reached(at, on)}
	for i := range r.sources[slots] {
		if r.credit(at, slots, i, on) {
			credits.Slots |= 1 << i
		}
	}
	for i := range r.sources[lists] {
		if r.credit(at, lists, i, on) {
			credits.Lists |= 1 << i
		}
	}
	for i := range r.sources[messages] {
		if r.credit(at, messages, i, on) {
			credits.Messages |= 1 << i
		}
	}
	return credits
}

// reached takes in an event for the funnel and the campaigns, to which it does
// not matter where on the page it was. It returns the campaigns credited.
func (r *Rules) reached(at Moment, on plan.Trigger) (credited uint16) {
	if at.Log != nil {
		for i, s := range r.plan.Stages {
			if s.On == on {
				at.Log.stage = max(at.Log.stage, uint8(i+1))
			}
		}
	}
	for i := range r.sources[campaigns] {
		if r.credit(at, campaigns, i, on) {
			credited |= 1 << i
		}
	}
	return credited
}

// credit gives every goal that the event reaches, of a source, to the source's last
// exposure, once an exposure. It tells whether the first goal was among them.
func (r *Rules) credit(at Moment, g group, index int, on plan.Trigger) (first bool) {
	memory, s := &at.Memory.sources[g], &r.sources[g][index]
	for i := range s.goals {
		if s.goals[i].on != on {
			continue
		}
		if e := r.creditable(memory, s, at.Now); e != nil && e.take(s.goals[i].name) {
			r.mark(at, won[g], index, i, e.column.IndexOf(s.columns))
			first = first || i == 0
		}
	}
	return first
}

// LastExposed returns the arm, variant or channel's column that the device was last
// exposed to, of the campaign, slot, list or message that metrics of the kind count,
// and when, however long ago; ok is false if there was none.
func (r *Rules) LastExposed(m *Memory, kind plan.MetricKind, index int) (column int, at plan.Time, ok bool) {
	g := groupOf(kind)
	s := &r.sources[g][index]
	e := m.sources[g].find(s.name)
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
		if last, ok := r.plan.Holdout(*m); ok && at.Held.of(m) {
			noted = last
		}
		at.Log.columns[i] |= 1 << noted
	}
}
