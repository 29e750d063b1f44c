package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"--help"}, 0},
		{[]string{"plan"}, 0},
		{[]string{"fly"}, 1},
		{[]string{"plan", "fly"}, 1},
		{[]string{"plan", "check", "nowhere.yaml"}, 1},
		{[]string{"serve", "--role", "all", "--config", "nowhere.yaml"}, 1},
	} {
		var out, problems bytes.Buffer
		require.Equal(t, c.code, run(t.Context(), c.args, strings.NewReader(""), &out, &problems), c.args)
		if c.code == 0 {
			require.Empty(t, problems.String())
			continue
		}
		require.Empty(t, out.String())
		require.True(t, strings.HasPrefix(problems.String(), "dunlin: "), problems.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var problems bytes.Buffer
	require.Equal(t, 130, run(ctx, []string{"demo", "loop"}, strings.NewReader(""), &bytes.Buffer{}, &problems))
	require.Equal(t, "\ndunlin: interrupted\n", problems.String())
}

// seeded are the commands with a seed: of invented visitors and of a benchmark's
// own draws. That services draw from the system all the same is for
// TestASeedReachesNoNoise to show.
var seeded = []string{"demo loop", "simulate", "bench msnbc", "bench msnbc-leave", "bench msnbc-next", "bench shop"}

// No flag of any command reaches a clock or a source of randomness, and no
// command shows the hidden verb.
func TestNoFlagReachesClockOrNoise(t *testing.T) {
	all := map[string]string{}
	var walk func(path string)
	walk = func(path string) {
		var out bytes.Buffer
		require.Zero(t, run(t.Context(), append(strings.Fields(path), "--help"), strings.NewReader(""), &out, &out))
		all[path] = out.String()
		_, list, _ := strings.Cut(out.String(), "Available Commands:\n")
		list, _, _ = strings.Cut(list, "\n\n")
		for line := range strings.Lines(list) {
			if f := strings.Fields(line); len(f) > 0 && f[0] != "help" {
				walk(strings.TrimSpace(path + " " + f[0]))
			}
		}
	}
	walk("")
	require.Greater(t, len(all), 15)
	for path, help := range all {
		require.NotContains(t, help, "stepped")
		_, flags, _ := strings.Cut(help, "Flags:")
		for _, word := range []string{"clock", "--now", "noise-", "random", "min-batch", "unsafe", "insecure"} {
			require.NotContains(t, flags, word, path)
		}
		require.Equal(t, slices.Contains(seeded, path), strings.Contains(flags, "seed"), path)
	}
}

// An interrupt ends demo and benchmark at once: code 130, no folder and no child
// left behind.
func TestInterruptLeavesNothingBehind(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
	}{
		{"demo loop", []string{"demo", "loop", "--visitors", "500000"}},
		{"demo sums", []string{"demo", "sums", "--devices", "500000"}},
		{"simulate", []string{"simulate", "--visitors", "500000", "--processes"}},
		{"aggregate", []string{"bench", "aggregate", "--reports", "10000000"}},
		{"hillstrom", []string{"bench", "hillstrom-exact"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			cmd := exec.Command("dunlin", c.args...)
			cmd.Env = append(os.Environ(), "TMPDIR="+dir)
			if c.name == "hillstrom" {
				if os.Getenv("DUNLIN_DATA") == "" {
					require.Empty(t, os.Getenv("CI"), "CI needs DUNLIN_DATA")
					t.Skip("DUNLIN_DATA is not set")
				}
			} else {
				cmd.Env = append(cmd.Env, "DUNLIN_DATA=")
			}
			var problems bytes.Buffer
			cmd.Stderr = &problems
			// A process group of its own shows whether a child is left.
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			require.NoError(t, cmd.Start())
			require.Eventually(t, func() bool { return spooled(dir) }, 30*time.Second, 10*time.Millisecond, "nothing began")
			require.NoError(t, cmd.Process.Signal(os.Interrupt)) // to the parent alone
			begun := time.Now()
			err := cmd.Wait()
			require.Less(t, time.Since(begun), 10*time.Second)
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, 130, exit.ExitCode(), problems.String())
			require.Contains(t, problems.String(), "dunlin: interrupted")
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left)
			require.ErrorIs(t, syscall.Kill(-cmd.Process.Pid, 0), syscall.ESRCH, "a child is left")
		})
	}
}

// A reader that goes away in the middle (dunlin demo loop | head) ends the demo with an
// error, and its folder of keys goes too.
func TestAClosedPipeLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("dunlin", "demo", "loop", "--visitors", "400", "--days", "3", "--native")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = out.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, out.Close())
	err = cmd.Wait()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 1, exit.ExitCode(), problems.String())
	require.Contains(t, problems.String(), "broken pipe")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// spooled reports whether a collector below dir has taken a report.
func spooled(dir string) (found bool) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		found = found || err == nil && !d.IsDir() && filepath.Base(filepath.Dir(path)) == "spool"
		return nil // what vanishes meanwhile does not matter
	})
	return found
}
