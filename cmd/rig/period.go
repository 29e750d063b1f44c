package rig

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// ErrPeriod: the plan has no such period.
var ErrPeriod = errors.New("the plan has no such period")

func middle(p plan.Period) plan.Time { return p.Start + (p.End-p.Start)/2 }

// Noon is the middle of the running period, where Start and Begin put the clocks.
func (r *Rig) Noon() plan.Time { return middle(r.Period) }

// Begin puts every clock into the middle of a period, by its place in the plan,
// from 0.
//
// Errors: ErrPeriod.
func (r *Rig) Begin(period int) error {
	p, err := r.period(period)
	if err != nil {
		return err
	}
	return r.Move(middle(p))
}

// Move puts every clock to an instant of any of the plan's periods, which is the
// running one from then on. Devices refuse a collector whose time is more than a
// day from their own.
//
// Errors: ErrPeriod.
func (r *Rig) Move(now plan.Time) error {
	p, ok := r.Plan.PeriodAt(now)
	if !ok {
		return fmt.Errorf("%s: %w", time.Unix(int64(now), 0).UTC().Format(time.RFC3339), ErrPeriod)
	}
	if err := r.SetClock(time.Unix(int64(now), 0)); err != nil {
		return err
	}
	r.Period = p
	return nil
}

func (r *Rig) period(i int) (plan.Period, error) {
	if i < 0 || i >= len(r.Plan.Periods) {
		return plan.Period{}, fmt.Errorf("%d of 0 to %d: %w", i, len(r.Plan.Periods)-1, ErrPeriod)
	}
	return r.Plan.Periods[i], nil
}

// Release puts the clocks to a minute after a period's end and has its batch
// released, with those of the periods before that are still due. The view is the
// leader's own, with its exact counters.
//
// With a release and an error the batch is released, but something after it
// failed: that its priors reach the collector, as a rule.
//
// Errors: ErrPeriod.
func (r *Rig) Release(ctx context.Context, period int, p Progress) (release.Signed, View, error) {
	q, err := r.period(period)
	if err != nil {
		return release.Signed{}, View{}, err
	}
	if err := r.SetClock(time.Unix(int64(q.End)+60, 0)); err != nil {
		return release.Signed{}, View{}, err
	}
	views, failed := r.Step(ctx, p)
	digest := plan.DigestOf(r.Published)
	var view View
	for _, v := range views {
		if v.Plan == digest && v.Period == q.Date.String() {
			view = v
		}
	}
	if view.State != batch.Released.String() {
		if failed == nil {
			failed = fmt.Errorf("the batch of %s is %s: %d reports accepted, %d needed", q.Date, view.State, view.Accepted, r.Plan.MinBatch)
		}
		return release.Signed{}, view, failed
	}
	s, err := release.OpenRead(r.releases())
	if err != nil {
		return release.Signed{}, view, errors.Join(err, failed)
	}
	got, err := s.Get(digest, q.Date)
	return got, view, errors.Join(err, failed)
}

// Releases returns the leader's store of releases and plans, which others may read
// and write beside the leader.
func (r *Rig) Releases() (*release.Store, error) { return release.Open(r.releases()) }

func (r *Rig) releases() string {
	return filepath.Join(r.dir, "data", "leader", service.ReleasesFile)
}

// Orders returns the leader's log of orders to the loop, which others may read and write
// beside the leader.
func (r *Rig) Orders() (*steer.Store, error) {
	return steer.Open(filepath.Join(r.dir, "data", "leader", steer.File))
}
