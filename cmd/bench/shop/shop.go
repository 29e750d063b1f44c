// Package shop is the benchmark "does the loop learn, and only what is there?": the
// shop of cmd/population lives month after month with devices that choose by priors
// from noised sums (cmd/simulate's Loop), beside the same loop on raw counts, and beside
// a shop in which nothing differs.
package shop

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Options of Run.
type Options struct {
	Seeds, Days         int // shops with differences, and the days that each lives
	NullSeeds, NullDays int // shops without
	Visitors            int
	First               uint64  // seeds are First, First+1, ...
	Lift                float64 // of the plan; below 0: as plans/shop.yaml has it
	Done                func(loops, total int)
}

// Result is what came of it. Goals are expected ones, by the population's rates.
type Result struct {
	// GainRatio is the goals beyond uniform choice by those of the same loop on raw
	// counts: over all seeds, and of the worst.
	GainRatio struct {
		Mean  float64 `json:"mean"`
		Worst float64 `json:"worst"`
	} `json:"gain_ratio"`
	// Gain is the share of the goals that a choice by each visitor's own true rates
	// would have had beyond uniform.
	Gain struct {
		Private float64 `json:"private"`
		Raw     float64 `json:"raw"`
		LastDay float64 `json:"private_last_day"`
	} `json:"gain"`
	// OverUniform is the least that a day's goals are in times those of uniform choice.
	OverUniform struct {
		WorstDay  float64 `json:"worst_day"`
		WorstSeed float64 `json:"worst_seed"` // of a seed's days together
	} `json:"over_uniform"`
	Null NullResult `json:"null"`

	Seeds    int `json:"seeds"`
	Days     int `json:"days"`
	Visitors int `json:"visitors"`
}

// NullResult is of shops in which all variants are alike. A false winner is a variant
// that the priors alone would give more than half of the decisions in any segment, to
// visitors of whom a device knows nothing else: the sums then say that it is better,
// and it is not.
type NullResult struct {
	FalseWinners float64 `json:"false_winners"`  // share of shops with one on the last day
	MaxShare     float64 `json:"mean_max_share"` // of the variant with the most in any segment, by the priors alone
	Fair         float64 `json:"fair_share"`     // one by the number of variants
	// ShownMost and ShownLeast are the largest and the smallest share that a variant
	// really had on the last day: by the visitors' interests, which the plan's lift
	// follows whether they matter or not. Means over shops.
	ShownMost  float64 `json:"mean_shown_most"`
	ShownLeast float64 `json:"mean_shown_least"`
	Seeds      int     `json:"seeds"`
	Days       int     `json:"days"`
}

// winner is the share of decisions from which on a variant counts as a winner.
const winner = .5

