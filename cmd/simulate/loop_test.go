package simulate

import (
	"context"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// The same seed gives the same priors and tallies, to the last bit, on any number
// of processors; another seed gives others.
func TestLoopIsDeterministic(t *testing.T) {
	live := func(processors int, seed uint64) (out [][]Tally, priors []choose.Priors) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		out = loop(t, 1500, LoopOptions{Days: 4, Seed: seed, Fitted: func(_ int, p choose.Priors) { priors = append(priors, p) }})
		return out, priors
	}
	one, onePriors := live(1, 1)
	require.Len(t, one, 4)
	require.NotEmpty(t, onePriors)
	for _, processors := range []int{2, 5} {
		many, priors := live(processors, 1)
		require.Equal(t, one, many)
		require.Equal(t, onePriors, priors)
	}
	other, _ := live(2, 2)
	require.NotEqual(t, one, other)
}

// Raw counts, noised sums and own evidence alone are three loops: the noise changes
// choices, and without priors devices learn little.
func TestExactPrivateAndBlind(t *testing.T) {
	const visitors, days, seed = 4000, 8, 3
	fits := map[string]int{}
	goals := map[string]float64{}
	var first []Tally
	for name, o := range map[string]LoopOptions{"private": {}, "exact": {Exact: true}, "blind": {Blind: true}} {
		o.Days, o.Seed = days, seed
		heard := 0
		o.Done = func(day int) {
			require.Equal(t, heard, day)
			heard++
		}
		o.Fitted = func(day int, p choose.Priors) {
			fits[name]++
			require.NotEmpty(t, p.Places)
		}
		out := loop(t, visitors, o)
		require.Equal(t, days, heard)
		if first == nil {
			first = out[0]
		}
		require.Equal(t, first, out[0], "%s: on the first day nothing is known in any of them", name)
		last := out[days-1][0]
		goals[name] = last.Goals / last.Uniform
	}
	require.Zero(t, fits["blind"])
	require.Equal(t, days, fits["exact"])
	require.Greater(t, fits["private"], days/2)
	require.Greater(t, goals["exact"], 1.4)
	require.Greater(t, goals["private"], 1.2)
	require.NotEqual(t, goals["exact"], goals["private"])
	require.Less(t, goals["blind"], goals["private"])
}

// A day's release is the sum over all workers with two aggregators' noise, another
// each day and seed; without noise it is the sum.
func TestNoised(t *testing.T) {
	_, p := built(t, plans.Standard)
	n := plan.LayoutOf(p).Cells
	sums := [][]int64{make([]int64, n), nil, make([]int64, n)} // a worker may have had nobody
	for i := range n {
		sums[0][i], sums[2][i] = 1000, 234
	}
	exact, err := noised(p, 3, sums, LoopOptions{Exact: true, Seed: 1})
	require.NoError(t, err)
	require.Zero(t, exact.Variance)
	require.Equal(t, p.Periods[3], exact.Period)
	for _, c := range exact.Cells {
		require.EqualValues(t, 1234, c)
	}
	seen := map[int64]bool{}
	square, all := 0., 0.
	for seed := range uint64(4) {
		for day := range 4 {
			r, err := noised(p, day, sums, LoopOptions{Seed: seed})
			require.NoError(t, err)
			require.EqualValues(t, 2*p.Sigma2, r.Variance)
			hash := int64(0)
			for _, c := range r.Cells {
				square += float64((c - 1234) * (c - 1234))
				all++
				hash = hash*31 + c
			}
			require.False(t, seen[hash])
			seen[hash] = true
		}
	}
	require.InEpsilon(t, 2*float64(p.Sigma2), square/all, 5*math.Sqrt(2/all))
}

// A tenth of the devices is held out, and explored is what the plan asks for: six
// variants of at least 1 % each. Both of some 7,000 draws, within 5 deviations.
func TestHoldoutAndExploration(t *testing.T) {
	_, p := built(t, plans.Shop)
	require.EqualValues(t, plan.Whole/10, p.Policy.Holdout)
	shop := shopOf(t, p, population.Options{Seed: 4, Visitors: 12000, Active: .8, Settled: true})
	day := loop(t, 0, LoopOptions{Shop: shop, Days: 1, Seed: 4})[0][0]
	near := func(share, n, of float64) {
		t.Helper()
		require.InDelta(t, share, n/of, 5*math.Sqrt(share*(1-share)/of))
	}
	near(.10, day.HeldOut, day.HeldOut+day.Devices)
	// Decisions of one device and day are not independent: the devices are.
	require.InDelta(t, .06, float64(day.Explored)/float64(day.Decisions), 5*math.Sqrt(.06*.94/day.Devices))
	require.Greater(t, day.Devices, 7000.)
	sum := 0
	for _, n := range day.Shares {
		sum += n
		require.Greater(t, float64(n), .8/6*float64(day.Decisions), "nothing is known: all are as likely")
	}
	require.Equal(t, day.Decisions, sum)
}

