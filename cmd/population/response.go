package population

import (
	"math"
	"math/bits"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Bounds of every rate.
const (
	MinRate = .002
	MaxRate = .5
)

const (
	aside    = .5  // appeal of a variant whose topics leave the visitor cold
	gain     = 2.5 // appeal added by a perfect match
	ownBase  = .3  // sigma of a visitor's own factor of the base rate
	qualityB = .22 // an arm's quality is 1 within this
	fitBy    = .12 // a persona's liking of an arm is 1 within this
)

// rarity is how often a goal is reached compared with a click.
var rarity = map[plan.EventKind]float64{plan.Click: 1, plan.Cart: .7, plan.Order: .45, plan.Custom: .6}

// qualities draws what makes a slot's variants good or bad beyond their topics.
func (s *Site) qualities(slot int) [][]float64 {
	variants := len(s.plan.Slots[slot].Variants)
	r := stream(s.o.Seed, forArms, slot)
	quality := make([]float64, variants)
	for v := range quality {
		quality[v] = around(r, qualityB)
	}
	out := make([][]float64, len(s.personas))
	for k := range out {
		out[k] = make([]float64, variants)
		for v := range out[k] {
			out[k][v] = quality[v] * around(r, fitBy)
		}
	}
	return out
}

// appeal is the factor by which a variant's topics raise or lower a base rate.
func appeal(taste []float64, topics []uint8) float64 {
	if len(topics) == 0 {
		return 1
	}
	match := 0.
	for _, t := range topics {
		match += taste[t]
	}
	return aside + gain*match/math.Sqrt(float64(len(topics)))
}

// response is the one formula of the package comment.
func (s *Site) response(persona int, base float64, taste []float64, slot, variant int) float64 {
	rate := base * s.scale[slot]
	if !s.o.Null {
		rate *= appeal(taste, s.plan.Slots[slot].Variants[variant].Topics) * s.arms[slot][persona][variant]
	}
	return min(max(rate, MinRate), MaxRate)
}

// Rate returns the true probability that a visit in which the variant was shown
// reaches the slot's goal. It is the same on every day.
func (v *Visitor) Rate(slot, variant int) float64 {
	return v.site.response(v.Persona, v.base, v.Taste, slot, variant)
}

// luck is the draw that Rate is held against.
func (v *Visitor) luck(day, visit, slot int) float64 {
	return stream(v.site.o.Seed, forResponse, v.Index, day, visit, slot).Float64()
}

// Responds reports whether a visit reaches the slot's goal if the variant is
// shown. The luck is that of (visitor, day, visit, slot): what another variant
// would have brought can be asked too, and if its rate is higher, it succeeds
// wherever this one does.
func (v *Visitor) Responds(day, visit, slot, variant int) bool {
	return v.luck(day, visit, slot) < v.Rate(slot, variant)
}

// Answer returns what the visitor does within AnswerTime once the variant was
// shown in answer to c, a Choose of that visit: nothing if it does not respond,
// else the event of the slot's goal, and after a click the page it led to.
func (v *Visitor) Answer(visit Visit, c Action, variant int) []Action {
	slot := &v.site.plan.Slots[c.Slot]
	if !v.Responds(visit.Day, visit.Index, int(c.Slot), variant) {
		return nil
	}
	r := stream(v.site.o.Seed, forAnswer, v.Index, visit.Day, visit.Index, int(c.Slot))
	topics := topicSet(slot.Variants[variant].Topics)
	if topics == 0 {
		topics = 1 << pick(r, v.Taste)
	}
	goal := Action{At: c.At + 2 + plan.Time(r.IntN(5)), Kind: slot.Goal.Kind, Topics: topics}
	switch slot.Goal.Kind {
	case plan.Click:
		goal.Slot, goal.InSlot = c.Slot, true
		return []Action{goal, {At: goal.At + 1, Kind: plan.View, Topics: topics}}
	case plan.Order:
		goal.Minor = v.order(r)
	case plan.Custom:
		goal.Event, goal.Topics = slot.Goal.Event, 0
	}
	return []Action{goal}
}

func topicSet(topics []uint8) (set uint64) {
	for _, t := range topics {
		set |= 1 << t
	}
	return set
}

// Topics lists the indices of a set of topics, ascending.
func Topics(set uint64) (out []uint8) {
	for ; set != 0; set &= set - 1 {
		out = append(out, uint8(bits.TrailingZeros64(set)))
	}
	return out
}
