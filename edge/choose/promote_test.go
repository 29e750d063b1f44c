package choose_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

const promoStart plan.Time = 20_000 * plan.Day

// promotions are campaigns of two arms with promotions, keyed 10, 11...
func promotions(of ...plan.Promotion) []choose.PlaceNames {
	var out []choose.PlaceNames
	for i := range of {
		out = append(out, choose.PlaceNames{
			Place: choose.Place{Kind: choose.Campaign, Index: uint8(i)}, Name: profile.Key(10 + i), Columns: []profile.Key{1, 2, 3},
			Topics: []uint64{0, 0, 0}, Terms: choose.Terms{Reward: 1}, Promotion: &of[i],
		})
	}
	return out
}

func drawnMemory(rng *rand.Rand) *choose.Memory {
	var m choose.Memory
	var lot [choose.LotSize]byte
	for i := range lot {
		lot[i] = byte(rng.Uint32())
	}
	m.Draw(&lot)
	return &m
}

func promoAt(now plan.Time, places []choose.PlaceNames) *choose.Situation {
	var p profile.Profile
	p.Touch(now)
	day := now / plan.Day * plan.Day
	return &choose.Situation{
		Now: now, Date: plan.Date(now / plan.Day), Visit: now, Last: now, Begins: day, Places: places, View: p.At(now, profile.NamesOf(&plan.Plan{})),
	}
}

// ask chooses, and shows what was chosen where it counts.
func ask(m *choose.Memory, n *choose.PlaceNames, s *choose.Situation) choose.Decision {
	var d choose.Decision
	m.Choose(&d, n, &choose.Evidence{}, s)
	if m.Counts(n) {
		m.Showed(n, s.Now, s.Visit)
	}
	return d
}

// Caps and rests, against a plain record of all showings.
func TestCapAndRest(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		o := plan.Promotion{Cap: uint8(rng.IntN(4)), Rest: uint32(rng.IntN(5)) * plan.Day / 2}
		if !o.Set() {
			continue
		}
		places := promotions(o)
		m := drawnMemory(rng)
		var shown []plan.Time
		now := promoStart
		for range 60 {
			now += plan.Hour + plan.Time(rng.Int64N(3*plan.Day)) // each a visit of its own
			recent, last := 0, plan.Time(-1)
			for _, at := range shown {
				if now/plan.Day-at/plan.Day < 30 {
					recent++
				}
				last = at
			}
			want := choose.Reason(0)
			switch {
			case o.Cap > 0 && recent >= int(o.Cap):
				want = choose.Capped
			case o.Rest > 0 && last >= 0 && now-last < plan.Time(o.Rest):
				want = choose.Resting
			}
			d := ask(m, &places[0], promoAt(now, places))
			if want == 0 {
				require.LessOrEqual(t, d.Reason, choose.Explored, "seed %d", seed)
				require.True(t, m.Counts(&places[0]))
				shown = append(shown, now)
				continue
			}
			require.Equal(t, want, d.Reason, "seed %d", seed)
			require.Zero(t, d.Column)
			require.False(t, m.Counts(&places[0]))
		}
		back, err := readMemory(m.Append(nil))
		require.NoError(t, err)
		require.Equal(t, *m, back)
	}
}

// Of a group one campaign is shown in a period, each as often, and which one stays.
func TestGroupsExclude(t *testing.T) {
	g := plan.Promotion{Group: 1}
	places := promotions(g, g, g, plan.Promotion{Group: 2})
	won := map[int]int{}
	const devices = 6000
	for i := range devices {
		rng := rand.New(rand.NewPCG(uint64(i), 2))
		m := drawnMemory(rng)
		s := promoAt(promoStart, places)
		winner := -1
		for round := range 2 { // the answer stays the same once it was shown
			for c := range 3 {
				d := ask(m, &places[c], s)
				if d.Reason == choose.Excluded {
					continue
				}
				require.True(t, winner < 0 || winner == c, "round %d", round)
				winner = c
			}
		}
		require.NotEqual(t, -1, winner)
		won[winner]++
		require.LessOrEqual(t, ask(m, &places[3], s).Reason, choose.Explored, "another group")
	}
	for c := range 3 {
		require.InDelta(t, devices/3, won[c], 4*math.Sqrt(devices*2/9.), "campaign %d", c)
	}
}

// A campaign whose own conditions fail leaves its group to the others.
func TestGroupsGoOnWithoutTheIneligible(t *testing.T) {
	never := plan.Rule{plan.OpFalse}
	places := promotions(plan.Promotion{Group: 1, When: never}, plan.Promotion{Group: 1})
	for i := range 50 {
		m := drawnMemory(rand.New(rand.NewPCG(uint64(i), 3)))
		s := promoAt(promoStart, places)
		require.Equal(t, choose.Ineligible, ask(m, &places[0], s).Reason)
		require.LessOrEqual(t, ask(m, &places[1], s).Reason, choose.Explored)
	}
}

