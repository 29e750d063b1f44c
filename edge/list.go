package edge

import (
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// UseCatalogue puts a catalogue into force for a list of the plan in force, from bytes of
// package recommend; the same for every device. If it fails the one before stays. It is no
// part of the state, and goes with the plan.
//
// Errors: ErrNoPlan, ErrPlace, recommend.ErrCatalogue.
func (d *Device) UseCatalogue(list int, b []byte) error {
	if d.plan == nil {
		return ErrNoPlan
	}
	if list < 0 || list >= len(d.plan.Lists) {
		return ErrPlace
	}
	c, err := recommend.Decode(b, d.plan)
	if err != nil {
		return err
	}
	d.catalogues[list] = c
	return nil
}

// Ask is what a page asks a list for.
type Ask struct {
	List    int
	Page    uint64 // topics of the page at hand, as bits of the plan's
	Current uint64 // key of the item at hand, which is not listed; 0: none
}

// Recommend writes to out the items that a list shows, and why. It is not yet an
// exposure: the page tells what was seen by Listed events. The state changes: the host
// must store it.
//
// r is only read at a device's first choice of anything, as in Choose.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrPlace for a list that the plan has
// not or that has no catalogue, ErrEvent for topics that it has not, ErrRandom. The page
// then shows its default.
func (d *Device) Recommend(now plan.Time, a Ask, r Rand, out *[]recommend.Pick) error {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return err
	}
	if a.List < 0 || a.List >= len(d.plan.Lists) || d.catalogues[a.List] == nil {
		return ErrPlace
	}
	if a.Page>>len(d.plan.Topics) != 0 {
		return ErrEvent
	}
	if err := d.draw(now, r); err != nil {
		return err
	}
	m := &d.mind
	s := recommend.Situation{
		Now: now, View: d.viewAt(now), List: &d.plan.Lists[a.List], ListIndex: a.List, Priors: d.priorsAt(now),
		Segment: d.segmentAt(now), Page: a.Page, Current: a.Current, Held: m.choices.Held(d.plan.Policy.Holdout),
	}
	*out = recommend.Rank(*out, d.catalogues[a.List], &m.items, &s)
	return nil
}

// handled takes into the memory of items what an event says of one, or of several.
func (d *Device) handled(now plan.Time, e *Event) {
	items := &d.mind.items
	kind := recommend.Viewed
	switch e.Kind {
	case plan.Order:
		items.Ordered(now)
		return
	case plan.Listed:
		items.Shown(e.Items[:e.Count], now)
		return
	case plan.View:
	case plan.Cart:
		kind = recommend.Carted
	case plan.Picked:
		kind = recommend.Picked
	case plan.Attempt:
		if kind = recommend.Missed; e.Right {
			kind = recommend.Solved
		}
	default:
		return
	}
	if e.Item != 0 {
		items.Seen(kind, e.Item, now)
	}
}
