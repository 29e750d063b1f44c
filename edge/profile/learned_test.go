package profile_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// The visitor's own time, by calendars: 2026-11-23 was a Monday.
func TestLocal(t *testing.T) {
	monday := plan.Time(1_795_392_000)
	for _, c := range []struct {
		at            plan.Time
		offset        int16
		device        uint8
		hour, weekday float64
		scenario      string
	}{
		{monday, 0, 2, 0, 1, "weekday-night-desktop"},
		{monday + 9*3600 + 3599, 0, 0, 9, 1, "weekday-morning-phone"},
		{monday + 9*3600, 60, 1, 10, 1, "weekday-day-tablet"},
		{monday, -1, 0, 23, 7, "weekend-night-phone"},
		{monday + 10*3600 + 1800, 480, 0, 18, 1, "weekday-evening-phone"},
		{monday + 10*3600 + 1800, 345, 2, 16, 1, "weekday-day-desktop"},
		{monday + 5*86400 - 3600, 840, 0, 13, 6, "weekend-day-phone"},
		{monday + 5*86400 - 3600, -840, 0, 9, 5, "weekday-morning-phone"},
		{monday + 5*86400 - 3600, 0, 0, 23, 5, "weekday-night-phone"},
		{monday + 6*86400 + 6*3600, 0, 2, 6, 7, "weekend-morning-desktop"},
		{0, -840, 2, 10, 3, "weekday-day-desktop"}, // 1970-01-01 in UTC was a Thursday
	} {
		var p profile.Profile
		p.Touch(c.at)
		for _, index := range []int{plan.VarHour, plan.VarWeekday, plan.VarScenario, plan.VarDevice, plan.VarUsualHour} {
			require.Equal(t, never, variable(&p, fullNames, c.at, index), "nobody has come")
		}
		p.Arrive(fullNames, profile.Arrival{Device: c.device, Offset: c.offset})
		require.Equal(t, c.hour, variable(&p, fullNames, c.at, plan.VarHour))
		require.Equal(t, c.weekday, variable(&p, fullNames, c.at, plan.VarWeekday))
		require.Equal(t, c.hour, variable(&p, fullNames, c.at, plan.VarUsualHour))
		require.Equal(t, c.scenario, plan.ScenarioTexts[int(variable(&p, fullNames, c.at, plan.VarScenario))])
		require.InDelta(t, 1, p.At(c.at, fullNames).HourWeight(int(c.weekday-1)*24+int(c.hour)), 1./16)
	}
}

// What no page should say changes nothing.
func TestRefusedArrival(t *testing.T) {
	var p profile.Profile
	p.Touch(start)
	p.Arrive(fullNames, profile.Arrival{Channel: 3, Page: 2, Offset: 840})
	before := p
	for _, a := range []profile.Arrival{{Channel: 11}, {Device: 3}, {Region: 11}, {Page: 3}, {Offset: 841}, {Offset: -841}} {
		p.Arrive(fullNames, a)
		require.Equal(t, before, p)
	}
	p.Socialize(4, 0)
	p.Socialize(plan.Comment, 4)
	p.Watched(3)
	p.Saw(plan.View, 4)
	p.Saw(plan.Click, 3)
	before.Socialize(plan.Comment, 0)
	require.Equal(t, before, p, "a comment without a sentiment")
}

// A visitor who comes each evening at nine, and each Sunday morning too, and then stops.
func TestUsualHour(t *testing.T) {
	var p profile.Profile
	now := plan.Time(1_795_392_000)
	for d := range plan.Time(56) {
		for _, hour := range []plan.Time{9, 21, 21} { // twice in an hour is once
			if hour == 9 && d%7 != 6 {
				continue
			}
			p.Touch(now + d*day + hour*3600)
			p.Arrive(fullNames, profile.Arrival{})
		}
	}
	v := p.At(now+56*day, fullNames)
	require.Equal(t, 21.0, variable(&p, fullNames, now+56*day, plan.VarUsualHour))
	weekly := 0.
	for k := range 8 {
		weekly += math.Exp2(-(float64(k) + 7./24) / 4)
	}
	for d := range 7 {
		require.InDelta(t, weekly, v.HourWeight(d*24+21), 1, "day %d", d)
		require.Zero(t, v.HourWeight(d*24+22))
	}
	require.Zero(t, v.HourWeight(9))
	require.InDelta(t, weekly, v.HourWeight(6*24+9), 1)
	require.InDelta(t, v.HourWeight(6*24+9)/2, p.At(now+84*day, fullNames).HourWeight(6*24+9), .01)
	require.Equal(t, never, variable(&p, fullNames, now+600*day, plan.VarUsualHour), "faded away")
}

