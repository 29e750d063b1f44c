package choose

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// PlaceNames are the keys under which a device remembers one place of a plan, and
// what its choice goes by.
type PlaceNames struct {
	Place   Place
	Name    profile.Key
	Columns []profile.Key
	Topics  []uint64 // of each column, as bits of plan indices
	Terms   Terms

	Sticky    plan.Sticky     // of a slot
	Promotion *plan.Promotion // of a campaign; nil: everyone, always
}

// campaignKey keeps a campaign apart from a slot of the same name, which a plan's
// bytes allow even if its file does not.
const campaignKey profile.Key = 1

// NamesOf lists the places of a plan that the device picks for: its slots, then
// its chosen campaigns.
func NamesOf(p *plan.Plan) []PlaceNames {
	var out []PlaceNames
	for i := range p.Slots {
		s := &p.Slots[i]
		n := PlaceNames{
			Place: Place{Slot, uint8(i)}, Name: profile.KeyOf(s.Name),
			Terms: Terms{Lift: p.Policy.Lift, Reward: s.Reward}, Sticky: s.Sticky,
		}
		for _, v := range s.Variants {
			n.Columns = append(n.Columns, profile.KeyOf(v.Name))
			topics := uint64(0)
			for _, t := range v.Topics {
				topics |= 1 << t
			}
			n.Topics = append(n.Topics, topics)
			n.Terms.Costs = append(n.Terms.Costs, v.Cost)
		}
		out = append(out, n)
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		if c.Mode != plan.Chosen {
			continue
		}
		n := PlaceNames{Place: Place{Campaign, uint8(i)}, Name: profile.KeyOf(c.Name) ^ campaignKey, Terms: Terms{Reward: 1}}
		if c.Promotion.Set() {
			n.Promotion = &c.Promotion
		}
		for _, arm := range c.Arms {
			n.Columns = append(n.Columns, profile.KeyOf(arm))
			n.Topics = append(n.Topics, 0)
			n.Terms.Costs = append(n.Terms.Costs, 0)
		}
		out = append(out, n)
	}
	return out
}
