package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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

// Sealer seals shares to the plan's two aggregators, as a device's host does. It
// is safe for concurrent use.
func (r *Rig) Sealer() (device.Sealer, error) {
	var to [2]seal.Recipient
	for role, recipient := range []plan.Recipient{r.Plan.Leader, r.Plan.Helper} {
		var err error
		if to[role], err = seal.ParseRecipient(recipient); err != nil {
			return nil, err
		}
	}
	return func(role report.Role, _ plan.Recipient, plaintext []byte) ([]byte, error) {
		return to[role].Seal(nil, plaintext)
	}, nil
}

// Send posts sealed reports, wherever they were made: produce hands each one to
// send and returns when there are no more. total is what Progress is told of, 0 if
// nobody knows. It returns how many reports the collector has acknowledged.
//
// send keeps its argument, waits while enough reports are under way, so that few
// are in memory, and may be called from many goroutines, all of which have ended
// when produce returns. It fails once a report is refused or ctx has ended;
// produce's own context ends then too. The first error is Send's.
func (r *Rig) Send(ctx context.Context, total uint64, produce func(ctx context.Context, send func(sealed []byte) error) error, p Progress) (acknowledged uint64, err error) {
	work, ctx := errgroup.WithContext(ctx)
	bodies := make(chan []byte, 2*connections)
	work.Go(func() error {
		defer close(bodies)
		return produce(ctx, func(sealed []byte) error {
			select {
			case bodies <- sealed:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	url := "http://" + r.At().Public + "/v1/reports"
	var done atomic.Uint64
	for range connections {
		work.Go(func() error {
			for body := range bodies {
				if err := post(ctx, client, url, body); err != nil {
					return err
				}
				if n := done.Add(1); p != nil {
					p(n, total)
				}
			}
			return nil
		})
	}
	err = work.Wait()
	return done.Load(), err
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
