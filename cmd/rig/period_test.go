package rig_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/device"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/stretchr/testify/require"
)

// visitors are devices that live on from period to period, in two instances of
// the module that take turns in holding them.
type visitors struct {
	engine *device.Engine
	states [][]byte
}

func newVisitors(t *testing.T, n int) *visitors {
	t.Helper()
	e, err := compiled()
	require.NoError(t, err)
	return &visitors{e, make([][]byte, n)}
}

// compiled is the module for all tests: under the race detector its compilation
// is what takes long.
var compiled = sync.OnceValues(func() (*device.Engine, error) {
	inside, err := module.Bytes()
	if err != nil {
		return nil, err
	}
	return device.Open(context.Background(), inside, device.Options{})
})

// visit has the first of them look at a page and sends their reports.
func (v *visitors) visit(t *testing.T, r *rig.Rig, first int, p rig.Progress) (uint64, error) {
	t.Helper()
	seal, err := r.Sealer()
	require.NoError(t, err)
	return r.Send(t.Context(), uint64(first), func(ctx context.Context, send func([]byte) error) error {
		var group sync.WaitGroup
		failed := make([]error, 2)
		for half := range failed {
			group.Go(func() {
				failed[half] = func() error {
					d, err := v.engine.Instance(ctx)
					if err != nil {
						return err
					}
					defer d.Close(context.WithoutCancel(ctx))
					if err := d.UsePlan(ctx, r.Published); err != nil {
						return err
					}
					for i := half; i < first; i += len(failed) {
						if _, err := d.Load(ctx, r.Noon(), v.states[i]); err != nil {
							return err
						}
						if err := d.Track(ctx, r.Noon(), edge.Event{Kind: plan.View}); err != nil {
							return err
						}
						body, state, err := d.SealedReport(ctx, r.Noon(), r.Noon(), seal)
						if err != nil {
							return err
						}
						v.states[i] = state
						if err := send(body); err != nil {
							return err
						}
					}
					return nil
				}()
			})
		}
		group.Wait()
		return errors.Join(failed...)
	}, p)
}

// Visitors who come back in one period after the other, in one process and in
// several: each period is released on its own, one without enough reports is not,
// and its successors are none the worse for it.
func TestPeriodAfterPeriod(t *testing.T) {
	for name, spawned := range map[string]bool{"one process": false, "processes": true} {
		t.Run(name, func(t *testing.T) {
			r, _ := start(t, t.Context(), spawned)
			v := newVisitors(t, 160)
			come := []int{160, 120, 20, 130}
			var all []release.Signed
			for i, n := range come {
				require.NoError(t, r.Begin(i))
				require.Equal(t, r.Plan.Periods[i], r.Period)
				acknowledged, err := v.visit(t, r, n, nil)
				require.NoError(t, err)
				require.EqualValues(t, n, acknowledged)
				got, view, err := r.Release(t.Context(), i, nil)
				require.EqualValues(t, n, view.Accepted)
				for reason, n := range view.Rejected {
					require.Zero(t, n, reason)
				}
				if n < 100 {
					require.ErrorContains(t, err, "is short: 20 reports accepted, 100 needed")
					continue
				}
				require.NoError(t, err)
				require.Equal(t, r.Plan.Periods[i], got.Period)
				// The first cell is present: 1 for each report, and the noise.
				require.InDelta(t, n, got.Cells[0], 6*math.Sqrt(float64(got.Variance())))
				all = append(all, got)
			}
			require.Len(t, all, 3)
			// Released once and for all: asked again, it is the same record.
			again, _, err := r.Release(t.Context(), 3, nil)
			require.NoError(t, err)
			require.Equal(t, all[2], again)

			// Two periods at once: Release takes what is due before it, too.
			for _, i := range []int{4, 5} {
				require.NoError(t, r.Begin(i))
				_, err := v.visit(t, r, 110, nil)
				require.NoError(t, err)
			}
			_, _, err = r.Release(t.Context(), 5, nil)
			require.NoError(t, err)
			got, _, err := r.Release(t.Context(), 4, nil)
			require.NoError(t, err)
			require.Equal(t, r.Plan.Periods[4], got.Period)
			require.NoError(t, r.Close())
		})
	}
}

