package recommend

import (
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// ahead lists a catalogue of four, the second and third as the test changes them, and
// returns the picks of those.
func ahead(t *testing.T, s Situation, m Memory, change func(first, second *Item)) (a, b Pick) {
	t.Helper()
	p := shop()
	s.Now, s.List = now, &p.Lists[0]
	if s.View == (profile.View{}) {
		v, n := visitor(p)
		s.View = v.At(now, n)
	}
	items := []Item{{Key: 11, Price: 700}, {Key: 12}, {Key: 13}, {Key: 14, Price: 300}}
	change(&items[1], &items[2])
	got := Rank(nil, decoded(t, p, items), &m, &s)
	require.Len(t, got, 4)
	for _, pick := range got {
		switch pick.Item {
		case 1:
			a = pick
		case 2:
			b = pick
		}
	}
	return a, b
}

func viewed(topics ...int) Situation {
	v, n := visitor(shop(), topics...)
	return Situation{View: v.At(now, n)}
}

func TestReasons(t *testing.T) {
	p := shop()
	about := func(topics uint64) func(a, b *Item) { return func(a, _ *Item) { a.Topics = topics } }
	is := func(a Pick, reason Reason, topic uint8) {
		t.Helper()
		require.Equal(t, []any{reason, topic}, []any{a.Reason, a.Topic})
	}

	a, b := ahead(t, viewed(2, 2, 0), Memory{}, about(1<<0|1<<3))
	is(a, ViewedTopic, 0) // because you viewed shoes
	require.Greater(t, a.Interest, b.Interest)

	// Watches are long forgotten by the latest pages, but not by affinity.
	v, n := visitor(p)
	v.Touch(now - plan.Day)
	for range 9 {
		v.Interested(n, plan.Order, 1<<2, 0)
	}
	for range 15 {
		v.Interested(n, plan.View, 1<<1, 0)
	}
	a, _ = ahead(t, Situation{View: v.At(now, n)}, Memory{}, about(1<<2))
	is(a, LastingInterest, 2)

	// Of everyone's topics.
	priors := func(k choose.Kind, rows ...[]choose.Rate) *choose.Priors {
		return &choose.Priors{Places: []choose.PlacePriors{{Place: choose.Place{Kind: k}, Rates: rows}}}
	}
	wanted := priors(choose.Topics, rates(100, .1, .2, .3, .1, .1, .1))
	a, b = ahead(t, Situation{Priors: wanted}, Memory{}, func(a, b *Item) { a.Topics, b.Topics = 1<<2|1<<1, 1<<1 })
	is(a, Popular, 2)
	require.Equal(t, weightPopular, a.Popular)
	require.InDelta(t, weightPopular*math.Sqrt(.2/2/.3), b.Popular, 1e-12, "two items share a topic's visitors")

	// After a page about shoes, people go on to bags.
	moves := make([][]choose.Rate, 6)
	for i := range moves {
		moves[i] = rates(100, .1, .1, .1, .1, .1, .1)
	}
	moves[0] = rates(100, .01, .7, .1, .1, .05, .05)
	s := Situation{Priors: priors(choose.Next, moves...), Page: 1 << 0}
	a, b = ahead(t, s, Memory{}, func(a, b *Item) { a.Topics, b.Topics = 1<<1, 1<<3 })
	is(a, NextStep, 1)
	require.InDelta(t, weightPopular*math.Sqrt(.1/.7), b.Popular, 1e-12)

	a, _ = ahead(t, Situation{Page: 1<<4 | 1<<5}, Memory{}, about(1<<5|1<<1))
	is(a, GoesWithPage, 5)
	require.InDelta(t, weightPage/3, a.Interest, 1e-12)

	a, b = ahead(t, Situation{}, Memory{}, func(a, b *Item) { a.Added, b.Added = today-7, today-FreshDays })
	is(a, New, NoTopic)
	require.InDelta(t, weightFresh*.75, a.Fresh, 1e-12)
	require.Zero(t, b.Fresh)
	a, _ = ahead(t, Situation{}, Memory{}, func(a, _ *Item) { a.Added = today + 4 })
	require.Equal(t, weightFresh, a.Fresh, "announced for a day to come")

	v, n = visitor(p, 0)
	v.Saw(plan.Order, 3)
	a, b = ahead(t, Situation{View: v.At(now, n)}, Memory{}, func(a, b *Item) { a.Price, b.Price = 900, 500 })
	require.Equal(t, FitsPrice, a.Reason)
	require.Equal(t, [2]float64{weightPrice, weightPrice / 2}, [2]float64{a.Price, b.Price})

	// Of all alike, and of a visitor of whom nothing is known.
	a, _ = ahead(t, Situation{}, Memory{}, func(_, _ *Item) {})
	is(a, Popular, NoTopic)
}
