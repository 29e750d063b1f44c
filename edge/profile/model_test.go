package profile_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// modelled are the variables that the model knows.
var modelled = []int{
	plan.VarVisits, plan.VarViews, plan.VarClicks, plan.VarCarts, plan.VarOrders, plan.VarRevenue, plan.VarAverageOrder,
	plan.VarLastOrder, plan.VarDaysSinceFirst, plan.VarDaysSinceVisit, plan.VarDaysSinceOrder, plan.VarSessions30,
	plan.VarHour, plan.VarWeekday, plan.VarChannel, plan.VarScenario, plan.VarUsualHour, plan.VarPages, plan.VarDepth,
	plan.VarDwell, plan.VarSearches, plan.VarLikes, plan.VarShares, plan.VarComments, plan.VarFollows, plan.VarMedia,
	plan.VarSentiment, plan.VarLapse, plan.VarUsualGap, plan.VarRFMRecency, plan.VarRFMFrequency, plan.VarRFMMoney,
	plan.VarPriceTier, plan.VarDiscountShare, plan.VarRefundShare, plan.VarItemsPerOrder, plan.VarPayment, plan.VarRefunds,
	plan.VarCSAT, plan.VarNPS, plan.VarSatisfaction, plan.VarSurveys, plan.VarEntry, plan.VarAbility, plan.VarAbility + 1,
}

// live does something at random to both.
func live(rng *rand.Rand, p *profile.Profile, m *model, now plan.Time) {
	p.Touch(now)
	m.touch(now)
	kind := plan.EventKind(1 + rng.IntN(19))
	seconds := uint16(rng.IntN(4000))
	p.Interested(fullNames, kind, rng.Uint64N(8), seconds)
	if kind == plan.Dwell {
		m.add("minutes", min(float64(seconds), 1800)/60, 30)
	}
	none := func(float64) float64 { return 1 }
	purchase := profile.Purchase{Minor: int64(rng.IntN(5)) * 1000, Discount: int64(rng.IntN(2)), Quantity: uint16(rng.IntN(9)),
		Payment: uint8(rng.IntN(4)), Tier: uint8(rng.IntN(4))}
	switch kind {
	case plan.View, plan.Click, plan.Cart:
		p.Count(kind, 0)
		tier := uint8(rng.IntN(4))
		p.Saw(kind, tier)
		switch kind {
		case plan.View:
			m.counts[plan.VarViews]++
			m.pages++
			m.add("views", 1, 30)
			m.tier(1, tier, none)
		case plan.Click:
			m.counts[plan.VarClicks]++
		case plan.Cart:
			m.counts[plan.VarCarts]++
			m.tier(4, tier, none)
		}
	case plan.Order:
		p.Count(kind, purchase.Minor)
		p.Bought(fullNames, purchase)
		m.bought(purchase, now, 0)
	case plan.History:
		at := max(0, now-plan.Time(rng.Int64N(400*int64(day))))
		if len(m.orders) > 0 && rng.IntN(3) == 0 { // handed over again, by a clock that differs
			o := m.orders[rng.IntN(len(m.orders))]
			at, purchase.Minor = min(max(0, m.seen(o.at, o.by)+plan.Time(rng.IntN(7200)-3600)), now), o.minor
		}
		same := false
		for _, o := range m.orders {
			gap := m.seen(o.at, o.by) - at
			same = same || o.minor == purchase.Minor && gap >= -3600 && gap <= 3600
		}
		if !same {
			m.bought(purchase, at, float64(now-at))
		}
		got := p.Remember(fullNames, now, profile.Past{At: at, Purchase: purchase})
		if got == same {
			panic("an order of the history is known to one of both")
		}
	case plan.Search:
		p.Searched()
		m.counts[plan.VarSearches]++
	case plan.Social:
		act, sentiment := rng.IntN(4), rng.IntN(4)
		p.Socialize(uint8(act), uint8(sentiment))
		m.counts[plan.VarLikes+act]++
		if act == plan.Comment && sentiment > 0 {
			m.add("mood", float64(sentiment-2), 90)
			m.add("judged", 1, 90)
		}
	case plan.Media:
		quarter := rng.IntN(5)
		p.Watched(uint8(quarter))
		if quarter == 4 {
			m.counts[plan.VarMedia]++
		}
	case plan.Refund:
		p.Refunded()
		m.counts[plan.VarRefunds]++
		m.add("refunds", 1, 180)
	case plan.Answer:
		m.counts[plan.VarSurveys]++
		if rng.IntN(2) == 0 {
			answer := 1 + rng.IntN(5)
			p.Rated(plan.CSAT, uint64(answer))
			m.add("csat", float64(answer), 180)
			m.add("csats", 1, 180)
		} else {
			m.nps = float64(rng.IntN(11))
			p.Rated(plan.NPS, uint64(m.nps))
		}
	case plan.Asked:
		i := rng.IntN(2)
		p.Asked(fullNames, i)
		m.asked[i] = [2]int{len(m.raw) - 1, m.asked[i][1] + 1}
	case plan.Attempt:
		i, right := rng.IntN(2), rng.IntN(3) > 0
		difficulty := rng.NormFloat64()
		p.Attempted(fullNames, i, difficulty, right)
		if m.skills[i] == nil {
			m.skills[i] = new([2]float64)
		}
		s := m.skills[i]
		outcome := 0.
		if right {
			outcome = 1
		}
		s[1] += 1 / (1 + s[0]/20) * (outcome - 1/(1+math.Exp(difficulty-s[1])))
		s[0]++
	case plan.Arrive:
		a := profile.Arrival{Channel: uint8(rng.IntN(11)), Device: uint8(rng.IntN(3)), Region: uint8(rng.IntN(11)), Page: uint8(rng.IntN(3)),
			Offset: int16(rng.IntN(1681) - 840)}
		first := m.arrival == nil
		p.Arrive(fullNames, a)
		if m.arrival = &a; first {
			m.add(hourName(m.hour(now)), 1, 28)
		}
	}
}

