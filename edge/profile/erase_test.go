package profile_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// together are the variables that rest on the same: one erased, all are gone.
var together = [][]int{
	{plan.VarVisits, plan.VarDaysSinceFirst, plan.VarDaysSinceVisit, plan.VarSessions30, plan.VarDepth, plan.VarDwell, plan.VarLapse, plan.VarUsualGap},
	{plan.VarViews, plan.VarPages},
	{plan.VarClicks},
	{plan.VarCarts, plan.VarDaysSinceCart},
	{plan.VarOrders, plan.VarRevenue, plan.VarAverageOrder, plan.VarLastOrder, plan.VarDaysSinceOrder, plan.VarRFMRecency,
		plan.VarRFMFrequency, plan.VarRFMMoney, plan.VarDiscountShare, plan.VarItemsPerOrder},
	{plan.VarRefunds, plan.VarRefundShare},
	{plan.VarActiveDays},
	{plan.VarTopTopic},
	{plan.VarHour, plan.VarWeekday, plan.VarDevice, plan.VarChannel, plan.VarRegion, plan.VarScenario, plan.VarEntry},
	{plan.VarUsualHour},
	{plan.VarSearches}, {plan.VarLikes}, {plan.VarShares}, {plan.VarComments}, {plan.VarFollows}, {plan.VarMedia},
	{plan.VarSentiment}, {plan.VarPriceTier}, {plan.VarPayment}, {plan.VarCSAT}, {plan.VarNPS}, {plan.VarSatisfaction}, {plan.VarSurveys},
	{plan.VarAttribute}, {plan.VarAttribute + 1}, {plan.VarAffinity}, {plan.VarAffinity + 2}, {plan.VarAbility}, {plan.VarAbility + 1},
}

// with lists what goes too: it rests in part on the same.
var with = map[int][]int{
	plan.VarVisits:       {},
	plan.VarViews:        {plan.VarSessions30, plan.VarDepth, plan.VarDwell},
	plan.VarOrders:       {plan.VarRefundShare},
	plan.VarTopTopic:     {plan.VarAffinity, plan.VarAffinity + 1, plan.VarAffinity + 2},
	plan.VarAffinity:     {plan.VarAffinity + 1, plan.VarAffinity + 2, plan.VarTopTopic}, // their shares
	plan.VarAffinity + 2: {plan.VarAffinity, plan.VarAffinity + 1, plan.VarTopTopic},
	plan.VarSentiment:    {plan.VarSatisfaction},
	plan.VarCSAT:         {plan.VarSatisfaction},
	plan.VarNPS:          {plan.VarSatisfaction},
	plan.VarSatisfaction: {plan.VarSentiment, plan.VarCSAT, plan.VarNPS},
}

func TestErase(t *testing.T) {
	var every []int
	for _, group := range together {
		every = append(every, group...)
	}
	for _, v := range plan.Variables {
		kept := slices.Contains(every, v.Index)
		require.Equal(t, kept, !slices.Contains([]int{plan.VarLapseRisk, plan.VarBuyChance, plan.VarPeriods, plan.VarStage}, v.Index), v.Name)
	}
	changed := map[int]int{}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 11))
		p, now := lived(rng)
		if !p.Seen() {
			continue
		}
		other, _ := lived(rng)
		p = joined(t, p, now, carried(&other, 3))
		for _, group := range together {
			first := profile.Profile{}
			for i, index := range group {
				q := p
				require.True(t, q.Erase(fullNames, index))
				q = stored(t, q)
				if i == 0 {
					first = q
				}
				require.Equal(t, first, q, "%s", nameOf(index))
				for _, other := range every {
					was, is := variable(&p, fullNames, now, other), variable(&q, fullNames, now, other)
					if !slices.Contains(group, other) && !slices.Contains(with[group[0]], other) {
						require.Equal(t, was, is, "seed %d: %s erased, %s", seed, nameOf(index), nameOf(other))
					} else if was != is {
						changed[other]++
					}
				}
				again := q
				require.True(t, again.Erase(fullNames, index))
				require.Equal(t, q, again)
			}
		}
	}
	for _, index := range every {
		require.Greater(t, changed[index], 20, "%s was hardly ever erased", nameOf(index))
	}
	var p profile.Profile
	for _, index := range []int{plan.VarLapseRisk, plan.VarBuyChance, 60, plan.VarAttribute + 2, plan.VarAffinity + 3, plan.VarAbility + 2, 255} {
		require.False(t, p.Erase(fullNames, index))
	}
	for _, index := range every {
		require.True(t, p.Erase(fullNames, index))
		require.Zero(t, p, "%s of nobody", nameOf(index))
	}
}

// What is erased is as it is for a visitor never seen, or seen for the first time now.
func TestErasedIsUnknown(t *testing.T) {
	p, now := lived(rand.New(rand.NewPCG(1, 12)))
	var fresh profile.Profile
	fresh.Touch(now)
	for _, group := range together {
		p.Erase(fullNames, group[0])
	}
	for _, v := range plan.Variables {
		require.Equal(t, variable(&fresh, fullNames, now, v.Index), variable(&p, fullNames, now, v.Index), v.Name)
	}
	// Orders that were erased are not learned again from a history.
	require.False(t, p.Remember(fullNames, now, profile.Past{At: now - day, Purchase: profile.Purchase{Minor: 7}}))
}
