package simulate

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// LoopOptions of a Loop.
type LoopOptions struct {
	Published []byte // the plan
	Shop      *population.Site
	Days      int
	Seed      uint64 // of the visitors' devices, and of the noise
	// Exact leaves the noise out: the same loop on raw counts.
	Exact bool
	// Blind leaves the priors out: every device goes by its own evidence alone.
	Blind bool
	Done  func(day int)
	// Fitted hears of the priors after each day.
	Fitted func(day int, p choose.Priors)
}

// Loop lives days of a shop in one process and returns, by day and slot, what came
// of the decisions in truth.
//
// Errors: plan.Decode's, ErrCadence, ErrDays.
func Loop(ctx context.Context, o LoopOptions) ([][]Tally, error) {
	p, err := plan.Decode(o.Published)
	if err != nil {
		return nil, err
	}
	if err := lives(p, o.Days); err != nil {
		return nil, err
	}
	digest := plan.DigestOf(o.Published)
	c, err := NewCrowd(ctx, CrowdOptions{Shop: o.Shop, Plan: p, Seed: o.Seed, Device: NativeUnder(o.Published)})
	if err != nil {
		return nil, err
	}
	defer c.Close(ctx)
	var releases []optimise.Release
	var out [][]Tally
	for day := range o.Days {
		sums := make([][]int64, c.Workers())
		tallies, err := c.Day(ctx, day, func(ctx context.Context, worker int, d Device, last plan.Time) ([]byte, error) {
			cells, ok, err := d.Measurement(ctx, last)
			if err != nil {
				return nil, err
			}
			if sums[worker] == nil {
				sums[worker] = make([]int64, plan.LayoutOf(p).Cells)
			}
			if !ok {
				return nil, ErrUnmeasured
			}
			for i, one := range cells {
				if one {
					sums[worker][i]++
				}
			}
			return d.AppendState(ctx, nil)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, tallies)
		if o.Done != nil {
			o.Done(day)
		}
		if o.Blind {
			continue
		}
		r, err := noised(p, day, sums, o)
		if err != nil {
			return nil, err
		}
		releases = append(releases, r)
		priors, err := optimise.Fit(p, digest, releases)
		if errors.Is(err, optimise.ErrNothing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if o.Fitted != nil {
			o.Fitted(day, priors)
		}
		published, err := choose.Encode(priors)
		if err != nil {
			return nil, err
		}
		if err := c.UsePriors(ctx, published); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// noised is the release of a day: the sum over all workers, with the noise of two
// aggregators. The benchmark's noise is seeded; a release's never is.
func noised(p *plan.Plan, day int, sums [][]int64, o LoopOptions) (optimise.Release, error) {
	cells := make([]int64, plan.LayoutOf(p).Cells)
	for _, s := range sums {
		for i, n := range s {
			cells[i] += n
		}
	}
	r := optimise.Release{Plan: p, Period: p.Periods[day], Cells: cells}
	if o.Exact {
		return r, nil
	}
	var key [32]byte
	binary.BigEndian.PutUint64(key[copy(key[:], "simulated noise"):], o.Seed)
	binary.BigEndian.PutUint32(key[28:], uint32(day))
	source := noise.NewSource(rand.NewChaCha8(key))
	r.Variance = 2 * float64(p.Sigma2)
	for range 2 {
		n, err := source.Vector(len(cells), p.Sigma2)
		if err != nil {
			return r, err
		}
		for i := range cells {
			cells[i] += n[i]
		}
	}
	return r, nil
}
