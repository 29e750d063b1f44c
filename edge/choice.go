package edge

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// ErrPlace: the plan has no such place, or the site gives its arms.
var ErrPlace = errors.New("edge: not a place that the device picks for under this plan")

// UsePriors puts priors into force for choices under the plan in force; they are
// the same bytes for every device. If it fails those before stay in force. Priors
// are not part of the state: a host hands them over again after each UsePlan. Their
// version is noted in the state by the first choice that uses them.
//
// Errors: ErrNoPlan, choose.ErrPriors, choose.ErrForeign, choose.ErrOlder.
func (d *Device) UsePriors(published []byte) error {
	if d.plan == nil {
		return ErrNoPlan
	}
	p, err := choose.Decode(published)
	if err != nil {
		return err
	}
	if err := p.Fits(d.plan, d.digest); err != nil {
		return err
	}
	if d.mind.choices.Seen() > p.Version || d.priors != nil && d.priors.Version > p.Version {
		return choose.ErrOlder
	}
	d.priors = p
	return nil
}

// Choose picks what a place shows and writes to out what it is and why. It is not yet
// an exposure: the page reports that by an Exposure or Assign event, once it is seen.
// From then on the choice stands for the rest of the visit; until then it is made anew
// at each call. The state changes: the host must store it.
//
// r is only read at a device's first choice, which draws its seed and its lot for
// the holdout.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrPlace, ErrRandom. The page
// then shows the default. On each of them the state is as before.
func (d *Device) Choose(now plan.Time, place choose.Place, r Rand, out *choose.Decision) error {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return err
	}
	names := d.namesOf(place)
	if names == nil {
		return ErrPlace
	}
	m := &d.mind
	if err := d.draw(now, r); err != nil {
		return err
	}
	s := choose.Situation{
		Now: now, Date: d.dateOf(now), Visit: m.profile.Visit, Last: m.profile.Last,
		Policy: d.plan.Policy, Segment: d.segmentAt(now), View: d.viewAt(now), Seen: d.seen(place),
		Priors: d.priorsAt(now), Begins: d.beginsAt(now), Places: d.places,
	}
	m.choices.Choose(out, names, &m.own, &s)
	return nil
}

// draw draws the device's seed and its lot for the holdout, at its first choice of
// anything, and has the running period counted where the lot says.
//
// Errors: ErrRandom.
func (d *Device) draw(now plan.Time, r Rand) error {
	m := &d.mind
	if !m.choices.Drawn() {
		lot := &d.scratch.lot
		defer clear(lot[:])
		if !fill(r, lot[:]) {
			return ErrRandom
		}
		m.choices.Draw(lot)
	}
	if held := d.held(); held != (measure.Held{}) {
		// What the page showed in this period before it first asked was the default.
		d.rules.Hold(&m.log, d.dateOf(now), held)
	}
	return nil
}

// priorsAt returns the priors that a choice at now may use, nil without any, and notes
// their version. A version is the end of a period that is over. One that lies ahead is
// somebody's mistake or malice: used, it would keep out all true ones until then.
func (d *Device) priorsAt(now plan.Time) *choose.Priors {
	if d.priors == nil || plan.Time(d.priors.Version) > now+maxSkew || d.mind.choices.Accept(d.priors.Version) != nil {
		return nil
	}
	return d.priors
}

// held says of which holdouts the device is.
func (d *Device) held() measure.Held {
	held := measure.Held{Plan: d.mind.choices.Held(d.plan.Policy.Holdout)}
	for i := range d.places {
		if n := &d.places[i]; n.Promotion != nil && d.mind.choices.HeldOf(n) {
			held.Campaigns |= 1 << n.Place.Index
		}
	}
	return held
}

// beginsAt returns when the period at now began, or outside of the plan's periods the UTC
// day.
func (d *Device) beginsAt(now plan.Time) plan.Time {
	if period, ok := d.plan.PeriodAt(now); ok {
		return period.Start
	}
	return now / plan.Day * plan.Day
}

// seen returns what the visitor was last shown at a place.
func (d *Device) seen(place choose.Place) choose.Sight {
	kind := plan.SlotExposed
	if place.Kind == choose.Campaign {
		kind = plan.CampaignExposed
	}
	column, at, ok := d.rules.LastExposed(&d.mind.memory, kind, int(place.Index))
	return choose.Sight{Any: ok, Column: column, At: at}
}

// namesOf returns the place's names, or nil.
func (d *Device) namesOf(place choose.Place) *choose.PlaceNames {
	for i := range d.places {
		if d.places[i].Place == place {
			return &d.places[i]
		}
	}
	return nil
}

// segmentAt returns the segment that the running period is counted in, or would be
// if an activity at now began it: a page asks what to show before it says that there
// was a view, and the visit that the view opens counts for the segment.
func (d *Device) segmentAt(now plan.Time) int {
	if period, ok := d.plan.PeriodAt(now); ok && d.mind.log.Of(d.digest, period.Date) {
		return d.mind.log.Segment()
	}
	touched := &d.scratch.touched
	*touched = d.mind.profile
	touched.Touch(now)
	segment, _ := d.standing(touched, now)
	*touched = profile.Profile{}
	return segment
}

// dateOf returns the date by which draws and own evidence go: the period's, or
// outside of the plan's periods the UTC day.
func (d *Device) dateOf(now plan.Time) plan.Date {
	if period, ok := d.plan.PeriodAt(now); ok {
		return period.Date
	}
	return plan.Date(now / plan.Day)
}

// clicked returns the topics of what a click in a slot was on.
func (d *Device) clicked(e Event) uint64 {
	if e.Kind != plan.Click || !e.InSlot {
		return 0
	}
	variant, _, ok := d.rules.LastExposed(&d.mind.memory, plan.SlotExposed, int(e.Slot))
	if !ok {
		return 0
	}
	return d.namesOf(choose.Place{Kind: choose.Slot, Index: e.Slot}).Topics[variant]
}

// shown and won keep the device's own evidence, measured or not.
func (d *Device) shown(now plan.Time, place choose.Place, column int) {
	if n := d.namesOf(place); n != nil {
		d.mind.own.Shown(n.Name, n.Columns[column], d.dateOf(now))
	}
}

func (d *Device) won(now plan.Time, credits measure.Credits) {
	for i := 0; credits.Messages>>i != 0; i++ {
		if credits.Messages>>i&1 == 0 {
			continue
		}
		if column, _, ok := d.rules.LastExposed(&d.mind.memory, plan.ReachShown, i); ok {
			d.mind.reach.Answered(d.messages.Channels[d.plan.Messages[i].Channel(column)])
		}
	}
	for _, c := range [...]struct {
		kind   choose.Kind
		metric plan.MetricKind
		set    uint16
	}{{choose.Slot, plan.SlotExposed, credits.Slots}, {choose.Campaign, plan.CampaignExposed, credits.Campaigns}} {
		for i := 0; c.set>>i != 0; i++ {
			if c.set>>i&1 == 0 {
				continue
			}
			n := d.namesOf(choose.Place{Kind: c.kind, Index: uint8(i)})
			if column, _, ok := d.rules.LastExposed(&d.mind.memory, c.metric, i); ok && n != nil {
				d.mind.own.Won(n.Name, n.Columns[column], d.dateOf(now))
			}
		}
	}
}
