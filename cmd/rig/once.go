package rig

import (
	"context"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

// Once is what came of one period's reports.
type Once struct {
	Plan         *plan.Plan
	Published    []byte
	Acknowledged uint64 // reports that the collector answered 202 to
	Released     release.Signed
	Leader       View // the leader's exact counters, for operators
}

// RunOnce starts a rig, has n devices live the plan's first period in the built module and
// report, releases it and closes the rig; what it kept stays in Options.Dir. Day tells the
// i-th device what it lives, up to the middle of the period.
func RunOnce(ctx context.Context, o Options, n int, day func(ctx context.Context, d *device.Device, i int, noon plan.Time) error, devices, prepare Progress) (out Once, err error) {
	r, err := Start(ctx, o)
	if err != nil {
		return out, err
	}
	defer func() {
		if closing := r.Close(); err == nil {
			err = closing
		}
	}()
	out.Plan, out.Published = r.Plan, r.Published
	noon := r.Noon()
	out.Acknowledged, err = r.Upload(ctx, n, func(ctx context.Context, d *device.Device, i int) error { return day(ctx, d, i, noon) }, devices)
	if err != nil {
		return out, err
	}
	out.Released, out.Leader, err = r.Release(ctx, 0, prepare)
	return out, err
}

// Shown is what the dashboard makes of sums in the place of those released: of each slot,
// and each goal of a campaign, its arms and the uplift.
func Shown(p *plan.Plan, r release.Record, cells []int64) ([]panel.Slot, error) {
	r.Cells = cells
	report, err := panel.Of([]panel.Release{{Plan: p, Record: r}}, r.Period.Date, r.Period.Date)
	if err != nil {
		return nil, err
	}
	return report.Slots, nil
}
