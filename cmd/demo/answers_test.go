package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// exactly lives days of a population under the history's plan, on devices that know no
// priors, and returns each day's sums before any noise, which only invented visitors have.
func exactly(t *testing.T, days int, o population.Options) (*plan.Plan, [][]int64) {
	t.Helper()
	yaml, err := historyYAML(historyDays)
	require.NoError(t, err)
	f, problems := planfile.Parse(planName, yaml)
	require.Empty(t, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"}, Issued: f.Periods[0].Start,
	})
	require.NoError(t, err)
	published, err := plan.Encode(p)
	require.NoError(t, err)
	shop, err := population.New(p, o)
	require.NoError(t, err)
	c, err := simulate.NewCrowd(t.Context(), simulate.CrowdOptions{Shop: shop, Plan: p, Seed: o.Seed, Device: simulate.NativeUnder(published)})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close(context.Background())) }()
	var out [][]int64
	for day := range days {
		s := newSums(c, p)
		require.NoError(t, c.Live(t.Context(), day, s.add))
		out = append(out, s.total())
	}
	return p, out
}

// noised are releases of exact sums, of days from the first on, with noise of the plan's
// variance; rng nil: with none.
func noised(p *plan.Plan, sums [][]int64, first int, rng *rand.Rand) []panel.Release {
	digest := plan.DigestOf(encoded(p))
	weight := plan.LayoutOf(p).Weight
	out := make([]panel.Release, len(sums))
	for day, exact := range sums {
		r := panel.Release{Plan: p}
		r.Record.Plan, r.Period, r.Sigma2, r.Weight = digest, p.Periods[first+day], p.Sigma2, weight
		r.Cells = append([]int64(nil), exact...)
		for i := range r.Cells {
			if rng != nil {
				r.Cells[i] += int64(math.Round(rng.NormFloat64() * math.Sqrt(2*float64(p.Sigma2))))
			}
		}
		out[day] = r
	}
	return out
}

func encoded(p *plan.Plan) []byte {
	b, err := plan.Encode(p)
	if err != nil {
		panic(err)
	}
	return b
}

// drawn is the range of the answers, and what the campaign cost.
func drawn(p *plan.Plan) (from, to plan.Date, spring finding.Cost) {
	at := func(day int) plan.Date { return p.Periods[day].Date }
	return at(60), at(89), finding.Cost{Name: "spring", From: at(45), To: at(74), Cost: 40_000, Margin: .4}
}

// answersOf calls each with the answers to n draws of the noise, one at a time.
func answersOf(t *testing.T, p *plan.Plan, sums [][]int64, from, to plan.Date, spring finding.Cost, n uint64, each func(*finding.Answers)) {
	t.Helper()
	var mu sync.Mutex
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for draw := range n {
		work.Go(func() error {
			a, err := finding.Of(noised(p, sums, 0, rand.New(rand.NewPCG(5, draw))), from, to, []finding.Cost{spring})
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			each(a)
			return nil
		})
	}
	require.NoError(t, work.Wait())
}

// The story of the demo, by its last 30 days: of 200 draws of the noise nine of ten and more
// find what is true, and the intervals hold it.
func TestTheFiveAnswers(t *testing.T) {
	if testing.Short() {
		t.Skip("it lives 1.7 million visitors' days")
	}
	p, sums := exactly(t, historyDays, visitors(Visitors))
	from, to, spring := drawn(p)
	truth, err := finding.Of(noised(p, sums, 0, nil), from, to, []finding.Cost{spring})
	require.NoError(t, err)
	// As the story has it, and as the exact sums say.
	require.Equal(t, "sports and kids", truth.Leaving.Segment)
	require.Equal(t, "delivery", truth.Leaving.Reason)
	require.Equal(t, []string{"returning", "visit", "cart"}, []string{truth.Leak.Segment, truth.Leak.From, truth.Leak.To})
	require.True(t, truth.Campaigns[0].Paid)
	require.Equal(t, []string{"regulars", "17 to 21"}, []string{truth.Hours.Segments[0].Segment, truth.Hours.Segments[0].Band})
	require.Equal(t, "hero", truth.Worth.Places[0].Name)

	const draws = 200
	right := map[string]int{}
	answersOf(t, p, sums, from, to, spring, draws, func(a *finding.Answers) {
		hero := a.Worth.Places[0]
		for what, ok := range map[string]bool{
			"leaving":                  a.Leaving.Segment == truth.Leaving.Segment,
			"why":                      a.Leaving.Reason == truth.Leaving.Reason,
			"leak":                     a.Leak.Segment == truth.Leak.Segment && a.Leak.To == truth.Leak.To,
			"campaign":                 a.Campaigns[0].State == finding.Found && a.Campaigns[0].Paid,
			"hour":                     a.Hours.Segments[0].State == finding.Found && a.Hours.Segments[0].Band == truth.Hours.Segments[0].Band,
			"worth":                    hero.Named && hero.Gain.Value > 0,
			"the increment's interval": a.Campaigns[0].Increment.Low <= truth.Campaigns[0].Increment.Value && truth.Campaigns[0].Increment.Value <= a.Campaigns[0].Increment.High,
			"the gain's interval":      hero.Gain.Low <= truth.Worth.Places[0].Gain.Value && truth.Worth.Places[0].Gain.Value <= hero.Gain.High,
		} {
			if ok {
				right[what]++
			}
		}
	})
	coverage(t, p, sums)
	t.Logf("right in so many of %d draws: %v", draws, right)
	require.Len(t, right, 8)
	for what, n := range right {
		require.GreaterOrEqual(t, n, draws*9/10, what)
	}
}

