package edge

import (
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/predict"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Track takes in one event. It is checked first; on an error nothing changes.
// Where nothing may be measured (outside the plan's periods, or while a report
// under another plan is running) only the profile learns, and that is no error.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrEvent.
func (d *Device) Track(now plan.Time, e Event) error {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return err
	}
	if err := e.check(d.plan); err != nil {
		return err
	}
	m := &d.mind
	switch e.Kind { // neither is an activity
	case plan.Declare:
		m.profile.Declare(d.names, now, int(e.Attribute), e.Value)
		return nil
	case plan.History:
		m.profile.Remember(d.names, now, profile.Past{At: max(now-e.Age, 0), Purchase: e.purchase(), Topics: e.Topics})
		return nil
	}
	was := d.before(now)
	d.pass(now)
	m.profile.Touch(now)
	if e.Kind == plan.Arrive { // how the visitor came counts for the segment of a period that begins so
		m.profile.Arrive(d.names, profile.Arrival{Channel: e.Channel, Device: e.Device, Region: e.Region, Page: e.Page, Offset: e.Offset})
	}
	before := measure.NoTopic
	if topic, ok := m.profile.Before(d.names); ok {
		before = topic
	}
	at := measure.Moment{Memory: &m.memory, Now: now, Held: d.held()}
	at.Log = d.logAt(at, was)
	m.profile.Count(e.Kind, e.Minor)
	m.profile.Interested(d.names, e.Kind, e.Topics|d.clicked(e), e.Seconds)
	d.learn(&e)
	d.handled(now, &e)
	d.count(at, &e, before)
	return nil
}

// pass lets the time since the last activity go by.
func (d *Device) pass(now plan.Time) {
	m := &d.mind
	if now < m.profile.Last {
		m.memory.Rewind(now)
		m.choices.Rewind(now)
		m.own.Rewind(d.dateOf(now))
		m.items.Rewind(now)
		m.reach.Rewind(now)
	} else if m.profile.Seen() {
		m.own.Advance(now - m.profile.Last)
		m.items.Advance(now - m.profile.Last)
		m.reach.Advance(now - m.profile.Last)
	}
}

// purchase is what an order was.
func (e *Event) purchase() profile.Purchase {
	return profile.Purchase{Minor: e.Minor, Discount: e.Discount, Quantity: e.Quantity, Payment: e.Payment, Tier: e.Tier}
}

// learn takes into the profile what an event of its kind alone says.
func (d *Device) learn(e *Event) {
	p := &d.mind.profile
	switch e.Kind {
	case plan.View, plan.Cart:
		p.Saw(e.Kind, e.Tier)
	case plan.Order:
		p.Bought(d.names, e.purchase())
		d.mind.chances.Bought()
	case plan.Search:
		p.Searched()
	case plan.Social:
		p.Socialize(e.Act, e.Sentiment)
	case plan.Media:
		p.Watched(e.Quarter)
	case plan.Refund:
		p.Refunded()
	case plan.Answer:
		p.Rated(d.plan.Surveys[e.Survey].Kind, e.Answer)
	case plan.Asked:
		p.Asked(d.names, int(e.Survey))
	case plan.Attempt:
		p.Attempted(d.names, int(e.Skill), e.Difficulty, e.Right)
	}
}

// count takes an event into the log, and what it earned into the device's own evidence.
func (d *Device) count(at measure.Moment, e *Event, before int) {
	r := d.rules
	switch e.Kind {
	case plan.Exposure:
		r.Exposed(at, int(e.Slot), int(e.Variant))
		d.shown(at.Now, choose.Place{Kind: choose.Slot, Index: e.Slot}, int(e.Variant))
	case plan.Assign:
		place := choose.Place{Kind: choose.Campaign, Index: e.Campaign}
		if n := d.namesOf(place); n != nil && n.Promotion != nil {
			if !d.mind.choices.Counts(n) {
				return // the default, for want of a campaign for this visitor
			}
			d.mind.choices.Showed(n, at.Now, d.mind.profile.Visit)
		}
		r.Assigned(at, int(e.Campaign), int(e.Arm))
		d.shown(at.Now, place, int(e.Arm))
	case plan.Click:
		slot := measure.NoSlot
		if e.InSlot {
			slot = int(e.Slot)
		}
		d.won(at.Now, r.Clicked(at, slot))
	case plan.Listed:
		r.Listed(at, int(e.List))
	case plan.Picked:
		d.won(at.Now, r.Picked(at, int(e.List), e.Item))
	case plan.Reached:
		r.Reached(at, int(e.Message), int(e.Channel))
		d.mind.reach.Shown(d.messages.Messages[e.Message], d.messages.Channels[e.Channel], at.Now)
	case plan.Responded:
		d.won(at.Now, r.Responded(at, int(e.Message)))
	case plan.Asked:
		r.Asked(at, int(e.Survey))
	case plan.Dwell, plan.Arrive:
	case plan.Custom:
		d.won(at.Now, r.Happened(at, plan.Trigger{Kind: plan.Custom, Event: e.Event}))
	default:
		switch e.Kind {
		case plan.View:
			r.Viewed(at, e.Topics, before)
		case plan.Attempt:
			r.Tried(at, e.Item, e.Right)
		case plan.Answer:
			r.Answered(at, int(e.Survey), e.Answer)
		case plan.Media:
			if e.Quarter < maxQuarter { // played to its end it is a goal
				return
			}
		}
		switch e.Kind {
		case plan.Social:
			r.Socialized(at, int(e.Act), int(e.Network), e.Topics)
		case plan.Order:
			r.Ordered(at, e.Minor)
		}
		if e.Item != 0 {
			r.Used(at, e.Item)
		}
		d.won(at.Now, r.Happened(at, plan.Trigger{Kind: e.Kind}))
	}
}

