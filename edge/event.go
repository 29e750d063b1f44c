package edge

import (
	"errors"
	"math"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	// MaxEvent bounds an event's bytes.
	MaxEvent = 100
	// MaxOrder is the largest value of an order, in minor units.
	MaxOrder = profile.MaxMoney
	// MaxListed is the most items of one Listed event: a longer list is told in several.
	MaxListed = 10
	// MaxOffset is the furthest that a visitor's own time is from UTC, in minutes.
	MaxOffset = 14 * 60
	// MaxDifficulty bounds an exercise's difficulty, in logits either way.
	MaxDifficulty = 10

	maxQuarter = 4 // of a medium: it was played to its end
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
	Survey    uint8 // Answer, Asked
	Skill     uint8 // Attempt
	List      uint8 // Listed, Picked
	Message   uint8 // Reached, Responded
	Channel   uint8 // Reached, Responded: index into Plan.Channels; Arrive: one of plan.ChannelTexts

	Topics  uint64 // View, Click, Cart, Order, Dwell, Search, Social, Media, Refund, Attempt, History, Picked: what it was about, bits of Plan.Topics
	Seconds uint16 // Dwell: how long the page was visible
	InSlot  bool   // Click: it was inside Slot

	Minor    int64   // Order, Refund, History: a value in minor units of the site's currency, 0 to MaxOrder
	Discount int64   // Order, History: what a coupon took off, in minor units, 0 to MaxOrder
	Quantity uint16  // Order, History: how many items; 0 if it is not known
	Payment  uint8   // Order, History: index into Plan.Payments, plus one; 0 if it is not known
	Tier     uint8   // View, Cart, Order, History: price tier, 1 low to 3 high; 0 if it is not known
	Value    float64 // Declare: the number, 0 or 1 for a flag, a value's index for a choice

	Item  uint64            // View, Cart, Attempt, Picked: key of the catalogue's item; 0 if there is none
	Count uint8             // Listed: how many of Items
	Items [MaxListed]uint64 // Listed: keys of the items that were seen

	Act       uint8 // Social: like, share, comment, follow, from 0
	Network   uint8 // Social: index into Plan.Networks, plus one; 0 if it is none of them
	Sentiment uint8 // Social, of a comment: 1 negative, 2 neutral, 3 positive; 0 if nobody judged it
	Quarter   uint8 // Media: how far it was played, in quarters: 0 (begun) to 4 (ended)

	Answer     uint64  // Answer: 1 to 5, 0 to 10, an answer's index, or bits of answers, as the survey's kind has it
	Difficulty float64 // Attempt: of the item, in logits, within MaxDifficulty
	Right      bool    // Attempt: it was solved

	Device uint8 // Arrive: one of plan.DeviceTexts
	Region uint8 // Arrive: one of plan.RegionTexts
	Page   uint8 // Arrive: index into Plan.Pages of the entry page's group, plus one; 0 if it has none
	Offset int16 // Arrive: minutes that the visitor's own time is ahead of UTC

	Age plan.Time // History: seconds since the order
}

// about tells whether events of a kind name topics.
func about(k plan.EventKind) bool {
	switch k {
	case plan.View, plan.Click, plan.Cart, plan.Order, plan.Dwell, plan.Search, plan.Social, plan.Media,
		plan.Refund, plan.Attempt, plan.History, plan.Picked:
		return true
	}
	return false
}

// check returns ErrEvent unless e is an event of p.
func (e *Event) check(p *plan.Plan) error {
	if e.Topics>>len(p.Topics) != 0 || !e.possible() || !e.named(p) {
		return ErrEvent
	}
	return nil
}

// possible tells whether e's values are within bounds that no plan moves.
func (e *Event) possible() bool {
	money := func(minor int64) bool { return minor >= 0 && minor <= MaxOrder }
	switch e.Kind {
	case plan.View, plan.Cart:
		return e.Tier <= plan.Tiers
	case plan.Order:
		return money(e.Minor) && money(e.Discount) && e.Tier <= plan.Tiers
	case plan.History:
		return money(e.Minor) && money(e.Discount) && e.Tier <= plan.Tiers && e.Age >= 0 && e.Age <= profile.MaxTime
	case plan.Refund:
		return money(e.Minor)
	case plan.Social:
		return e.Act < plan.Acts && e.Sentiment <= plan.Sentiments && (e.Sentiment == 0 || e.Act == plan.Comment)
	case plan.Media:
		return e.Quarter <= maxQuarter
	case plan.Attempt:
		return e.Difficulty >= -MaxDifficulty && e.Difficulty <= MaxDifficulty // so written, NaN is refused too
	case plan.Arrive:
		return e.Channel < plan.Channels && e.Device < plan.Devices &&
			e.Region < plan.Regions && e.Offset >= -MaxOffset && e.Offset <= MaxOffset
	case plan.Listed:
		return e.Count > 0 && e.Count <= MaxListed
	case plan.Picked:
		return e.Item != 0
	case plan.Declare:
		return !math.IsInf(e.Value, 0)
	}
	return true
}

// named tells whether p has what e names.
func (e *Event) named(p *plan.Plan) bool {
	switch e.Kind {
	case plan.View, plan.Cart, plan.Dwell, plan.Search, plan.Media, plan.Refund:
		return true
	case plan.Click:
		return !e.InSlot || int(e.Slot) < len(p.Slots)
	case plan.Order, plan.History:
		return int(e.Payment) <= len(p.Payments)
	case plan.Custom:
		return int(e.Event) < len(p.Events)
	case plan.Exposure:
		return int(e.Slot) < len(p.Slots) && int(e.Variant) < len(p.Slots[e.Slot].Variants)
	case plan.Assign:
		return int(e.Campaign) < len(p.Campaigns) && int(e.Arm) < len(p.Campaigns[e.Campaign].Arms)
	case plan.Declare:
		return int(e.Attribute) < len(p.Attributes) && profile.Acceptable(p.Attributes[e.Attribute], e.Value)
	case plan.Social:
		return int(e.Network) <= len(p.Networks)
	case plan.Asked:
		return int(e.Survey) < len(p.Surveys)
	case plan.Answer:
		return int(e.Survey) < len(p.Surveys) && p.Surveys[e.Survey].Accepts(e.Answer)
	case plan.Attempt:
		return int(e.Skill) < len(p.Skills)
	case plan.Arrive:
		return int(e.Page) <= len(p.Pages)
	case plan.Listed, plan.Picked:
		return int(e.List) < len(p.Lists)
	case plan.Reached, plan.Responded:
		return int(e.Message) < len(p.Messages) && p.Messages[e.Message].Channels>>e.Channel&1 == 1
	}
	return false
}