// numbers are all counts and amounts of a report, in one order.
func numbers(r *panel.Report) (value, low, high []float64) {
	count := func(all ...panel.Count) {
		for _, c := range all {
			value, low, high = append(value, float64(c.Value)), append(low, c.ExactLow), append(high, c.ExactHigh)
		}
	}
	count(r.Present.Total)
	for _, d := range r.Present.Days {
		count(d.Count)
	}
	for _, s := range r.Audience {
		count(append(s.Days, s.Total)...)
	}
	for _, g := range r.Funnel.Segments {
		for _, s := range g.Stages {
			count(s.Reached)
		}
	}
	for _, s := range r.Slots {
		for _, g := range append(s.Segments, panel.SlotSegment{Variants: s.All}) {
			for _, v := range g.Variants {
				count(v.Exposed, v.Won)
			}
		}
	}
	for _, s := range r.Sorts {
		for _, g := range append(s.Segments, panel.SortSegment{Bins: s.All}) {
			for _, b := range g.Bins {
				count(b.Total)
			}
		}
	}
	for _, one := range r.Revenues {
		for _, d := range one.Days {
			value, low, high = append(value, d.Sum.Value), append(low, d.Sum.ExactLow), append(high, d.Sum.ExactHigh)
		}
	}
	return value, low, high
}

// coverage holds the intervals of 200 draws against what an exact tracker counted: each
// draw's 30 days, all panels.
func coverage(t *testing.T, p *plan.Plan, sums [][]int64) {
	t.Helper()
	from, to, _ := drawn(p)
	of := func(rng *rand.Rand) (value, low, high []float64) {
		r, err := panel.Of(noised(p, sums[60:], 60, rng), from, to)
		require.NoError(t, err)
		return numbers(r)
	}
	exact, _, _ := of(nil)
	const draws = 200
	held, least := 0, 1.
	in := make([]int, len(exact))
	for draw := range uint64(draws) {
		_, low, high := of(rand.New(rand.NewPCG(6, draw)))
		for i, v := range exact {
			if low[i] <= v && v <= high[i] {
				in[i]++
				held++
			}
		}
	}
	for _, n := range in {
		least = min(least, float64(n)/draws)
	}
	share := float64(held) / float64(draws*len(exact))
	t.Logf("the intervals of %d numbers hold %.4f of what was exactly so; the worst number's %.3f", len(exact), share, least)
	require.InDelta(t, .95, share, .02)
}

// Where nobody leaves, no campaign works and every variant is as good as any other, a
// leaving segment, a campaign that paid or a place that gains is named in at most one of
// twenty.
func TestNothingIsNamedOfNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it lives 600,000 visitors' days")
	}
	const populations, draws, days = 10, 20, 60
	named := map[string]int{}
	for seed := range uint64(populations) {
		o := visitors(Visitors / 20)
		o.Null, o.Seed = true, 100+seed
		o.Story.Starts, o.Story.Stops = 30, 60
		p, sums := exactly(t, days, o)
		spring := finding.Cost{Name: "spring", From: p.Periods[30].Date, To: p.Periods[59].Date, Cost: 2000, Margin: .4}
		answersOf(t, p, sums, spring.From, spring.To, spring, draws, func(a *finding.Answers) {
			for what, wrong := range map[string]bool{
				"leaving":  a.Leaving.Segment != "",
				"campaign": a.Campaigns[0].State == finding.Found && a.Campaigns[0].Paid,
				"worth":    a.Worth.State == finding.Found,
			} {
				if wrong {
					named[what]++
				}
			}
		})
	}
	t.Logf("named in so many of %d draws: %v", populations*draws, named)
	for what, n := range named {
		require.LessOrEqual(t, n, populations*draws/20, what)
	}
}
