package planfile

import (
	"fmt"
	"slices"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func (r *reader) slots(f *File, n *node) {
	if n == nil {
		return
	}
	if n.kind != mapping {
		r.wrong(n, "slots", "a mapping of at most 16 names to {variants, goal, reward}")
		return
	}
	r.sized(n, "slots", len(n.entries), 0, plan.MaxSlots, "slots")
	for _, e := range n.entries {
		key := join("slots", e.name)
		r.named(e.at, key, e.name)
		if slices.ContainsFunc(f.Campaigns, func(c plan.Campaign) bool { return c.Name == e.name }) {
			r.fail(e.at, key, "a name that no campaign has", "%q is a campaign, too, and a metric could not tell them apart", e.name)
		}
		s := plan.Slot{Name: e.name, Reward: 1}
		if keys := r.mapping(e.value, key, []string{"variants", "goal", "reward", "sticky"}, []string{"variants", "goal"}); keys != nil {
			s.Variants = r.variants(f, keys["variants"], join(key, "variants"))
			if keys["goal"] != nil {
				s.Goal = r.trigger(f, keys["goal"], join(key, "goal"))
			}
			if n := keys["sticky"]; n != nil {
				s.Sticky = plan.Sticky(max(0, r.word(n, join(key, "sticky"), "visit", "period", "always")))
			}
			if n := keys["reward"]; n != nil {
				s.Reward, _ = r.number(n, join(key, "reward"), acceptedFor["reward"], func(v float64) bool { return v > 0 && v <= plan.MaxWorth })
			}
		}
		f.Slots = append(f.Slots, s)
	}
}

func (r *reader) variants(f *File, n *node, key string) (out []plan.Variant) {
	if n == nil {
		return nil
	}
	if n.kind != mapping {
		r.wrong(n, key, acceptedFor["variants"])
		return nil
	}
	r.sized(n, key, len(n.entries), 2, plan.MaxArms, "variants")
	for _, e := range n.entries {
		path := join(key, e.name)
		r.named(e.at, path, e.name)
		r.unheld(f, e.at, path, e.name)
		v := plan.Variant{Name: e.name}
		switch e.value.kind {
		case list_:
			v.Topics = r.topics(f, e.value, path)
		case mapping:
			keys := r.mapping(e.value, path, []string{"topics", "cost"}, nil)
			v.Topics = r.topics(f, keys["topics"], join(path, "topics"))
			if n := keys["cost"]; n != nil {
				v.Cost, _ = r.number(n, join(path, "cost"), acceptedFor["cost"], func(v float64) bool { return v >= 0 && v <= plan.MaxWorth })
			}
		default:
			r.wrong(e.value, path, "a list of topics, [] for none, or {topics: [], cost: 0.3}")
		}
		out = append(out, v)
	}
	return out
}

// topics reads a list of topics as ascending indices.
func (r *reader) topics(f *File, n *node, key string) (out []uint8) {
	accepted := "no topics: the file lists none under topics"
	if len(f.Topics) > 0 {
		accepted = list(f.Topics)
	}
	for _, name := range r.names(n, key, 0, plan.MaxTopics) {
		t := slices.Index(f.Topics, name)
		if t < 0 {
			i := slices.IndexFunc(n.items, func(item *node) bool { return item.text == name })
			r.fail(n.items[i].at, fmt.Sprintf("%s[%d]", key, i), accepted, "unknown topic %q%s", name, meant(name, f.Topics))
			continue
		}
		out = append(out, uint8(t))
	}
	slices.Sort(out)
	return out
}
