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

// stepEvery is how often a serving leader looks for closed periods. The shortest
// period is a day, so half a minute is soon enough.
const stepEvery = 30 * time.Second

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
		for _, damage := range r.Damaged() {
			w.Log.Error("a spool file was set aside", "why", damage)
		}
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

// loop hands the plans out once and then does whatever is due, again and again:
// a service that is away now may be there at the next round.
func (l *Leader) loop(ctx context.Context, plans []string, w World) {
	added := false
	tick := time.NewTicker(stepEvery)
	defer tick.Stop()
	for {
		if !added {
			if err := l.AddPlans(ctx, plans); err != nil {
				w.Log.Error("a plan was not accepted; trying again", "why", err)
			} else {
				added = true
				w.Log.Info("plans accepted by helper and collector", "plans", len(plans))
			}
		}
		outcomes, err := l.Step(ctx)
		if err != nil && ctx.Err() == nil {
			w.Log.Error("a batch could not be finished; trying again", "why", err)
		}
		for _, o := range outcomes {
			switch o.State {
			case batch.Released:
				w.Log.Info("released", "plan", o.Batch.Plan, "period", o.Batch.Date)
			case batch.Short:
				w.Log.Warn("dropped, too few reports", "plan", o.Batch.Plan, "period", o.Batch.Date, "why", o.Err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// InUse reports whether err says that another process has a store open, or
// listens where this one would.
func InUse(err error) bool { return errors.Is(err, store.ErrLocked) || addressInUse(err) }
