package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
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
// A collector that has no room for a report now is asked again, with the same bytes,
// after the time that it names and a random part of it more, up to ten times; one that
// does not answer is asked again for two seconds.
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
	posting := sender{to: "http://" + r.At().Public + "/v1/reports", client: client, jitter: rand.Float64, pause: pause}
	var done atomic.Uint64
	for range connections {
		work.Go(func() error {
			for body := range bodies {
				if err := posting.send(ctx, body); err != nil {
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

// sender posts reports to a collector, and keeps the bytes of each until it is taken.
type sender struct {
	to     string // the URL
	client *http.Client
	jitter func() float64 // from 0 to 1
	pause  func(context.Context, time.Duration) error
}

var errBusy = errors.New("the collector was busy at each try")

// send posts the same bytes until they are acknowledged, with pauses between.
//
// Errors: errBusy after as many tries as there may be, what the network says when nobody
// answers, and the collector's reason for refusing the report for good.
func (s *sender) send(ctx context.Context, body []byte) error {
	failed, lost := errBusy, 0
	for n := range tries {
		wait, err := s.post(ctx, body)
		var away *url.Error
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return err
		case errors.As(err, &away):
			if lost++; lost == unreachable {
				return err
			}
		case errors.Is(err, errBusy):
			failed = err
		default:
			return err
		}
		if n == tries-1 {
			break
		}
		if err := s.pause(ctx, waitFor(n, wait, s.jitter())); err != nil {
			return err
		}
	}
	return failed
}

// post tries once. With errBusy wait is what the collector asks for, negative for
// nothing.
func (s *sender) post(ctx context.Context, body []byte) (wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.to, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := s.client.Do(req)
	if err != nil {
		return untold, err // a *url.Error
	}
	// A refusal whose text breaks off is one all the same.
	why, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err := res.Body.Close(); err != nil {
		return 0, err
	}
	switch res.StatusCode {
	case http.StatusAccepted:
		return 0, nil
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInsufficientStorage:
		if wait = retryAfter(res.Header); wait <= patience {
			return wait, errBusy
		}
		return 0, fmt.Errorf("the collector takes no reports before %s have passed: %s", res.Header.Get("Retry-After"), why)
	}
	return 0, fmt.Errorf("the collector refused a report: %s: %s", res.Status, why)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
