package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Options of a Run. All are required.
type Options struct {
	Dir         string // an empty folder for keys and stores
	Executable  string // runs rig.Stepped under rig.Verb
	Log         io.Writer
	Seed        uint64
	Sites       int // each with a plan of its own, on the same three services
	Periods     int
	Devices     int // of each site in each period
	Connections int
	Kills       int
	Patience    time.Duration // how long a period's batches may take at most
}

// Result is what a Run did and found. Every field is exact.
type Result struct {
	Seed    uint64         `json:"seed"`
	Kills   int            `json:"kills"`
	Killed  map[string]int `json:"killed"`       // by role
	Busy    map[string]int `json:"killed_busy"`  // of those, while the role had something to do
	Down    float64        `json:"longest_down"` // seconds from a kill to being open again
	Batches int            `json:"batches"`      // released, each checked in 256 partitions on both sides
	Posts   uint64         `json:"posts"`
	Late    uint64         `json:"late"`         // posts that were refused because the period was over
	Failed  int            `json:"steps_failed"` // of the leader, each tried again
	Tally
	Seconds float64 `json:"seconds"`
}

// ErrPatience: the batches of a period are not released in time.
var ErrPatience = errors.New("not released in time")

// Run has the sites' devices report for one period after the other, and the batches of
// each released while the reports of the next arrive, under o.Kills kills. Then it holds
// what both aggregators have counted against its log.
//
// Errors: ErrCounted, ErrPatience, and whatever a service says that no kill explains.
func Run(ctx context.Context, o Options) (out Result, err error) {
	began := time.Now()
	at, err := freeAddresses()
	if err != nil {
		return out, err
	}
	options := rig.Options{Dir: o.Dir, PlanName: "site 1", PlanYAML: planOf(1), Executable: o.Executable, Log: o.Log, At: at}
	for i := 2; i <= o.Sites; i++ {
		options.Also = append(options.Also, rig.PlanFile{Name: fmt.Sprintf("site %d", i), YAML: planOf(i)})
	}
	r, err := rig.Start(ctx, options)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	services, ok := r.Services.(*rig.Processes)
	if !ok {
		return out, errors.New("the services are no processes of their own")
	}
	periods, err := periodsOf(r, o)
	if err != nil {
		return out, err
	}
	s := &soak{
		Options: o, rig: r, services: services, periods: periods,
		load:   newLoad("http://"+r.At().Public+"/v1/reports", o.Connections),
		killer: &killer{services: services, dice: rand.New(rand.NewPCG(o.Seed, 'k')), kills: map[string]int{}, busy: map[string]int{}},
	}
	defer s.load.close()
	left := o.Kills
	for n := range len(periods) + 1 {
		quota := left / (len(periods) + 1 - n)
		unused, err := s.period(ctx, n, quota)
		if err != nil {
			return out, fmt.Errorf("period %d: %w", n+1, err)
		}
		left -= quota - unused
	}
	for left > 0 { // of those that found nothing to do any more
		struck, err := s.killer.strike(ctx, false, left)
		if left -= struck; err != nil {
			return out, err
		}
	}
	for _, role := range roles {
		if err := services.Kill(role); err != nil {
			return out, err
		}
	}
	out = Result{
		Seed: o.Seed, Kills: o.Kills, Killed: s.killer.kills, Busy: s.killer.busy, Down: s.killer.down.Seconds(),
		Posts: s.load.posts.Load(), Late: s.load.late.Load(), Failed: s.failed,
	}
	err = s.verdict(&out)
	out.Seconds = time.Since(began).Seconds()
	return out, err
}

// soak is a Run under way.
type soak struct {
	Options
	rig      *rig.Rig
	services *rig.Processes
	periods  [][]*book // by period, then by site
	load     *load
	killer   *killer
	failed   int
}

