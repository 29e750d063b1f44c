package speed_test

import (
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
