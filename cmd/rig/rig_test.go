package rig_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/device"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/stretchr/testify/require"
)

// pidFile below the services file's folder holds the process of each role.
func pidFile(dir, role string) string { return filepath.Join(dir, role+".pid") }

// TestMain makes the test binary a service where rig.Spawn asks for one.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == rig.Verb {
		role, config := os.Args[2], os.Args[3]
		err := os.WriteFile(pidFile(filepath.Dir(config), role), []byte(strconv.Itoa(os.Getpid())), 0o600)
		if err == nil {
			err = rig.Stepped(context.Background(), role, config, nil, os.Stdin, os.Stdout, os.Stderr)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var smallPlan = plans.Small

func options(t *testing.T) rig.Options {
	t.Helper()
	inside, err := module.Bytes()
	require.NoError(t, err)
	return rig.Options{Dir: t.TempDir(), PlanName: "small.yaml", PlanYAML: smallPlan, Module: inside, Log: io.Discard}
}

// startWith starts a rig in this process with changed options.
func startWith(t *testing.T, change func(*rig.Options)) *rig.Rig {
	t.Helper()
	o := options(t)
	change(&o)
	r, err := rig.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Close() }) // again: the test closes it
	return r
}

func start(t *testing.T, ctx context.Context, spawned bool) (r *rig.Rig, dir string) {
	t.Helper()
	o := options(t)
	var err error
	if spawned {
		o.Executable, err = os.Executable()
		require.NoError(t, err)
	}
	r, err = rig.Start(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Close() }) // again: the test closes it
	return r, o.Dir
}

func view(r *rig.Rig) func(context.Context, *device.Device, int) error {
	return func(ctx context.Context, d *device.Device, _ int) error {
		return d.Track(ctx, r.Noon(), edge.Event{Kind: plan.View})
	}
}

// process finds a child's process; alive says whether it still runs.
func process(t *testing.T, dir, role string) (p *os.Process, alive func() bool) {
	t.Helper()
	b, err := os.ReadFile(pidFile(dir, role))
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(b))
	require.NoError(t, err)
	p, err = os.FindProcess(pid)
	require.NoError(t, err)
	return p, func() bool { return p.Signal(syscall.Signal(0)) == nil }
}

// within fails the test when f takes longer: it would hang.
func within(t *testing.T, limit time.Duration, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		stacks := make([]byte, 1<<20)
		t.Fatalf("still running after %s\n%s", limit, stacks[:runtime.Stack(stacks, true)])
		return nil
	}
}

// A service that dies ends the run with an error that names it, and the other
// processes end too.
func TestADeadChildIsAnErrorAndNotAHang(t *testing.T) {
	for _, role := range []string{"collector", "helper", "leader"} {
		t.Run(role, func(t *testing.T) {
			r, dir := start(t, t.Context(), true)
			if role != "collector" {
				_, err := r.Upload(t.Context(), 100, view(r), nil)
				require.NoError(t, err)
			}
			victim, _ := process(t, dir, role)
			require.NoError(t, victim.Kill())
			err := within(t, 30*time.Second, func() error {
				if role == "collector" {
					_, err := r.Upload(t.Context(), 100, view(r), nil)
					return err
				}
				_, _, err := r.Release(t.Context(), 0, nil)
				return err
			})
			require.Error(t, err)
			if role == "leader" {
				require.ErrorContains(t, err, "the leader's process ended")
			}
			_ = within(t, 30*time.Second, r.Close)
			for _, other := range []string{"collector", "helper", "leader"} {
				_, alive := process(t, dir, other)
				require.False(t, alive(), "the %s outlives its parent", other)
			}
		})
	}
}

// When the parent's context ends, all is given up at once.
func TestCancellingEndsTheChildren(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, dir := start(t, ctx, true)
	err := within(t, 30*time.Second, func() error {
		_, err := r.Upload(ctx, 1_000_000, view(r), func(done, _ uint64) {
			if done >= 50 {
				cancel()
			}
		})
		return err
	})
	require.ErrorIs(t, err, context.Canceled)
	_ = within(t, 30*time.Second, r.Close)
	for _, role := range []string{"collector", "helper", "leader"} {
		_, alive := process(t, dir, role)
		require.False(t, alive(), role)
	}
}

var errDay = errors.New("a bad day")

