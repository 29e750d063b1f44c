package profile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

const (
	start  plan.Time = 17 * 1260 * plan.Day // midnight UTC, where every clock of a half-life begins anew: little is rounded
	minute           = plan.Time(plan.Minute)
	day              = plan.Time(plan.Day)
)

var names = profile.NamesOf(&plan.Plan{Topics: []string{"x", "y", "z"}, Attributes: []plan.Attribute{
	{Name: "flag", Type: plan.Flag},
	{Name: "number", Type: plan.Number, Min: -1, Max: 10},
	{Name: "choice", Type: plan.Choice, Values: []string{"a", "b"}},
}})

func at(p *profile.Profile, now plan.Time, kind plan.EventKind, minor int64) {
	p.Touch(now)
	p.Count(kind, minor)
}

// never marks a variable that is not observed.
var never = math.Inf(-1)

func value(p *profile.Profile, now plan.Time, index int) float64 {
	v, ok := p.At(now, names).Value(index)
	if !ok {
		return never
	}
	return v
}

func TestVariables(t *testing.T) {
	var p profile.Profile
	for i, want := range []float64{0, 0, 0, 0, 0, 0, never, never, never, never, never, never, 0, never} {
		require.Equal(t, want, value(&p, start, i), "never seen: %s", plan.Variables[i].Name)
	}
	p.Touch(start)
	for i, want := range []float64{1, 0, 0, 0, 0, 0, never, never, 0, never, never, never, 1, never} {
		require.Equal(t, want, value(&p, start, i), "before the first event counts: %s", plan.Variables[i].Name)
	}
	p.Count(plan.View, 0)
	at(&p, start+30*minute-1, plan.Order, 1000) // the same visit
	at(&p, start+60*minute-1, plan.Cart, 0)     // 30 minutes later: a new one
	at(&p, start+3*day+minute, plan.Click, 0)
	at(&p, start+3*day+2*minute, plan.Order, 2333)
	at(&p, start+3*day+3*minute, plan.Custom, 0)
	now := start + 5*day + minute
	for i, want := range []float64{3, 1, 1, 1, 2, 33.33, 16.665, 23.33, 5, 2, 1, 4, 2} {
		require.Equal(t, want, value(&p, now, i), plan.Variables[i].Name)
	}
	require.Equal(t, never, value(&p, now, plan.VarAttribute-1), "no such variable")
	require.Equal(t, never, value(&p, now, plan.VarAttribute+3), "no such attribute")
}

// Days since the visit before are counted from its start, however long it was.
func TestLongVisit(t *testing.T) {
	var p profile.Profile
	now := start
	for ; now < start+2*day; now += 29 * minute {
		at(&p, now, plan.View, 0)
	}
	require.Equal(t, 1.0, value(&p, now, plan.VarVisits))
	at(&p, now+minute, plan.View, 0)
	require.Equal(t, 2.0, value(&p, now, plan.VarVisits))
	require.Equal(t, 2.0, value(&p, now, plan.VarDaysSinceVisit))
}

func TestActiveDays(t *testing.T) {
	var p profile.Profile
	for i := range plan.Time(40) {
		at(&p, start+i*day, plan.View, 0)
		require.Equal(t, float64(min(i+1, 30)), value(&p, start+i*day, plan.VarActiveDays))
	}
	last := start + 39*day
	require.Equal(t, 29.0, value(&p, last+day, plan.VarActiveDays), "today without activity")
	require.Equal(t, 1.0, value(&p, last+29*day, plan.VarActiveDays))
	require.Equal(t, 0.0, value(&p, last+30*day, plan.VarActiveDays))
	require.Equal(t, 0.0, value(&p, profile.MaxTime, plan.VarActiveDays))
	at(&p, last+10*day, plan.View, 0)
	require.Equal(t, 21.0, value(&p, last+10*day, plan.VarActiveDays))
}

// A clock set back, then right again: no age is negative, and nothing is stuck.
func TestClockSetBack(t *testing.T) {
	var p profile.Profile
	at(&p, start, plan.Cart, 0)
	at(&p, start+366*day, plan.Order, 100) // the clock is a year ahead
	now := start + 2*day
	at(&p, now, plan.View, 0)
	require.Equal(t, 2.0, value(&p, now, plan.VarVisits), "set back opens no visit")
	require.Equal(t, 0.0, value(&p, now, plan.VarDaysSinceOrder))
	require.Equal(t, 2.0, value(&p, now, plan.VarDaysSinceCart))
	require.Equal(t, 2.0, value(&p, now, plan.VarDaysSinceFirst))
	require.Equal(t, 2.0, value(&p, now, plan.VarDaysSinceVisit))
	require.Equal(t, 1.0, value(&p, now, plan.VarActiveDays))
	at(&p, now+day, plan.View, 0)
	require.Equal(t, 3.0, value(&p, now+day, plan.VarVisits), "visits go on at once")
	require.Equal(t, 1.0, value(&p, now+day, plan.VarDaysSinceOrder))

	at(&p, 5, plan.View, 0) // 1970
	for i := range plan.VarTopTopic {
		require.GreaterOrEqual(t, value(&p, 5, i), 0.0, plan.Variables[i].Name)
	}
	require.Equal(t, 0.0, value(&p, 0, plan.VarDaysSinceFirst), "a view before the last activity counts as it")
}

