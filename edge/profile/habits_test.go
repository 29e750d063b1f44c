package profile_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// A visitor of every seventh day, twice on each, who then stays away for three weeks.
func TestLapse(t *testing.T) {
	var p profile.Profile
	now := start + 9*3600
	for week := range plan.Time(6) {
		at(&p, now+week*7*day, plan.View, 0)
		if week < 2 {
			require.Equal(t, never, variable(&p, fullNames, now+week*7*day, plan.VarUsualGap), "no gap has ended yet")
		} else {
			require.InDelta(t, 7, variable(&p, fullNames, now+week*7*day, plan.VarUsualGap), .01)
			require.InDelta(t, 1, variable(&p, fullNames, now+week*7*day, plan.VarLapse), .01)
		}
		at(&p, now+week*7*day+8*3600, plan.View, 0)
		if week > 1 {
			require.Zero(t, variable(&p, fullNames, p.Last, plan.VarLapse), "the visit before was today")
		}
	}
	back := now + (35+21)*day
	p.Touch(back)
	require.InDelta(t, 7, variable(&p, fullNames, back, plan.VarUsualGap), .01)
	require.InDelta(t, 3, variable(&p, fullNames, back, plan.VarLapse), .01)
	p.Touch(back + 7*day)
	require.InDelta(t, (4*7+21)/5.+.3, variable(&p, fullNames, p.Last, plan.VarUsualGap), .6, "the long one is among them now")
	// A clock that was a century ahead is no habit.
	p.Touch(back + 36_000*day)
	p.Touch(back + 36_007*day)
	require.InDelta(t, (7+400)/2., variable(&p, fullNames, p.Last, plan.VarUsualGap), 4, "beside the gap that ended a week ago, older ones have faded away")
}

func TestRecencyFrequencyMoney(t *testing.T) {
	level := func(p *profile.Profile, now plan.Time, index int) float64 { return variable(p, fullNames, now, index) }
	var p profile.Profile
	p.Touch(start)
	for _, index := range []int{plan.VarRFMRecency, plan.VarRFMFrequency, plan.VarRFMMoney} {
		require.Equal(t, never, level(&p, start, index))
	}
	order := func(quantity uint16, tier uint8) {
		p.Count(plan.Order, 100)
		p.Bought(fullNames, profile.Purchase{Minor: 100, Quantity: quantity, Tier: tier})
	}
	order(0, 1)
	for days, want := range map[plan.Time]float64{0: 5, 7: 5, 8: 4, 30: 4, 31: 3, 90: 3, 91: 2, 180: 2, 181: 1, 30000: 1} {
		require.Equal(t, want, level(&p, start+days*day, plan.VarRFMRecency), "%d days", days)
	}
	require.Equal(t, 4.0, level(&p, start+7*day+1, plan.VarRFMRecency), "not a second more")
	points := 1.
	for i, c := range []struct {
		quantity  uint16
		tier      uint8
		points    float64
		frequency float64
	}{
		{0, 1, 1, 2}, {1, 1, 1, 3}, {0, 0, 2, 3}, {2, 0, 4, 3}, {1, 3, 3, 4}, {4, 3, 12, 4}, {1000, 1, 20, 4},
		{1, 2, 2, 4}, {1, 2, 2, 4}, {1, 2, 2, 4}, {1, 2, 2, 5},
	} {
		order(c.quantity, c.tier)
		points += c.points
		require.Equal(t, c.frequency, level(&p, start, plan.VarRFMFrequency), "order %d", i+2)
		want := 1.
		for _, least := range []float64{3, 6, 12, 24} {
			if points >= least {
				want++
			}
		}
		require.Equal(t, want, level(&p, start, plan.VarRFMMoney), "%g points", points)
	}
	require.Equal(t, 5.0, level(&p, start, plan.VarRFMMoney))
	require.Equal(t, 4.0, level(&p, start+220*day, plan.VarRFMMoney), "of 52 points less than 24 are left")
}