func TestAFailingDayEndsTheUpload(t *testing.T) {
	r, _ := start(t, t.Context(), false)
	before := runtime.NumGoroutine()
	day := view(r)
	var lived atomic.Int64
	acknowledged, err := r.Upload(t.Context(), 100_000, func(ctx context.Context, d *device.Device, i int) error {
		lived.Add(1)
		if i == 200 {
			return errDay
		}
		return day(ctx, d, i)
	}, nil)
	require.ErrorIs(t, err, errDay)
	require.EqualError(t, err, "device 200: a bad day")
	require.Less(t, lived.Load(), int64(1000), "the others stop too")
	require.LessOrEqual(t, acknowledged, uint64(1000))
	// Two more may run: the spool's, which the first report started, and the one
	// that asks here. Connections that were just closed take a moment to end.
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 5*time.Second, 10*time.Millisecond)
	stacks := make([]byte, 1<<20)
	require.NotContains(t, string(stacks[:runtime.Stack(stacks, true)]), "rig.(*Rig).Upload")
	require.NoError(t, r.Close())
}

// A collector that refuses a report ends the upload with its reason.
func TestARefusedReportEndsTheUpload(t *testing.T) {
	r, _ := start(t, t.Context(), false)
	require.NoError(t, r.SetClock(time.Unix(int64(r.Period.End)+1, 0)))
	err := within(t, 30*time.Second, func() error {
		_, err := r.Upload(t.Context(), 100_000, view(r), nil)
		return err
	})
	require.ErrorContains(t, err, "the collector refused a report")
	require.NoError(t, r.Close())
}

func TestAShortBatchSaysHowManyAreNeeded(t *testing.T) {
	r, _ := start(t, t.Context(), false)
	n, err := r.Upload(t.Context(), 7, view(r), nil)
	require.NoError(t, err)
	require.EqualValues(t, 7, n)
	_, _, err = r.Release(t.Context(), 0, nil)
	require.EqualError(t, err, "the batch of "+r.Period.Date.String()+" is short: 7 reports accepted, 100 needed")
	require.NoError(t, r.Close())
}

// The stores of releases are read while both aggregators work and write them.
func TestReleasesAreReadBesideTheRunningServices(t *testing.T) {
	r, dir := start(t, t.Context(), true)
	_, err := r.Upload(t.Context(), 150, view(r), nil)
	require.NoError(t, err)
	stop := make(chan struct{})
	read := make(chan error, 2)
	var reads atomic.Int64
	for _, role := range []string{"leader", "helper"} {
		go func() {
			read <- func() error {
				for {
					select {
					case <-stop:
						return nil
					default:
					}
					s, err := release.OpenRead(filepath.Join(dir, "data", role, service.ReleasesFile))
					if err != nil {
						return err
					}
					if _, err := s.List(); err != nil {
						return err
					}
					reads.Add(1)
				}
			}()
		}()
	}
	got, v, err := r.Release(t.Context(), 0, nil)
	close(stop)
	require.NoError(t, errors.Join(<-read, <-read))
	require.NoError(t, err)
	require.EqualValues(t, 150, v.Accepted)
	require.Positive(t, reads.Load())
	for _, role := range []string{"leader", "helper"} {
		s, err := release.OpenRead(filepath.Join(dir, "data", role, service.ReleasesFile))
		require.NoError(t, err)
		all, err := s.List()
		require.NoError(t, err)
		require.Equal(t, []release.Signed{got}, all)
	}
	require.NoError(t, r.Close())
}

// What is not a command is answered, and the end of the input ends the service.
func TestSteppedAnswersEachLine(t *testing.T) {
	r, dir := start(t, t.Context(), false)
	require.NoError(t, r.Close())
	var out strings.Builder
	in := strings.NewReader("\nclock noon\nclock\nstep\njump\nclock 1795392000\nfiles\nfiles all\nfiles 0\n")
	require.NoError(t, rig.Stepped(t.Context(), "leader", filepath.Join(dir, "services.yaml"), nil, in, &out, io.Discard))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 8)
	for i, want := range []string{"invalid syntax", "clock UNIX", "the leader is not started", `unknown command \"jump\"`, `{"ok":true}`, "files BYTES", "invalid syntax", `{"ok":true}`} {
		require.Contains(t, lines[i], want)
	}
}
