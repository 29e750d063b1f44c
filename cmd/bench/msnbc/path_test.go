package msnbc

import (
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/stretchr/testify/require"
)

// What the path says, by hand: rates of .2 everywhere, but that those on category 9 go on
// to the second variant (category 1) twice as often.
func TestPath(t *testing.T) {
	l := &learned{}
	for range Categories {
		l.rates = append(l.rates, slices.Repeat([]choose.Rate{{Mean: .2, Strength: 100}}, len(Variants)))
	}
	l.rates[9][1].Mean = .4
	l.usual = usual(l)
	more := .4 / (.2 * 18 / 17)
	rate := func(odds float64) float64 { return odds / (1 + odds) }
	for name, c := range map[string]struct {
		path []int
		k    int
		want float64
	}{
		"the first page":            {[]int{8}, 1, .2},
		"the first page of those":   {[]int{9}, 1, .4},
		"nothing in common":         {[]int{7, 8}, 0, .2},
		"came from there":           {[]int{1, 8}, 1, rate(.25 * backAgain)},
		"was there earlier":         {[]int{1, 7, 8}, 1, rate(.25 * seenAgain / (18. / 17))},
		"there twice":               {[]int{1, 7, 1, 8}, 1, rate(.25 * backAgain)},
		"earlier twice":             {[]int{1, 7, 1, 7, 8}, 1, rate(.25 * seenAgain / (18. / 17))},
		"as others on the page did": {[]int{9, 8}, 1, rate(.25 * more)},
		"and was there":             {[]int{1, 9, 8}, 1, rate(.25 * more * seenAgain)},
	} {
		t.Run(name, func(t *testing.T) {
			v := Visitor{Path: append(c.path, 16)}
			require.InDelta(t, c.want, l.path(v, len(c.path)-1, c.k), 1e-12)
		})
	}
}
