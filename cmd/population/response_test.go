package population_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func TestRates(t *testing.T) {
	everywhere(t, func(t *testing.T, p *plan.Plan, null bool) {
		s := made(t, p, population.Options{Seed: 17, Visitors: 5000, Null: null})
		bases := map[float64]bool{}
		for i := range s.Visitors() {
			v := s.Visitor(i)
			for slot := range p.Slots {
				least, most := math.Inf(1), math.Inf(-1)
				for a := range p.Slots[slot].Variants {
					r := v.Rate(slot, a)
					least, most = min(least, r), max(most, r)
				}
				require.GreaterOrEqual(t, least, population.MinRate)
				require.LessOrEqual(t, most, population.MaxRate)
				if null {
					require.Zero(t, most-least, "null is null for each visitor")
				} else {
					require.Positive(t, most-least)
				}
			}
			bases[v.Rate(0, 0)] = true
		}
		// One in twenty own factors is cut at two sigma.
		require.Greater(t, len(bases), 4600, "visitors differ, in a null population too")
	})
}

// A higher rate never turns a success into a failure, and the share of successes
// is the rate.
func TestCommonRandomNumbers(t *testing.T) {
	everywhere(t, func(t *testing.T, p *plan.Plan, null bool) {
		s := made(t, p, population.Options{Seed: 19, Visitors: 3000, Null: null, Settled: true})
		differ := 0
		for slot := range p.Slots {
			variants := len(p.Slots[slot].Variants)
			won, sum, variance := make([]float64, variants), make([]float64, variants), make([]float64, variants)
			for i := range s.Visitors() {
				v := s.Visitor(i)
				for d := range 3 {
					for visit := range v.Visits(d) {
						highestLost, lowestWon := 0., 1.
						for a := range variants {
							rate := v.Rate(slot, a)
							sum[a] += rate
							variance[a] += rate * (1 - rate)
							if v.Responds(d, visit, slot, a) {
								won[a]++
								lowestWon = min(lowestWon, rate)
							} else {
								highestLost = max(highestLost, rate)
							}
						}
						require.Less(t, highestLost, lowestWon)
						if highestLost > 0 && lowestWon < 1 {
							differ++
						}
					}
				}
			}
			for a := range variants {
				require.InDelta(t, sum[a], won[a], 5*math.Sqrt(variance[a]), "slot %d variant %d", slot, a)
			}
		}
		require.Equal(t, null, differ == 0)
	})
}

func TestAnswersReachTheGoal(t *testing.T) {
	p := foreign(t)
	s := made(t, p, population.Options{Seed: 23, Visitors: 2000})
	answers := make([]int, len(p.Slots))
	for i := range s.Visitors() {
		v := s.Visitor(i)
		for _, visit := range v.Day(4) {
			for _, c := range visit.Actions {
				if c.Kind != population.Choose {
					continue
				}
				for variant, shown := range p.Slots[c.Slot].Variants {
					got := v.Answer(visit, c, variant)
					require.Equal(t, v.Responds(4, visit.Index, int(c.Slot), variant), got != nil)
					if got == nil {
						continue
					}
					answers[c.Slot]++
					goal := p.Slots[c.Slot].Goal
					require.Equal(t, goal, plan.Trigger{Kind: got[0].Kind, Event: got[0].Event})
					if goal.Kind == plan.Custom {
						require.Zero(t, got[0].Topics)
					} else if shown.Topics != nil {
						require.Equal(t, shown.Topics, population.Topics(got[0].Topics))
					} else {
						require.Len(t, population.Topics(got[0].Topics), 1)
					}
					require.Equal(t, goal.Kind == plan.Order, got[0].Minor > 0)
					require.Equal(t, goal.Kind == plan.Click, got[0].InSlot)
					if goal.Kind == plan.Click {
						require.Len(t, got, 2)
						require.Equal(t, population.Action{At: got[0].At + 1, Kind: plan.View, Topics: got[0].Topics}, got[1])
					} else {
						require.Len(t, got, 1)
					}
				}
			}
		}
	}
	for slot, n := range answers {
		require.Greater(t, n, 30, "slot %d", slot)
	}
}
