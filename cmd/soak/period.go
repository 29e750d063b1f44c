package soak

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// period takes the reports of the nth period, if there is one, while the batches of the
// one before are released, and ends with the clock in the middle of the next. It returns
// how many kills are left of quota; the last one is the collector's, across the bound.
func (s *soak) period(ctx context.Context, n, quota int) (left int, err error) {
	var before, now []*book
	if n > 0 {
		before = s.periods[n-1]
	}
	if n < len(s.periods) {
		now = s.periods[n]
	}
	main, last := split(now)
	across := len(last) > 0 && quota > 0
	if across {
		quota--
	}
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
	return left, s.end(ctx, n, last, across)
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
		if struck%2 == 1 || s.killer.struck.Load() != struck {
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

// end moves the clocks into the next period while the last devices report. With across
// the collector dies before and is started again after, so that it finds a period over
// in which it was taking reports when it last looked.
func (s *soak) end(ctx context.Context, n int, last []*book, across bool) error {
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
		move := func() error { return s.services.SetClock(time.Unix(int64(next.Start+plan.Day/2), 0)) }
		if !across {
			return move()
		}
		return s.killer.kill([]string{"collector"}, true, move)
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
