package speed_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/bench/speed"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/stretchr/testify/require"
)

// keysOf are the names of a JSON object's keys, which the readers of the
// benchmarks rely on.
func keysOf(t *testing.T, v any) (keys []string) {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(b, &m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

func TestIngestMeasuresWhatItWasAskedFor(t *testing.T) {
	f, err := speed.Ingest(t.Context(), t.TempDir(), 2500, 8, 400)
	require.NoError(t, err)
	require.Equal(t, 2500, f.Body)
	require.Equal(t, 8, f.Connections)
	require.Equal(t, 400, f.Requests)
	require.Positive(t, f.PerSecond)
	require.Positive(t, f.P50)
	require.GreaterOrEqual(t, f.P99, f.P50)
	require.Positive(t, f.Fsync)
	// Eight connections cannot finish more than eight requests in the median time of one.
	require.Less(t, f.PerSecond*f.P50/1000, 2*8.)
	require.Subset(t, keysOf(t, f), []string{"requests_per_second", "p50_ms", "p99_ms", "fsync_ms"})
}

func TestIngestRefuses(t *testing.T) {
	for _, c := range []struct{ body, connections, total int }{{100, 8, 10}, {1 << 20, 8, 10}, {2500, 0, 10}, {2500, 8, 0}, {2500, 8, -1}} {
		_, err := speed.Ingest(t.Context(), t.TempDir(), c.body, c.connections, c.total)
		require.ErrorContains(t, err, "accepted are", "%+v", c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := speed.Ingest(ctx, t.TempDir(), 2500, 8, 100)
	require.ErrorIs(t, err, context.Canceled)
}

func TestPrepareMeasuresBothRoles(t *testing.T) {
	f, err := speed.Prepare(64, 50)
	require.NoError(t, err)
	require.Equal(t, 64, f.Cells)
	require.Equal(t, 12, f.Weight)
	require.Positive(t, f.PerCore)
	require.InDelta(t, f.Both/f.PerCore, f.Ratio, 1e-9)
	require.Greater(t, f.Open, 1.) // two X25519 and more: never below a microsecond
	require.Greater(t, f.Total, f.Open)
	require.Subset(t, keysOf(t, f), []string{"reports_per_second_core", "ratio_two_cores"})
}

func TestPrepareRefuses(t *testing.T) {
	for _, cells := range []int{0, -1, 1025} {
		_, err := speed.Prepare(cells, 50)
		require.ErrorIs(t, err, speed.ErrCells)
	}
	for _, reports := range []int{-5, 0, 4} {
		_, err := speed.Prepare(64, reports)
		require.ErrorContains(t, err, "at least 5 reports")
	}
	f, err := speed.Prepare(1, 5) // fewer cells than the usual weight
	require.NoError(t, err)
	require.Equal(t, 1, f.Weight)
}

func TestModuleFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("some ten thousand device-days")
	}
	inside, err := module.Bytes()
	require.NoError(t, err)
	f, err := speed.Module(t.Context(), inside)
	require.NoError(t, err)
	require.Positive(t, f.Call100)
	require.Greater(t, f.Shard512*1000, f.Call100, "a report costs more than an event")
	require.Greater(t, f.Days, f.DaysShard, "a day with a report costs more than one without")
	require.Greater(t, f.MemoryMB, .5)
	require.Less(t, f.MemoryMB, 64.)
	require.ElementsMatch(t, []string{"choose40_us", "choose40_kept_us", "event_us", "call100_us", "shard512_ms", "memory_mb", "days_per_second", "days_per_second_shard"}, keysOf(t, f))
	require.Greater(t, f.Choose40, f.Kept40, "drawing costs more than looking up")
	require.Greater(t, f.Choose40, f.Call100)
	require.Greater(t, f.Event, 0.)
}
