package simulate

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	mathrand "math/rand/v2"
	"runtime"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"golang.org/x/sync/errgroup"
)

// LoopOptions of a Loop.
type LoopOptions struct {
	Published []byte // the plan
	Shop      *population.Shop
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
	c, err := newCrowd(ctx, o.Shop, p, o.Seed, func(_ context.Context, dice *Dice) (Device, error) {
		return Native(o.Published, dice)
	})
	if err != nil {
		return nil, err
	}
	defer c.close(ctx)
	var releases []optimise.Release
	var out [][]Tally
	for day := range o.Days {
		sums := make([][]int64, len(c.lives))
		tallies, err := c.day(ctx, day, func(ctx context.Context, worker int, d Device, last plan.Time) ([]byte, error) {
			cells, ok, err := d.Measurement(ctx, last)
			if err != nil {
				return nil, err
			}
			if sums[worker] == nil {
				sums[worker] = make([]int64, plan.LayoutOf(p).Cells)
			}
			if !ok {
				return nil, errors.New("a device that lived a day has nothing to report")
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
		if err := c.usePriors(ctx, published); err != nil {
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
	source := noise.NewSource(mathrand.NewChaCha8(key))
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

// crowd is all visitors, living on one device for each processor.
type crowd struct {
	shop   *population.Shop
	plan   *plan.Plan
	lives  []*life
	states [][]byte // by visitor; nil: never came
}

func newCrowd(ctx context.Context, shop *population.Shop, p *plan.Plan, seed uint64, make1 func(context.Context, *Dice) (Device, error)) (*crowd, error) {
	c := &crowd{shop: shop, plan: p, states: make([][]byte, shop.Visitors())}
	for range runtime.GOMAXPROCS(0) {
		dice := &Dice{System: rand.Reader}
		d, err := make1(ctx, dice)
		if err != nil {
			return nil, errors.Join(err, c.close(ctx))
		}
		c.lives = append(c.lives, &life{shop: shop, plan: p, device: d, dice: dice, seed: seed})
	}
	return c, nil
}

func (c *crowd) close(ctx context.Context) error {
	var errs []error
	for _, l := range c.lives {
		errs = append(errs, l.device.Close(context.WithoutCancel(ctx)))
	}
	return errors.Join(errs...)
}

func (c *crowd) usePriors(ctx context.Context, published []byte) error {
	for _, l := range c.lives {
		// Whoever was the device last has seen no newer ones.
		if err := l.device.UsePriors(ctx, published); err != nil {
			return err
		}
	}
	return nil
}

// chunk is how many visitors a worker takes at a time. It is fixed, and chunks are
// added in their order, so that tallies are the same to the last bit on any number
// of processors.
const chunk = 64

// chunks calls live for each visitor, a worker for each life, until one fails or ctx
// ends. of is the number of the visitor's chunk.
func (c *crowd) chunks(ctx context.Context, live func(ctx context.Context, worker, of, visitor int) error) error {
	var next atomic.Int64
	work, ctx := errgroup.WithContext(ctx)
	for w := range c.lives {
		work.Go(func() error {
			for ctx.Err() == nil {
				of := int(next.Add(1)) - 1
				if of*chunk >= c.shop.Visitors() {
					return nil
				}
				for i := of * chunk; i < min((of+1)*chunk, c.shop.Visitors()); i++ {
					if err := live(ctx, w, of, i); err != nil {
						return err
					}
				}
			}
			return ctx.Err()
		})
	}
	return work.Wait()
}

// day lives a day of every visitor. end is called on the device of each who came,
// at the end of its day, and returns the state to keep.
func (c *crowd) day(ctx context.Context, day int, end func(ctx context.Context, worker int, d Device, last plan.Time) ([]byte, error)) ([]Tally, error) {
	all := make([][]Tally, (c.shop.Visitors()+chunk-1)/chunk)
	err := c.chunks(ctx, func(ctx context.Context, worker, of, i int) error {
		l, v := c.lives[worker], c.shop.Visitor(i)
		last, came, err := l.day(ctx, v, day, c.states[i])
		if err != nil || !came {
			return err
		}
		if c.states[i], err = end(ctx, worker, l.device, last); err != nil {
			return err
		}
		if all[of] == nil {
			all[of] = newTallies(c.plan)
		}
		count(all[of], v, l.shown)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := newTallies(c.plan)
	for _, t := range all {
		for s := range t {
			out[s].Add(t[s])
		}
	}
	return out, nil
}

// visitorDays counts the days on which somebody comes, each of which is a report.
func (c *crowd) visitorDays(ctx context.Context, days int) (uint64, error) {
	var n atomic.Uint64
	err := c.chunks(ctx, func(_ context.Context, _, _, i int) error {
		v := c.shop.Visitor(i)
		for day := range days {
			if v.Visits(day) > 0 {
				n.Add(1)
			}
		}
		return nil
	})
	return n.Load(), err
}
