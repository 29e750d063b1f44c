package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

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

// noised are releases of exact sums, with noise of the plan's variance; rng nil: with none.
func noised(p *plan.Plan, sums [][]int64, rng *rand.Rand) []panel.Release {
	digest := plan.DigestOf(encoded(p))
	weight := plan.LayoutOf(p).Weight
	out := make([]panel.Release, len(sums))
	for day, exact := range sums {
		r := panel.Release{Plan: p}
		r.Record.Plan, r.Period, r.Sigma2, r.Weight = digest, p.Periods[day], p.Sigma2, weight
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

// What the story of the demo is, and what its last 30 days tell of it: right in nine of ten
// draws of the noise and more.
func TestTheFiveAnswers(t *testing.T) {
	if testing.Short() {
		t.Skip("it lives 1.7 million visitors' days")
	}
	p, sums := exactly(t, historyDays, visitors(Visitors))
	from, to := p.Periods[60].Date, p.Periods[89].Date
	spring := finding.Cost{Name: "spring", From: p.Periods[45].Date, To: p.Periods[74].Date, Cost: 40_000, Margin: .4}
	truth, err := finding.Of(noised(p, sums, nil), from, to, []finding.Cost{spring})
	require.NoError(t, err)
	t.Logf("leaving %q %+v, because of %q", truth.Leaving.Segment, truth.Leaving.Groups, truth.Leaving.Reason)
	t.Logf("leak %q %s -> %s %+v", truth.Leak.Segment, truth.Leak.From, truth.Leak.To, truth.Leak.Steps)
	t.Logf("spring %+v %+v %v", truth.Campaigns[0].Increment, truth.Campaigns[0].Incremental, truth.Campaigns[0].Paid)
	t.Logf("hours %+v", truth.Hours)
	t.Logf("worth %+v", truth.Worth)
	right := map[string]int{}
	const draws = 200
	for draw := range uint64(draws) {
		a, err := finding.Of(noised(p, sums, rand.New(rand.NewPCG(5, draw))), from, to, []finding.Cost{spring})
		require.NoError(t, err)
		count := func(what string, ok bool) {
			if ok {
				right[what]++
			}
		}
		count("leaving", a.Leaving.Segment == truth.Leaving.Segment)
		count("why", a.Leaving.Reason == "delivery")
		count("leak", a.Leak.Segment == truth.Leak.Segment && a.Leak.To == truth.Leak.To)
		count("campaign", a.Campaigns[0].State == finding.Found && a.Campaigns[0].Paid)
		count("campaign's interval", holds(a.Campaigns[0].Increment, truth.Campaigns[0].Increment.Value))
		count("hour", a.Hours.Segments[0].State == finding.Found && a.Hours.Segments[0].Band == truth.Hours.Segments[0].Band)
		count("worth", a.Worth.Places[0].Named && a.Worth.Places[0].Gain.Value > 0)
		count("worth's interval", a.Worth.Places[0].Gain.Low <= truth.Worth.Places[0].Gain.Value && truth.Worth.Places[0].Gain.Value <= a.Worth.Places[0].Gain.High)
	}
	t.Log(right)
}

func holds(s *panel.Sum, v float64) bool { return s.Low <= v && v <= s.High }
