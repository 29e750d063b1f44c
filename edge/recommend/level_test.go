package recommend

import (
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// Exercises near three in four come first, the nearest of them at the head.
func TestLevels(t *testing.T) {
	p := school()
	p.Lists[0].Size = 24
	v, n := visitor(p, 0)
	for range 40 {
		v.Attempted(n, 1, 1, true)
		v.Attempted(n, 1, 2, false)
	}
	ability, _ := v.At(now, n).Ability(1)
	require.InDelta(t, 1.5, ability, .2)
	at := func(chance float64) float64 { return ability - math.Log(chance/(1-chance)) }
	chances := []float64{.74, .2, .79, .75, .71, .98, .69, .81, .5, .77}
	var items []Item
	for i, c := range chances {
		items = append(items, Item{Key: uint64(i + 1), Skill: 2, Difficulty: at(c), Topics: 1 << 1})
	}
	items[1].Topics, items[1].Added = 1, today // what the visitor likes, and new
	items = append(items, Item{Key: 99, Topics: 1, Added: today})
	s := Situation{Now: now, View: v.At(now, n), List: &p.Lists[0]}
	order := func(m Memory) (all []float64) {
		for _, pick := range Rank(nil, decoded(t, p, items), &m, &s) {
			if pick.Item == 10 {
				all = append(all, 0)
				continue
			}
			c := chances[pick.Item]
			all = append(all, c)
			require.Equal(t, c >= .7 && c <= .8, pick.Reason == AtYourLevel)
		}
		return all
	}
	want := []float64{.75, .74, .77, .79, .71, .69, .81, .98, .5, .2, 0}
	require.Equal(t, want, order(Memory{}))

	// What was solved goes behind what is to be practised, and comes back.
	var m Memory
	m.Seen(Solved, 4, now)
	require.Equal(t, []float64{.74, .77, .79, .71}, order(m)[:4])
	m.Rewind(now - 46*plan.Day)
	require.Equal(t, []float64{.74, .77, .75, .79, .71}, order(m)[:5], "half of what held it back is gone")
	m = Memory{}
	m.Seen(Missed, 4, now)
	require.Equal(t, want, order(m))

	// The class goes before diversity.
	p.Lists[0].Diversity = plan.Whole
	require.ElementsMatch(t, want[:5], order(Memory{})[:5])

	// Of nobody's ability: what is easy by ln 3.
	v, n = visitor(p)
	s.View = v.At(now, n)
	items = []Item{{Key: 1, Skill: 1, Difficulty: -math.Log(3)}, {Key: 2, Skill: 1}}
	chances = []float64{.75, .5}
	require.Equal(t, chances, order(Memory{}))
}

// A visitor practises where they learn the most: the share solved settles at Target,
// whatever their ability, while items of the right level last.
func TestPracticeSettlesAtTarget(t *testing.T) {
	p := school()
	r := newRand(9)
	list := &p.Lists[0]
	list.Size = 1
	items := make([]Item, 800)
	for i := range items {
		items[i] = Item{Key: uint64(i + 1), Skill: 1, Difficulty: -4 + .01*float64(i)}
	}
	c := decoded(t, p, items)
	for _, ability := range []float64{-1.5, 0, 2} {
		v, n := visitor(p)
		var m Memory
		solved, tried := 0., 0.
		for i := range 150 {
			at := now + plan.Time(i)*plan.Minute
			pick := Rank(nil, c, &m, &Situation{Now: at, View: v.At(at, n), List: list})[0]
			it := c.Item(int(pick.Item))
			right := r.Float64() < profile.Expected(ability, it.Difficulty)
			v.Touch(at)
			v.Attempted(n, 0, it.Difficulty, right)
			m.Shown([]uint64{it.Key}, at)
			m.Seen(map[bool]Kind{true: Solved, false: Missed}[right], it.Key, at)
			if i >= 50 {
				tried++
				if right {
					solved++
				}
			}
		}
		require.InDelta(t, Target, solved/tried, .13, "three deviations of a share of 100, at %v", ability)
	}
}

// Difficulties are put right by what was released, where visitors try everything and
// where lists give them what fits.
func TestDifficultiesRefitted(t *testing.T) {
	r := newRand(5)
	for _, given := range []bool{false, true} {
		p := school()
		var items []Item
		var truth []float64
		var solved []choose.Rate
		p.Lists[0].Items = nil
		for i := range plan.MaxItems {
			p.Lists[0].Items = append(p.Lists[0].Items, name(i))
			d := 1.2 * r.NormFloat64()
			off := .5 * r.NormFloat64() // the author's mistake
			items = append(items, Item{Key: uint64(profile.KeyOf(name(i))), Skill: 1, Difficulty: d})
			truth = append(truth, d+off)
			share := 0.
			for range 400 {
				ability := r.NormFloat64()
				if given {
					ability = d + math.Log(3) + .2*r.NormFloat64()
				}
				if r.Float64() < profile.Expected(ability, truth[i]) {
					share++
				}
			}
			solved = append(solved, choose.Rate{Mean: (share + 1) / 402, Strength: 400})
		}
		c := decoded(t, p, items)
		c.bind(&p.Lists[0])
		var l level
		l.fit(c, solved)
		before, after, literal := 0., 0., 0.
		for i := range items {
			literal += math.Abs(math.Log(1/solved[i].Mean-1) - truth[i])
			before += math.Abs(items[i].Difficulty - truth[i])
			after += math.Abs(l.difficulty(&c.items[i]) - truth[i])
		}
		t.Logf("given what fits: %v; mean mistake %.2f, then %.2f logits, %.2f by the shares alone; line %.2f %+.2f d",
			given, before/plan.MaxItems, after/plan.MaxItems, literal/plan.MaxItems, l.offset, l.slope)
		require.Less(t, after, .5*before)
		// Taken at their word, shares would make all exercises of a list equally hard.
		require.Equal(t, given, literal > 2*before)
		// Few tries change little.
		for i := range solved {
			solved[i].Strength = 1
		}
		l.fit(c, solved)
		for i := range items {
			require.InDelta(t, items[i].Difficulty, l.difficulty(&c.items[i]), .2)
		}
	}
	// An item that nothing was released of keeps its own.
	var l level
	require.Equal(t, .7, l.difficulty(&Item{Skill: 1, Difficulty: .7, named: 1}))
}