// logAt returns the log that an activity belongs to, opening it at the period's first
// one; nil if nothing is measured now.
func (d *Device) logAt(at measure.Moment, was measure.Past) *measure.Log {
	m := &d.mind
	period, err := d.periodAt(at.Now)
	if err != nil || m.running.of(d.digest, period.Date) && m.running.erased {
		return nil
	}
	if !m.log.Of(d.digest, period.Date) {
		segment, bins := d.standing(&m.profile, at.Now)
		d.rules.Open(&m.log, period.Date, segment)
		at.Log = &m.log
		var start measure.Sorting
		d.sort(plan.AtStart, &m.log, &start)
		d.rules.Began(at, bins, start, was)
		m.chances.Began(d.plan, period.Date)
	}
	return &m.log
}

// standing returns the first segment whose rule matches a profile, the last has none;
// and the bin of each prediction.
func (d *Device) standing(p *profile.Profile, now plan.Time) (segment int, bins measure.Bins) {
	view := &d.scratch.view
	*view = p.At(now, d.names)
	for i := range d.plan.Predictions {
		bins[i] = uint8(first(d.plan.Predictions[i].Bins, view))
	}
	d.foresee(view)
	segment = first(d.plan.Segments, view)
	*view = profile.View{}
	return segment, bins
}

// first returns the first of a list whose rule matches; the last has none.
func first(list []plan.Segment, view *profile.View) int {
	s := 0
	for s < len(list)-1 && !list[s].Rule.Match(view) {
		s++
	}
	return s
}

// before returns the period of activity before, and how the device was sorted in it, if
// another one begins now. Of a plan that is new on the device it knows none.
func (d *Device) before(now plan.Time) (was measure.Past) {
	m := &d.mind
	if len(d.plan.Dimensions) == 0 || m.log.Of(d.digest, d.dateOf(now)) {
		return was
	}
	if was = d.rules.PastOf(&m.log); was.Known && d.rules.Ends() {
		d.sort(plan.AtEnd, &m.log, &was.Bins)
	}
	return was
}

// sort sorts the device by the dimensions of a moment of a log's period, as of the latest
// activity.
func (d *Device) sort(moment plan.Moment, l *measure.Log, out *measure.Sorting) {
	if len(d.plan.Dimensions) == 0 {
		return
	}
	view := &d.scratch.view
	*view = d.mind.profile.At(0, d.names)
	d.foresee(view)
	*view = view.During(d.periodsTo(l.Period()), l.Stage()-1)
	for i := range d.plan.Dimensions {
		if n := &d.plan.Dimensions[i]; n.At == moment {
			out[i] = uint8(first(n.Bins, view)) + 1
		}
	}
	*view = profile.View{}
}

// periodsTo returns the periods from that of the first activity ever to one of the plan's,
// 0 if it is the same. What was before the plan's first counts by days.
func (d *Device) periodsTo(period plan.Date) int {
	days := plan.Date(d.plan.Cadence.Days())
	since := period - d.dateOf(d.mind.profile.First)
	return int(max(since+days-1, 0) / days)
}

// foresee adds the plan's predictions to a view.
func (d *Device) foresee(view *profile.View) {
	if len(d.plan.Predictions) > 0 {
		*view = view.With(predict.Of(d.plan, d.priors, &d.mind.chances, view))
	}
}

// viewAt returns the profile as rules see it now.
func (d *Device) viewAt(now plan.Time) profile.View {
	view := &d.scratch.view
	*view = d.mind.profile.At(now, d.names)
	d.foresee(view)
	out := *view
	*view = profile.View{}
	return out
}
