package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/bench/hillstrom"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/spf13/cobra"
)

// demoSeed makes the invented customers the same at each run.
const demoSeed = 2008

func demoCommand() *cobra.Command {
	var customers int
	var data string
	c := &cobra.Command{
		Use:   "demo",
		Short: "show a private sum, from devices to release, on 2,000 customers",
		Long: `Runs collector, leader and helper on loopback in this process, makes each customer of
Hillstrom's e-mail test one device in the built module, has their sealed reports sent,
verified, summed, noised and released, and prints what the site learns beside the truth.
Without the data (--data or DUNLIN_DATA) the customers are invented.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return demo(c, customers, data)
		},
	}
	c.Flags().IntVar(&customers, "devices", 2000, "number of customers")
	c.Flags().StringVar(&data, "data", os.Getenv("DUNLIN_DATA"), "data folder")
	return c
}

func demo(c *cobra.Command, n int, data string) error {
	out, progress := c.OutOrStdout(), c.ErrOrStderr()
	bytes, err := module.Bytes()
	if err != nil {
		return err
	}
	who := "real customers of Hillstrom's e-mail test (MineThatData, 2008)"
	people, err := hillstrom.Read(data, n)
	if data == "" {
		who = fmt.Sprintf("INVENTED customers (seed %d; set DUNLIN_DATA for real ones)", demoSeed)
		people, err = hillstrom.Invent(n, demoSeed), nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Dunlin: %d %s.\nEach is one device; what it knows stays in it. Three arms: no e-mail, men's, women's.\n\n", n, who)
	dir, err := os.MkdirTemp("", "dunlin-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	started := time.Now()
	devices, devicesDone := bar(progress, "devices: measure, shard, seal, send ", "reports")
	prepare, prepareDone := bar(progress, "aggregators: open, verify, sum      ", "reports")
	got, err := hillstrom.Run(c.Context(), people, hillstrom.Options{
		Dir: dir, Module: bytes, Log: io.Discard, Devices: devices,
		Prepare: func(done, total uint64) {
			devicesDone()
			prepare(done, total)
		},
	})
	prepareDone()
	if err != nil {
		return err
	}
	printDemo(out, people, got, time.Since(started))
	return nil
}

func printDemo(out io.Writer, people []hillstrom.Customer, got hillstrom.Outcome, took time.Duration) {
	exact := hillstrom.Exact(people)
	v := float64(got.Released.Variance())
	fmt.Fprintf(out, "\n%d reports accepted, released after %.1f s. What the site learns, beside the truth that nobody at the site has:\n\n", got.Leader.Accepted, took.Seconds())
	t := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "segment\te-mail\texposed\tvisited\tvisit rate\t95 % of it\ttruth\t")
	names := []string{"men only", "women only", "both"}
	for i, r := range hillstrom.Rates(got.Released.Cells, exact, v) {
		interval := "not enough data"
		rate := "-"
		if r.Interval.Enough {
			rate = fmt.Sprintf("%.1f %%", 100*r.Private)
			interval = fmt.Sprintf("%.1f to %.1f %%", 100*max(0, r.Interval.Low), 100*min(1, r.Interval.High))
		}
		cells := got.Released.Cells
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%s\t%.1f %%\t\n", names[r.Segment], r.Arm, cells[4+i], cells[13+i], rate, interval, 100*r.Exact)
	}
	_ = t.Flush() // a terminal that is gone has nobody to tell
	rho := noise.RhoOf(got.Released.Weight, got.Released.Sigma2)
	fmt.Fprintf(out, `
Sums are raw: noised, signed by both aggregators, and may be negative. Each cell carries
noise of standard deviation %.1f; that is epsilon %.2f for a device's day against everyone,
if one of the two aggregators is honest (%.2f over 30 such days). The intervals are
"private against exact": they hold what an exact tracker would have shown, 95 times in 100.
`, math.Sqrt(v), float64(rho.Epsilon(1e-6)), float64(rho.Times(30).Epsilon(1e-6)))
	if len(people) < 20000 {
		fmt.Fprintln(out, "With so few people the noise is large; try: dunlin demo --devices 64000")
	}
}
