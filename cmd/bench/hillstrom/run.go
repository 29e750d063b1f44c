package hillstrom

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

// Options of a Run.
type Options struct {
	Dir        string // an empty folder for keys and stores
	Module     []byte
	Executable string // for services in processes of their own; empty: all in this one
	Log        io.Writer
	Devices    rig.Progress // reports acknowledged
	Prepare    rig.Progress // reports through both aggregators
}

// Outcome is what came of the customers' reports.
type Outcome struct {
	Plan         *plan.Plan
	Acknowledged uint64 // reports that the collector answered 202 to
	Released     release.Signed
	Cells        []metric.Cell // Released with names and intervals
	Leader       rig.View      // the leader's exact counters, for operators
}

// ErrTooFew: fewer customers than a release needs.
var ErrTooFew = errors.New("too few customers for a release")

// Enough returns ErrTooFew unless n customers can be released.
func Enough(n int) error {
	if n < MinBatch {
		return fmt.Errorf("%d are %w: at least %d are needed (min_batch)", n, ErrTooFew, MinBatch)
	}
	return nil
}

// Run makes each customer a device of one day in the built module, has their
// reports sent, verified, summed and released, and returns the release.
func Run(ctx context.Context, customers []Customer, o Options) (out Outcome, err error) {
	if err := Enough(len(customers)); err != nil {
		return out, err
	}
	once, err := rig.RunOnce(ctx, rig.Options{
		Dir: o.Dir, PlanName: "plans/hillstrom.yaml", PlanYAML: plans.Hillstrom, Module: o.Module, Executable: o.Executable, Log: o.Log,
	}, len(customers), func(ctx context.Context, d *device.Device, i int, noon plan.Time) error {
		return live(ctx, d, customers[i], noon)
	}, o.Devices, o.Prepare)
	out.Plan, out.Acknowledged, out.Released, out.Leader = once.Plan, once.Acknowledged, once.Released, once.Leader
	if err != nil {
		return out, err
	}
	if len(out.Released.Cells) != Cells || out.Released.Weight != Weight || out.Released.Sigma2 != Sigma2 || once.Plan.MinBatch != MinBatch {
		return out, fmt.Errorf("plans/hillstrom.yaml has %d cells, weight %d, sigma squared %d, min batch %d; the benchmark counts for %d, %d, %d, %d",
			len(out.Released.Cells), out.Released.Weight, out.Released.Sigma2, once.Plan.MinBatch, Cells, Weight, Sigma2, MinBatch)
	}
	out.Cells, err = metric.Cells(once.Published, out.Released.Record)
	return out, err
}

// live tells a device one customer's two weeks as one day: what is known of the
// customer, the mailing, and what came of it.
func live(ctx context.Context, d *device.Device, c Customer, now plan.Time) error {
	flag := func(v bool) float64 {
		if v {
			return 1
		}
		return 0
	}
	// Indices as in plans/hillstrom.yaml.
	events := []edge.Event{
		{Kind: plan.Declare, Attribute: 0, Value: flag(c.Mens)},
		{Kind: plan.Declare, Attribute: 1, Value: flag(c.Womens)},
		{Kind: plan.Assign, Campaign: 0, Arm: uint8(c.Arm)},
	}
	if c.Visit {
		events = append(events, edge.Event{Kind: plan.View})
	}
	if c.Conversion {
		events = append(events, edge.Event{Kind: plan.Order, Minor: c.Spend})
	}
	for i, e := range events {
		// Within the last minute before now, in their order.
		if err := d.Track(ctx, now-plan.Time(len(events)-i), e); err != nil {
			return err
		}
	}
	return nil
}
