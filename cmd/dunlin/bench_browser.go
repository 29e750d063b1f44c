package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dunlin-analytics/dunlin/cmd/bench/browser"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/spf13/cobra"
)

func benchBrowserCommand() *cobra.Command {
	var starts, visits, tabs int
	c := &cobra.Command{
		Use:   "browser",
		Short: "the script in Chromium: starts, choices, what moves or blocks, and short visits that are counted",
		Long: "Drives a headless Chromium (its path, if it is not found: CHROME_PATH). The visits of 3, 6 and 10 seconds go over lines that are slow at the socket: " +
			"cable (5 Mbit/s down, 1 Mbit/s up, 28 ms round trip) and slow 4G (1.6 Mbit/s down, 750 kbit/s up, 150 ms: Lighthouse's simulated mobile). At the default they take a quarter of an hour.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			for _, n := range []int{starts, visits, tabs} {
				if n < 1 {
					return fmt.Errorf("--starts %d --visits %d --tabs %d: at least one of each is needed", starts, visits, tabs)
				}
			}
			inside, err := module.Bytes()
			if err != nil {
				return err
			}
			scripts, err := web.SDK()
			if err != nil {
				return err
			}
			dir, err := os.MkdirTemp("", "dunlin-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			progress, finish := barByStage(c.ErrOrStderr())
			f, err := browser.Run(c.Context(), browser.Options{
				Dir: dir, Module: inside, ModuleBrotli: module.Brotli(), Scripts: scripts,
				Starts: starts, Visits: visits, Tabs: tabs, Log: io.Discard, Done: progress,
			})
			finish()
			if err != nil {
				return err
			}
			targets := browserTargets(f)
			for _, t := range targets {
				fmt.Fprintf(c.ErrOrStderr(), "%-18s %8.4g  %s %g\n", t.what, t.is, t.sense(), t.bound)
			}
			return errors.Join(printResult(c, f), missed(targets))
		},
	}
	c.Flags().IntVar(&starts, "starts", 10, "visitors whose start is timed, cold and warm")
	c.Flags().IntVar(&visits, "visits", 100, "visits over each line and of each length")
	c.Flags().IntVar(&tabs, "tabs", 8, "visits at once")
	return c
}

// barByStage shows one bar after the other.
func barByStage(w io.Writer) (progress func(stage string, n, total int), finish func()) {
	var now string
	var show rig.Progress
	end := func() {}
	return func(stage string, n, total int) {
		if stage != now {
			end()
			now = stage
			show, end = bar(w, stage, "done")
		}
		show(uint64(n), uint64(total))
	}, func() { end() }
}

// target is what DESIGN.md asks of a figure.
type target struct {
	what      string
	is, bound float64
	least     bool // the bound is the smallest that is good enough
	// slack is how many times the bound a time may be before it fails the command: it
	// depends on the machine. 1 for what does not.
	slack float64
}

func (t target) sense() string {
	if t.least {
		return "at least"
	}
	return "at most"
}

func browserTargets(f browser.Figures) []target {
	all := []target{
		{what: "cold_ms", is: f.Cold, bound: 150, slack: 3},
		{what: "warm_ms", is: f.Warm, bound: 100, slack: 3},
		{what: "choose40_us", is: f.Choose40, bound: 60, slack: 3},
		{what: "shard512_ms", is: f.Shard512, bound: 2, slack: 3},
		{what: "event_us", is: f.Event, bound: 20, slack: 3},
		{what: "long_tasks", is: float64(f.LongTasks), bound: 0, slack: 1},
		{what: "layout_shift", is: f.LayoutShift, bound: 0, slack: 1},
		{what: "first_content_ms", is: f.FirstContent, bound: 0, slack: 1},
	}
	if share, ok := f.Sent["cable"]["3s"]; ok && f.Visits >= 100 { // fewer show nothing
		all = append(all, target{what: "sent.cable.3s", is: share, bound: .95, least: true, slack: 1})
	}
	return all
}

// missed says which targets were, NaN being a miss.
func missed(targets []target) error {
	var all []error
	for _, t := range targets {
		if t.least && !(t.is >= t.bound/t.slack) || !t.least && !(t.is <= t.bound*t.slack) {
			all = append(all, fmt.Errorf("%s is %g, wanted %s %g", t.what, t.is, t.sense(), t.bound))
		}
	}
	if all == nil {
		return nil
	}
	return fmt.Errorf("target missed: %w", errors.Join(all...))
}
