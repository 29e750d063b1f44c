package edge

import (
	"errors"
	"math"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

const (
	// MaxEvent bounds an event's bytes.
	MaxEvent = 100
	// MaxOrder is the largest value of an order, in minor units.
	MaxOrder = profile.MaxMoney
)

// ErrEvent: bytes that are no event, or an event that the plan does not know:
// an index out of range, a topic that the plan has not, a value out of its bounds.
var ErrEvent = errors.New("edge: not an event of this plan")

// Event is one thing that a page tells the device. Only the fields that its kind
// names are used; indices are the plan's.
type Event struct {
	Kind plan.EventKind

	Event     uint8 // Custom: index into Plan.Events
	Slot      uint8 // Exposure; Click if InSlot
	Variant   uint8 // Exposure
	Campaign  uint8 // Assign: an arm that the site gave, or that the device picked and the page applied
	Arm       uint8 // Assign
	Attribute uint8 // Declare

	Topics  uint64  // View, Click, Cart, Order, Dwell: what it was about, bits of Plan.Topics
	Seconds uint16  // Dwell: how long the page was visible
	InSlot  bool    // Click: it was inside Slot
	Minor   int64   // Order: its value in minor units of the site's currency, 0 to MaxOrder
	Value   float64 // Declare: the number, 0 or 1 for a flag, a value's index for a choice
}

// AppendEvent appends e's bytes. An event out of its bounds, under whatever plan,
// gives bytes that DecodeEvent refuses; those that have no bytes of their own are
// cut short, for they would be read as another event.
func AppendEvent(b []byte, e Event) []byte {
	b = append(b, byte(e.Kind))
	switch e.Kind {
	case plan.View, plan.Cart:
		return wire.AppendUvarint(b, e.Topics)
	case plan.Click:
		switch {
		case !e.InSlot:
			return wire.AppendUvarint(append(b, 0), e.Topics)
		case e.Slot < 255: // 255 would wrap to "no slot"
			return wire.AppendUvarint(append(b, e.Slot+1), e.Topics)
		}
	case plan.Order:
		return wire.AppendUvarint(wire.AppendUvarint(b, uint64(e.Minor)), e.Topics)
	case plan.Dwell:
		return wire.AppendUvarint(wire.AppendUvarint(b, uint64(e.Seconds)), e.Topics)
	case plan.Custom:
		return append(b, e.Event)
	case plan.Exposure:
		return append(b, e.Slot, e.Variant)
	case plan.Assign:
		return append(b, e.Campaign, e.Arm)
	case plan.Declare:
		b = append(b, e.Attribute)
		if e.Value == e.Value { // package wire would write NaN as 0
			return wire.AppendFloat(b, e.Value)
		}
	}
	return b
}

// DecodeEvent reads one whole event; every event has exactly one encoding.
// Whether its indices are the plan's Track says.
//
// Errors: ErrEvent.
func DecodeEvent(b []byte) (Event, error) {
	if len(b) > MaxEvent {
		return Event{}, ErrEvent
	}
	r := wire.NewReader(b)
	e := Event{Kind: plan.EventKind(r.Byte())}
	switch e.Kind {
	case plan.View, plan.Cart:
		e.Topics = r.Uvarint()
	case plan.Click:
		if slot := r.Byte(); slot > 0 {
			e.InSlot, e.Slot = true, slot-1
		}
		e.Topics = r.Uvarint()
	case plan.Order:
		e.Minor = int64(r.Max(MaxOrder))
		e.Topics = r.Uvarint()
	case plan.Dwell:
		e.Seconds = uint16(r.Max(1<<16 - 1))
		e.Topics = r.Uvarint()
	case plan.Custom:
		e.Event = r.Byte()
	case plan.Exposure:
		e.Slot, e.Variant = r.Byte(), r.Byte()
	case plan.Assign:
		e.Campaign, e.Arm = r.Byte(), r.Byte()
	case plan.Declare:
		e.Attribute = r.Byte()
		if e.Value = r.Float(); math.IsInf(e.Value, 0) {
			r.Fail(wire.ErrForm)
		}
	default:
		r.Fail(wire.ErrForm)
	}
	if r.Close() != nil {
		return Event{}, ErrEvent
	}
	return e, nil
}

// check returns ErrEvent unless e is an event of p.
func (e *Event) check(p *plan.Plan) error {
	ok := false
	switch e.Kind {
	case plan.View, plan.Cart, plan.Dwell:
		ok = true
	case plan.Click:
		ok = !e.InSlot || int(e.Slot) < len(p.Slots)
	case plan.Order:
		ok = e.Minor >= 0 && e.Minor <= MaxOrder
	case plan.Custom:
		ok = int(e.Event) < len(p.Events)
	case plan.Exposure:
		ok = int(e.Slot) < len(p.Slots) && int(e.Variant) < len(p.Slots[e.Slot].Variants)
	case plan.Assign:
		ok = int(e.Campaign) < len(p.Campaigns) && int(e.Arm) < len(p.Campaigns[e.Campaign].Arms)
	case plan.Declare:
		ok = int(e.Attribute) < len(p.Attributes) && profile.Acceptable(p.Attributes[e.Attribute], e.Value)
	}
	if e.Topics>>len(p.Topics) != 0 {
		return ErrEvent
	}
	if !ok {
		return ErrEvent
	}
	return nil
}
