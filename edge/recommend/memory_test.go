package recommend

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// plain is what Memory does, with a map, floats and no clock but the wall's.
type plain struct {
	now   plan.Time
	items map[uint64]*plainItem
}

type plainItem struct {
	shown      float64
	cart, done bool
	last       plan.Time
	day        plan.Date
}

func (m *plain) of(key uint64) *plainItem {
	if m.items[key] == nil {
		if len(m.items) == MaxItems {
			keys := slices.SortedFunc(maps.Keys(m.items), func(a, b uint64) int {
				stays := func(i *plainItem) plan.Time {
					if i.done {
						return max(i.last, plan.Time(i.day+30)*plan.Day)
					}
					return i.last
				}
				return cmp.Or(cmp.Compare(stays(m.items[a]), stays(m.items[b])), cmp.Compare(b, a))
			})
			delete(m.items, keys[0])
		}
		m.items[key] = &plainItem{}
	}
	m.items[key].last = m.now
	return m.items[key]
}

func (m *plain) check(t *testing.T, got *Memory) {
	t.Helper()
	require.Equal(t, len(m.items), got.count)
	f := got.clock.Factor(ShownHalfLife)
	for i := range got.room[:got.count] {
		g := got.room[i]
		want := m.items[g.key]
		require.NotNil(t, want)
		require.InDelta(t, want.shown, float64(f.Read(g.shown))/one, .02)
		require.Equal(t, want.cart, g.flags&flagCart != 0)
		require.Equal(t, want.done, g.flags&flagDone != 0)
		require.Equal(t, want.last, g.last)
		require.Equal(t, want.day, g.done)
		require.True(t, i == 0 || got.room[i-1].key < g.key)
	}
}

func encoded(m *Memory) []byte { return m.Append(nil) }

func TestMemoryAgainstPlain(t *testing.T) {
	for seed := range uint64(10) {
		r := newRand(seed)
		var m Memory
		want := plain{now: now, items: map[uint64]*plainItem{}}
		keys := 10 + r.IntN(100)
		for range 2000 {
			if r.IntN(3) == 0 {
				age := plan.Time(r.IntN(3 * plan.Day))
				want.now += age
				for _, i := range want.items {
					i.shown *= math.Exp2(-float64(age) / ShownHalfLife)
				}
				m.Advance(age)
			}
			key := uint64(1 + r.IntN(keys))
			switch kind := Kind(r.IntN(8)); kind {
			case Viewed, Picked, Carted, Solved, Missed:
				m.Seen(kind, key, want.now)
				i := want.of(key)
				i.shown = 0
				i.cart = i.cart || kind == Carted
				if kind == Solved {
					i.done, i.day = true, plan.Date(want.now/plan.Day)
				}
			case 5:
				if r.IntN(4) > 0 {
					break
				}
				m.Ordered(want.now)
				for _, i := range want.items {
					if i.cart {
						i.cart, i.done, i.last, i.day = false, true, want.now, plan.Date(want.now/plan.Day)
					}
				}
			default:
				listed := []uint64{key, 0, 1 + uint64(r.IntN(keys))}
				m.Shown(listed, want.now)
				want.of(key).shown++
				want.of(listed[2]).shown++
			}
			if r.IntN(8) == 0 {
				want.check(t, &m)
			}
		}
		want.check(t, &m)
		b := encoded(&m)
		require.LessOrEqual(t, len(b), MaxMemory)
		var again Memory
		in := wire.NewReader(b)
		again.Decode(in)
		require.NoError(t, in.Close())
		require.Equal(t, m, again)
		m.Rewind(now)
		for i := range m.room[:m.count] {
			require.LessOrEqual(t, m.room[i].last, now)
			require.LessOrEqual(t, m.room[i].done, plan.Date(today))
		}
		again = Memory{}
		in = wire.NewReader(encoded(&m))
		again.Decode(in)
		require.NoError(t, in.Close(), "what was rewound can be read")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	require.LessOrEqual(t, MaxMemory, 900)
	var m Memory
	for i := range 3 * MaxItems {
		key := math.MaxUint64 - uint64(i)
		for range 200 {
			m.Shown([]uint64{key}, profile.MaxTime-plan.Time(i))
		}
		m.Seen(Carted, key, profile.MaxTime-plan.Time(i))
		m.Ordered(profile.MaxTime - plan.Time(i))
		m.Shown(slices.Repeat([]uint64{key}, 300), profile.MaxTime)
	}
	m.Advance(7*plan.Day - 1)
	require.Equal(t, MaxItems, m.count)
	require.LessOrEqual(t, len(encoded(&m)), MaxMemory)
}

// What was bought is kept when many items were seen since.
func TestBoughtItemsStayLonger(t *testing.T) {
	var m Memory
	m.Seen(Carted, 7, now)
	m.Ordered(now)
	for i := range MaxItems * 2 {
		m.Seen(Viewed, uint64(100+i), now+plan.Day)
	}
	_, ok := m.find(7)
	require.True(t, ok)
	for i := range MaxItems * 2 {
		m.Seen(Viewed, uint64(100+i), now+31*plan.Day)
	}
	_, ok = m.find(7)
	require.False(t, ok)
}

func TestMemoryDecodeRefuses(t *testing.T) {
	var m Memory
	m.Seen(Viewed, 5, now)
	m.Seen(Solved, 9, now)
	good := encoded(&m)
	for name, b := range map[string][]byte{
		"short":               good[:len(good)-1],
		"a key twice":         slices.Concat(good[:2], good[2:2+8], good[2+8:2+8+2+5], good[2:2+8], good[2+8+2+5+8:]),
		"no key":              slices.Concat(good[:2], make([]byte, 8), good[10:]),
		"unknown flags":       slices.Concat(good[:10], []byte{4}, good[11:]),
		"too many":            {MaxItems + 1},
		"a clock out of step": slices.Concat(good[:1], []byte{0xff, 0xff, 0xff, 0x7f}, good[2:]),
	} {
		t.Run(name, func(t *testing.T) {
			var got Memory
			in := wire.NewReader(b)
			got.Decode(in)
			require.Error(t, in.Close())
			require.Zero(t, got)
		})
	}
	in := wire.NewReader(good)
	var got Memory
	got.Decode(in)
	require.NoError(t, in.Close())
	require.Equal(t, m, got)
	// An item solved after it was last touched.
	i, _ := m.find(9)
	m.room[i].done++
	in = wire.NewReader(encoded(&m))
	got = Memory{}
	got.Decode(in)
	require.Error(t, in.Close())
}

func FuzzMemory(f *testing.F) {
	var m Memory
	f.Add(encoded(&m))
	r := newRand(8)
	for range 100 {
		m.Seen(Kind(r.IntN(5)), r.Uint64(), now)
		m.Shown([]uint64{r.Uint64()}, now)
		m.Advance(1000)
	}
	f.Add(encoded(&m))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := wire.NewReader(b)
		var m Memory
		m.Decode(in)
		if in.Close() != nil {
			return
		}
		require.Equal(t, b, encoded(&m))
		require.LessOrEqual(t, len(b), MaxMemory)
	})
}