func TestPriceTier(t *testing.T) {
	tier := func(seen ...uint8) float64 {
		var p profile.Profile
		p.Touch(start)
		for _, s := range seen {
			p.Saw(plan.View, s)
		}
		return variable(&p, fullNames, start, plan.VarPriceTier)
	}
	require.Equal(t, never, tier())
	require.Equal(t, never, tier(0, 0), "not known")
	for _, c := range []struct {
		seen []uint8
		want float64 // low, middle, high
	}{
		{[]uint8{1}, 0}, {[]uint8{2}, 1}, {[]uint8{3}, 2}, {[]uint8{1, 2}, 0}, {[]uint8{1, 2, 2}, 1}, {[]uint8{2, 2, 3}, 2}, {[]uint8{1, 3}, 1},
	} {
		require.Equal(t, c.want, tier(c.seen...), "%v", c.seen)
	}
	// What is bought says more than what is looked at.
	var p profile.Profile
	p.Touch(start)
	for range 3 {
		p.Saw(plan.View, 3)
	}
	p.Bought(fullNames, profile.Purchase{Tier: 1})
	require.Equal(t, 0.0, variable(&p, fullNames, start, plan.VarPriceTier), "(9 + 8) / 11")
	p.Saw(plan.Cart, 3)
	require.Equal(t, 1.0, variable(&p, fullNames, start, plan.VarPriceTier), "(21 + 8) / 15")
}

func TestSatisfaction(t *testing.T) {
	var p profile.Profile
	p.Touch(start)
	know := func(index int) float64 { return variable(&p, fullNames, start, index) }
	require.Equal(t, never, know(plan.VarSatisfaction))
	p.Socialize(plan.Comment, 3)
	p.Socialize(plan.Comment, 2)
	require.Equal(t, []float64{.5, .75}, []float64{know(plan.VarSentiment), know(plan.VarSatisfaction)})
	p.Rated(plan.CSAT, 2)
	p.Rated(plan.CSAT, 3)
	require.Equal(t, 2.5, know(plan.VarCSAT))
	require.InDelta(t, (2*1.5/4+.75)/3, know(plan.VarSatisfaction), 1e-12)
	p.Rated(plan.NPS, 9)
	p.Rated(plan.NPS, 0)
	p.Rated(plan.One, 3)
	require.Equal(t, []float64{0, 5}, []float64{know(plan.VarNPS), know(plan.VarSurveys)})
	require.InDelta(t, (2*1.5/4+0+.75)/5, know(plan.VarSatisfaction), 1e-12)
	// Nothing but the last answer outlasts the years.
	later := start + 3000*day
	require.Equal(t, []float64{never, never, 0, 0}, []float64{variable(&p, fullNames, later, plan.VarCSAT),
		variable(&p, fullNames, later, plan.VarSentiment), variable(&p, fullNames, later, plan.VarNPS), variable(&p, fullNames, later, plan.VarSatisfaction)})
	for _, c := range []struct {
		kind   plan.SurveyKind
		answer uint64
	}{{plan.CSAT, 0}, {plan.CSAT, 6}, {plan.NPS, 11}} {
		q := p
		q.Rated(c.kind, c.answer)
		require.Equal(t, 2.5, variable(&q, fullNames, start, plan.VarCSAT))
		require.Equal(t, 0.0, variable(&q, fullNames, start, plan.VarNPS))
	}
}

// Coupons, refunds and payments, by orders.
func TestSpendingHabits(t *testing.T) {
	var p profile.Profile
	p.Touch(start)
	know := func(index int) float64 { return variable(&p, fullNames, start, index) }
	for _, index := range []int{plan.VarDiscountShare, plan.VarRefundShare, plan.VarItemsPerOrder, plan.VarPayment} {
		require.Equal(t, never, know(index))
	}
	for _, b := range []profile.Purchase{
		{Minor: 500, Discount: 50, Quantity: 4, Payment: 2}, {Minor: 500, Payment: 3}, {Minor: 500, Discount: 1, Quantity: 1, Payment: 3}, {Minor: 500},
	} {
		p.Count(plan.Order, b.Minor)
		p.Bought(fullNames, b)
	}
	p.Refunded()
	require.Equal(t, []float64{.5, .25, 2.5, 2}, []float64{know(plan.VarDiscountShare), know(plan.VarRefundShare), know(plan.VarItemsPerOrder), know(plan.VarPayment)})
	require.Equal(t, []float64{4, 20, 1}, []float64{know(plan.VarOrders), know(plan.VarRevenue), know(plan.VarRefunds)})
	for range 9 {
		p.Refunded()
	}
	require.Equal(t, 1.0, know(plan.VarRefundShare), "never above the whole")
	p.Bought(fullNames, profile.Purchase{Payment: 4}) // no such kind
	require.Equal(t, 2.0, know(plan.VarPayment))
}
