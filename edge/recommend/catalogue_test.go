package recommend

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 4)) }

// catalogue invents n items of plan p. Some lack a price, a day, topics or a skill.
func catalogue(r *rand.Rand, p *plan.Plan, n int) []Item {
	items := make([]Item, n)
	for i := range items {
		it := &items[i]
		it.Key = uint64(profile.KeyOf(name(i)))
		for range r.IntN(4) {
			if len(p.Topics) > 0 {
				it.Topics |= 1 << r.IntN(len(p.Topics))
			}
		}
		if r.IntN(8) > 0 {
			it.Price = 1 + r.Int64N(50_000)
		}
		if r.IntN(8) > 0 {
			it.Added = int32(today - r.IntN(100) + 3)
		}
		if len(p.Skills) > 0 && r.IntN(8) > 0 {
			it.Skill = uint8(1 + r.IntN(len(p.Skills)))
			it.Difficulty = 8*r.Float64() - 4
		}
	}
	return items
}

func decoded(t testing.TB, p *plan.Plan, items []Item) *Catalogue {
	t.Helper()
	c, err := Decode(Encode(items), p)
	require.NoError(t, err)
	return c
}

func TestCatalogueRoundTrip(t *testing.T) {
	p := shop()
	for _, n := range []int{0, 1, 2, 3, 40, MaxCatalogue} {
		items := catalogue(newRand(uint64(n)), p, n)
		c := decoded(t, p, items)
		require.Equal(t, n, c.Len())
		for i, want := range items {
			got := c.Item(i)
			got.tier = 0
			require.Equal(t, want, got)
			at, ok := c.Find(want.Key)
			require.True(t, ok)
			require.Equal(t, i, at)
		}
		_, ok := c.Find(uint64(profile.KeyOf("none of them")))
		require.False(t, ok)
		_, ok = c.Find(0)
		require.False(t, ok)
	}
}

func TestCatalogueRefuses(t *testing.T) {
	p := shop()
	good := func() []Item { return catalogue(newRand(1), p, 5) }
	for name, spoil := range map[string]func(items []Item) []Item{
		"a key twice":              func(i []Item) []Item { i[3].Key = i[1].Key; return i },
		"no key":                   func(i []Item) []Item { i[2].Key = 0; return i },
		"a topic too many":         func(i []Item) []Item { i[0].Topics = 1 << len(p.Topics); return i },
		"the last topic there is":  func(i []Item) []Item { i[0].Topics = 1 << 63; return i },
		"a skill too many":         func(i []Item) []Item { i[4].Skill = uint8(len(p.Skills) + 1); return i },
		"too hard":                 func(i []Item) []Item { i[4].Skill, i[4].Difficulty = 1, MaxDifficulty+.1; return i },
		"too easy":                 func(i []Item) []Item { i[4].Skill, i[4].Difficulty = 1, -MaxDifficulty-.1; return i },
		"too dear":                 func(i []Item) []Item { i[4].Price = profile.MaxMoney + 1; return i },
		"cheaper than nothing":     func(i []Item) []Item { i[4].Price = -1; return i },
		"added in a far year":      func(i []Item) []Item { i[4].Added = maxDay + 1; return i },
		"an item more than it may": func([]Item) []Item { return catalogue(newRand(2), p, MaxCatalogue+1) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(Encode(good()), p)
			require.NoError(t, err)
			_, err = Decode(Encode(spoil(good())), p)
			require.ErrorIs(t, err, ErrCatalogue)
		})
	}
	b := Encode(good())
	for n := range b {
		_, err := Decode(b[:n], p)
		require.ErrorIs(t, err, ErrCatalogue, "cut after %d bytes", n)
	}
	_, err := Decode(append(b, 0), p)
	require.ErrorIs(t, err, ErrCatalogue)
	_, err = Decode(make([]byte, MaxCatalogueBytes+1), p)
	require.ErrorIs(t, err, ErrCatalogue)
	// A count that the bytes cannot hold costs no room.
	_, err = Decode([]byte{0xd0, 0x0f, 1, 2, 3}, p)
	require.ErrorIs(t, err, ErrCatalogue)
}

