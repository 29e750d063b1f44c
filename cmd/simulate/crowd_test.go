package simulate

import (
	"context"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// A crowd that moves to a later plan of the shop goes on with what its devices know:
// nobody is new again, and the days of a visitor are those of one plan all along.
func TestCrowdMoves(t *testing.T) {
	const seed, days, moved = 3, 6, 4
	published, p := built(t, plans.Shop)
	later := *p
	later.Serial++
	laterBytes, err := plan.Encode(&later)
	require.NoError(t, err)
	shop := shopOf(t, p, population.Options{Seed: seed, Visitors: 800, Late: .5, Horizon: days, Turnover: 20})

	run := func(move bool) (sums [][]int64, tallies [][]Tally, kept int) {
		c, err := NewCrowd(t.Context(), CrowdOptions{Shop: shop, Plan: p, Seed: seed, Device: NativeUnder(published)})
		require.NoError(t, err)
		for day := range days {
			if move && day == moved {
				require.NoError(t, c.Move(t.Context(), &later, 1, NativeUnder(laterBytes)))
				require.Equal(t, 1, c.Workers())
			}
			of := make([][]int64, c.Workers())
			for i := range of {
				of[i] = make([]int64, plan.LayoutOf(p).Cells)
			}
			came, err := c.Reports(t.Context(), day, day+1)
			require.NoError(t, err)
			tally, err := c.Day(t.Context(), day, func(ctx context.Context, worker int, d Device, last plan.Time) ([]byte, error) {
				cells, ok, err := d.Measurement(ctx, last)
				require.True(t, ok)
				for i, one := range cells {
					if one {
						of[worker][i]++
					}
				}
				state, err2 := d.AppendState(ctx, nil)
				require.NoError(t, err2)
				return state, err
			})
			require.NoError(t, err)
			for _, s := range of[1:] {
				for i := range s {
					of[0][i] += s[i]
				}
			}
			require.EqualValues(t, came, of[0][0])
			sums, tallies = append(sums, of[0]), append(tallies, tally)
		}
		for i, state := range c.states {
			if state != nil {
				kept++
				require.True(t, c.stays[i].holds(days-1), "the state of a visitor who has left")
			}
		}
		require.NoError(t, c.Close(t.Context()))
		return sums, tallies, kept
	}
	sums, tallies, kept := run(false)
	movedSums, movedTallies, movedKept := run(true)
	require.Equal(t, sums, movedSums)
	require.Equal(t, tallies, movedTallies)
	require.Equal(t, kept, movedKept)
	require.Greater(t, kept, 100)
}

// Priors reach every worker's device, and only those of the plan in force.
func TestCrowdUsesPriors(t *testing.T) {
	published, p := built(t, plans.Shop)
	shop := shopOf(t, p, population.Options{Seed: 1, Visitors: 400, Active: .9, Settled: true})
	c, err := NewCrowd(t.Context(), CrowdOptions{Shop: shop, Plan: p, Seed: 1, Device: NativeUnder(published), Workers: 3})
	require.NoError(t, err)
	require.Equal(t, 3, c.Workers())
	defer func() { require.NoError(t, c.Close(context.Background())) }()

	// Everyone's best, by far, is the fourth.
	priors := choose.Priors{Plan: plan.DigestOf(published), Version: uint64(p.Periods[0].Start)}
	for i, s := range p.Slots {
		rates := make([]choose.Rate, len(s.Variants))
		for v := range rates {
			rates[v] = choose.Rate{Mean: .01, Strength: 10_000}
		}
		rates[3].Mean = .3
		priors.Places = append(priors.Places, choose.PlacePriors{
			Place: choose.Place{Kind: choose.Slot, Index: uint8(i)}, Rates: slices.Repeat([][]choose.Rate{rates}, len(p.Segments)),
		})
	}
	b, err := choose.Encode(priors)
	require.NoError(t, err)
	require.NoError(t, c.UsePriors(t.Context(), b))
	tallies, err := c.Day(t.Context(), 0, func(context.Context, int, Device, plan.Time) ([]byte, error) { return nil, nil })
	require.NoError(t, err)
	require.Greater(t, tallies[0].Shares[3]*10, tallies[0].Decisions*8)

	priors.Plan[0]++
	b, err = choose.Encode(priors)
	require.NoError(t, err)
	require.ErrorIs(t, c.UsePriors(t.Context(), b), choose.ErrForeign)
}