// What count makes of decisions is what the devices' measurements hold: exposures
// exactly, goals as far as luck goes.
func TestTalliesAreThoseOfTheMeasurements(t *testing.T) {
	for name, yaml := range map[string][]byte{"shop": plans.Shop, "standard": plans.Standard} {
		t.Run(name, func(t *testing.T) {
			published, p := built(t, yaml)
			shop := shopOf(t, p, population.Options{Seed: 9, Visitors: 6000, Active: .8, Settled: true})
			tallies, cells := measured(t, published, p, shop, 9)
			for slot := range p.Slots {
				exposed, held := columns(p, cells, plan.SlotExposed, slot)
				require.EqualValues(t, tallies[slot].Devices, exposed, "slot %d", slot)
				require.EqualValues(t, tallies[slot].HeldOut, held, "slot %d", slot)
				kind := plan.SlotConverted
				if p.Slots[slot].Goal.Kind == plan.Click {
					kind = plan.SlotClicked
				}
				reached, held := columns(p, cells, kind, slot)
				require.InDelta(t, tallies[slot].Converted, reached, 5*math.Sqrt(tallies[slot].Converted), "slot %d", slot)
				require.InDelta(t, tallies[slot].HeldGoals, held, 5*math.Sqrt(tallies[slot].HeldGoals), "slot %d", slot)
				require.Greater(t, reached, int64(50))
			}
		})
	}
}

// measured lives the first day natively and sums the measurements in the clear.
func measured(t *testing.T, published []byte, p *plan.Plan, shop *population.Site, seed uint64) ([]Tally, []int64) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one worker, one sum
	c, err := NewCrowd(t.Context(), CrowdOptions{Shop: shop, Plan: p, Seed: seed, Device: NativeUnder(published)})
	require.NoError(t, err)
	cells := make([]int64, plan.LayoutOf(p).Cells)
	tallies, err := c.Day(t.Context(), 0, func(ctx context.Context, _ int, d Device, last plan.Time) ([]byte, error) {
		one, ok, err := d.Measurement(ctx, last)
		require.True(t, ok)
		for i, v := range one {
			if v {
				cells[i]++
			}
		}
		return nil, err
	})
	require.NoError(t, err)
	require.NoError(t, c.Close(t.Context()))
	return tallies, cells
}

// columns sums a slot's metric over segments, or takes it site-wide where it has no
// segments: all variants', and the holdout's.
func columns(p *plan.Plan, cells []int64, kind plan.MetricKind, slot int) (variants, held int64) {
	for _, by := range []plan.By{plan.BySegment, plan.SiteWide} {
		for _, s := range plan.LayoutOf(p).Spans {
			if s.Metric < 0 {
				continue
			}
			if m := p.Metrics[s.Metric]; m.Kind != kind || int(m.Source) != slot || m.By != by {
				continue
			}
			for segment := range s.Segments {
				for column := range s.Columns - 1 {
					variants += cells[s.Cell(segment, column)]
				}
				held += cells[s.Cell(segment, s.Columns-1)]
			}
			return variants, held
		}
	}
	return 0, 0
}

func TestLoopEndsWithItsContext(t *testing.T) {
	published, p := built(t, plans.Shop)
	ctx, cancel := context.WithCancel(t.Context())
	before := runtime.NumGoroutine()
	days := 0
	_, err := Loop(ctx, LoopOptions{
		Published: published, Shop: shopOf(t, p, population.Options{Seed: 1, Visitors: 1000}), Days: 100, Seed: 1,
		Done: func(day int) {
			days++
			if day == 1 {
				cancel()
			}
		},
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, days)
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 5*time.Second, 10*time.Millisecond, stacks{})
}

func TestLoopRefuses(t *testing.T) {
	_, err := Loop(t.Context(), LoopOptions{Published: []byte("no plan")})
	require.ErrorIs(t, err, plan.ErrMagic)
	published, p := built(t, plans.Shop)
	shop := shopOf(t, p, population.Options{Seed: 1, Visitors: 10})
	for _, days := range []int{0, len(p.Periods) + 1} {
		_, err = Loop(t.Context(), LoopOptions{Published: published, Shop: shop, Days: days})
		require.ErrorIs(t, err, ErrDays)
	}
	published, _ = built(t, plans.Small)
	_, err = Loop(t.Context(), LoopOptions{Published: published, Shop: shop, Days: 1})
	require.ErrorIs(t, err, ErrCadence)
}