// Arms that the ladder gives to others are never chosen, by drawing or by exploring.
func TestLadder(t *testing.T) {
	places := promotions(plan.Promotion{Ladder: []plan.Rule{nil, {plan.OpFalse}, {plan.OpTrue}}})
	seen := map[int]int{}
	for i := range 2000 {
		m := drawnMemory(rand.New(rand.NewPCG(uint64(i), 4)))
		s := promoAt(promoStart, places)
		s.Policy.Explore = 5000
		d := ask(m, &places[0], s)
		seen[d.Column]++
		require.Equal(t, []bool{false, true, false}, []bool{d.Options[0].Barred, d.Options[1].Barred, d.Options[2].Barred})
	}
	require.Zero(t, seen[1])
	require.Greater(t, seen[0], 700)
	require.Greater(t, seen[2], 700)
}

// A campaign's holdout has its share, stays, is none of another campaign's or of the
// plan's, and never sees it.
func TestCampaignHoldout(t *testing.T) {
	places := promotions(plan.Promotion{Holdout: 2000}, plan.Promotion{Holdout: 2000})
	const devices = 20_000
	var one, both, all int
	for i := range devices {
		m := drawnMemory(rand.New(rand.NewPCG(uint64(i), 5)))
		a, b, whole := m.HeldOf(&places[0]), m.HeldOf(&places[1]), m.Held(2000)
		if a {
			one++
			d := ask(m, &places[0], promoAt(promoStart, places))
			require.Equal(t, choose.Held, d.Reason)
			require.Zero(t, d.Column)
		}
		if a && b {
			both++
		}
		if a && whole {
			all++
		}
	}
	require.InDelta(t, .2*devices, one, 4*math.Sqrt(devices*.16))
	require.InDelta(t, .04*devices, both, 4*math.Sqrt(devices*.04))
	require.InDelta(t, .04*devices, all, 4*math.Sqrt(devices*.04))
}

// What stands, and for how long: a visit, a period, for good.
func TestSticky(t *testing.T) {
	for sticky, stands := range map[plan.Sticky][3]bool{plan.StickVisit: {true, false, false}, plan.StickPeriod: {true, true, false}, plan.StickAlways: {true, true, true}} {
		n := choose.PlaceNames{
			Place: choose.Place{}, Name: 7, Columns: []profile.Key{1, 2, 3, 4}, Topics: make([]uint64, 4), Terms: choose.Terms{Reward: 1}, Sticky: sticky,
		}
		moved := [3]int{}
		for i := range 200 {
			m := drawnMemory(rand.New(rand.NewPCG(uint64(i), 6)))
			var d choose.Decision
			s := promoAt(promoStart, nil)
			m.Choose(&d, &n, &choose.Evidence{}, s)
			first := d.Column
			for k, now := range []plan.Time{promoStart + plan.Minute, promoStart + 5*plan.Hour, promoStart + 3*plan.Day} {
				s := promoAt(now, nil)
				if k == 0 {
					s.Visit, s.Last = promoStart, promoStart
				}
				s.Seen = choose.Sight{Any: true, Column: first, At: promoStart}
				m2 := *m
				m2.Choose(&d, &n, &choose.Evidence{}, s)
				require.Equal(t, stands[k], d.Kept, "sticky %d, %d", sticky, k)
				if d.Column != first {
					moved[k]++
				}
			}
		}
		for k := range stands {
			if stands[k] {
				require.Zero(t, moved[k])
			}
		}
		if sticky == plan.StickVisit {
			require.NotZero(t, moved[2])
		}
	}
}

// Joining is idempotent and commutative, and holdouts do not move.
func TestMemoriesJoin(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 7))
		places := promotions(plan.Promotion{Cap: 9}, plan.Promotion{Cap: 9, Holdout: 5000})
		live := func() *choose.Memory {
			m := drawnMemory(rng)
			now := promoStart
			for range rng.IntN(20) {
				now += plan.Hour + plan.Time(rng.Int64N(2*plan.Day))
				ask(m, &places[rng.IntN(2)], promoAt(now, places))
			}
			return m
		}
		a, b, c := live(), live(), live()
		carried := func(m *choose.Memory) *choose.Memory {
			back, err := readMemory(m.AppendCarry(nil))
			require.NoError(t, err)
			require.False(t, back.Drawn())
			return &back
		}
		join := func(m *choose.Memory, of ...*choose.Memory) *choose.Memory {
			out := *m
			for _, o := range of {
				out.Join(carried(o))
			}
			return &out
		}
		ab := join(a, b)
		require.True(t, *ab == *join(a, b, b), "twice: seed %d", seed)
		require.Equal(t, ab.AppendCarry(nil), join(b, a).AppendCarry(nil), "seed %d", seed)
		require.True(t, *join(a, b, c) == *join(a, join(b, c)), "seed %d", seed)
		require.Equal(t, a.Held(5000), ab.Held(5000))
		require.Equal(t, a.HeldOf(&places[1]), ab.HeldOf(&places[1]))
	}
}
