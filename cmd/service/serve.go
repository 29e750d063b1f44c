package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// stepEvery is World.Pace's default, retryEvery how often a leader tries to hand out its
// plans until all are accepted.
const (
	stepEvery  = 30 * time.Second
	retryEvery = 2 * time.Second
)

// Serve runs the role of c (collector, leader, helper or all) until ctx ends, and
// says on out where it listens. What was taken by then is finished: a report that was
// read is on disk and answered, the leader's request is broken off, which costs nothing
// but to ask again.
func Serve(ctx context.Context, c *Config, role string, w World, out io.Writer) (err error) {
	has := func(r string) bool { return role == r || role == "all" }
	for _, r := range []struct {
		name    string
		missing bool
	}{{"collector", c.Collector == nil}, {"helper", c.Helper == nil}, {"leader", c.Leader == nil}} {
		if has(r.name) && r.missing {
			return fmt.Errorf("the services file has no section %s", r.name)
		}
	}
	ctx, fail := context.WithCancelCause(ctx)
	s := newServing(w, out, fail)
	defer func() {
		fail(nil) // so that sweeps end where starting failed
		err = errors.Join(err, s.end())
	}()
	var col *Collector
	if has("collector") {
		if col, err = s.collector(ctx, c); err != nil {
			return fmt.Errorf("start the collector: %w", err)
		}
	}
	if has("helper") {
		if err := s.helper(ctx, c); err != nil {
			return fmt.Errorf("start the helper: %w", err)
		}
	}
	var l *Leader
	if has("leader") {
		if l, err = s.leader(c); err != nil {
			return fmt.Errorf("start the leader: %w", err)
		}
	}
	if err := s.tell(cmp.Or(w.Metrics, c.Metrics)); err != nil {
		return err
	}
	if l != nil {
		l.loop(ctx, c.Leader.Plans, w)
	}
	<-ctx.Done()
	if col != nil {
		col.Drain()
		time.Sleep(w.Drain)
	}
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

func (s *serving) collector(ctx context.Context, c *Config) (*Collector, error) {
	r, err := StartCollector(c, s.world)
	if err != nil {
		return nil, err
	}
	s.ends = append(s.ends, r.Close)
	s.watch(r.Public, r.Inner)
	s.every(ctx, "deleting what is too old", func() error { _, err := r.Sweep(s.world.Clock()); return err })
	fmt.Fprintf(s.out, "collector listens at http://%s, and for the leader at https://%s\n", r.Public.Addr, r.Inner.Addr)
	return r, s.look(r.inspected)
}

func (s *serving) helper(ctx context.Context, c *Config) error {
	r, err := StartHelper(c, s.world)
	if err != nil {
		return err
	}
	s.ends = append(s.ends, r.Close)
	s.watch(r.Server)
	s.every(ctx, "ending what waits in vain", r.Sweep)
	fmt.Fprintf(s.out, "helper listens for the leader at https://%s\n", r.Server.Addr)
	return s.look(r.inspected)
}

func (s *serving) leader(c *Config) (*Leader, error) {
	l, err := OpenLeader(c, s.world)
	if err != nil {
		return nil, err
	}
	s.ends = append(s.ends, func(context.Context) error { return l.Close() })
	fmt.Fprintf(s.out, "leader works with the collector at %s and the helper at %s\n", c.Leader.Collector.URL, c.Leader.Helper.URL)
	return l, s.look(l.inspected)
}

// loop hands the plans out and then does whatever is due, again and again: a
// service that is away now may be there at the next round, and a plan that is not
// signed yet may be. What goes wrong is logged when it is news.
func (l *Leader) loop(ctx context.Context, plans []string, w World) {
	var added bool
	var refused error // why a plan is not accepted
	var adding, stepping, fitting repeated
	for {
		if !added {
			refused = l.AddPlans(ctx, plans)
			if added = refused == nil; added {
				w.Log.Info("plans accepted by helper and collector", "plans", len(plans))
			} else if ctx.Err() == nil && adding.news(refused) {
				w.Log.Error("a plan was not accepted; trying on", "why", refused)
			}
		}
		outcomes, err := l.Step(ctx)
		batches, priors := aboutPriors(err)
		if ctx.Err() == nil {
			l.rounds.note(w.Clock(), refused, batches, priors)
		}
		if ctx.Err() == nil && stepping.news(batches) {
			w.Log.Error("a batch could not be finished; trying on", "why", explain(batches))
		}
		if ctx.Err() == nil && fitting.news(priors) {
			w.Log.Error("priors were not published; trying on", "why", explain(priors))
		}
		for _, o := range outcomes {
			switch o.State {
			case batch.Released:
				w.Log.Info("released", "plan", o.Batch.Plan, "period", o.Batch.Date)
			case batch.Short:
				w.Log.Warn("dropped, too few reports", "plan", o.Batch.Plan, "period", o.Batch.Date, "why", o.Err)
			case batch.Abandoned:
				w.Log.Warn("never released", "plan", o.Batch.Plan, "period", o.Batch.Date, "why", o.Err)
			}
		}
		wait := cmp.Or(w.Pace, stepEvery)
		if !added {
			wait = min(wait, retryEvery)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// repeated is the last error of something that is tried again and again.
type repeated struct{ text string }

// news keeps err and reports whether it is one, and not the same as before.
func (r *repeated) news(err error) bool {
	before := r.text
	r.text = ""
	if err != nil {
		r.text = err.Error()
	}
	return r.text != "" && r.text != before
}

// InUse reports whether err says that another process has a store open, or
// listens where this one would.
func InUse(err error) bool {
	return errors.Is(err, store.ErrLocked) || errors.Is(err, ErrAddressInUse)
}
