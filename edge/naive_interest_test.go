package edge_test

import (
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// close is how near two strengths, or an affinity and one of edgetest's thresholds,
// must lie for the device's twelve digits after the point to decide between them.
const close = .005

// signs is the table of docs/plan.md, "Interests".
var signs = map[plan.EventKind]struct{ adds, halfLife float64 }{
	plan.View:  {1, 7},
	plan.Dwell: {1, 7}, // a minute
	plan.Click: {2, 14},
	plan.Cart:  {4, 21},
	plan.Order: {8, 60},
}

// topics is what act j was about.
func (n *naive) topics(j int) uint64 {
	e := n.acts[j].e
	of := e.Topics
	if e.Kind == plan.Click && e.InSlot {
		if x := n.exposure(j, false, e.Slot); x >= 0 {
			for _, t := range n.plan.Slots[e.Slot].Variants[n.acts[x].e.Variant].Topics {
				of |= 1 << t
			}
		}
	}
	return of
}

// days is how long ago act j is at now, in days, as the k acts so far let it pass:
// where the clock was set back no time passed.
func (n *naive) days(j, k int, now plan.Time) float64 {
	age := plan.Time(0)
	for i := j + 1; i < k; i++ {
		age += max(0, n.acts[i].raw-n.acts[i-1].raw)
	}
	age += max(0, now-n.acts[k-1].raw)
	return float64(age) / 86400
}

// strengths are the topics' at now, by the acts before k.
func (n *naive) strengths(k int, now plan.Time) []float64 {
	out := make([]float64, len(n.plan.Topics))
	for j := range k {
		e := n.acts[j].e
		sign, ok := signs[e.Kind]
		if !ok {
			continue
		}
		adds := sign.adds * math.Exp2(-n.days(j, k, now)/sign.halfLife)
		if e.Kind == plan.Dwell {
			adds *= min(float64(e.Seconds), 300) / 60
		}
		of := n.topics(j)
		for t := range out {
			if of>>t&1 == 1 {
				out[t] += adds
			}
		}
	}
	return out
}

func (n *naive) affinity(k int, now plan.Time) []float64 {
	out := n.strengths(k, now)
	total := 1.0
	for _, s := range out {
		total += s
	}
	for t := range out {
		out[t] /= total
		for _, threshold := range []float64{0, .05, .2, .5} {
			gap := math.Abs(out[t] - threshold)
			n.near = n.near || gap > 0 && gap < close
		}
	}
	return out
}

func (n *naive) topTopic(k int, now plan.Time) (float64, bool) {
	top, best := 0, 0.0
	strengths := n.strengths(k, now)
	for t, s := range strengths {
		if s > best {
			top, best = t, s
		}
	}
	for t, s := range strengths {
		n.near = n.near || t != top && s > 0 && best-s < close && !n.alike(t, top, k)
	}
	n.near = n.near || best > 0 && best < close
	return float64(top), best > 0
}

// alike tells whether the acts before k were about both topics or neither.
func (n *naive) alike(t, u, k int) bool {
	for j := range k {
		if of := n.topics(j); of>>t&1 != of>>u&1 {
			return false
		}
	}
	return true
}
