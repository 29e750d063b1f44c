package population_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What devices, budgets and the truth rely on: each day's actions lie in its
// period, visits are visits to a device as well, each meets each slot once, with
// room for the answer, and no goal is reached but by an answer.
func TestVisitsKeepTheirPromises(t *testing.T) {
	everywhere(t, func(t *testing.T, p *plan.Plan, null bool) {
		s := made(t, p, population.Options{Seed: 11, Visitors: 100, Null: null})
		goals := map[plan.Trigger]bool{}
		for _, slot := range p.Slots {
			goals[slot.Goal] = true
		}
		visits, third, kinds := 0, 0, map[plan.EventKind]int{}
		for i := range s.Visitors() {
			v := s.Visitor(i)
			last := plan.Time(0) // of the visit before
			for d := range min(s.Days(), 40) {
				start, end, date := s.Bounds(d)
				period, ok := p.PeriodAt(start)
				require.True(t, ok)
				require.Equal(t, period.Date+plan.Date(d%p.Cadence.Days()), date)
				day := v.Day(d)
				require.Len(t, day, v.Visits(d))
				for j, visit := range day {
					require.Equal(t, [3]int{i, d, j}, [3]int{visit.Visitor, visit.Day, visit.Index})
					visits++
					if j == 2 {
						third++
					}
					require.GreaterOrEqual(t, visit.Actions[0].At-last, plan.Time(30*plan.Minute))
					last = visit.Actions[0].At
					chosen, views := make([]int, len(p.Slots)), 0
					for n, a := range visit.Actions {
						kinds[a.Kind]++
						require.GreaterOrEqual(t, a.At, start)
						require.Less(t, a.At+population.AnswerTime, end)
						require.True(t, period.Holds(a.At))
						require.GreaterOrEqual(t, a.At, last)
						require.Less(t, a.At-last, plan.Time(30*plan.Minute))
						if n > 0 && visit.Actions[n-1].Kind == population.Choose {
							require.GreaterOrEqual(t, a.At-visit.Actions[n-1].At, plan.Time(population.AnswerTime))
						}
						last = a.At
						require.Zero(t, a.Topics>>len(p.Topics))
						switch a.Kind {
						case population.Choose:
							chosen[a.Slot]++
							for variant := range p.Slots[a.Slot].Variants {
								for _, b := range v.Answer(visit, a, variant) {
									require.Greater(t, b.At, a.At)
									require.Less(t, b.At, a.At+population.AnswerTime)
								}
							}
							last += population.AnswerTime - 1
						case plan.View:
							views++
						case plan.Dwell:
							require.Positive(t, a.Seconds)
							require.LessOrEqual(t, a.Seconds, uint16(600))
							require.GreaterOrEqual(t, a.At-plan.Time(a.Seconds), visit.Actions[0].At)
						case plan.Click:
							require.False(t, a.InSlot)
						default:
							require.False(t, goals[plan.Trigger{Kind: a.Kind, Event: a.Event}])
						}
						if a.Kind == plan.Order {
							require.Positive(t, a.Minor)
						}
						if a.Kind == plan.Custom {
							require.Less(t, int(a.Event), len(p.Events))
						}
					}
					require.GreaterOrEqual(t, views, 2)
					require.LessOrEqual(t, views, 8)
					for _, n := range chosen {
						require.Equal(t, 1, n)
					}
				}
			}
		}
		require.Greater(t, visits, 1000)
		require.Positive(t, third)
		if !goals[plan.Trigger{Kind: plan.Order}] {
			require.Greater(t, kinds[plan.Order], visits/100)
			require.Greater(t, kinds[plan.Cart], kinds[plan.Order])
		}
	})
}

// Pages are drawn from the visitor's own taste.
func TestPagesFollowTaste(t *testing.T) {
	s := made(t, shop(t, plan.Daily), population.Options{Seed: 13, Visitors: 400, Settled: true})
	for i := range s.Visitors() {
		v := s.Visitor(i)
		seen, n := make([]float64, len(v.Taste)), 0.
		for d := range s.Days() {
			for _, visit := range v.Day(d) {
				for _, a := range visit.Actions {
					if a.Kind == plan.View && a.Topics != 0 {
						seen[population.Topics(a.Topics)[0]]++
						n++
					}
				}
			}
		}
		// Chi-square of 5 topics: beyond 40 once in 20 million visitors; topics too
		// rare for it are pooled.
		chi, rare, expected := 0., 0., 0.
		for topic, w := range v.Taste {
			if e := n * w; e < 5 {
				rare += seen[topic]
				expected += e
			} else {
				chi += (seen[topic] - e) * (seen[topic] - e) / e
			}
		}
		if expected >= 1 {
			chi += (rare - expected) * (rare - expected) / expected
		}
		require.Less(t, chi, 40., "visitor %d", i)
	}
}
