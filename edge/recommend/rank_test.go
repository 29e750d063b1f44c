package recommend

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// Whatever the catalogue, the visitor and the priors.
func TestRankProperties(t *testing.T) {
	reasons := map[Reason]int{}
	for seed := range uint64(3000) {
		c := invent(seed)
		d := decoded(t, c.plan, c.items)
		before := c.memory
		got := Rank(nil, d, &c.memory, &c.s)
		require.Equal(t, before, c.memory, "what is listed may never be seen: that is an event of its own")
		require.LessOrEqual(t, len(got), int(c.s.List.Size))
		if c.s.List.PerTopic == 0 {
			left := len(c.items)
			if _, ok := d.Find(c.s.Current); ok {
				left--
			}
			require.Len(t, got, min(left, int(c.s.List.Size)), "a list is as long as it can be")
		}
		var about [plan.MaxTopics]uint8
		seen := map[uint16]bool{}
		for _, p := range got {
			it := d.Item(int(p.Item))
			require.False(t, seen[p.Item], "an item is listed once")
			seen[p.Item] = true
			require.NotEqual(t, c.s.Current, it.Key)
			for set := it.Topics; set != 0; set &= set - 1 {
				about[bits.TrailingZeros64(set)]++
			}
			require.InDelta(t, p.Score, p.Interest+p.Popular+p.Price+p.Fresh+p.Rotation, 1e-9)
			for _, part := range []float64{p.Interest, p.Popular, p.Fresh, -p.Rotation} {
				require.GreaterOrEqual(t, part, 0.)
			}
			require.LessOrEqual(t, p.Interest, weightLatest+weightLasting+weightPage+1e-9)
			require.LessOrEqual(t, p.Popular, weightPopular)
			require.LessOrEqual(t, p.Fresh, weightFresh)
			require.True(t, p.Reason >= ViewedTopic && p.Reason <= NextStep)
			if p.Topic != NoTopic {
				require.Equal(t, uint64(1), it.Topics>>p.Topic&1, "the topic of a reason is the item's")
			}
			switch p.Reason {
			case ViewedTopic, LastingInterest, GoesWithPage, NextStep:
				require.NotEqualValues(t, NoTopic, p.Topic)
			case New, FitsPrice, AtYourLevel:
				require.EqualValues(t, NoTopic, p.Topic)
			}
			reasons[p.Reason]++
		}
		for _, n := range about {
			require.True(t, c.s.List.PerTopic == 0 || n <= c.s.List.PerTopic, "%d about one topic", n)
		}
		// Again, in room that is there and with what the call before left in the catalogue.
		require.Equal(t, got, Rank(slices.Clone(got)[:0], d, &c.memory, &c.s))
		if c.s.List.Diversity == 0 {
			require.True(t, slices.IsSortedFunc(got, func(a, b Pick) int {
				if a, b := d.score[a.Item].first, d.score[b.Item].first; a != b {
					return 0
				}
				return int(math.Copysign(1, b.Score-a.Score))
			}))
		}
	}
	for reason := ViewedTopic; reason <= NextStep; reason++ {
		require.Positive(t, reasons[reason], "reason %d is never given", reason)
	}
}

// A device of the holdout gets what everybody else of it gets: popularity, in order.
func TestHoldoutKnowsNobody(t *testing.T) {
	for seed := range uint64(300) {
		a, b := invent(seed), invent(seed+1000)
		a.s.Held, a.s.List.Diversity = true, 3000
		d := decoded(t, a.plan, a.items)
		got := Rank(nil, d, &a.memory, &a.s)
		other := a.s
		v, n := visitor(a.plan, b.viewed...)
		other.View, other.Page = v.At(now, n), b.s.Page
		other.Now += 3 * plan.Day
		require.Equal(t, got, Rank(nil, d, &b.memory, &other))
		for i, p := range got {
			require.Equal(t, p.Popular, p.Score)
			require.Equal(t, Popular, p.Reason)
			require.True(t, i == 0 || got[i-1].Score >= p.Score)
			require.Zero(t, [4]float64{p.Interest, p.Price, p.Fresh, p.Rotation})
		}
	}
}