// invented is what some days left in a device's memory, as of now.
func invented(seed uint64, keys int) *Memory {
	r := newRand(seed)
	m := &Memory{}
	at := now - 40*plan.Day
	for at < now {
		key := uint64(1 + r.IntN(keys))
		m.Seen(Kind(r.IntN(5)), key, at)
		m.Shown([]uint64{uint64(1 + r.IntN(keys)), key}, at)
		if r.IntN(9) == 0 {
			m.Ordered(at)
		}
		age := min(plan.Time(r.IntN(plan.Day)), now-at)
		m.Advance(age)
		at += age
	}
	return m
}

// read is a memory as it is read: sums are kept relative to a clock that devices start
// at different times.
func read(m *Memory) (all []touched) {
	f := m.clock.Factor(ShownHalfLife)
	for _, t := range m.room[:m.count] {
		t.shown = f.Read(t.shown)
		all = append(all, t)
	}
	return all
}

func joined(a, b *Memory) *Memory {
	c := *a
	c.Join(b)
	return &c
}

// Join is the join of a semilattice.
func TestJoin(t *testing.T) {
	for seed := range uint64(30) {
		a, b, c := invented(3*seed, MaxItems), invented(3*seed+1, MaxItems), invented(3*seed+2, MaxItems)
		require.Equal(t, *a, *joined(a, a), "idempotent")
		require.Equal(t, *joined(a, b), *joined(joined(a, b), b), "idempotent")
		require.Equal(t, read(joined(a, b)), read(joined(b, a)), "commutative")
		require.Equal(t, read(joined(a, joined(b, c))), read(joined(joined(a, b), c)), "associative")
		require.Equal(t, *a, *joined(a, &Memory{}))
		require.Equal(t, read(a), read(joined(&Memory{}, a)))
		in := wire.NewReader(encoded(joined(a, b)))
		var again Memory
		again.Decode(in)
		require.NoError(t, in.Close())
	}
	// More than fit: the same items are kept, and as long.
	kept := func(m *Memory) (all [][2]uint64) {
		for _, t := range m.room[:m.count] {
			all = append(all, [2]uint64{t.key, uint64(t.stays())})
		}
		return all
	}
	for seed := range uint64(30) {
		a, b, c := invented(3*seed, 200), invented(3*seed+1, 200), invented(3*seed+2, 200)
		require.Equal(t, *joined(a, b), *joined(joined(a, b), b), "idempotent")
		require.Equal(t, kept(joined(a, b)), kept(joined(b, a)))
		require.Equal(t, kept(joined(a, joined(b, c))), kept(joined(joined(a, b), c)))
	}
	// By hand.
	var a, b Memory
	a.Shown([]uint64{1, 1, 1, 2}, now)
	b.Shown([]uint64{1, 2, 2}, now)
	b.Seen(Solved, 3, now)
	a.Join(&b)
	require.Equal(t, []touched{
		{key: 1, shown: 3 << 12, last: now}, {key: 2, shown: 2 << 12, last: now},
		{key: 3, flags: flagDone, last: now, done: today},
	}, read(&a))
}