func TestMove(t *testing.T) {
	r, _ := start(t, t.Context(), false)
	last := len(r.Plan.Periods) - 1
	for _, i := range []int{-1, last + 1} {
		require.ErrorIs(t, r.Begin(i), rig.ErrPeriod)
		_, _, err := r.Release(t.Context(), i, nil)
		require.ErrorIs(t, err, rig.ErrPeriod)
	}
	require.ErrorIs(t, r.Move(r.Plan.Periods[0].Start-1), rig.ErrPeriod)
	require.ErrorIs(t, r.Move(r.Plan.Periods[last].End), rig.ErrPeriod)
	require.Equal(t, r.Plan.Periods[0], r.Period, "what was refused moves nothing")

	// The first and the last second of the second period, by the collector's clock.
	second := r.Plan.Periods[1]
	for _, at := range []plan.Time{second.Start, second.End - 1} {
		require.NoError(t, r.Move(at))
		require.Equal(t, second, r.Period)
		_, err := newVisitors(t, 1).visit(t, r, 1, nil)
		require.NoError(t, err)
	}
	require.NoError(t, r.Begin(last))
	require.Equal(t, r.Plan.Periods[last], r.Period)
	require.NoError(t, r.Close())
}

var errFit = errors.New("the spread is negative")

// When priors fail the release is there all the same, with the error beside it.
func TestAReleaseWhosePriorsFail(t *testing.T) {
	var fail error
	r := startWith(t, func(o *rig.Options) {
		o.Fit = func(context.Context, *release.Store, []byte) ([]byte, error) { return nil, fail }
	})
	_, err := r.Upload(t.Context(), 120, view(r), nil)
	require.NoError(t, err)
	fail = errFit
	got, v, err := r.Release(t.Context(), 0, nil)
	require.ErrorIs(t, err, errFit)
	require.EqualValues(t, 120, v.Accepted)
	require.Equal(t, r.Period, got.Period)
	fail = nil
	again, _, err := r.Release(t.Context(), 0, nil)
	require.NoError(t, err)
	require.Equal(t, got, again)
	require.NoError(t, r.Close())

	_, err = rig.Start(t.Context(), rig.Options{Dir: t.TempDir(), PlanName: "x", PlanYAML: smallPlan, Executable: "x", Fit: service.Fit(func(context.Context, *release.Store, []byte) ([]byte, error) { return nil, nil })})
	require.ErrorContains(t, err, "leave Executable empty, or them")
	_, err = rig.Start(t.Context(), rig.Options{Dir: t.TempDir(), PlanName: "x", PlanYAML: smallPlan, Executable: "x", Watch: new(rig.Clock)})
	require.ErrorContains(t, err, "leave Executable empty, or them")
}

// A Watch of the caller's is every service's time, and the rig puts it like its own.
func TestWatch(t *testing.T) {
	w := new(running)
	r, err := rig.Start(t.Context(), rig.Options{Dir: t.TempDir(), PlanName: "small.yaml", PlanYAML: smallPlan, Log: io.Discard, Watch: w})
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	at := func() time.Time {
		res, err := http.Get("http://" + r.At().Public + "/v1/plan")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		now, err := http.ParseTime(res.Header.Get("Date"))
		require.NoError(t, err)
		return now
	}
	first := at()
	require.WithinRange(t, first, time.Unix(int64(r.Noon()), 0), time.Unix(int64(r.Noon()), 0).Add(time.Minute))
	require.Eventually(t, func() bool { return at().After(first) }, 5*time.Second, 100*time.Millisecond, "it does not go on by itself")
	require.NoError(t, r.Begin(1))
	require.WithinRange(t, at(), time.Unix(int64(r.Noon()), 0), time.Unix(int64(r.Noon()), 0).Add(time.Minute))
}

// running goes on as the system's clock does from where it was put.
type running struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (w *running) Set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead = time.Until(t)
}

func (w *running) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}
