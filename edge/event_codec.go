package edge

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// AppendEvent appends e's bytes. An event out of its bounds, under whatever plan,
// gives bytes that DecodeEvent refuses; those that have no bytes of their own are
// cut short, for they would be read as another event.
func AppendEvent(b []byte, e Event) []byte {
	b = append(b, byte(e.Kind))
	switch e.Kind {
	case plan.View, plan.Cart:
		b = wire.AppendUvarint(b, e.Topics)
		if e.Item != 0 || e.Tier != 0 {
			b = append(wire.AppendU64(b, e.Item), e.Tier)
		}
	case plan.Click:
		switch {
		case !e.InSlot:
			b = wire.AppendUvarint(append(b, 0), e.Topics)
		case e.Slot < 255: // 255 would wrap to "no slot"
			b = wire.AppendUvarint(append(b, e.Slot+1), e.Topics)
		}
	case plan.Order:
		b = wire.AppendUvarint(wire.AppendUvarint(b, uint64(e.Minor)), e.Topics)
		if e.Quantity != 0 || e.Discount != 0 || e.Payment != 0 || e.Tier != 0 {
			b = appendPurchase(b, &e)
		}
	case plan.History:
		b = wire.AppendUvarint(wire.AppendUvarint(b, uint64(e.Age)), uint64(e.Minor))
		b = wire.AppendUvarint(appendPurchase(b, &e), e.Topics)
	case plan.Dwell:
		b = wire.AppendUvarint(wire.AppendUvarint(b, uint64(e.Seconds)), e.Topics)
	case plan.Custom:
		b = append(b, e.Event)
	case plan.Exposure:
		b = append(b, e.Slot, e.Variant)
	case plan.Assign:
		b = append(b, e.Campaign, e.Arm)
	case plan.Declare:
		b = append(b, e.Attribute)
		if e.Value == e.Value { // package wire would write NaN as 0
			b = wire.AppendFloat(b, e.Value)
		}
	case plan.Search:
		b = wire.AppendUvarint(b, e.Topics)
	case plan.Social:
		b = wire.AppendUvarint(append(b, e.Act, e.Network, e.Sentiment), e.Topics)
	case plan.Media:
		b = wire.AppendUvarint(append(b, e.Quarter), e.Topics)
	case plan.Refund:
		b = wire.AppendUvarint(wire.AppendUvarint(b, uint64(e.Minor)), e.Topics)
	case plan.Answer:
		b = wire.AppendUvarint(append(b, e.Survey), e.Answer)
	case plan.Asked:
		b = append(b, e.Survey)
	case plan.Attempt:
		b = wire.AppendU64(append(b, e.Skill), e.Item)
		if e.Difficulty == e.Difficulty {
			b = wire.AppendBool(wire.AppendFloat(b, e.Difficulty), e.Right)
			b = wire.AppendUvarint(b, e.Topics)
		}
	case plan.Arrive:
		b = wire.AppendVarint(append(b, e.Channel, e.Device, e.Region, e.Page), int64(e.Offset))
	case plan.Listed:
		b = append(b, e.List, e.Count)
		for _, key := range e.Items[:min(e.Count, MaxListed)] {
			b = wire.AppendU64(b, key)
		}
	case plan.Picked:
		b = wire.AppendUvarint(wire.AppendU64(append(b, e.List), e.Item), e.Topics)
	case plan.Reached, plan.Responded:
		b = append(b, e.Message, e.Channel)
	}
	return b
}

// appendPurchase appends what an order is beside its value and topics.
func appendPurchase(b []byte, e *Event) []byte {
	b = wire.AppendUvarint(b, uint64(e.Quantity))
	return append(wire.AppendUvarint(b, uint64(e.Discount)), e.Payment, e.Tier)
}

func (e *Event) readPurchase(r *wire.Reader) {
	e.Quantity = uint16(r.Max(1<<16 - 1))
	e.Discount = int64(r.Max(MaxOrder))
	e.Payment, e.Tier = r.Byte(), r.Byte()
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
	e.read(r)
	if r.Close() != nil || !e.possible() {
		return Event{}, ErrEvent
	}
	return e, nil
}

// read takes what follows the kind off r.
func (e *Event) read(r *wire.Reader) {
	switch e.Kind {
	case plan.View, plan.Cart:
		e.Topics = r.Uvarint()
		if r.Len() > 0 {
			e.Item, e.Tier = r.U64(), r.Byte()
			if e.Item == 0 && e.Tier == 0 { // the short form's
				r.Fail(wire.ErrForm)
			}
		}
		return
	case plan.Order:
		e.Minor = int64(r.Max(MaxOrder))
		e.Topics = r.Uvarint()
		if r.Len() > 0 {
			e.readPurchase(r)
			if e.Quantity == 0 && e.Discount == 0 && e.Payment == 0 && e.Tier == 0 {
				r.Fail(wire.ErrForm)
			}
		}
		return
	case plan.Click:
		if slot := r.Byte(); slot > 0 {
			e.InSlot, e.Slot = true, slot-1
		}
	case plan.History:
		e.Age = plan.Time(r.Max(uint64(profile.MaxTime)))
		e.Minor = int64(r.Max(MaxOrder))
		e.readPurchase(r)
	case plan.Dwell:
		e.Seconds = uint16(r.Max(1<<16 - 1))
	case plan.Custom:
		e.Event = r.Byte()
	case plan.Exposure:
		e.Slot, e.Variant = r.Byte(), r.Byte()
	case plan.Assign:
		e.Campaign, e.Arm = r.Byte(), r.Byte()
	case plan.Declare:
		e.Attribute, e.Value = r.Byte(), r.Float()
	case plan.Search:
	case plan.Social:
		e.Act, e.Network, e.Sentiment = r.Byte(), r.Byte(), r.Byte()
	case plan.Media:
		e.Quarter = r.Byte()
	case plan.Refund:
		e.Minor = int64(r.Max(MaxOrder))
	case plan.Answer:
		e.Survey, e.Answer = r.Byte(), r.Uvarint()
	case plan.Asked:
		e.Survey = r.Byte()
	case plan.Attempt:
		e.Skill, e.Item, e.Difficulty, e.Right = r.Byte(), r.U64(), r.Float(), r.Bool()
	case plan.Arrive:
		e.Channel, e.Device, e.Region, e.Page = r.Byte(), r.Byte(), r.Byte(), r.Byte()
		offset := r.Varint()
		if offset < -MaxOffset || offset > MaxOffset { // before it is cut to 16 bits
			r.Fail(wire.ErrForm)
		}
		e.Offset = int16(offset)
	case plan.Listed:
		e.List, e.Count = r.Byte(), r.Byte()
		for i := range min(e.Count, MaxListed) {
			e.Items[i] = r.U64()
		}
	case plan.Picked:
		e.List, e.Item = r.Byte(), r.U64()
	case plan.Reached, plan.Responded:
		e.Message, e.Channel = r.Byte(), r.Byte()
	default:
		r.Fail(wire.ErrForm)
	}
	if about(e.Kind) {
		e.Topics = r.Uvarint()
	}
}