// Seeing one more page about a topic puts no item that is about it alone behind an item
// that is not about it.
func TestMonotoneInInterest(t *testing.T) {
	compared := 0
	for seed := range uint64(300) {
		c := invent(3*seed + 1) // a shop
		c.s.Held, c.s.List.Diversity, c.s.List.PerTopic = false, 0, 0
		scores := func(viewed []int) []float64 {
			v, n := visitor(c.plan, viewed...)
			c.s.View = v.At(now, n)
			d := decoded(t, c.plan, c.items)
			Rank(nil, d, &c.memory, &c.s)
			var all []float64
			for _, s := range d.score {
				all = append(all, s.score)
			}
			return all
		}
		topic := int(seed) % len(c.plan.Topics)
		before, after := scores(c.viewed), scores(append(slices.Clone(c.viewed), topic))
		for i, a := range c.items {
			for j, b := range c.items {
				if a.Topics == 1<<topic && b.Topics>>topic&1 == 0 {
					compared++
					require.GreaterOrEqual(t, after[i]-after[j], before[i]-before[j]-1e-9)
				}
			}
		}
	}
	require.Greater(t, compared, 10_000)
}

// The parts of an item in its topic: its own where it is measured by name.
func TestNamedItems(t *testing.T) {
	p := shop() // item-0 and item-5 are measured
	items := []Item{{Key: uint64(profile.KeyOf("item-5")), Topics: 1}, {Key: 2, Topics: 1}, {Key: uint64(profile.KeyOf("item-0")), Topics: 2}}
	means := slices.Repeat([]float64{.5}, len(p.Lists[0].Items))
	means[0], means[1] = .02, .05
	v, n := visitor(p)
	s := Situation{Now: now, View: v.At(now, n), List: &p.Lists[0], Priors: &choose.Priors{Places: []choose.PlacePriors{
		{Place: choose.Place{Kind: choose.Items}, Rates: [][]choose.Rate{rates(50, means...)}},
		{Place: choose.Place{Kind: choose.Topics}, Rates: [][]choose.Rate{rates(50, .06, .5, .1, .1, .1, .1)}},
	}}}
	var m Memory
	got := Rank(nil, decoded(t, p, items), &m, &s)
	part := func(p float64) float64 { return weightPopular * math.Sqrt(p/.05) }
	require.InDeltaSlice(t, []float64{part(.05), part(.06 / 2), part(.02)}, []float64{got[0].Popular, got[1].Popular, got[2].Popular}, 1e-12)

	// Named items of another list are not this one's.
	other := plan.List{Name: "other", Size: 8, Items: []string{"item-0"}}
	s.List = &other
	d := decoded(t, p, items)
	Rank(nil, d, &m, &Situation{Now: now, View: s.View, List: &p.Lists[0], Priors: s.Priors})
	got = Rank(nil, d, &m, &s)
	require.Equal(t, [3]uint16{0, 1, 2}, [3]uint16{got[0].Item, got[1].Item, got[2].Item})
	require.InDelta(t, weightPopular, got[0].Popular, 1e-12, "a share of the topic's now")
	require.InDelta(t, weightPopular*math.Sqrt(.02/.03), got[2].Popular, 1e-12)
}

