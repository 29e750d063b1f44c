package rig_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A collector that is busy is asked again, and each report counts once.
func TestSendTriesAgain(t *testing.T) {
	r, _ := start(t, t.Context(), false)
	var posts, busy atomic.Int64
	standBetween(t, r, func(req *http.Request, res *http.Response, b []byte) []byte {
		// Some answers are lost to "come again" though the report was kept: fewer
		// than the tries that a report has, should all of them hit the same one.
		if req.Method == http.MethodPost && posts.Add(1)%12 == 0 && busy.Add(1) < 10 {
			res.StatusCode = http.StatusServiceUnavailable
			res.Header.Set("Retry-After", "0")
		}
		return b
	})
	var seen, totals atomic.Uint64
	n, err := newVisitors(t, 120).visit(t, r, 120, func(done, total uint64) {
		seen.Add(1)
		totals.Store(total)
		if done > total {
			t.Errorf("%d of %d", done, total)
		}
	})
	require.NoError(t, err)
	require.EqualValues(t, 120, n)
	require.EqualValues(t, 120, seen.Load())
	require.EqualValues(t, 120, totals.Load())
	require.EqualValues(t, 120+9, posts.Load())
	_, v, err := r.Release(t.Context(), 0, nil)
	require.NoError(t, err)
	require.EqualValues(t, 120, v.Accepted)
	require.NoError(t, r.Close())
}

// One that is busy for ever ends it.
func TestSendGivesUp(t *testing.T) {
	r, _ := start(t, t.Context(), false)
	standBetween(t, r, func(_ *http.Request, res *http.Response, b []byte) []byte {
		res.StatusCode = http.StatusTooManyRequests
		res.Header.Set("Retry-After", "0")
		return b
	})
	var n uint64
	err := within(t, 30*time.Second, func() (err error) {
		n, err = r.Send(t.Context(), 0, func(_ context.Context, send func([]byte) error) error { return send([]byte("a report")) }, nil)
		return err
	})
	require.EqualError(t, err, "the collector was busy at each try")
	require.Zero(t, n)
	require.NoError(t, r.Close())
}

// A refused report stops whoever makes more of them, an error of theirs stops the
// sending, and few reports are in memory at any time.
func TestSendStops(t *testing.T) {
	r, _ := start(t, t.Context(), false)
	var made atomic.Int64
	endless := func(_ context.Context, send func([]byte) error) error {
		for {
			if err := send([]byte("not a report")); err != nil {
				return err
			}
			made.Add(1)
		}
	}
	err := within(t, 30*time.Second, func() error {
		_, err := r.Send(t.Context(), 0, endless, nil)
		return err
	})
	require.ErrorContains(t, err, "the collector refused a report: 400")
	require.Less(t, made.Load(), int64(1000))

	stuck := make(chan bool)
	standBetween(t, r, func(_ *http.Request, _ *http.Response, b []byte) []byte { <-stuck; return b })
	made.Store(0)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err = within(t, 30*time.Second, func() error {
		_, err := r.Send(ctx, 0, endless, nil)
		return err
	})
	close(stuck)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.LessOrEqual(t, made.Load(), int64(64+128), "under way and waiting")

	bad := errors.New("a bad day")
	err = within(t, 30*time.Second, func() error {
		_, err := r.Send(t.Context(), 0, func(context.Context, func([]byte) error) error { return bad }, nil)
		return err
	})
	require.ErrorIs(t, err, bad)
	n, err := r.Send(t.Context(), 0, func(context.Context, func([]byte) error) error { return nil }, nil)
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, r.Close())
}
