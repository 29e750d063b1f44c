package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	wasm "github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/stretchr/testify/require"
)

func options(t *testing.T) Options {
	t.Helper()
	inside, err := wasm.Bytes()
	require.NoError(t, err)
	return Options{
		Dir: t.TempDir(), PlanName: "shop.yaml", PlanYAML: plans.Shop, Module: inside, Native: true,
		Visitors: 1000, Days: 3, Seed: 2, Log: io.Discard,
	}
}

// Three days through running services: every visitor's day is a report that is
// acknowledged and counted, the first day's release is the devices' sums but for
// the noise, and its priors reach the devices of a later day.
func TestRun(t *testing.T) {
	o := options(t)
	var most, of atomic.Uint64
	o.Progress = func(done, total uint64) {
		of.Store(total)
		for old := most.Load(); done > old && !most.CompareAndSwap(old, done); old = most.Load() {
		}
	}
	var begun *plan.Plan
	o.Begun = func(p *plan.Plan) error { begun = p; return nil }
	var heard []Day
	o.Day = func(d Day) error { heard = append(heard, d); return nil }
	r, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, heard, r.Days)
	require.Len(t, r.Days, 3)

	published, p := built(t, plans.Shop)
	shop := shopOf(t, p, population.Options{Seed: 2, Visitors: 1000, Horizon: 3})
	require.Equal(t, begun.Slots, p.Slots)
	require.Equal(t, "demo-shop.example", r.Site)
	all := uint64(0)
	for day, d := range r.Days {
		came := uint64(0)
		for i := range 1000 {
			if shop.Visitor(i).Visits(day) > 0 {
				came++
			}
		}
		require.Greater(t, came, uint64(200))
		require.Equal(t, day, d.Day)
		require.Equal(t, p.Periods[day].Date.String(), d.Date)
		require.Equal(t, came, d.Acknowledged)
		require.Equal(t, came, d.Accepted)
		require.Equal(t, p.Periods[day].Date, d.Released.Period.Date)
		all += came
	}
	require.Equal(t, all, most.Load())
	require.Equal(t, all, of.Load())
	require.Equal(t, shop.Truth(3), r.Truth)

	// Nothing was known on the first day, so that it can be lived again: 90 cells
	// within 6 deviations are missed once in 5 million runs.
	require.Empty(t, r.Days[0].Priors)
	tallies, sums := measured(t, published, p, shop, 2)
	require.Equal(t, tallies, r.Days[0].Slots)
	cells := r.Days[0].Released.Cells
	require.Len(t, cells, len(sums))
	v := float64(r.Days[0].Released.Variance())
	require.EqualValues(t, 2*p.Sigma2, v)
	worst, same := 0., 0
	for i := range sums {
		worst = math.Max(worst, math.Abs(float64(cells[i]-sums[i]))/math.Sqrt(v))
		if cells[i] == sums[i] {
			same++
		}
	}
	require.Less(t, worst, 6.)
	require.Greater(t, worst, 1., "there is no noise")
	require.Less(t, same, 15) // each is exact once in 39: so many once in 10^8 runs

	// Two days are some 900 exposures, where the noise is 54.
	require.Regexp(t, "^[0-9a-f]{64}$", r.Days[2].Priors)
	require.NotEqual(t, r.Days[1].Priors, r.Days[2].Priors)

	var object map[string]any
	b, err := json.Marshal(r)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &object))
	require.NotContains(t, string(b), "cells", "releases are not the simulation's to print")
	require.Contains(t, object, "truth")
}

