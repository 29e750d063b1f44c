package next

import (
	"math"

	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
)

// raw is what a site sees that keeps everything: of the learning days, how often a
// category followed the last one, and the last two.
type raw struct {
	one [msnbc.Categories][msnbc.Categories]float64
	two [msnbc.Categories + 1][msnbc.Categories][msnbc.Categories]float64
}

func rawOf(visitors []msnbc.Visitor) *raw {
	r := &raw{}
	for _, v := range visitors {
		if v.Day >= msnbc.LearnDays {
			continue
		}
		for i := range v.Decisions() {
			r.one[v.Last(i)][v.Next(i)]++
			r.two[v.Prev(i)][v.Last(i)][v.Next(i)]++
		}
	}
	return r
}

// order ranks by the second-order model: the rate after the last two categories, with the
// rate after the last one in place of thirty more decisions, as package msnbc's has it.
func (r *raw) order(v msnbc.Visitor, i int) (list [top]int) {
	one, two := &r.one[v.Last(i)], &r.two[v.Prev(i)][v.Last(i)]
	n, n2 := sum(one), sum(two)
	var score [msnbc.Categories]float64
	for c := range score {
		p := (one[c] + 1) / (n + msnbc.Categories)
		score[c] = (two[c] + 30*p) / (n2 + 30)
	}
	return best(&score, v.Last(i))
}

func sum(row *[msnbc.Categories]float64) (n float64) {
	for _, c := range row {
		n += c
	}
	return n
}

// best returns the categories of the largest scores, but for the one that the visitor is
// on; of equal ones the first.
func best(score *[msnbc.Categories]float64, but int) (list [top]int) {
	taken := 1 << but
	for place := range list {
		at := -1
		for c, s := range score {
			if taken>>c&1 == 0 && (at < 0 || s > score[at]) {
				at = c
			}
		}
		list[place] = at
		taken |= 1 << at
	}
	return list
}

// Quality is what lists come to over all decisions of the test days.
type Quality struct {
	HR   float64 `json:"hr3"`   // the next category is among the three
	NDCG float64 `json:"ndcg3"` // 1/log2(1 + its place), 0 if it is not
}

// judge asks for a list at every decision of the test days. Both are NaN where there is none.
func judge(visitors []msnbc.Visitor, order func(v msnbc.Visitor, i int) [top]int) Quality {
	q, n := Quality{}, 0.0
	for _, v := range visitors {
		if v.Day < msnbc.LearnDays {
			continue
		}
		for i := range v.Decisions() {
			n++
			for place, c := range order(v, i) {
				if c == v.Next(i) {
					q.HR++
					q.NDCG += 1 / math.Log2(float64(place)+2)
				}
			}
		}
	}
	return Quality{q.HR / n, q.NDCG / n}
}
