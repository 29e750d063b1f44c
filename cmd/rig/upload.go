package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/wasm/device"
	"golang.org/x/sync/errgroup"
)

// connections is how many reports are under way to the collector at once.
const connections = 64

// Upload runs n devices in the built module, each fresh and each telling day its
// index, and posts each one's sealed report. It returns how many the collector
// has acknowledged; a report that is refused ends the upload.
func (r *Rig) Upload(ctx context.Context, n int, day func(ctx context.Context, d *device.Device, i int) error, p Progress) (acknowledged uint64, err error) {
	engine, err := device.Open(ctx, r.module, device.Options{})
	if err != nil {
		return 0, err
	}
	defer engine.Close(context.WithoutCancel(ctx))

	work, ctx := errgroup.WithContext(ctx)
	bodies := make(chan []byte, 2*connections)
	var next, done atomic.Int64
	makers, making := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		makers.Go(func() error { return r.makeReports(making, engine, n, &next, day, bodies) })
	}
	work.Go(func() error {
		defer close(bodies)
		return makers.Wait()
	})
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	url := "http://" + r.At().Public + "/v1/reports"
	for range connections {
		work.Go(func() error {
			for body := range bodies {
				if err := post(ctx, client, url, body); err != nil {
					return err
				}
				if total := done.Add(1); p != nil {
					p(uint64(total), uint64(n))
				}
			}
			return nil
		})
	}
	err = work.Wait()
	return uint64(done.Load()), err
}

// makeReports lives the day of one device after the other in an instance of its
// own and hands on each one's report.
func (r *Rig) makeReports(ctx context.Context, e *device.Engine, n int, next *atomic.Int64, day func(context.Context, *device.Device, int) error, out chan<- []byte) error {
	d, err := e.Instance(ctx)
	if err != nil {
		return err
	}
	defer d.Close(context.WithoutCancel(ctx))
	if err := d.UsePlan(ctx, r.Published); err != nil {
		return err
	}
	var to [2]seal.Recipient
	for role, recipient := range []plan.Recipient{r.Plan.Leader, r.Plan.Helper} {
		if to[role], err = seal.ParseRecipient(recipient); err != nil {
			return err
		}
	}
	sealer := func(role report.Role, _ plan.Recipient, plaintext []byte) ([]byte, error) {
		return to[role].Seal(nil, plaintext)
	}
	for {
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
		body, _, err := d.SealedReport(ctx, r.Noon(), r.Noon(), sealer)
		if err != nil {
			return fmt.Errorf("device %d: %w", i, err)
		}
		select {
		case out <- body:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tries is how often a report is sent again when the collector says later.
const tries = 10

func post(ctx context.Context, client *http.Client, url string, body []byte) error {
	for range tries {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/octet-stream")
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		why, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
		if err := res.Body.Close(); err != nil {
			return err
		}
		switch res.StatusCode {
		case http.StatusAccepted:
			return nil
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			wait, err := strconv.Atoi(res.Header.Get("Retry-After"))
			if err != nil || wait < 0 || wait > 60 {
				wait = 1
			}
			select {
			case <-time.After(time.Duration(wait) * time.Second):
			case <-ctx.Done():
				return ctx.Err()
			}
		default:
			return fmt.Errorf("the collector refused a report: %s: %s", res.Status, why)
		}
	}
	return errors.New("the collector was busy at each try")
}
