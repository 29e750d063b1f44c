package optimise_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// all measures every kind that priors are fitted of.
func all() *plan.Plan {
	p := edgetest.Bare(60)
	p.Sigma2 = 247
	order := plan.Trigger{Kind: plan.Order}
	first := edgetest.NewRule().Var(plan.VarVisits).Num(2).Op(plan.OpLt).Code()
	often := edgetest.NewRule().Var(plan.VarVisits).Num(20).Op(plan.OpGt).Code()
	p.Topics = []string{"shoes", "bags", "watches", "rings"}
	p.Skills, p.Channels = []string{"sums"}, []string{"banner", "toast", "mail"}
	p.Segments = []plan.Segment{{Name: "new", Rule: first}, {Name: "others"}}
	p.Lists = []plan.List{
		{Name: "for you", Size: 4, Items: []string{"a", "b", "c"}, Goal: order, Reward: 1},
		{Name: "practice", Size: 4, Learning: true, Items: []string{"x", "y"}, Goal: order, Reward: 1},
	}
	p.Messages = []plan.Message{{Name: "sale", Channels: 0b101, Goal: order}}
	bins := []plan.Segment{{Name: "first", Rule: first}, {Name: "often", Rule: often}, {Name: "rest"}}
	p.Predictions = []plan.Prediction{{Kind: plan.LapseRisk, Within: 3, Bins: bins}, {Kind: plan.BuyChance, Bins: bins}}
	p.Metrics = nil
	for _, m := range []plan.Metric{
		{Kind: plan.Audience, By: plan.BySegment, Most: 1},
		{Kind: plan.Topics, By: plan.SiteWide, Most: 2}, {Kind: plan.Last, By: plan.SiteWide, Most: 1},
		{Kind: plan.Next, By: plan.ByTopic, Most: 2}, {Kind: plan.Items, By: plan.BySegment, Most: 1},
		{Kind: plan.Tried, By: plan.SiteWide, Source: 1, Most: 1}, {Kind: plan.Solved, By: plan.BySegment, Source: 1, Most: 1},
		{Kind: plan.State, By: plan.SiteWide, Most: 1}, {Kind: plan.Outcome, By: plan.SiteWide, Most: 1},
		{Kind: plan.State, By: plan.SiteWide, Source: 1, Most: 1}, {Kind: plan.Outcome, By: plan.SiteWide, Source: 1, Most: 1},
		{Kind: plan.ReachShown, By: plan.SiteWide, Most: 1}, {Kind: plan.ReachAnswered, By: plan.SiteWide, Most: 1},
	} {
		m.Name = fmt.Sprint("metric ", len(p.Metrics))
		p.Metrics = append(p.Metrics, m)
	}
	p.Chunk = 8
	return p
}

// truth is what one period's expected cells are, per visitor: by metric kind, source, row
// and column.
var (
	viewed  = []float64{.5, .3, .1, .04}
	left    = []float64{.2, .6, .5, .1} // of those who viewed it
	moves   = [][]float64{{0, .7, .2, .1}, {.8, 0, .1, .1}, {.3, .3, 0, .4}, {.25, .25, .5, 0}}
	movers  = []float64{.3, .2, .05, .02}
	engaged = [][]float64{{.02, .1, .01}, {.2, .01, .01}} // by segment
	parts   = []float64{.3, .7}                           // of the segments
	tried   = []float64{.3, .2}
	solved  = []float64{.8, .35}
	state   = []float64{.3, .3, .4}
	back    = []float64{.25, .9, .5}
	bought  = []float64{.01, .2, .05}
	shown   = []float64{.2, .3}
	answer  = []float64{.1, .03}
)

func expected(m plan.Metric, row, column int) float64 {
	switch m.Kind {
	case plan.Audience:
		return parts[row]
	case plan.Topics:
		return viewed[column]
	case plan.Last:
		return viewed[column] * left[column]
	case plan.Next:
		return movers[row] * moves[row][column]
	case plan.Items:
		return parts[row] * engaged[row][column]
	case plan.Tried:
		return tried[column]
	case plan.Solved:
		return parts[row] * tried[column] * solved[column]
	case plan.State:
		return state[column]
	case plan.Outcome:
		if m.Source == 1 {
			return state[column] * bought[column]
		}
		return state[column] * back[column]
	case plan.ReachShown:
		return shown[column]
	case plan.ReachAnswered:
		return shown[column] * answer[column]
	}
	return 0
}

// released are a plan's first days of so many visitors each, with sampling and noise. In
// the first days of all nobody can have come back yet.
func released(p *plan.Plan, seed uint64, days, visitors int) (out []optimise.Release) {
	rng := rand.New(rand.NewPCG(seed, 3))
	l := plan.LayoutOf(p)
	for d, period := range p.Periods[:days] {
		r := optimise.Release{Plan: p, Period: period, Cells: make([]int64, l.Cells), Variance: 2 * float64(p.Sigma2)}
		for _, s := range l.Spans {
			for row := range s.Segments {
				for c := range s.Columns {
					n := float64(visitors)
					if s.Metric >= 0 {
						m := p.Metrics[s.Metric]
						n *= expected(m, row, c)
						if m.Kind == plan.Outcome && m.Source == 0 {
							n *= min(1, float64(d)/3)
						}
					}
					r.Cells[s.Cell(row, c)] = int64(math.Round(n + math.Sqrt(n+r.Variance)*rng.NormFloat64()))
				}
			}
		}
		out = append(out, r)
	}
	return out
}

