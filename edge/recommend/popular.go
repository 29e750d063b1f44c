package recommend

import (
	"math"
	"math/bits"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// follow makes demand that of moves from a topic. The topic itself, to which no move
// leads, keeps its own, or where that is not released gets the likeliest move's.
func (f *field) follow(from int) {
	row := f.s.Priors.Row(choose.Place{Kind: choose.Next}, from)
	if row == nil {
		return
	}
	f.moves = true
	stay := f.plain[from]
	for t, r := range row {
		f.demand[t] = r.Mean
		if f.plain[from] == 0 && t != from {
			stay = max(stay, r.Mean)
		}
	}
	f.demand[from] = stay
}

// popular is the part that a popularity makes: the square root, for counts vary by
// theirs, and else a single hit would leave all others alike.
func (f *field) popular(popularity float64) float64 {
	if f.most == 0 {
		return 0
	}
	return float64(weightPopular * math.Sqrt(min(popularity/f.most, 1)))
}

// popularity estimates from everyone's sums how likely it is that the item is taken up
// next, and by which of its topics: how much the topic is wanted, by the item's part in
// it. The part of an item that is measured by name is its own; the others' is the
// topic's by the number of its items.
func (f *field) popularity(it *Item, demand *[plan.MaxTopics]float64) (most float64, topic uint8) {
	rate, topic := -1.0, uint8(NoTopic)
	if it.named > 0 && int(it.named) <= len(f.items) {
		rate = f.items[it.named-1].Mean
		most = rate
	}
	first := true
	for set := it.Topics; set != 0; set &= set - 1 {
		t := bits.TrailingZeros64(set)
		var p float64
		switch {
		case rate < 0:
			p = demand[t] / float64(f.c.perTopic[t])
		case f.plain[t] > 0:
			p = float64(rate * (demand[t] / f.plain[t]))
		default:
			p = rate
		}
		if first && p > 0 || p > most {
			most, topic, first = p, uint8(t), false
		}
	}
	return most, topic
}
