package leave

import (
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
)

// raw is what a site sees that keeps everything: of the learning days, how often a page
// of a category was the last, by the category and by the one before too.
type raw struct {
	last [msnbc.Categories]tally
	both [msnbc.Categories + 1][msnbc.Categories]tally
}

type tally struct{ pages, left float64 }

func (t *tally) count(left bool) {
	t.pages++
	if left {
		t.left++
	}
}

func rawOf(visitors []msnbc.Visitor) *raw {
	r := &raw{}
	for _, v := range visitors {
		if v.Day >= msnbc.LearnDays {
			continue
		}
		for i := range v.Path {
			left := i == len(v.Path)-1
			r.last[v.Last(i)].count(left)
			r.both[v.Prev(i)][v.Last(i)].count(left)
		}
	}
	return r
}

// score is the second-order model: the rate after the last two categories, with the rate
// after the last one in place of thirty more pages, as package msnbc's has it.
func (r *raw) score(v msnbc.Visitor, i int) float64 {
	one, two := r.last[v.Last(i)], r.both[v.Prev(i)][v.Last(i)]
	p := (one.left + 1) / (one.pages + 4)
	return (two.left + 30*p) / (two.pages + 30)
}

// auc is the area under the curve of a score over all pages of the test days: the chance
// that of a page after which a visitor left and another page the first scores higher, and
// half of the chance that both score the same. NaN where there are none of either.
func auc(visitors []msnbc.Visitor, score func(v msnbc.Visitor, i int) float64) float64 {
	type seen struct{ left, stayed float64 }
	by := map[float64]*seen{}
	for _, v := range visitors {
		if v.Day < msnbc.LearnDays {
			continue
		}
		for i := range v.Path {
			s := score(v, i)
			at := by[s]
			if at == nil {
				at = &seen{}
				by[s] = at
			}
			if i == len(v.Path)-1 {
				at.left++
			} else {
				at.stayed++
			}
		}
	}
	var scores []float64
	for s := range by {
		scores = append(scores, s)
	}
	slices.Sort(scores)
	var left, stayed, above float64
	for _, s := range scores {
		at := by[s]
		above += at.left * (stayed + at.stayed/2)
		left += at.left
		stayed += at.stayed
	}
	if left*stayed == 0 {
		return math.NaN()
	}
	return above / (left * stayed)
}
