package simulate

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"golang.org/x/sync/errgroup"
)

// CrowdOptions of a Crowd.
type CrowdOptions struct {
	Shop *population.Site
	Plan *plan.Plan // that the devices are under; its slots are the shop's
	Seed uint64     // of what the devices choose
	// Device makes a device under the plan, one for each worker.
	Device func(context.Context, *Dice) (Device, error)
	// Workers live at the same time. Default: one for each processor.
	Workers int
}

// Crowd is all visitors of a shop, living day after day on a device for each worker.
// What a visitor's device knows is kept in between, until the visitor has left for
// good. One goroutine drives a Crowd.
type Crowd struct {
	shop   *population.Site
	plan   *plan.Plan
	seed   uint64
	lives  []*life
	stays  []stay
	states [][]byte // by visitor; nil: has never come, or has left
	offers []Offer  // of the last day
}

// stay is when a visitor is there: from the day of arrival to that of leaving.
type stay struct{ from, to int32 }

func (s stay) holds(day int) bool { return int(s.from) <= day && day < int(s.to) }

// NewCrowd makes a crowd before its first day.
func NewCrowd(ctx context.Context, o CrowdOptions) (*Crowd, error) {
	n := o.Shop.Visitors()
	c := &Crowd{shop: o.Shop, seed: o.Seed, stays: make([]stay, n), states: make([][]byte, n)}
	if err := c.Move(ctx, o.Plan, o.Workers, o.Device); err != nil {
		return nil, err
	}
	return c, c.chunks(ctx, func(_ context.Context, _, _, i int) error {
		v := c.shop.Visitor(i)
		c.stays[i] = stay{int32(v.Arrives), int32(v.Leaves)}
		return nil
	})
}

// Move goes on under another plan, with other devices: a later one of the same shop
// whose slots are the same. Workers and device are as in CrowdOptions. Each device
// takes the plan in when its visitor comes next.
func (c *Crowd) Move(ctx context.Context, p *plan.Plan, workers int, device func(context.Context, *Dice) (Device, error)) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	err := c.Close(ctx)
	c.plan, c.lives = p, nil
	for range workers {
		if err != nil {
			break
		}
		dice := &Dice{System: rand.Reader}
		var d Device
		if d, err = device(ctx, dice); err == nil {
			l := &life{shop: c.shop, device: d, dice: dice, seed: c.seed}
			c.lives = append(c.lives, l)
			err = l.stock(ctx, p)
		}
	}
	if err != nil {
		return errors.Join(err, c.Close(ctx))
	}
	return nil
}

// Close closes the devices.
func (c *Crowd) Close(ctx context.Context) error {
	var errs []error
	for _, l := range c.lives {
		errs = append(errs, l.device.Close(context.WithoutCancel(ctx)))
	}
	return errors.Join(errs...)
}

// Workers returns how many workers live at the same time.
func (c *Crowd) Workers() int { return len(c.lives) }

