package population

import (
	"fmt"
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Item is one of the catalogue that a lively population's lists show.
type Item struct {
	ID         string
	Topics     uint64
	Minor      int64   // price
	Added      int     // days before the plan's first that it was added
	Skill      int     // of an exercise, index into the plan's; -1 for none
	Difficulty float64 // of an exercise, in logits: the true one
	quality    float64 // what makes it good beyond its topics and its price
}

// itemsOf is how many items a topic has, and exercises a skill.
const itemsOf = 12

// Catalogue returns the items, those that the plan's lists name first; nil where the
// population is not lively. They are only to be read.
func (s *Site) Catalogue() []Item { return s.items }

func (s *Site) catalogue() []Item {
	r := stream(s.o.Seed, forItems)
	var ids []string
	learning := map[string]bool{}
	for _, l := range s.plan.Lists {
		for _, id := range l.Items {
			if _, ok := learning[id]; !ok {
				ids = append(ids, id)
			}
			learning[id] = learning[id] || l.Learning
		}
	}
	add := func(id string, teaches bool) {
		if _, ok := learning[id]; !ok { // a list may name what would be invented here
			ids = append(ids, id)
			learning[id] = teaches
		}
	}
	for i := range itemsOf * len(s.plan.Topics) {
		add(fmt.Sprintf("item-%d", i), false)
	}
	if s.o.World == School {
		for i := range itemsOf * len(s.plan.Skills) {
			add(fmt.Sprintf("exercise-%d", i), true)
		}
	}
	var out []Item
	exercises := 0
	for i, id := range ids {
		it := Item{
			ID: id, Topics: 1 << (i % len(s.plan.Topics)), Skill: -1, quality: around(r, .4),
			Minor: int64(s.meanSpend() * spread(r, .7)), Added: r.IntN(400),
		}
		difficulty := -2 + 4*r.Float64()
		if learning[id] && len(s.plan.Skills) > 0 {
			it.Skill, it.Difficulty = exercises%len(s.plan.Skills), difficulty
			exercises++
		}
		out = append(out, it)
	}
	return out
}

// item returns an item by its id; nil if there is none.
func (s *Site) item(id string) *Item {
	for i := range s.items {
		if s.items[i].ID == id {
			return &s.items[i]
		}
	}
	return nil
}

// Bounds of the pull of one item.
const (
	basePull = .06
	mostPull = .6
)

// Pull returns the true probability that the visitor picks an item where it stands first
// on a day; further down it is less (see down). In a Null population it is the same for
// every item and everybody.
func (v *Visitor) Pull(id string, day int) float64 {
	it := v.site.item(id)
	switch {
	case it == nil:
		return 0
	case v.site.o.Null:
		return basePull
	case it.Skill >= 0:
		// Too easy bores, too hard puts off: best where three of four are solved.
		off := (v.Solves(id, day) - .75) / .2
		return min(basePull*(1+8*math.Exp(-off*off)), mostPull)
	}
	match := 0.
	for t, w := range v.TasteOn(day) {
		if it.Topics>>t&1 == 1 {
			match += w
		}
	}
	off := math.Log(float64(it.Minor)/v.spend) / 1.2
	fresh := 1 + .5*math.Exp(-float64(it.Added+day)/30)
	return min(basePull*(aside+gain*match)*it.quality*(.5+math.Exp(-off*off))*fresh, mostPull)
}

// Solves returns the true probability that the visitor solves an exercise on a day.
func (v *Visitor) Solves(id string, day int) float64 {
	it := v.site.item(id)
	if it == nil || it.Skill < 0 {
		return 0
	}
	return 1 / (1 + math.Exp(it.Difficulty-v.Ability(it.Skill, day)))
}

// PullAt is Pull where the item stands at a rank of the list, from 0 on.
func (v *Visitor) PullAt(id string, day, rank int) float64 { return v.Pull(id, day) * down(rank) }

// down is how much less an item is picked at a rank, from 0 on.
func down(rank int) float64 { return 1 / (1 + .35*float64(rank)) }

// Take returns what the visitor does when a list shows items, by their ids in their
// order, in answer to c: nothing, or picks one, views it, and tries it where it is an
// exercise.
func (v *Visitor) Take(visit Visit, c Action, items []string) []Action {
	r := stream(v.site.o.Seed, forList, v.Index, visit.Day, visit.Index, int(c.List), int(c.At%86400))
	for rank, id := range items {
		it := v.site.item(id)
		if it == nil || r.Float64() >= v.PullAt(id, visit.Day, rank) {
			continue
		}
		out := []Action{
			{At: c.At + 2, Kind: plan.Picked, List: c.List, Item: id, Topics: it.Topics},
			{At: c.At + 3, Kind: plan.View, Item: id, Topics: it.Topics, Tier: uint8(v.site.tier(it))},
		}
		if it.Skill >= 0 {
			out = append(out, Action{
				At: c.At + 8, Kind: plan.Attempt, Item: id, Skill: uint8(it.Skill), Topics: it.Topics,
				Difficulty: it.Difficulty, Right: r.Float64() < v.Solves(id, visit.Day),
			})
		}
		return out
	}
	return nil
}

// tier is an item's price tier, 1 to 3, by fixed parts of the mean order.
func (s *Site) tier(it *Item) int {
	switch mean := s.meanSpend(); {
	case float64(it.Minor) < .65*mean:
		return 1
	case float64(it.Minor) < 1.2*mean:
		return 2
	}
	return 3
}