// Abilities come near the true ones, and follow a pupil who learns.
func TestAbility(t *testing.T) {
	p := profile.Profile{}
	p.Touch(start)
	rng := rand.New(rand.NewPCG(1, 16))
	attempt := func(p *profile.Profile, truth, difficulty float64) {
		p.Attempted(fullNames, 1, difficulty, rng.Float64() < 1/(1+math.Exp(difficulty-truth)))
	}
	squares, late := 0., 0.
	const pupils = 400
	for range pupils {
		q := p
		truth := 1.2 * rng.NormFloat64()
		for range 40 {
			attempt(&q, truth, truth+rng.NormFloat64()-1)
		}
		got, attempts := q.At(start, fullNames).Ability(1)
		require.Equal(t, 40, attempts)
		squares += (got - truth) * (got - truth)
		for range 1000 {
			attempt(&q, truth+2, truth+1+rng.NormFloat64())
		}
		got, _ = q.At(start, fullNames).Ability(1)
		late += (got - truth - 2) * (got - truth - 2)
	}
	t.Logf("error after 40 attempts %.2f, after 1,000 of one who learned %.2f", math.Sqrt(squares/pupils), math.Sqrt(late/pupils))
	require.Less(t, math.Sqrt(squares/pupils), .55)
	require.Less(t, math.Sqrt(late/pupils), .4)
	require.Equal(t, never, variable(&p, fullNames, start, plan.VarAbility))

	// Bounded, whatever is said.
	for range 5000 {
		p.Attempted(fullNames, 0, 1e300, true)
		p.Attempted(fullNames, 1, -1e300, false)
	}
	require.Equal(t, []float64{8, -8}, []float64{variable(&p, fullNames, start, plan.VarAbility), variable(&p, fullNames, start, plan.VarAbility+1)})
	stored(t, p)
	require.Equal(t, .5, profile.Expected(3, 3))
	require.InDelta(t, 1/(1+math.Exp(-2)), profile.Expected(1, -1), 1e-15)
}

// A history of more orders than are known one by one, handed over twice, the oldest first.
func TestLongHistory(t *testing.T) {
	var p profile.Profile
	hand := func() (taken int) {
		for i := range plan.Time(100) {
			jitter := plan.Time(taken % 3)
			if p.Remember(fullNames, start+400*day, profile.Past{At: start + i*2*day + jitter, Purchase: profile.Purchase{Minor: 100 + int64(i), Payment: 2, Tier: 3, Quantity: 2}, Topics: 2}) {
				taken++
			}
		}
		return taken
	}
	require.Equal(t, 100, hand())
	p = stored(t, p)
	once := p
	for range 3 {
		require.Zero(t, hand())
	}
	require.Equal(t, once, p)
	now := start + 400*day
	require.Zero(t, p.Visits(), "it is no activity")
	p.Touch(now)
	require.Equal(t, uint32(1), p.Visits())
	require.Equal(t, never, variable(&p, fullNames, now, plan.VarDaysSinceVisit))
	for index, want := range map[int]float64{plan.VarOrders: 100, plan.VarRevenue: 149.5, plan.VarLastOrder: 1.99, plan.VarDaysSinceOrder: 202,
		plan.VarRFMRecency: 1, plan.VarRFMFrequency: 5, plan.VarRFMMoney: 5, plan.VarPayment: 1, plan.VarPriceTier: 2, plan.VarTopTopic: 1} {
		require.Equal(t, want, math.Floor(variable(&p, fullNames, now, index)*1000+.5)/1000, nameOf(index))
	}
	require.InDelta(t, 2, variable(&p, fullNames, now, plan.VarItemsPerOrder), .01)
	strength := 0.
	for i := range 100 {
		strength += 8 * math.Exp2(-(400-2*float64(i))/60)
	}
	require.InDelta(t, strength/(strength+1), variable(&p, fullNames, now, plan.VarAffinity+1), 1e-3, "faded by their age")
	// A page hands over what was seen as it happened, by another clock.
	p.Count(plan.Order, 4200)
	require.False(t, p.Remember(fullNames, now+90*minute, profile.Past{At: now + 59*minute, Purchase: profile.Purchase{Minor: 4100}}), "not yet")
	p.Touch(now + 90*minute)
	require.False(t, p.Remember(fullNames, now+90*minute, profile.Past{At: now + 59*minute, Purchase: profile.Purchase{Minor: 4200}}))
	require.True(t, p.Remember(fullNames, now+90*minute, profile.Past{At: now + 59*minute, Purchase: profile.Purchase{Minor: 4100}}))
}