// Keys that all meet in one place of the table are found, and told apart, all the same.
func TestKeysThatCollide(t *testing.T) {
	p := shop()
	items := make([]Item, MaxCatalogue)
	for i := range items {
		items[i].Key = uint64(i+1) * slots
	}
	c := decoded(t, p, items)
	for i := range items {
		at, ok := c.Find(items[i].Key)
		require.True(t, ok)
		require.Equal(t, i, at)
	}
	_, ok := c.Find(slots * (MaxCatalogue + 1))
	require.False(t, ok)
	items[MaxCatalogue-1].Key = items[7].Key
	_, err := Decode(Encode(items), p)
	require.ErrorIs(t, err, ErrCatalogue)
}

func TestTiers(t *testing.T) {
	p := shop()
	priced := func(prices ...int64) *Catalogue {
		items := catalogue(newRand(1), p, len(prices))
		for i := range items {
			items[i].Price = prices[i]
		}
		return decoded(t, p, items)
	}
	tiers := func(c *Catalogue) (all []uint8) {
		for i := range c.Len() {
			all = append(all, c.Item(i).tier)
		}
		return all
	}
	require.Equal(t, []uint8{3, 1, 1, 2, 3, 2, 1, 2, 3}, tiers(priced(900, 100, 200, 400, 800, 500, 300, 600, 700)))
	require.Equal(t, []uint8{1, 0, 2, 3, 0}, tiers(priced(10, 0, 20, 30, 0)), "without a price there is no tier")
	require.Equal(t, []uint8{2, 2, 2, 2}, tiers(priced(5, 5, 5, 5)))
	require.Equal(t, []uint8{2}, tiers(priced(5)))
	require.Equal(t, []uint8{2, 2, 2, 2, 3, 3}, tiers(priced(1, 1, 1, 1, 2, 3)), "equal prices are of one tier")
	c := priced(10, 20, profile.MaxMoney)
	require.Equal(t, []uint8{1, 2, 3}, tiers(c))
	require.EqualValues(t, 1, c.Tier(19), "a price that no item has")
	require.EqualValues(t, 0, c.Tier(0))
	require.EqualValues(t, 0, c.Tier(-1))
	require.EqualValues(t, 0, priced(0, 0).Tier(100), "of a catalogue without prices")

	// Against sorting.
	r := newRand(3)
	for range 50 {
		prices := make([]int64, 1+r.IntN(40))
		for i := range prices {
			prices[i] = 1 + r.Int64N(30)
		}
		c := priced(prices...)
		slices.Sort(prices)
		n := len(prices)
		for price := int64(1); price < 32; price++ {
			want := uint8(2)
			if price < prices[n/3] {
				want = 1
			} else if price > prices[n-1-n/3] {
				want = 3
			}
			require.Equal(t, want, c.Tier(price), "%d among %v", price, prices)
		}
	}
}

func FuzzCatalogue(f *testing.F) {
	p := school()
	for _, n := range []int{0, 1, 2, 30} {
		f.Add(Encode(catalogue(newRand(uint64(n)), p, n)))
	}
	twice := catalogue(newRand(5), p, 2)
	twice[1].Key = twice[0].Key
	f.Add(Encode(twice))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Decode(b, p)
		if err != nil {
			require.ErrorIs(t, err, ErrCatalogue)
			return
		}
		again := Encode(c.items)
		require.True(t, bytes.Equal(b, again), "every catalogue has one encoding")
		var m Memory
		picks := Rank(nil, c, &m, &Situation{Now: now, View: new(profile.Profile).At(now, profile.NamesOf(p)), List: &p.Lists[0]})
		require.Len(t, picks, min(c.Len(), int(p.Lists[0].Size)))
	})
}