func TestSaturation(t *testing.T) {
	var p profile.Profile
	p.Touch(start)
	profile.NearlyFull(&p)
	for i := range plan.Time(3) {
		at(&p, start+i*day, plan.View, 0)
	}
	require.Equal(t, float64(1<<32-1), value(&p, start, plan.VarViews))
	require.Equal(t, float64(1<<32-1), value(&p, start, plan.VarVisits))
	for range 3 {
		at(&p, start+3*day, plan.Order, profile.MaxMoney)
	}
	require.Equal(t, 1e12, value(&p, start, plan.VarRevenue))
	require.Equal(t, 1e12, value(&p, start, plan.VarLastOrder))
	require.Equal(t, 36500.0, value(&p, profile.MaxTime, plan.VarDaysSinceOrder))
}

func TestDeclared(t *testing.T) {
	var p profile.Profile
	const flag, number, choice = plan.VarAttribute, plan.VarAttribute + 1, plan.VarAttribute + 2
	for _, i := range []int{flag, number, choice} {
		require.Equal(t, never, value(&p, start, i))
	}
	for _, c := range []struct {
		attribute  int
		said, seen float64
	}{
		{0, 1, 1}, {0, 0, 0}, {1, 3.5, 3.5}, {1, 11, 10}, {1, -7, -1}, {1, math.MaxFloat64, 10}, {2, 1, 1}, {2, 0, 0},
	} {
		p.Declare(names, start, c.attribute, c.said)
		require.Equal(t, c.seen, value(&p, start, plan.VarAttribute+c.attribute))
	}
	p.Declare(names, start, 1, math.Copysign(0, -1))
	require.Zero(t, math.Float64bits(value(&p, start, number)), "no negative zero, which has no encoding")
}

func FuzzRead(f *testing.F) {
	var p profile.Profile
	f.Add(p.Append(nil))
	at(&p, start, plan.Order, 100)
	f.Add(p.Append(nil))
	at(&p, start+day, plan.Cart, 0)
	p.Declare(names, start, 2, 1)
	p.Declare(names, start, 1, -3)
	f.Add(p.Append(nil))
	p.Interested(names, plan.View, 1, 0)
	f.Add(p.Append(nil))
	p.Touch(start + 40*day)
	p.Interested(names, plan.Dwell, 0b111, 77)
	f.Add(p.Append(nil))
	for seed := range uint64(8) {
		p, now := lived(rand.New(rand.NewPCG(seed, 13)))
		f.Add(p.Append(nil))
		other, _ := lived(rand.New(rand.NewPCG(seed, 14)))
		p = joined(f, p, now, carried(&other, 3))
		f.Add(p.AppendCarry(nil, 9))
	}
	f.Add(widest())
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		p := profile.Read(r)
		if r.Err() != nil {
			return
		}
		require.Equal(t, in[:len(in)-r.Len()], p.Append(nil))
		p.Adopt(fullNames)
		for _, now := range []plan.Time{0, start, profile.MaxTime} {
			for _, variable := range plan.Variables {
				if v, ok := p.At(now, fullNames).Value(variable.Index); ok {
					require.GreaterOrEqual(t, v, variable.Min, variable.Name)
					require.LessOrEqual(t, v, variable.Max, variable.Name)
				}
			}
			for i := range 3 {
				a := p.At(now, fullNames).Affinity(i)
				require.GreaterOrEqual(t, a, 0.0)
				require.Less(t, a, 1.0)
			}
			at(&p, now, plan.Order, 1)
			p.Interested(fullNames, plan.Order, 0b101, 0)
			p.Bought(fullNames, profile.Purchase{Minor: 1, Payment: 1, Tier: 3, Quantity: 2, Discount: 1})
			p.Attempted(fullNames, 1, 3, true)
			p.Asked(fullNames, 0)
			p.Remember(fullNames, now, profile.Past{At: now / 2, Purchase: profile.Purchase{Minor: 3}})
			q := joined(t, p, now, p.AppendCarry(nil, 77))
			require.Equal(t, p, q)
			q.Erase(fullNames, int(in[0]))
			stored(t, q)
		}
		again := p.Append(nil)
		r = wire.NewReader(again)
		back := profile.Read(r)
		require.NoError(t, r.Close())
		require.Equal(t, again, back.Append(nil))
	})
}

func ExampleProfile() {
	var p profile.Profile
	p.Touch(start)
	p.Count(plan.Order, 4990)
	v := p.At(start+2*day, names)
	revenue, _ := v.Value(plan.VarRevenue)
	days, _ := v.Value(plan.VarDaysSinceOrder)
	fmt.Println(revenue, days)
	// Output: 49.9 2
}
