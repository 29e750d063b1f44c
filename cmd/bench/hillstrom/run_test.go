package hillstrom_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"sync/atomic"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/bench/hillstrom"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/stretchr/testify/require"
)

// TestMain makes the test binary a service where rig.Spawn asks for one.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == rig.Verb {
		if err := rig.Stepped(context.Background(), os.Args[2], os.Args[3], nil, os.Stdin, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func inside(t *testing.T) []byte {
	t.Helper()
	b, err := module.Bytes()
	require.NoError(t, err)
	return b
}

// 300 invented customers through everything that is real: module, HTTP, both
// aggregators, in one process and in three. A cell outside of 5 standard
// deviations comes by chance once in some 28,000 runs of both.
func TestPrivateSumsAreTheTrueOnesButForTheNoise(t *testing.T) {
	people := hillstrom.Invent(300, 7)
	exact := hillstrom.Exact(people)
	executable, err := os.Executable()
	require.NoError(t, err)
	for _, c := range []struct{ name, executable string }{{"one process", ""}, {"three processes", executable}} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			var devices, prepared atomic.Uint64
			highest := func(to *atomic.Uint64) rig.Progress {
				return func(done, total uint64) {
					if total != 300 || done > total {
						t.Errorf("%d of %d", done, total)
					}
					for old := to.Load(); done > old && !to.CompareAndSwap(old, done); old = to.Load() {
					}
				}
			}
			got, err := hillstrom.Run(t.Context(), people, hillstrom.Options{
				Dir: dir, Module: inside(t), Executable: c.executable, Log: io.Discard,
				Devices: highest(&devices), Prepare: highest(&prepared),
			})
			require.NoError(t, err)
			require.EqualValues(t, 300, got.Acknowledged)
			require.EqualValues(t, 300, got.Leader.Accepted)
			for reason, n := range got.Leader.Rejected {
				require.Zero(t, n, reason)
			}
			require.EqualValues(t, 300, devices.Load())
			require.EqualValues(t, 300, prepared.Load())

			require.Len(t, got.Released.Cells, hillstrom.Cells)
			v := float64(got.Released.Variance())
			require.EqualValues(t, 2*hillstrom.Sigma2, v)
			same := 0
			for i := range exact {
				require.InDelta(t, exact[i], got.Released.Cells[i], 5*math.Sqrt(v), "cell %d", i)
				if exact[i] == got.Released.Cells[i] {
					same++
				}
			}
			// The noise is there: a cell is exact with probability .028, so nine of 31
			// are once in 10^7 runs.
			require.Less(t, same, 9)
			d := hillstrom.Judge(got.Released.Cells, exact, v)
			require.Less(t, d.WorstZ, 5.)
			require.InDelta(t, 1.35, d.MSDOverV, 1.25) // chi-square of 31 over 31: beyond 2.6 once in 300,000 runs
			require.Equal(t, "present", got.Cells[0].Metric)
			require.Equal(t, got.Released.Cells[30], got.Cells[30].Value)
		})
	}
}

func TestTooFewCustomersAreRefusedBeforeAnythingRuns(t *testing.T) {
	dir := t.TempDir()
	_, err := hillstrom.Run(t.Context(), hillstrom.Invent(99, 1), hillstrom.Options{Dir: dir})
	require.ErrorIs(t, err, hillstrom.ErrTooFew)
	require.EqualError(t, err, "99 are too few customers for a release: at least 100 are needed (min_batch)")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files)
}