func lapses() (out []float64) {
	for _, b := range back {
		out = append(out, 1-b)
	}
	return out
}

func wanted() map[choose.Place][][]float64 {
	return map[choose.Place][][]float64{
		{Kind: choose.Items}:                engaged,
		{Kind: choose.Topics}:               {viewed},
		{Kind: choose.Next}:                 moves,
		{Kind: choose.Leave}:                {left},
		{Kind: choose.Predicted}:            {lapses()},
		{Kind: choose.Predicted, Index: 1}:  {bought},
		{Kind: choose.Difficulty, Index: 1}: {solved},
		{Kind: choose.Response}:             {answer},
	}
}

// Every kind comes near its truth, in the shape that a device accepts.
func TestEveryKindFindsItsTruth(t *testing.T) {
	p := all()
	digest := plan.DigestOf(edgetest.Publish(p))
	for seed := range uint64(10) {
		priors, err := optimise.Fit(p, digest, released(p, seed, 28, 20_000))
		require.NoError(t, err)
		require.NoError(t, priors.Fits(p, digest))
		b, err := choose.Encode(priors)
		require.NoError(t, err)
		again, err := choose.Decode(b)
		require.NoError(t, err)
		require.Equal(t, priors, *again)
		want := wanted()
		require.Len(t, priors.Places, len(want))
		for _, got := range priors.Places {
			truth := want[got.Place]
			require.Len(t, got.Rates, len(truth), "%+v", got.Place)
			for s, row := range truth {
				for v, rate := range row {
					r := got.Rates[s][v]
					require.InDelta(t, rate, r.Mean, .012+.12*rate, "seed %d: %+v, row %d, column %d", seed, got.Place, s, v)
				}
			}
			if got.Place.Kind == choose.Next {
				for s, row := range got.Rates {
					sum := 0.0
					for _, r := range row {
						sum += r.Mean
					}
					require.InDelta(t, 1, sum, 1e-6)
					require.Less(t, row[s].Mean, 1e-5, "no move leads to where it began")
				}
			}
		}
	}
}

// With few visitors what the noise drowns is left out, or falls back to what is known: a
// move to how popular its end is, a bin to the rate of all.
func TestWhatDrownsFallsBack(t *testing.T) {
	p := all()
	digest := plan.DigestOf(edgetest.Publish(p))
	far, n := 0.0, 0.0
	for seed := range uint64(20) {
		priors, err := optimise.Fit(p, digest, released(p, seed, 3, 300))
		require.NoError(t, err)
		require.NoError(t, priors.Fits(p, digest))
		for _, got := range priors.Places {
			if got.Place.Kind != choose.Next {
				continue
			}
			for s, row := range moves[2:] { // the rows of which next to nothing is known
				for v, rate := range row {
					if v != s+2 {
						far += math.Abs(got.Rates[s+2][v].Mean - rate)
						n++
					}
				}
			}
		}
	}
	require.Greater(t, n, 0.0)
	require.Less(t, far/n, .3, "no wild row")

	_, err := optimise.Fit(p, digest, released(p, 1, 1, 5))
	require.ErrorIs(t, err, optimise.ErrNothing)
}

// Releases of an earlier plan count by names: topics in another order, an item more, a
// message with a channel more. A prediction with other periods is another one.
func TestEarlierPlansOfOtherShapes(t *testing.T) {
	old := all()
	history := released(old, 4, 28, 20_000)
	p := all()
	p.Serial = 2
	p.Topics = []string{"rings", "shoes", "hats", "bags", "watches"}
	p.Lists[0].Items = []string{"c", "new", "b", "a"}
	p.Messages[0].Channels = 0b111
	p.Predictions[0].Within = 4
	digest := plan.DigestOf(edgetest.Publish(p))
	priors, err := optimise.Fit(p, digest, history)
	require.NoError(t, err)
	require.NoError(t, priors.Fits(p, digest))
	at := func(k choose.Kind, index uint8, row int) []choose.Rate {
		return priors.Row(choose.Place{Kind: k, Index: index}, row)
	}
	near := func(want float64, r choose.Rate) { t.Helper(); require.InDelta(t, want, r.Mean, .012+.12*want) }
	near(viewed[3], at(choose.Topics, 0, 0)[0])
	near(viewed[0], at(choose.Topics, 0, 1)[1])
	near(moves[0][1], at(choose.Next, 0, 1)[3])
	near(engaged[0][1], at(choose.Items, 0, 0)[2])
	near(engaged[1][0], at(choose.Items, 0, 1)[3])
	near(answer[1], at(choose.Response, 0, 0)[2])
	near(bought[1], at(choose.Predicted, 1, 0)[1])
	require.Nil(t, at(choose.Predicted, 0, 0))
}