// UsePriors hands published priors to every device.
func (c *Crowd) UsePriors(ctx context.Context, published []byte) error {
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
func (c *Crowd) chunks(ctx context.Context, live func(ctx context.Context, worker, of, visitor int) error) error {
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

// Day lives a day of every visitor. end is called on the device of each who came, at
// the end of its day, by several goroutines but by one for each worker, and returns
// the state to keep.
func (c *Crowd) Day(ctx context.Context, day int, end func(ctx context.Context, worker int, d Device, last plan.Time) ([]byte, error)) ([]Tally, error) {
	all := make([][]Tally, (c.shop.Visitors()+chunk-1)/chunk)
	offers := make([][]Offer, len(all))
	err := c.chunks(ctx, func(ctx context.Context, worker, of, i int) error {
		if !c.stays[i].holds(day) {
			c.states[i] = nil
			return nil
		}
		l, v := c.lives[worker], c.shop.Visitor(i)
		last, came, err := l.day(ctx, v, day, c.states[i])
		if err != nil || !came {
			return err
		}
		if c.states[i], err = end(ctx, worker, l.device, last); err != nil {
			return err
		}
		if all[of] == nil {
			all[of], offers[of] = newTallies(c.plan), c.newOffers()
		}
		count(all[of], v, l.shown)
		l.addOffers(offers[of])
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
	c.offers = c.newOffers()
	for _, chunk := range offers {
		for i := range chunk {
			a, b := &c.offers[i], &chunk[i]
			a.Showings, a.Taken, a.Fit = a.Showings+b.Showings, a.Taken+b.Taken, a.Fit+b.Fit
			a.HeldShowings, a.HeldTaken, a.HeldFit = a.HeldShowings+b.HeldShowings, a.HeldTaken+b.HeldTaken, a.HeldFit+b.HeldFit
		}
	}
	for i := range c.offers {
		c.offers[i].settle()
	}
	return out, nil
}

// Offers returns what came of lists and messages on the last day lived.
func (c *Crowd) Offers() []Offer { return c.offers }

// Live lives a day on which nobody reports. measured, if any, hears of each
// measurement, by several goroutines but by one for each worker.
func (c *Crowd) Live(ctx context.Context, day int, measured func(worker int, cells []bool)) error {
	_, err := c.Day(ctx, day, func(ctx context.Context, worker int, d Device, last plan.Time) ([]byte, error) {
		if err := hear(ctx, worker, d, last, measured); err != nil {
			return nil, err
		}
		return d.AppendState(ctx, nil)
	})
	return err
}

// hear tells measured, if any, of the measurement of a device at the end of its day.
func hear(ctx context.Context, worker int, d Device, last plan.Time, measured func(worker int, cells []bool)) error {
	if measured == nil {
		return nil
	}
	cells, ok, err := d.Measurement(ctx, last)
	if err != nil {
		return err
	}
	if !ok {
		return ErrUnmeasured
	}
	measured(worker, cells)
	return nil
}

// Send lives a day, which is the rig's running period, and posts a sealed report of
// everyone who came; priors are handed over before. measured is as for Live.
func (c *Crowd) Send(ctx context.Context, r *rig.Rig, day int, measured func(worker int, cells []bool), progress func(done uint64)) (acknowledged uint64, tallies []Tally, err error) {
	seal, err := r.Sealer()
	if err != nil {
		return 0, nil, err
	}
	acknowledged, err = r.Send(ctx, 0, func(ctx context.Context, send func([]byte) error) error {
		var err error
		tallies, err = c.Day(ctx, day, func(ctx context.Context, worker int, d Device, last plan.Time) ([]byte, error) {
			if err := hear(ctx, worker, d, last, measured); err != nil {
				return nil, err
			}
			// The device's own clock is the day's last event's; the collector's stands
			// in the same day, less than a day away.
			sealed, state, err := d.SealedReport(ctx, last, r.Noon(), seal)
			if err != nil {
				return nil, err
			}
			return state, send(sealed)
		})
		return err
	}, func(done, _ uint64) { progress(done) })
	return acknowledged, tallies, err
}

// ErrUnmeasured: a device that lived a day has nothing to report, because its plan
// does not measure that day.
var ErrUnmeasured = errors.New("a device that lived a day has nothing to report")

// Reports counts the days among [from, to) on which somebody comes, each of which is
// a report.
func (c *Crowd) Reports(ctx context.Context, from, to int) (uint64, error) {
	var n atomic.Uint64
	err := c.chunks(ctx, func(_ context.Context, _, _, i int) error {
		s := c.stays[i]
		from, to := max(from, int(s.from)), min(to, int(s.to))
		if from >= to {
			return nil
		}
		v := c.shop.Visitor(i)
		for day := from; day < to; day++ {
			if v.Visits(day) > 0 {
				n.Add(1)
			}
		}
		return nil
	})
	return n.Load(), err
}
