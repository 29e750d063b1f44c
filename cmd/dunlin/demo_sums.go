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
	"github.com/spf13/cobra"
)

// demoSeed makes the invented customers the same at each run.
const demoSeed = 2008

// demoSumsCommand shows a private sum alone.
func demoSumsCommand() *cobra.Command {
	var customers int
	var of, data, keep string
	c := &cobra.Command{
		Use:   "sums",
		Short: "show a private sum, from devices to release, on 2,000 customers",
		Long: `Runs collector, leader and helper on loopback in this process, makes each customer of
Hillstrom's e-mail test one device in the built module, has their sealed reports sent,
verified, summed, noised and released, and prints what the site learns beside the truth.
Without the data (--data or DUNLIN_DATA) the customers are invented. --of cookiecats takes
the players of a game's test instead, who came back after one and seven days or not.

With --keep the folder of keys, services file, spool and releases stays, to look into
with dunlin release, dunlin spool and age.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch of {
			case "hillstrom":
				return demoSums(c, customers, data, keep)
			case "cookiecats":
				return demoGame(c, customers, data, keep)
			}
			return fmt.Errorf("--of %q: there is hillstrom and cookiecats", of)
		},
	}
	c.Flags().IntVar(&customers, "devices", 2000, "number of customers or players; 0: all players")
	c.Flags().StringVar(&of, "of", "hillstrom", "whose: hillstrom or cookiecats")
	c.Flags().StringVar(&data, "data", os.Getenv("DUNLIN_DATA"), "data folder")
	c.Flags().StringVar(&keep, "keep", "", "new folder to keep everything in")
	return c
}

func demoSums(c *cobra.Command, n int, data, keep string) error {
	if err := hillstrom.Enough(n); err != nil {
		return fmt.Errorf("--devices: %w", err)
	}
	people, who := hillstrom.Invent(n, demoSeed), "INVENTED customers (DUNLIN_DATA is not set)"
	if data != "" {
		var err error
		if people, err = hillstrom.Read(data, n); err != nil {
			return err
		}
		who = "real customers of Hillstrom's e-mail test (2008)"
	}
	dir, err := demoFolder(keep)
	if err != nil {
		return err
	}
	if keep == "" {
		defer os.RemoveAll(dir)
	}
	out := c.OutOrStdout()
	fmt.Fprintf(out, "Dunlin: %d %s.\nEach is one device; what it knows stays in it.\n\n", n, who)
	got, took, err := liveHillstrom(c.Context(), people, dir, "", c.ErrOrStderr(), io.Discard)
	if err != nil {
		return err
	}
	printDemo(out, people, got, took.devices+took.release)
	fmt.Fprintln(out, "\nThe whole site, as its dashboard shows the campaign:")
	fmt.Fprintln(out)
	if err := printArms(out, got.Plan, got.Released.Record, hillstrom.Exact(people)); err != nil {
		return err
	}
	if keep != "" {
		fmt.Fprintf(out, `
Kept in %[1]s: keys, services and releases of an invented site.
Look around:
  dunlin console --data %[1]s/data/leader
  cd %[1]s
  dunlin release show %[2]s
  dunlin serve --role collector &
  dunlin spool list --period %[2]s   # deleted, at release
  ls data/leader/period-keys              # and so is the key to what was opened
`, keep, got.Released.Period.Date)
	}
	return nil
}

// demoFolder makes keep, or a temporary folder where it is empty.
func demoFolder(keep string) (string, error) {
	if keep == "" {
		return os.MkdirTemp("", "dunlin-demo-")
	}
	if err := os.Mkdir(keep, 0o700); err != nil {
		return "", fmt.Errorf("--keep: a new folder is wanted: %w", err)
	}
	return keep, nil
}

// The names of the plan's segments and of the file's arms, short enough for a
// terminal of 80 columns.
var (
	demoSegments = []string{"men only", "women only", "both"}
	demoArms     = []string{"none", "men's", "women's"}
)

func printDemo(out io.Writer, people []hillstrom.Customer, got hillstrom.Outcome, took time.Duration) {
	exact := hillstrom.Exact(people)
	v := float64(got.Released.Variance())
	fmt.Fprintf(out, `
%d reports accepted, released after %.1f s.
What the site learns, beside the truth that nobody at the site has:

`, got.Leader.Accepted, took.Seconds())
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "buys\te-mail\tmailed\tvisited\tvisit rate\t95 % interval\ttruth\t")
	for i, r := range hillstrom.Rates(got.Released.Cells, exact, v) {
		cells := got.Released.Cells
		rate, interval := displayRate(r)
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%s\t%s\t\n", demoSegments[r.Segment], demoArms[i%len(demoArms)], cells[4+i], cells[13+i],
			rate, interval, percent(float64(r.Exact)))
	}
	_ = t.Flush() // a terminal that is gone has nobody to tell
	rho := noise.RhoOf(got.Released.Weight, got.Released.Sigma2)
	fmt.Fprintf(out, `
The sums (mailed, visited) are raw: noised and signed by both aggregators, and
they may be negative. Each carries noise of standard deviation %.1f: epsilon
%.2f for a device's day against everyone, if one of the two aggregators is
honest (%.2f over 30 such days). The intervals hold what an exact tracker would
have shown, 95 times in 100.
`, math.Sqrt(v), float64(rho.Epsilon(1e-6)), float64(rho.Times(30).Epsilon(1e-6)))
	if len(people) < 20000 {
		fmt.Fprintln(out, "With so few people the noise is large; try: dunlin demo sums --devices 64000")
	}
}

// displayRate clips a rate to what a rate can be, and shows none that the noise
// has left without a bound.
func displayRate(r hillstrom.Rate) (rate, interval string) {
	low, high := max(0, r.Interval.Low), min(1, r.Interval.High)
	if !r.Interval.Enough || low <= 0 && high >= 1 || low > high {
		return "-", "not enough data"
	}
	return percent(min(max(float64(r.Private), 0), 1)), fmt.Sprintf("%.1f to %.1f %%", 100*low, 100*high)
}

func percent(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}
