package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/soak"
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

// whole reports whether the long forms are asked for: make soak.
func whole() bool { return os.Getenv("SOAK") != "" }

func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	return path
}

// print writes what a run found as one JSON object.
func print(t *testing.T, result any) {
	t.Helper()
	b, err := json.Marshal(result)
	require.NoError(t, err)
	fmt.Printf("%s\n", b)
}

// Collector, leader and helper are killed again and again under load: all that was
// acknowledged is counted once, by both aggregators, and nothing else is.
func TestKills(t *testing.T) {
	o := soak.Options{
		Dir: t.TempDir(), Executable: executable(t), Log: io.Discard, Seed: 4,
		Sites: 2, Periods: 2, Devices: 400, Connections: 32, Kills: 12, Patience: 5 * time.Minute,
	}
	if testing.Short() { // under the race detector, say
		o.Sites, o.Devices, o.Kills = 1, 200, 6
	}
	if whole() {
		o.Sites, o.Periods, o.Devices, o.Kills, o.Patience = 3, 6, 2000, 200, 10*time.Minute
	}
	if seed, ok := os.LookupEnv("SOAK_SEED"); ok {
		var err error
		o.Seed, err = strconv.ParseUint(seed, 10, 64)
		require.NoError(t, err, "SOAK_SEED is a number")
	}
	got, err := soak.Run(t.Context(), o)
	print(t, got)
	require.NoError(t, err)
	require.Equal(t, o.Sites*o.Periods, got.Batches)
	total := 0
	for _, n := range got.Killed {
		total += n
	}
	require.Equal(t, o.Kills, total)
	if whole() {
		for _, role := range []string{"collector", "helper", "leader"} {
			require.Greater(t, got.Busy[role], o.Kills/10, role)
		}
	}
	require.Positive(t, got.Acknowledged)
	require.GreaterOrEqual(t, got.Counted, got.Acknowledged)
}

// Strangers hold ten thousand connections and misuse thousands more: the collector
// stays within its memory and serves who behaves.
func TestStrangers(t *testing.T) {
	switch {
	case runtime.GOOS != "linux":
		t.Skip("a process's memory is read from /proc")
	case testing.Short():
		t.Skip("opens ten thousand connections, and measures memory, of which the race detector takes more")
	}
	o := soak.Options{
		Dir: t.TempDir(), Executable: executable(t), Log: io.Discard, Seed: 6,
		Sites: 1, Devices: 400, Connections: 32, Patience: 5 * time.Minute,
	}
	got, err := soak.Crowd(t.Context(), o, soak.Crowding{Idle: 10_000, Slow: 2_000, Torn: 1_000, Flood: 500, Drip: 500, Mute: 500}, whole())
	print(t, got)
	require.NoError(t, err)
	require.Greater(t, got.Rest, got.Before, "the strangers cost something")
	require.GreaterOrEqual(t, got.Counted, got.Acknowledged)
	if whole() {
		require.EqualValues(t, got.Slow+got.Flood+got.Drip, got.Closed)
		require.LessOrEqual(t, got.After, got.Bound)
	}
}

// Strangers who send reports by the byte take every buffer for uploads that there is:
// who behaves is told to come back, and is served once the collector has had enough of
// them.
func TestEveryUploadTaken(t *testing.T) {
	if !whole() || runtime.GOOS != "linux" {
		t.Skip("takes minutes: make soak")
	}
	o := soak.Options{
		Dir: t.TempDir(), Executable: executable(t), Log: io.Discard, Seed: 10,
		Sites: 1, Devices: 400, Connections: 32, Patience: 5 * time.Minute,
	}
	got, err := soak.Crowd(t.Context(), o, soak.Crowding{Slow: 9_000}, false)
	print(t, got)
	require.NoError(t, err)
	require.Positive(t, got.Again[http.StatusServiceUnavailable])
	require.GreaterOrEqual(t, got.Counted, got.Acknowledged)
}

// No file of a service may grow: uploads are told to come back, the aggregators say
// why they stop, and all of it goes on once there is room, with nothing lost.
func TestFilesMayNotGrow(t *testing.T) {
	fill(t, soak.Options{
		Dir: t.TempDir(), Executable: executable(t), Log: io.Discard, Seed: 7,
		Sites: 1, Devices: 600, Connections: 32, Patience: 5 * time.Minute,
	}, func(p *rig.Processes) soak.Disk { return soak.FileLimit{Services: p} })
}

// fill is a run at full disks, of which each aggregator says what to do.
func fill(t *testing.T, o soak.Options, disk func(*rig.Processes) soak.Disk) {
	t.Helper()
	got, err := soak.Fill(t.Context(), o, disk)
	print(t, got)
	require.NoError(t, err)
	require.Positive(t, got.Again[http.StatusInsufficientStorage])
	require.Contains(t, got.Said["leader"], "this leader's disk is full: free space")
	require.Contains(t, got.Said["helper"], "this helper's disk is full: free space")
	require.GreaterOrEqual(t, got.Counted, got.Acknowledged)
}
