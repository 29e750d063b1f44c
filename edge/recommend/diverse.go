package recommend

import (
	"math/bits"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// shortlist is how many of the best items are weighed against each other. What is
// listed beyond them goes by its score alone.
const shortlist = 96

// likeness of two sets of topics: what they share by all they have (Jaccard), 0 to 1.
func likeness(a, b uint64) float64 {
	both := bits.OnesCount64(a & b)
	if both == 0 {
		return 0
	}
	return float64(both) / float64(bits.OnesCount64(a|b))
}

// chosen is an item of the shortlist.
type chosen struct {
	item  uint16
	first bool
	taken bool
	score float64
	like  float64 // largest likeness to an item listed before
}

// before is the order of scores: the class, then the score.
func (a *scored) before(b *scored) bool {
	return a.first && !b.first || a.first == b.first && a.score > b.score
}

// take lists items: of the shortlist each time the one for which
// (1 - diversity) x score - diversity x likeness is the largest, scores counted from the
// shortlist's least, 0, to its largest, 1. Ties go to the larger score, then to the
// catalogue's order.
//
// Source: Carbonell and Goldstein, "The use of MMR, diversity-based reranking for
// reordering documents and producing summaries", SIGIR 1998.
func (f *field) take(out []Pick) []Pick {
	var room [shortlist]chosen
	best := f.best(&room)
	diversity := float64(f.s.List.Diversity) / float64(plan.Whole)
	if f.s.Held {
		diversity = 0 // the order of popularity and nothing else
	}
	least, span := 0.0, 0.0
	for i := range best {
		if i == 0 || best[i].score < least {
			least = best[i].score
		}
	}
	for i := range best {
		span = max(span, best[i].score-least)
	}
	var listed [plan.MaxTopics]uint8
	for len(out) < int(f.s.List.Size) {
		at, most := -1, 0.0
		for i := range best {
			b := &best[i]
			if b.taken || !f.fits(f.c.items[b.item].Topics, &listed) {
				continue
			}
			if at >= 0 && best[at].first && !b.first {
				break // the rest are of the other class too
			}
			v := -float64(diversity * b.like)
			if span > 0 {
				v += float64((1 - diversity) * ((b.score - least) / span))
			}
			if at < 0 || v > most {
				at, most = i, v
			}
		}
		item := 0
		if at >= 0 {
			best[at].taken = true
			item = int(best[at].item)
		} else if item = f.beyond(&listed); item < 0 {
			break
		}
		topics := f.c.items[item].Topics
		f.c.score[item].out = true
		for set := topics; set != 0; set &= set - 1 {
			listed[bits.TrailingZeros64(set)]++
		}
		for i := range best {
			best[i].like = max(best[i].like, likeness(topics, f.c.items[best[i].item].Topics))
		}
		out = append(out, Pick{Item: uint16(item), Score: f.c.score[item].score})
	}
	return out
}

// fits tells whether the bound a topic leaves room for an item.
func (f *field) fits(topics uint64, listed *[plan.MaxTopics]uint8) bool {
	bound := f.s.List.PerTopic
	if bound == 0 {
		return true
	}
	for ; topics != 0; topics &= topics - 1 {
		if listed[bits.TrailingZeros64(topics)] >= bound {
			return false
		}
	}
	return true
}

// best returns the shortlist, in order.
func (f *field) best(room *[shortlist]chosen) []chosen {
	n := 0
	for i := range f.c.score {
		s := &f.c.score[i]
		if s.out || n == shortlist && !s.before(&f.c.score[room[n-1].item]) {
			continue
		}
		at := n
		for low := 0; low < at; {
			if mid := (low + at) / 2; s.before(&f.c.score[room[mid].item]) {
				at = mid
			} else {
				low = mid + 1
			}
		}
		n = min(n+1, shortlist)
		copy(room[at+1:n], room[at:n])
		room[at] = chosen{item: uint16(i), first: s.first, score: s.score}
	}
	return room[:n]
}

// beyond returns the best item outside of the shortlist that the bound a topic lets in,
// or -1.
func (f *field) beyond(listed *[plan.MaxTopics]uint8) int {
	at := -1
	for i := range f.c.score {
		s := &f.c.score[i]
		if !s.out && (at < 0 || s.before(&f.c.score[at])) && f.fits(f.c.items[i].Topics, listed) {
			at = i
		}
	}
	return at
}