// Everything that a rule may ask for, over random lives: a clock that jumps both ways,
// and a state that is stored.
func TestModel(t *testing.T) {
	checked, undecided := map[int]int{}, 0
	worst := 0.
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 8))
		var p profile.Profile
		m := &model{counts: map[int]float64{}, skills: map[int]*[2]float64{}, asked: map[int][2]int{}, nps: -1}
		now := start
		for range 20 + rng.IntN(100) {
			switch rng.IntN(14) {
			case 0:
				now = max(0, now-plan.Time(rng.Int64N(20*int64(day))))
			case 1:
				now += plan.Time(rng.Int64N(120 * int64(day)))
			case 2, 3, 4, 5:
				now += plan.Time(rng.Int64N(4 * int64(day)))
			default:
				now += plan.Time(rng.Int64N(int64(20 * minute)))
			}
			live(rng, &p, m, now)
			if len(m.orders) > 20 { // beyond what is known one by one
				break
			}
			if rng.IntN(5) == 0 {
				p = stored(t, p)
			}
			ahead := plan.Time(rng.Int64N(1 + int64(rng.IntN(40))*int64(day)))
			moved := p
			moved.Touch(now + ahead)
			for _, index := range modelled {
				want, ok, near := m.value(index, ahead)
				got, known := p.At(now+ahead, fullNames).Value(index)
				if near {
					undecided++
					continue
				}
				require.Equal(t, ok, known, "seed %d: %s", seed, nameOf(index))
				if !ok {
					continue
				}
				checked[index]++
				// Weights of a sixteenth of an observation have 8 binary digits, of
				// which a clock set back costs a little more.
				bound := (1e-9 + math.Abs(want)) * 5e-3
				if exactly(index) {
					bound = 1e-9 * (1 + math.Abs(want))
				}
				require.InDelta(t, want, got, max(bound, loose(index)), "seed %d: %s", seed, nameOf(index))
				worst = max(worst, math.Abs(want-got)/max(1, math.Abs(want)))
			}
			for i := range full.Surveys {
				at, times := p.AskedAt(fullNames, i)
				require.Equal(t, m.asked[i][1], int(times))
				if times > 0 {
					require.Equal(t, m.seen(m.raw[m.asked[i][0]], m.asked[i][0]), at)
				}
			}
			for h := range 168 {
				require.InDelta(t, m.at(hourName(h), ahead), p.At(now+ahead, fullNames).HourWeight(h), .2)
			}
		}
	}
	t.Logf("worst relative difference %.2g; %d undecided", worst, undecided)
	for _, index := range modelled {
		require.Greater(t, checked[index], 300, "%s was hardly ever known", nameOf(index))
	}
}

func exactly(index int) bool {
	switch index {
	case plan.VarSessions30, plan.VarDepth, plan.VarDwell, plan.VarSentiment, plan.VarLapse, plan.VarUsualGap, plan.VarDiscountShare,
		plan.VarRefundShare, plan.VarItemsPerOrder, plan.VarCSAT, plan.VarSatisfaction, plan.VarAbility, plan.VarAbility + 1:
		return false
	}
	return true
}

// loose is what may be lost absolutely.
func loose(index int) float64 {
	switch index {
	case plan.VarSessions30, plan.VarDepth, plan.VarDwell, plan.VarSentiment, plan.VarDiscountShare, plan.VarRefundShare, plan.VarSatisfaction,
		plan.VarAbility, plan.VarAbility + 1:
		return 5e-3
	}
	return 0
}

func nameOf(index int) string {
	if index >= plan.VarAbility {
		return "ability"
	}
	for _, v := range plan.Variables {
		if v.Index == index {
			return v.Name
		}
	}
	return "?"
}

// An event of a visitor of whom everything is known.
func BenchmarkEvent(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 15))
	p, now := lived(rng)
	other, _ := lived(rng)
	p = joined(b, p, now, carried(&other, 3))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now += plan.Time(i % 2000)
		p.Touch(now)
		p.Count(plan.View, 0)
		p.Interested(fullNames, plan.View, 1<<(i%3), 0)
		p.Saw(plan.View, 2)
	}
}

// Joining a profile with everything in it.
func BenchmarkJoin(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 15))
	p, now := lived(rng)
	other, _ := lived(rng)
	c := carried(&other, 3)
	b.ReportAllocs()
	for b.Loop() {
		r := wire.NewReader(c)
		if p.Join(fullNames, now, r); r.Close() != nil {
			b.Fatal("refused")
		}
	}
}