// Run runs the benchmark.
func Run(ctx context.Context, o Options) (r Result, err error) {
	published, p, err := shopPlan(o.Lift)
	if err != nil {
		return r, err
	}
	r.Seeds, r.Days, r.Visitors = o.Seeds, o.Days, o.Visitors
	r.Null.Seeds, r.Null.Days, r.Null.Fair = o.NullSeeds, o.NullDays, 1/float64(len(p.Slots[0].Variants))
	r.GainRatio.Worst, r.OverUniform.WorstDay, r.OverUniform.WorstSeed = math.Inf(1), math.Inf(1), math.Inf(1)
	done, total := 0, 2*o.Seeds+o.NullSeeds
	loop := func(seed uint64, days int, null, exact bool, fitted func(int, choose.Priors)) ([][]simulate.Tally, error) {
		shop, err := population.New(p, population.Options{Seed: seed, Visitors: o.Visitors, Null: null, Horizon: max(days, 2)})
		if err != nil {
			return nil, err
		}
		out, err := simulate.Loop(ctx, simulate.LoopOptions{
			Published: published, Shop: shop, Days: days, Seed: seed, Exact: exact, Fitted: fitted,
		})
		done++
		if o.Done != nil {
			o.Done(done, total)
		}
		return out, err
	}
	var beyond, beyondRaw float64
	for i := range o.Seeds {
		seed := o.First + uint64(i)
		private, err := loop(seed, o.Days, false, false, nil)
		if err != nil {
			return r, err
		}
		raw, err := loop(seed, o.Days, false, true, nil)
		if err != nil {
			return r, err
		}
		a, b := sum(private), sum(raw)
		for _, day := range private {
			r.OverUniform.WorstDay = min(r.OverUniform.WorstDay, day[0].Goals/day[0].Uniform)
		}
		r.OverUniform.WorstSeed = min(r.OverUniform.WorstSeed, a.Goals/a.Uniform)
		// The two loops make as many decisions but for who is held out, which is the
		// same device in both.
		r.GainRatio.Worst = min(r.GainRatio.Worst, (a.Goals-a.Uniform)/(b.Goals-b.Uniform))
		beyond += a.Goals - a.Uniform
		beyondRaw += b.Goals - b.Uniform
		n := float64(o.Seeds)
		last := private[len(private)-1][0]
		r.Gain.Private += a.Gain() / n
		r.Gain.Raw += b.Gain() / n
		r.Gain.LastDay += last.Gain() / n
	}
	r.GainRatio.Mean = beyond / beyondRaw
	for i := range o.NullSeeds {
		var last choose.Priors
		days, err := loop(o.First+uint64(i), o.NullDays, true, false, func(_ int, p choose.Priors) { last = p })
		if err != nil {
			return r, err
		}
		shown := days[len(days)-1][0]
		if n := float64(shown.Decisions) * float64(o.NullSeeds); n > 0 {
			r.Null.ShownMost += float64(slices.Max(shown.Shares)) / n
			r.Null.ShownLeast += float64(slices.Min(shown.Shares)) / n
		}
		share := r.Null.Fair // nothing was fitted: nothing is preferred
		if len(last.Places) > 0 {
			share = mostShown(last.Places[0])
		}
		r.Null.MaxShare += share / float64(o.NullSeeds)
		if share > winner {
			r.Null.FalseWinners += 1 / float64(o.NullSeeds)
		}
	}
	return r, nil
}

func sum(days [][]simulate.Tally) (all simulate.Tally) {
	for _, d := range days {
		all.Add(d[0])
	}
	return all
}

// draws by which mostShown finds each segment's shares.
const draws = 4000

// mostShown is the largest share of decisions that Thompson sampling by the priors
// alone gives any variant in any segment.
func mostShown(p choose.PlacePriors) (most float64) {
	for s, row := range p.Rates {
		stream := choose.NewStream(&choose.Seed{byte(s)}, 0, 0, 0)
		shares := make([]float64, len(row))
		for range draws {
			best, drawn := 0, -1.0
			for v, r := range row {
				if d := choose.Beta(&stream, r.Mean*float64(r.Strength), (1-r.Mean)*float64(r.Strength)); d > drawn {
					best, drawn = v, d
				}
			}
			shares[best] += 1. / draws
		}
		for _, share := range shares {
			most = max(most, share)
		}
	}
	return most
}

// shopPlan is plans/shop.yaml as devices see it. Nothing is sealed or prepared in a
// Loop, so that its recipients need no keys.
func shopPlan(lift float64) ([]byte, *plan.Plan, error) {
	f, problems := planfile.Parse("plans/shop.yaml", plans.Shop)
	if problems != nil {
		return nil, nil, problems
	}
	if _, problems := planfile.Check(f); problems != nil {
		return nil, nil, problems
	}
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "nobody's"}, Helper: plan.Recipient{Type: plan.X25519, Key: "nobody's either"},
		Issued: f.Periods[0].Start,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("build plans/shop.yaml: %w", err)
	}
	if lift >= 0 {
		p.Policy.Lift = lift
	}
	published, err := plan.Encode(p)
	return published, p, err
}