// periodsOf makes every report of the run.
func periodsOf(r *rig.Rig, o Options) (all [][]*book, err error) {
	sites := append([]rig.Published{{Bytes: r.Published, Plan: r.Plan}}, r.Also...)
	for n := range o.Periods {
		var books []*book
		for i, p := range sites {
			b, err := crowd(p, r.Plan.Periods[n], o.Devices, o.Seed<<16+uint64(n)<<8+uint64(i))
			if err != nil {
				return nil, err
			}
			books = append(books, b)
		}
		all = append(all, books)
	}
	return all, nil
}

// period takes the reports of the nth period, if there is one, while the batches of the
// one before are released, and ends with the clock in the middle of the next. It returns
// how many kills are left of quota.
func (s *soak) period(ctx context.Context, n, quota int) (left int, err error) {
	var before, now []*book
	if n > 0 {
		before = s.periods[n-1]
	}
	if n < len(s.periods) {
		now = s.periods[n]
	}
	main, last := split(now)
	s.load.gate = newGate()
	s.killer.aggregating.Store(len(before) > 0)
	aggregating, aggregated := context.WithCancel(ctx)
	defer aggregated()
	work, both := errgroup.WithContext(ctx)
	work.Go(func() error {
		defer aggregated()
		defer s.killer.aggregating.Store(false)
		return s.release(both, before)
	})
	work.Go(func() error { return s.load.run(both, main, s.Seed+uint64(n)) })
	work.Go(func() error {
		under := quota
		if len(main) == 0 {
			under = 0
		} else if len(before) > 0 {
			under = (2*quota + 2) / 3 // the others when only the aggregators are at work
		}
		if err := s.killer.under(both, s.load.gate, reports(main), under); err != nil {
			return err
		}
		left, err = s.killer.idle(aggregating, quota-under)
		return err
	})
	if err := work.Wait(); err != nil {
		return left, err
	}
	return left, s.end(ctx, n, last)
}

// release has the leader step until the batches of all books are released. Services
// die under it meanwhile, so a step may fail; three in a row that no kill explains may
// not.
func (s *soak) release(ctx context.Context, books []*book) error {
	if len(books) == 0 {
		return nil
	}
	late, cancel := context.WithTimeoutCause(ctx, s.Patience, ErrPatience)
	defer cancel()
	for unexplained := 0; ; {
		struck := s.killer.struck.Load()
		views, err := s.services.Step(late, nil)
		done := 0
		for _, b := range books {
			for _, v := range views {
				if v.Plan == b.Plan && v.Period == b.Date.String() && v.State == batch.Released.String() {
					done++
				}
			}
		}
		switch {
		case err == nil && done == len(books):
			return nil
		case err != nil:
			s.failed++
			unexplained++
		}
		if s.killer.struck.Load() != struck {
			unexplained = 0
		}
		if unexplained == 3 {
			return fmt.Errorf("the leader fails though nothing was killed: %w", err)
		}
		if pause(late, 20*time.Millisecond) != nil {
			return errors.Join(context.Cause(late), err)
		}
	}
}

// end moves the clocks into the next period while the last devices report.
func (s *soak) end(ctx context.Context, n int, last []*book) error {
	if len(last) == 0 {
		return nil
	}
	s.load.gate = newGate()
	s.load.gate.open(math.MaxInt)
	next := s.rig.Plan.Periods[n+1]
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return s.load.run(ctx, last, s.Seed^uint64(n)) })
	work.Go(func() error {
		if err := s.load.gate.reached(ctx, reports(last)/3); err != nil {
			return err
		}
		return s.services.SetClock(time.Unix(int64(next.Start+plan.Day/2), 0))
	})
	return work.Wait()
}

// split takes each tenth device out of the books: they are the last ones of a period.
func split(books []*book) (main, last []*book) {
	for _, b := range books {
		m, l := &book{Batch: b.Batch}, &book{Batch: b.Batch}
		for i, d := range b.devices {
			if i%10 == 9 {
				l.devices = append(l.devices, d)
			} else {
				m.devices = append(m.devices, d)
			}
		}
		main, last = append(main, m), append(last, l)
	}
	return main, last
}

// reports counts the books' reports.
func reports(books []*book) (n int) {
	for _, b := range books {
		for _, d := range b.devices {
			n += len(d.revisions)
		}
	}
	return n
}
