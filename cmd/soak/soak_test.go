package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
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
		Dir: t.TempDir(), Executable: executable(t), Log: io.Discard, Seed: 5,
		Sites: 2, Periods: 2, Devices: 400, Connections: 32, Kills: 12, Patience: time.Minute,
	}
	if whole() {
		o.Sites, o.Periods, o.Devices, o.Kills, o.Patience = 3, 6, 2000, 200, 10*time.Minute
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
	require.Positive(t, got.Acknowledged)
	require.GreaterOrEqual(t, got.Counted, got.Acknowledged)
}
