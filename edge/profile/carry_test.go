package profile_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// lived is a random life, and when it was last seen.
func lived(rng *rand.Rand) (p profile.Profile, now plan.Time) {
	m := &model{counts: map[int]float64{}, skills: map[int]*[2]float64{}, asked: map[int][2]int{}, nps: -1}
	now = start + plan.Time(rng.Int64N(100*int64(day)))
	for range rng.IntN(60) {
		if rng.IntN(9) == 0 {
			p.Declare(fullNames, now, rng.IntN(2), float64(rng.IntN(2)))
			continue
		}
		now += plan.Time(rng.Int64N(1 << rng.IntN(22)))
		if rng.IntN(20) == 0 {
			now -= plan.Time(rng.Int64N(5 * int64(day)))
		}
		live(rng, &p, m, now)
	}
	return p, now
}

// carried is what a device hands over.
func carried(p *profile.Profile, tag uint64) []byte { return p.AppendCarry(nil, tag) }

// tag is that of the ith device.
func tag(i int) uint64 { return uint64(1 + 7*i) }

// joined returns p with what was carried.
func joined(t testing.TB, p profile.Profile, now plan.Time, carries ...[]byte) profile.Profile {
	for _, c := range carries {
		r := wire.NewReader(c)
		p.Join(fullNames, now, r)
		require.NoError(t, r.Close())
	}
	return stored(t, p)
}

// Whatever is carried how often and over which devices, the same is known.
func TestJoinIsASemilattice(t *testing.T) {
	for seed := range uint64(600) {
		rng := rand.New(rand.NewPCG(seed, 9))
		var devices []profile.Profile
		var carries [][]byte
		now := plan.Time(0)
		for i := range 1 + rng.IntN(profile.MaxOthers) {
			p, last := lived(rng)
			carries = append(carries, carried(&p, tag(i)))
			devices = append(devices, stored(t, p))
			now = max(now, last)
		}
		var fresh profile.Profile
		want := joined(t, fresh, now, carries...)
		require.Equal(t, want, joined(t, want, now, carries...), "twice is once")

		order := rng.Perm(len(carries))
		for _, i := range order { // another order, some of them more than once
			fresh = joined(t, fresh, now, carries[i], carries[order[rng.IntN(1+slices.Index(order, i))]])
		}
		require.Equal(t, want, fresh, "seed %d: in any order", seed)

		// By way of one another: each joins some of the others' as they then are.
		for range 12 {
			i, j := rng.IntN(len(devices)), rng.IntN(len(devices))
			devices[i] = joined(t, devices[i], now, carried(&devices[j], tag(j)))
		}
		var through profile.Profile
		for i := range devices {
			through = joined(t, through, now, carried(&devices[i], tag(i)))
		}
		require.Equal(t, want, through, "seed %d: by way of others", seed)

		// A profile knows already what it carries itself.
		own := devices[0]
		require.Equal(t, own, joined(t, own, now, carried(&own, 1)))
	}
}

// ofVisit are the variables that belong to the running visit and its device.
var ofVisit = []int{plan.VarPages, plan.VarChannel, plan.VarDevice, plan.VarRegion, plan.VarScenario, plan.VarHour, plan.VarWeekday,
	plan.VarEntry}

// After two devices have joined each other both see the same, and what each counted is
// counted once.
func TestJoinedDevicesAgree(t *testing.T) {
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 10))
		a, last := lived(rng)
		b, now := lived(rng)
		now = max(now, last)
		ofA, ofB := carried(&a, 5), carried(&b, 6)
		alone := [2]profile.Profile{a, b}
		a, b = joined(t, a, now, ofB), joined(t, b, now, ofA)
		for round := range 2 {
			for _, v := range plan.Variables {
				if slices.Contains(ofVisit, v.Index) {
					continue
				}
				require.Equal(t, variable(&a, fullNames, now, v.Index), variable(&b, fullNames, now, v.Index), "seed %d, round %d: %s", seed, round, v.Name)
			}
			for i := range 3 {
				require.Equal(t, a.At(now, fullNames).Affinity(i), b.At(now, fullNames).Affinity(i))
			}
			for i := range 2 {
				for _, first := range []int{plan.VarAbility, plan.VarAttribute} {
					require.Equal(t, variable(&a, fullNames, now, first+i), variable(&b, fullNames, now, first+i))
				}
			}
			a, b = joined(t, a, now, carried(&b, 1)), joined(t, b, now, carried(&a, 1))
		}
		for _, index := range []int{plan.VarVisits, plan.VarViews, plan.VarClicks, plan.VarCarts, plan.VarSearches, plan.VarLikes, plan.VarRefunds} {
			require.Equal(t, variable(&alone[0], fullNames, now, index)+variable(&alone[1], fullNames, now, index), variable(&a, fullNames, now, index))
		}
		sessions := variable(&alone[0], fullNames, now, plan.VarSessions30) + variable(&alone[1], fullNames, now, plan.VarSessions30)
		require.InDelta(t, sessions, variable(&a, fullNames, now, plan.VarSessions30), 2e-3)
	}
}

