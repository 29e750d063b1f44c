package rig

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/wasm/device"
	"golang.org/x/sync/errgroup"
)

// Upload runs n devices in the built module, each fresh and each telling day its
// index, and posts each one's sealed report of the running period. It returns how
// many the collector has acknowledged; a report that is refused ends the upload.
func (r *Rig) Upload(ctx context.Context, n int, day func(ctx context.Context, d *device.Device, i int) error, p Progress) (acknowledged uint64, err error) {
	engine, err := device.Open(ctx, r.module, device.Options{})
	if err != nil {
		return 0, err
	}
	defer engine.Close(context.WithoutCancel(ctx))
	seal, err := r.Sealer()
	if err != nil {
		return 0, err
	}
	return r.Send(ctx, uint64(n), func(ctx context.Context, send func([]byte) error) error {
		var next atomic.Int64
		makers, ctx := errgroup.WithContext(ctx)
		for range runtime.GOMAXPROCS(0) {
			makers.Go(func() error { return r.makeReports(ctx, engine, seal, n, &next, day, send) })
		}
		return makers.Wait()
	}, p)
}

// makeReports lives the day of one device after the other in an instance of its
// own and sends each one's report.
func (r *Rig) makeReports(ctx context.Context, e *device.Engine, seal device.Sealer, n int, next *atomic.Int64, day func(context.Context, *device.Device, int) error, send func([]byte) error) error {
	d, err := e.Instance(ctx)
	if err != nil {
		return err
	}
	defer d.Close(context.WithoutCancel(ctx))
	if err := d.UsePlan(ctx, r.Published); err != nil {
		return err
	}
	for ctx.Err() == nil {
		i := int(next.Add(1)) - 1
		if i >= n {
			return nil
		}
		if _, err := d.Load(ctx, r.Noon(), nil); err != nil {
			return err
		}
		if err := day(ctx, d, i); err != nil {
			return fmt.Errorf("device %d: %w", i, err)
		}
		// A browser would store the state first; these devices live one day.
		body, _, err := d.SealedReport(ctx, r.Noon(), r.Noon(), seal)
		if err != nil {
			return fmt.Errorf("device %d: %w", i, err)
		}
		if err := send(body); err != nil {
			return err
		}
	}
	return ctx.Err()
}