func TestRotation(t *testing.T) {
	var m Memory
	for range 4 {
		m.Shown([]uint64{12}, now)
	}
	a, b := ahead(t, Situation{}, m, func(_, _ *Item) {})
	require.InDelta(t, -weightRotation/2, a.Rotation, 1e-12)
	require.Zero(t, b.Rotation)
	m.Seen(Picked, 12, now)
	a, _ = ahead(t, Situation{}, m, func(_, _ *Item) {})
	require.Zero(t, a.Rotation, "it was picked after all")
	m.Shown([]uint64{12, 12, 12, 12}, now)
	m.Advance(ShownHalfLife)
	a, _ = ahead(t, Situation{}, m, func(_, _ *Item) {})
	require.InDelta(t, -weightRotation/3, a.Rotation, 1e-9)

	m.Seen(Carted, 12, now)
	a, _ = ahead(t, Situation{}, m, func(_, _ *Item) {})
	require.Zero(t, a.Rotation, "what lies in the cart is not bought")
	m.Ordered(now - 45*plan.Day)
	a, _ = ahead(t, Situation{}, m, func(_, _ *Item) {})
	require.InDelta(t, -weightRotation/2, a.Rotation, 1e-12)
	m.Rewind(now - 80*plan.Day)
	m.Seen(Viewed, 12, now)
	a, _ = ahead(t, Situation{}, m, func(_, _ *Item) {})
	require.InDelta(t, -weightRotation/9, a.Rotation, 1e-12)

	// A week since the last activity, to which the memory has advanced.
	m = Memory{}
	m.Shown([]uint64{12, 12, 12, 12}, now)
	v, n := visitor(shop(), 0)
	a, _ = ahead(t, Situation{View: v.At(now+ShownHalfLife-plan.Minute, n)}, m, func(_, _ *Item) {})
	require.InDelta(t, -weightRotation/3, a.Rotation, 1e-9)

	// Just bought, it goes behind everything, however well it fits.
	m = Memory{}
	m.Seen(Carted, 12, now)
	m.Ordered(now)
	s := viewed(0, 0, 0)
	a, b = ahead(t, s, m, func(a, _ *Item) { a.Topics = 1 })
	require.Less(t, a.Score, b.Score)
}

func TestDiversity(t *testing.T) {
	p := shop()
	list := &p.Lists[0]
	items := make([]Item, 12)
	for i := range items {
		items[i] = Item{Key: uint64(i + 1), Topics: 1 << (i / 4), Added: int32(today - i)} // three topics, the newest first
	}
	v, n := visitor(p)
	var m Memory
	order := func(size, perTopic int, diversity plan.Share) (all []int) {
		list.Size, list.PerTopic, list.Diversity = uint8(size), uint8(perTopic), diversity
		for _, p := range Rank(nil, decoded(t, p, items), &m, &Situation{Now: now, View: v.At(now, n), List: list}) {
			all = append(all, int(p.Item))
		}
		return all
	}
	require.Equal(t, []int{0, 1, 2, 3, 4, 5}, order(6, 0, 0))
	require.Equal(t, []int{0, 1, 4, 5, 8, 9}, order(6, 2, 0))
	require.Equal(t, []int{0, 4, 8}, order(6, 1, 0), "the bound holds where nothing else is left")
	require.Equal(t, []int{0, 4, 8, 1, 2, 3}, order(6, 0, plan.Whole), "as unlike as can be, then by score")
	require.Equal(t, []int{0, 4, 8, 1, 2, 3}, order(6, 0, 6000))
	// Between: the fifth item is 4/11 of the range below the first, which half of the weight
	// makes good; the ninth, 8/11 below, loses to the second.
	require.Equal(t, []int{0, 4, 8}, order(3, 0, 5000))
	require.Equal(t, []int{0, 1, 4}, order(3, 0, 2000))
	require.Equal(t, []int{0, 1, 2}, order(3, 0, 1000))

	// What goes beyond the shortlist: a hundred of the best are about one topic.
	for i := range 300 {
		items = append(items, Item{Key: uint64(100 + i), Topics: 1 << 3, Added: today})
	}
	items = append(items, Item{Key: 1000, Topics: 1 << 4, Added: today - 20}, Item{Key: 1001, Topics: 1 << 5, Added: today - 21})
	require.Equal(t, []int{0, 12, 4, 8, 312, 313}, order(24, 1, 3000))
}

// What comes out is the same on every machine: the digest is of native Go on amd64 and of
// WebAssembly.
func TestSameEverywhere(t *testing.T) {
	h := fnv.New64a()
	for seed := range uint64(400) {
		c := invent(seed)
		for _, p := range Rank(nil, decoded(t, c.plan, c.items), &c.memory, &c.s) {
			b := binary.BigEndian.AppendUint16(nil, p.Item)
			for _, f := range []float64{p.Score, p.Interest, p.Popular, p.Price, p.Fresh, p.Rotation} {
				b = binary.BigEndian.AppendUint64(b, math.Float64bits(f))
			}
			h.Write(append(b, byte(p.Reason), p.Topic))
		}
	}
	require.Equal(t, "f5b7bf8f0a84c42a", strconv.FormatUint(h.Sum64(), 16))
}
