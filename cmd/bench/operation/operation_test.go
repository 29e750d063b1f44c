package operation_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/bench/operation"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
)

// The services run in processes of their own: this test's binary again.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == rig.Verb {
		if err := rig.Stepped(context.Background(), os.Args[2], os.Args[3], nil, os.Stdin, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func options(t *testing.T) operation.Options {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	return operation.Options{Dir: filepath.Join(t.TempDir(), "site"), Executable: executable, Log: io.Discard}
}

func TestNear(t *testing.T) {
	for body, tolerance := range map[int]int{2500: 100, 6000: 100, 13_500: 100} {
		require.InDelta(t, body, operation.Near(body).Size(), float64(tolerance))
	}
	require.Equal(t, 128, operation.Batch.Cells())
}

// Real reports of the size that was asked for, acknowledged by a collector elsewhere.
func TestIngest(t *testing.T) {
	s := operation.Near(2500)
	f, err := operation.Ingest(t.Context(), options(t), s, 8, 200)
	require.NoError(t, err)
	require.Equal(t, s.Size(), f.Body, "the size that was computed is that of what was posted")
	require.Equal(t, []int{s.Cells(), 8, 200}, []int{f.Cells, f.Connections, f.Reports})
	require.Positive(t, f.PerSecond)
	require.GreaterOrEqual(t, f.P99, f.P50)
	require.Positive(t, f.Fsync)
	require.Greater(t, f.Disk, float64(f.Body), "it is on disk")
	for _, c := range []struct{ connections, total int }{{0, 200}, {8, 9}, {8, -1}, {8, 10_000_000}} {
		_, err = operation.Ingest(t.Context(), options(t), s, c.connections, c.total)
		require.ErrorContains(t, err, "accepted are one or more connections", "%+v", c)
	}
}

// A whole batch; the release is the exact sums but for the noise.
func TestAggregate(t *testing.T) {
	f, err := operation.Aggregate(t.Context(), options(t), 150)
	require.NoError(t, err)
	require.Equal(t, 150, f.Reports)
	require.Less(t, f.WorstZ, 6.)
	require.Zero(t, f.DiskLeft, "at release the sealed reports go")
	require.Len(t, f.Peaks, 3)
	for _, role := range []string{"collector", "leader", "helper"} {
		require.Greater(t, f.Peaks[role], 5., role)
	}
	require.Greater(t, f.Disk, 2000.)
}