// The pairs that a Next metric counts: topics of views within one visit.
func TestBefore(t *testing.T) {
	var p profile.Profile
	before := func() int {
		topic, ok := p.Before(fullNames)
		if !ok {
			return -1
		}
		return topic
	}
	now := start
	for i, c := range []struct {
		after  plan.Time
		kind   plan.EventKind
		topics uint64
		want   int // before it
	}{
		{0, plan.View, 0b110, -1}, {60, plan.View, 0, 1}, {60, plan.Click, 1, 1}, {60, plan.View, 0b100, 1},
		{1799, plan.View, 1, 2}, {1800, plan.View, 2, -1}, {1, plan.View, 2, 1},
	} {
		now += c.after
		p.Touch(now)
		require.Equal(t, c.want, before(), "event %d", i)
		p.Interested(fullNames, c.kind, c.topics, 0)
		p = stored(t, p)
	}
	p.Adopt(topics("z", "y"))
	got, ok := p.Before(topics("z", "y"))
	require.Equal(t, 1, got)
	require.True(t, ok)
	p.Adopt(topics("z"))
	_, ok = p.Before(topics("z"))
	require.False(t, ok)
}

// Another plan's surveys, skills, kinds of payment and entry pages are dropped; the same
// in another order are kept.
func TestAdoptFacts(t *testing.T) {
	p, now := lived(rand.New(rand.NewPCG(1, 17)))
	turned := *full
	turned.Payments, turned.Skills, turned.Pages = []string{"wallet", "cheque", "transfer", "card"}, []string{"reading", "x", "adding"}, []string{"offer", "home"}
	turned.Surveys = []plan.Survey{full.Surveys[1], full.Surveys[0]}
	p.Touch(now)
	p.Arrive(fullNames, profile.Arrival{Page: 2})
	p.Bought(fullNames, profile.Purchase{Payment: 1})
	p.Attempted(fullNames, 0, 0, true)
	p.Asked(fullNames, 1)
	q, n := p, profile.NamesOf(&turned)
	q.Adopt(n)
	require.Equal(t, p, q)
	require.Equal(t, 0.0, variable(&q, n, now, plan.VarEntry))
	require.Equal(t, variable(&p, fullNames, now, plan.VarAbility), variable(&q, n, now, plan.VarAbility+2))
	at, _ := q.AskedAt(n, 0)
	require.Equal(t, now, at)

	none := profile.NamesOf(&plan.Plan{})
	q.Adopt(none)
	q = stored(t, q)
	q.Adopt(fullNames)
	for _, index := range []int{plan.VarPayment, plan.VarEntry, plan.VarAbility, plan.VarAbility + 1} {
		require.Equal(t, never, variable(&q, fullNames, now, index))
	}
	_, times := q.AskedAt(fullNames, 1)
	require.Zero(t, times)
	require.Equal(t, never, variable(&q, none, now, plan.VarAbility), "no such skill")
}

// Predictions come from elsewhere.
func TestWith(t *testing.T) {
	var p profile.Profile
	v := p.At(start, fullNames)
	for _, index := range []int{plan.VarLapseRisk, plan.VarBuyChance} {
		_, ok := v.Value(index)
		require.False(t, ok)
	}
	v = v.With([2]float64{.25, .5}, [2]bool{false, true})
	_, ok := v.Value(plan.VarLapseRisk)
	require.False(t, ok)
	chance, ok := v.Value(plan.VarBuyChance)
	require.Equal(t, .5, chance)
	require.True(t, ok)
}

// The five sums are what a topic's strength is made of.
func TestSums(t *testing.T) {
	var p profile.Profile
	n := topics("a", "b")
	for i, kind := range []plan.EventKind{plan.View, plan.Click, plan.Cart, plan.Social, plan.Order} {
		for range i + 1 {
			about(&p, n, start, kind, 2, 0)
		}
	}
	for kind, also := range map[plan.EventKind]int{plan.Search: 1, plan.Media: 1, plan.Picked: 1, plan.Attempt: 1} {
		q := p
		about(&q, n, start, kind, 2, 0)
		adds := q.At(start, n).Sums(1)[also] - p.At(start, n).Sums(1)[also]
		require.Equal(t, map[plan.EventKind]float64{plan.Search: 2, plan.Media: 1, plan.Picked: 2, plan.Attempt: 1}[kind], adds)
	}
	require.Equal(t, [5]float64{1, 4, 12, 12, 40}, p.At(start, n).Sums(1))
	require.Zero(t, p.At(start, n).Sums(0))
	later := p.At(start+60*day, n).Sums(1)
	require.InDeltaSlice(t, []float64{math.Exp2(-60. / 7), 4 * math.Exp2(-60./14), 12 * math.Exp2(-60./21), 3, 20}, later[:], 1e-3)
	total := 0.
	for _, sum := range later {
		total += sum
	}
	require.InDelta(t, total/(total+1), p.At(start+60*day, n).Affinity(1), 1e-3)
}