// An order is counted once, whether a device saw it, was handed it, or both did.
func TestJoinedOrders(t *testing.T) {
	bought := func(p *profile.Profile, now plan.Time, minor int64) {
		p.Touch(now)
		p.Count(plan.Order, minor)
		p.Bought(fullNames, profile.Purchase{Minor: minor})
	}
	history := func(p *profile.Profile, now plan.Time, days ...plan.Time) {
		p.Touch(now)
		for _, d := range days {
			p.Remember(fullNames, now, profile.Past{At: start + d*day, Purchase: profile.Purchase{Minor: 100 * int64(d)}})
		}
	}
	orders := func(p *profile.Profile) [2]float64 {
		return [2]float64{variable(p, fullNames, p.Last, plan.VarOrders), variable(p, fullNames, p.Last, plan.VarRevenue)}
	}
	now := start + 40*day
	for name, c := range map[string]struct {
		a, b func(p *profile.Profile)
		want [2]float64
	}{
		"each its own": {
			func(p *profile.Profile) { bought(p, start, 100) }, func(p *profile.Profile) { bought(p, start, 200); bought(p, start+day, 300) },
			[2]float64{3, 6}},
		"both the history": {
			func(p *profile.Profile) { history(p, now, 1, 2, 3) }, func(p *profile.Profile) { history(p, now, 1, 2, 3) },
			[2]float64{3, 6}},
		"one saw what the other was handed": {
			func(p *profile.Profile) { bought(p, start+20*day, 2000) },
			func(p *profile.Profile) { history(p, now, 1, 2, 20) }, [2]float64{3, 23}},
		"handed again": {
			func(p *profile.Profile) { history(p, now, 1, 2); history(p, now+minute, 1, 2); bought(p, now, 700) },
			func(p *profile.Profile) {}, [2]float64{3, 10}},
	} {
		var a, b profile.Profile
		a.Touch(start)
		b.Touch(start)
		c.a(&a)
		c.b(&b)
		ofA, ofB := carried(&a, 1), carried(&b, 2)
		a, b = joined(t, a, now, ofB), joined(t, b, now, ofA)
		require.Equal(t, c.want, orders(&a), name)
		require.Equal(t, c.want, orders(&b), name)
		more := b
		history(&more, now, 30) // that neither knew
		require.Equal(t, [2]float64{c.want[0] + 1, c.want[1] + 30}, orders(&more), name)
		bought(&a, now+day, 5000)
		require.Equal(t, [2]float64{c.want[0] + 1, c.want[1] + 50}, orders(&a), name)
		// A history handed over after that is known on both sides.
		history(&b, now+day, 1, 2, 3, 20)
		again := orders(&b)
		history(&b, now+day, 1, 2, 3, 20)
		require.Equal(t, again, orders(&b), name)
	}
}

// A carry from a clock that is ahead makes nothing old; one without a tag, or cut, is
// none, and leaves all as it was.
func TestJoinOfABadClock(t *testing.T) {
	var ahead, p profile.Profile
	about(&ahead, fullNames, start+1000*day, plan.View, 1, 0)
	about(&p, fullNames, start, plan.View, 2, 0)
	c := carried(&ahead, 3)
	got := joined(t, p, start+day, c)
	require.Equal(t, start+day, got.Last)
	require.InDelta(t, math.Exp2(-1./7)/(2+math.Exp2(-1./7)), got.At(start+day, fullNames).Affinity(1), 1e-3)
	require.InDelta(t, 1/(2+math.Exp2(-1./7)), got.At(start+day, fullNames).Affinity(0), 1e-3)

	bad := [][]byte{ahead.Append(nil)[:40], p.Append(nil)}
	for _, b := range bad {
		before := p
		r := wire.NewReader(b)
		p.Join(fullNames, start, r)
		require.Error(t, r.Err())
		require.Equal(t, before, p)
	}
}

// Of more devices than there is room for those with the lowest tags stay, whoever came first.
func TestJoinOfTooMany(t *testing.T) {
	var carries [][]byte
	for i := range uint64(6) {
		var p profile.Profile
		for range i + 1 {
			about(&p, fullNames, start, plan.View, 0, 0)
		}
		carries = append(carries, carried(&p, 10+i))
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {3, 0, 5, 1, 4, 2}} {
		var p profile.Profile
		for _, i := range order {
			p = joined(t, p, start, carries[i])
		}
		require.Equal(t, 6.0, variable(&p, fullNames, start, plan.VarViews), "1, 2 and 3")
	}
}