// Devices in the module, in a population to which all is alike, services in
// processes of their own; the noise is the system's at each run.
func TestASeedReachesNoNoise(t *testing.T) {
	executable, err := os.Executable()
	require.NoError(t, err)
	var runs []Result
	for _, apart := range []string{"", executable} {
		o := options(t)
		o.Visitors, o.Days, o.Null, o.Executable = 330, 1, true, apart
		o.Native = testing.Short() // under the race detector the module takes long to start
		r, err := Run(t.Context(), o)
		require.NoError(t, err)
		runs = append(runs, r)
	}
	require.Equal(t, runs[0].Truth, runs[1].Truth)
	a, b := runs[0].Days[0], runs[1].Days[0]
	require.Equal(t, a.Slots, b.Slots)
	require.Equal(t, a.Accepted, b.Accepted)
	require.NotEqual(t, a.Released.Cells, b.Released.Cells)
	require.Truef(t, runs[0].Null, "%+v", runs[0])
	slot := runs[0].Days[0].Slots[0]
	require.InDelta(t, slot.Uniform, slot.Goals, 1e-9)
	require.InDelta(t, slot.Best, slot.Goals, 1e-9)
}

// What cannot be simulated is refused before a key is made.
func TestRunRefuses(t *testing.T) {
	weekly := bytes.Replace(plans.Shop, []byte("period: day"), []byte("period: week"), 1)
	require.NotEqual(t, plans.Shop, weekly)
	for name, c := range map[string]struct {
		change func(*Options)
		want   error
		says   string
	}{
		"a weekly plan":         {func(o *Options) { o.PlanYAML = weekly }, ErrCadence, "simulate a daily plan"},
		"no day":                {func(o *Options) { o.Days = 0 }, ErrDays, "0 days: not a number of days that the plan has: 1 to 364"},
		"days below zero":       {func(o *Options) { o.Days = -1 }, ErrDays, "-1 days"},
		"more days than it has": {func(o *Options) { o.Days = 1000 }, ErrDays, "1000 days"},
		"no slots":              {func(o *Options) { o.PlanYAML = plans.Hillstrom }, population.ErrPlan, "needs topics, slots and periods"},
		"nobody":                {func(o *Options) { o.Visitors = 0 }, population.ErrOptions, "visitors are 1 to"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			c.change(&o)
			_, err := Run(t.Context(), o)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.says)
			left, err := os.ReadDir(o.Dir)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
	o := options(t)
	o.PlanYAML = []byte("site: x\nslots: 3\n")
	_, err := Run(t.Context(), o)
	var problems planfile.Problems
	require.ErrorAs(t, err, &problems)
	require.ErrorContains(t, err, "shop.yaml:2:8: slots")
}

// Too few visitors for a release are told how many are needed.
func TestTooFewVisitors(t *testing.T) {
	o := options(t)
	o.Visitors = 150
	r, err := Run(t.Context(), o)
	require.ErrorContains(t, err, "day 1: the batch of 2026-11-23 is short:")
	require.ErrorContains(t, err, "100 needed")
	require.Empty(t, r.Days)
}

// An interrupt in the middle of a day ends services and devices, in this process
// and in processes of their own.
func TestInterrupt(t *testing.T) {
	executable, err := os.Executable()
	require.NoError(t, err)
	for name, apart := range map[string]string{"one process": "", "processes": executable} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			o := options(t)
			o.Visitors, o.Executable = 50_000, apart
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var ended time.Time
			ran := 0
			o.Progress = func(done, total uint64) {
				if done == 500 {
					ran = len(children(t, o.Dir))
					ended = time.Now()
					cancel()
				}
			}
			_, err := Run(ctx, o)
			require.ErrorIs(t, err, context.Canceled)
			require.Less(t, time.Since(ended), 10*time.Second)
			// Connections that were just closed take a moment to end.
			require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 5*time.Second, 10*time.Millisecond, stacks{})
			if apart != "" && runtime.GOOS == "linux" {
				require.Equal(t, 3, ran)
			}
			require.Empty(t, children(t, o.Dir))
		})
	}
}

// stacks prints all goroutines when it is asked for.
type stacks struct{}

func (stacks) String() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}

// children are the running processes that have dir on their command line; none
// where the system does not list them under /proc.
func children(t *testing.T, dir string) (out []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, path := range all {
		if b, err := os.ReadFile(path); err == nil && strings.Contains(string(b), dir) {
			out = append(out, string(b))
		}
	}
	return out
}
