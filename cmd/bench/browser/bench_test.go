package browser_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	bench "github.com/dunlin-analytics/dunlin/cmd/bench/browser"
	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
)

// A short run through every part. What does not depend on the machine's load is held to
// its target; times are the benchmark's business.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser for half a minute")
	}
	inside, err := module.Bytes()
	require.NoError(t, err)
	scripts, err := web.SDK()
	require.NoError(t, err)
	stages := map[string]int{}
	f, err := bench.Run(t.Context(), bench.Options{
		Dir: t.TempDir(), Module: inside, ModuleBrotli: module.Brotli(), Scripts: scripts,
		Starts: 2, Visits: 2, Tabs: 2, Seconds: []int{6}, Log: io.Discard,
		Done: func(stage string, n, total int) {
			require.LessOrEqual(t, n, total)
			stages[stage] = max(n, stages[stage])
		},
	})
	if errors.Is(err, browser.ErrMissing) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	require.Equal(t, map[string]int{"starts": 2, "second page": 1, "visits": 4}, stages)
	require.Zero(t, f.LayoutShift)
	require.Zero(t, f.FirstContent)
	require.GreaterOrEqual(t, f.Pages, 5)
	require.Greater(t, f.Ready, f.Cold)
	require.Equal(t, 1., f.Sent["cable"]["6s"])
	require.Contains(t, f.Sent["slow_4g"], "6s")
	for _, v := range []float64{f.Cold, f.Warm, f.Choose40, f.Shard512, f.Event, f.List40, f.List2000} {
		require.Positive(t, v)
	}

	b, err := json.Marshal(f)
	require.NoError(t, err)
	var keys map[string]any
	require.NoError(t, json.Unmarshal(b, &keys))
	for _, k := range []string{"cold_ms", "warm_ms", "long_tasks", "choose40_us", "shard512_ms", "event_us", "list40_us", "list2000_us", "layout_shift", "first_content_ms", "sent"} {
		require.Contains(t, keys, k)
	}
	t.Logf("%s", b)
}

func TestRunRefuses(t *testing.T) {
	_, err := bench.Run(t.Context(), bench.Options{Visits: -1, ModuleBrotli: []byte{1}})
	require.ErrorContains(t, err, "at least one")
	_, err = bench.Run(t.Context(), bench.Options{})
	require.ErrorContains(t, err, "brotli form")
}
