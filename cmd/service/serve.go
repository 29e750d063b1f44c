package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// stepEvery is how often a serving leader looks for closed periods, retryEvery
// how often it tries to hand out its plans until all are accepted. The shortest
// period is a day, so half a minute is soon enough for a release.
const (
	stepEvery  = 30 * time.Second
	retryEvery = 2 * time.Second
)

// closeWithin bounds how long running requests may take at the end.
const closeWithin = 10 * time.Second

// Serve runs the role of c (collector, leader, helper or all) until ctx ends, and
// says on out where it listens.
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
	atEnd := func(close func(context.Context) error) {
		// ctx has ended by then; closing gets time of its own.
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		err = errors.Join(err, close(ctx))
	}
	if has("collector") {
		r, err := StartCollector(c, w)
		if err != nil {
			return fmt.Errorf("start the collector: %w", err)
		}
		defer atEnd(r.Close)
		fmt.Fprintf(out, "collector listens at http://%s, and for the leader at https://%s\n", r.Public.Addr, r.Inner.Addr)
	}
	if has("helper") {
		r, err := StartHelper(c, w)
		if err != nil {
			return fmt.Errorf("start the helper: %w", err)
		}
		defer atEnd(r.Close)
		fmt.Fprintf(out, "helper listens for the leader at https://%s\n", r.Server.Addr)
	}
	if !has("leader") {
		<-ctx.Done()
		return nil
	}
	l, err := OpenLeader(c, w)
	if err != nil {
		return fmt.Errorf("start the leader: %w", err)
	}
	defer atEnd(func(context.Context) error { return l.Close() })
	fmt.Fprintf(out, "leader works with the collector at %s and the helper at %s\n", c.Leader.Collector.URL, c.Leader.Helper.URL)
	l.loop(ctx, c.Leader.Plans, w)
	return nil
}

// loop hands the plans out and then does whatever is due, again and again: a
// service that is away now may be there at the next round, and a plan that is not
// signed yet may be. What goes wrong is logged when it is news.
func (l *Leader) loop(ctx context.Context, plans []string, w World) {
	var added bool
	var adding, stepping, fitting repeated
	for {
		if !added {
			err := l.AddPlans(ctx, plans)
			if added = err == nil; added {
				w.Log.Info("plans accepted by helper and collector", "plans", len(plans))
			} else if ctx.Err() == nil && adding.news(err) {
				w.Log.Error("a plan was not accepted; trying on", "why", err)
			}
		}
		outcomes, err := l.Step(ctx)
		batches, priors := aboutPriors(err)
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
		wait := stepEvery
		if !added {
			wait = retryEvery
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
