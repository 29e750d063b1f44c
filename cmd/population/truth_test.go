package population_test

import (
	"encoding/json"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The truth has structure at every level, whatever the seed: the best variant for
// each visitor beats the best for each persona, that the best one for all, that
// chance.
func TestEveryLevelOfTruthIsWorthSomething(t *testing.T) {
	p := shop(t, plan.Daily)
	for seed := range uint64(20) {
		tr := made(t, p, population.Options{Seed: seed, Visitors: 5000}).Truth(7)
		for _, day := range tr.Days {
			x := day.Slots[0]
			require.Equal(t, day.Active, x.Devices)
			require.Equal(t, day.Visits, x.Decisions)
			require.InDelta(t, .40, float64(day.Active)/5000, .08)
			require.LessOrEqual(t, x.Individual.Goals, float64(day.Visits)*population.MaxRate)
		}
		x := tr.Slots[0]
		require.Greater(t, x.Best.Goals, 1.05*x.Uniform.Goals, "seed %d", seed)
		require.Greater(t, x.Persona.Goals, 1.15*x.Best.Goals, "seed %d", seed)
		require.Greater(t, x.Individual.Goals, 1.1*x.Persona.Goals, "seed %d", seed)
		require.Greater(t, x.Individual.Goals, 1.3*x.Uniform.Goals, "seed %d", seed)
		for _, o := range []population.Outcome{x.Fixed[0].Outcome, x.Uniform, x.Best.Outcome, x.Persona, x.Individual} {
			require.Greater(t, o.Rate, .03)
			require.Less(t, o.Rate, .15)
			require.Greater(t, o.Share, o.Rate, "days hold one visit or more")
		}
		require.Equal(t, "plain", x.Fixed[0].Variant)
		picks := map[string]bool{}
		for _, pick := range x.Arms {
			picks[pick.Variant] = true
		}
		require.GreaterOrEqual(t, len(picks), 4)
	}
}

func TestNullTruth(t *testing.T) {
	everywhere(t, func(t *testing.T, p *plan.Plan, null bool) {
		for _, x := range made(t, p, population.Options{Seed: 29, Visitors: 2500, Null: null}).Truth(3).Slots {
			for _, arm := range x.Fixed {
				if null {
					require.InDelta(t, x.Individual.Goals, arm.Goals, 1e-9*arm.Goals)
					require.InDelta(t, x.Uniform.Devices, arm.Devices, 1e-9*arm.Devices)
				} else {
					require.Less(t, arm.Goals, x.Individual.Goals)
				}
			}
			require.LessOrEqual(t, x.Best.Goals, x.Persona.Goals*(1+1e-12))
			require.LessOrEqual(t, x.Persona.Goals, x.Individual.Goals*(1+1e-12))
		}
	})
}

// The sums are those of every visit taken by itself.
func TestTruthIsTheSumOfItsVisits(t *testing.T) {
	everywhere(t, func(t *testing.T, p *plan.Plan, null bool) {
		s := made(t, p, population.Options{Seed: 31, Visitors: 400, Null: null})
		tr := s.Truth(6)
		for slot := range p.Slots {
			variants := len(p.Slots[slot].Variants)
			fixed, devices := make([]float64, variants), make([]float64, variants)
			uniform, individual, visits := 0., 0., 0
			for d := 5; d >= 0; d-- {
				for i := s.Visitors() - 1; i >= 0; i-- {
					v := s.Visitor(i)
					day := v.Day(d)
					visits += len(day)
					for a := range variants {
						rate := v.Rate(slot, a)
						for range day {
							fixed[a] += rate
							uniform += rate / float64(variants)
						}
						devices[a] += 1 - math.Pow(1-rate, float64(len(day)))
					}
					best := 0.
					for a := range variants {
						best = max(best, v.Rate(slot, a))
					}
					individual += best * float64(len(day))
				}
			}
			x := tr.Slots[slot]
			require.Equal(t, visits, x.Decisions)
			require.Len(t, x.Fixed, variants)
			most := 0
			for a := range variants {
				require.InDelta(t, fixed[a], x.Fixed[a].Goals, 1e-8)
				require.InDelta(t, fixed[a]/float64(visits), x.Fixed[a].Rate, 1e-10)
				require.InDelta(t, devices[a], x.Fixed[a].Devices, 1e-8)
				if fixed[a] > fixed[most]+1e-8 {
					most = a
				}
			}
			require.InDelta(t, fixed[most], x.Best.Goals, 1e-8)
			require.InDelta(t, uniform, x.Uniform.Goals, 1e-8)
			require.InDelta(t, individual, x.Individual.Goals, 1e-8)
		}
	})
}

func TestTruthHasTheSameBytesOnAnyNumberOfCores(t *testing.T) {
	s := made(t, shop(t, plan.Daily), population.Options{Seed: 37, Visitors: 9000})
	bytes := func(cores int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		b, err := json.Marshal(s.Truth(5))
		require.NoError(t, err)
		return string(b)
	}
	one := bytes(1)
	require.Equal(t, one, bytes(4))
	require.Equal(t, one, bytes(3))

	var tr population.Truth
	require.NoError(t, json.Unmarshal([]byte(one), &tr))
	require.Equal(t, s.Truth(5), tr)
	require.Len(t, tr.Personas, 6)
	require.Equal(t, "2027-03-05", tr.Days[4].Date)
	require.Len(t, tr.Personas[0].Response[0], 6)
	require.Empty(t, s.Truth(0).Days)
	require.Len(t, s.Truth(1000).Days, 56)
}

// Groups of the driver's own: one of everybody is the best single variant, one
// each is the oracle.
func TestTally(t *testing.T) {
	s := made(t, shop(t, plan.Daily), population.Options{Seed: 41, Visitors: 200, Settled: true})
	everybody, each, parity := s.NewTally(0, 1), s.NewTally(0, 200), s.NewTally(0, 2)
	for i := range 200 {
		everybody.Add(0, s.Visitor(i), 2)
		each.Add(i, s.Visitor(i), 2)
		parity.Add(i%2, s.Visitor(i), 2)
	}
	require.Equal(t, 400, each.Visits())
	require.Equal(t, 200, each.VisitorDays())
	_, single := everybody.Best()
	_, grouped := everybody.ByGroup()
	require.Equal(t, single, grouped)
	picks, oracle := each.ByGroup()
	require.InDelta(t, each.Individual().Goals, oracle.Goals, 1e-9)
	for i, pick := range picks {
		for a := range 6 {
			require.LessOrEqual(t, s.Visitor(i).Rate(0, a), s.Visitor(i).Rate(0, pick))
		}
	}
	_, two := parity.ByGroup()
	require.GreaterOrEqual(t, two.Goals, single.Goals-1e-9)
	require.Less(t, two.Goals, oracle.Goals)
	require.InDelta(t, parity.Fixed(3).Goals, parity.Group(0, 3).Goals+parity.Group(1, 3).Goals, 1e-9)
	require.Zero(t, s.NewTally(0, 3).Individual())
}
