package population_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Visitors are of the personas that the shop says, in their shares, and like what
// these like on average, within 5 standard errors.
func TestVisitorsAreOfTheirPersonas(t *testing.T) {
	const n = 20_000
	for _, p := range []*plan.Plan{shop(t, plan.Daily), file(t, "standard.yaml"), foreign(t)} {
		s := made(t, p, population.Options{Seed: 3, Visitors: n})
		personas := s.Personas()
		share, total := make([]float64, len(personas)), 0.
		taste := make([][]float64, len(personas))
		square := make([][]float64, len(personas))
		for k := range taste {
			taste[k], square[k] = make([]float64, len(p.Topics)), make([]float64, len(p.Topics))
			total += personas[k].Share
		}
		require.InDelta(t, 1, total, 1e-12)
		for i := range n {
			v := s.Visitor(i)
			share[v.Persona]++
			sum := 0.
			for topic, w := range v.Taste {
				require.GreaterOrEqual(t, w, 0.)
				sum += w
				taste[v.Persona][topic] += w
				square[v.Persona][topic] += w * w
			}
			require.InDelta(t, 1, sum, 1e-9)
			require.Greater(t, v.Active, 0.)
			require.LessOrEqual(t, v.Active, .97)
			require.Greater(t, v.Leaves, v.Arrives)
		}
		for k, persona := range personas {
			require.InDelta(t, persona.Share, share[k]/n, 5*math.Sqrt(persona.Share*(1-persona.Share)/n), persona.Name)
			for topic, want := range persona.Taste {
				mean := taste[k][topic] / share[k]
				sd := math.Sqrt((square[k][topic]/share[k] - mean*mean) / share[k])
				require.InDelta(t, want, mean, 5*sd, "%s, %s", persona.Name, p.Topics[topic])
			}
		}
	}
}

// Every topic of every plan is somebody's: it weighs more than an even share with
// some persona.
func TestEveryTopicHasFriends(t *testing.T) {
	many := shop(t, plan.Daily)
	many.Topics = nil
	for i := range plan.MaxTopics {
		many.Topics = append(many.Topics, string(rune('一'+i)))
	}
	one := shop(t, plan.Daily)
	one.Topics, one.Slots[0].Variants = []string{"shoes"}, one.Slots[0].Variants[:2]
	for _, p := range []*plan.Plan{shop(t, plan.Daily), file(t, "standard.yaml"), foreign(t), many, one} {
		s := made(t, p, population.Options{Visitors: 1})
		for topic, name := range p.Topics {
			most := 0.
			for _, persona := range s.Personas() {
				most = max(most, persona.Taste[topic])
			}
			if len(p.Topics) == 1 {
				require.InDelta(t, 1, most, 1e-12)
			} else {
				require.Greater(t, most, 1.3/float64(len(p.Topics)), name)
			}
		}
	}
}

// The weather is everybody's: the share that comes differs between days by more than
// luck, and by what was asked for.
func TestWeather(t *testing.T) {
	const n = 5000
	p := shop(t, plan.Daily)
	s := made(t, p, population.Options{Seed: 5, Visitors: n, Settled: true, Weather: .1})
	fair := made(t, p, population.Options{Seed: 5, Visitors: n, Settled: true})
	var logs []float64
	for day := range s.Days() {
		came, usual := 0, 0
		for i := range n {
			came += min(s.Visitor(i).Visits(day), 1)
			usual += min(fair.Visitor(i).Visits(day), 1)
		}
		logs = append(logs, math.Log(float64(came)/float64(usual)))
	}
	mean, square := 0., 0.
	for _, l := range logs {
		mean += l / float64(len(logs))
		square += l * l / float64(len(logs))
	}
	require.InDelta(t, 0, mean, .05)
	require.InDelta(t, .1, math.Sqrt(square-mean*mean), .03)
}

// Two thirds come later, and who is there leaves twenty times as soon: a few weeks
// on, the shop has other visitors than on its first day.
func TestTurnover(t *testing.T) {
	const n = 20_000
	s := made(t, shop(t, plan.Daily), population.Options{Seed: 5, Visitors: n, Late: 2. / 3, Horizon: 28, Turnover: 20})
	first, left := 0, 0
	present := make([]int, 28)
	for i := range n {
		v := s.Visitor(i)
		if v.Arrives == 0 {
			first++
			if v.Leaves <= 27 {
				left++
			}
		}
		for d := v.Arrives; d < min(v.Leaves, len(present)); d++ {
			present[d]++
		}
	}
	require.InDelta(t, n/3., first, 5*math.Sqrt(n*2./9))
	// Their churn is .04 to .16 a day: of the first day's some 18 % are still there.
	require.InDelta(t, .82, float64(left)/float64(first), .03)
	require.InDelta(t, present[14], present[27], .15*n/3)
}

func TestComingAndGoing(t *testing.T) {
	const n = 20_000
	s := made(t, shop(t, plan.Daily), population.Options{Seed: 5, Visitors: n, Horizon: 14})
	arrived := make([]int, s.Days())
	gone := 0
	for i := range n {
		v := s.Visitor(i)
		arrived[v.Arrives]++
		if v.Arrives > 0 {
			require.NotZero(t, v.Visits(v.Arrives), "who arrives comes")
		}
		require.Zero(t, v.Visits(v.Arrives-1))
		require.Zero(t, v.Visits(v.Leaves))
		if v.Leaves <= 28 {
			gone++
		}
	}
	require.InDelta(t, .8*n, arrived[0], 5*math.Sqrt(n*.8*.2))
	for d := 1; d < 14; d++ {
		require.InDelta(t, .2*n/13, arrived[d], 5*math.Sqrt(.2*n/13), "day %d", d)
	}
	for d := 14; d < s.Days(); d++ {
		require.Zero(t, arrived[d])
	}
	require.InDelta(t, .09*n, gone, .02*n)

	settled := made(t, shop(t, plan.Daily), population.Options{Seed: 5, Visitors: 1000, Settled: true})
	for i := range 1000 {
		v := settled.Visitor(i)
		require.Zero(t, v.Arrives)
		require.Equal(t, settled.Days(), v.Leaves)
	}
}

// The mean of those who come on a working day is what was asked for.
func TestActiveIsTheShareThatComes(t *testing.T) {
	const n = 20_000
	for _, active := range []float64{.05, .25, .48} {
		s := made(t, shop(t, plan.Daily), population.Options{Seed: 9, Visitors: n, Active: active, Settled: true})
		came := 0
		for i := range n {
			if s.Visitor(i).Visits(2) > 0 { // a Wednesday
				came++
			}
		}
		// Nobody comes more surely than .97, which costs the busiest some.
		require.InDelta(t, active, float64(came)/n, 5*math.Sqrt(active*(1-active)/n)+.02*active)
	}
}

func TestFactsAreThePlans(t *testing.T) {
	p := foreign(t)
	s := made(t, p, population.Options{Seed: 2, Visitors: 3000})
	known := 0
	seen := map[float64]bool{}
	for i := range 3000 {
		facts := s.Visitor(i).Facts()
		require.Equal(t, facts, s.Visitor(i).Facts())
		if facts == nil {
			continue
		}
		known++
		require.Len(t, facts, 3)
		require.Contains(t, []float64{0, 1}, facts[0].Value)
		require.GreaterOrEqual(t, facts[1].Value, -.5)
		require.LessOrEqual(t, facts[1].Value, 300.25)
		require.Contains(t, []float64{0, 1, 2}, facts[2].Value)
		seen[facts[2].Value] = true
	}
	require.InDelta(t, 2000, known, 130)
	require.Len(t, seen, 3)
}
