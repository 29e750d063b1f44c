package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/bench/cookiecats"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/spf13/cobra"
)

// demoGame shows a private experiment: the players of a game, in two versions.
func demoGame(c *cobra.Command, n int, data, keep string) error {
	players, err := cookiecats.Read(data, n)
	if err != nil {
		return err
	}
	inside, err := module.Bytes()
	if err != nil {
		return err
	}
	dir, err := demoFolder(keep)
	if err != nil {
		return err
	}
	if keep == "" {
		defer os.RemoveAll(dir)
	}
	out := c.OutOrStdout()
	fmt.Fprintf(out, "Dunlin: %d real players of Cookie Cats, drawn to two versions of the game.\nEach is one device; what it knows stays in it.\n\n", len(players))
	devices, devicesDone := bar(c.ErrOrStderr(), "devices report ", "reports")
	prepare, prepareDone := bar(c.ErrOrStderr(), "aggregators sum", "reports")
	once, err := cookiecats.Run(c.Context(), players, rig.Options{Dir: dir, Module: inside, Log: io.Discard}, devices, prepare)
	devicesDone()
	prepareDone()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d reports accepted. What the site learns, beside the truth that nobody at the site has:\n\n", once.Leader.Accepted)
	if err := printArms(out, once.Plan, once.Released.Record, cookiecats.Exact(players)); err != nil {
		return err
	}
	if keep != "" {
		fmt.Fprintf(out, "\nKept in %[1]s. See it: dunlin console --data %[1]s/data/leader\n", keep)
	}
	return nil
}

// printArms prints what the dashboard shows of a release's campaigns, beside what it would
// show of the exact sums.
func printArms(out io.Writer, p *plan.Plan, r release.Record, exact []int64) error {
	private, err := rig.Shown(p, r, r.Cells)
	if err != nil {
		return err
	}
	truth, err := rig.Shown(p, r, exact)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "goal\tarm\trate\t95 % interval\ttruth\theld\t")
	for i, s := range private {
		row := func(goal, arm string, got, is panel.Rate) {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t\n", goal, arm, shown(got), between(got), finely(is.Value), holds(got, is.Value))
		}
		for k, v := range s.All {
			row(s.GoalName, v.Name, v.Rate, truth[i].All[k].Rate)
		}
		for k, v := range s.All {
			if v.Uplift != nil {
				row("change", v.Name, *v.Uplift, *truth[i].All[k].Uplift)
			}
		}
	}
	_ = t.Flush() // a terminal that is gone has nobody to tell
	fmt.Fprintln(out, "\nA change is against the first arm. The intervals hold noise and chance: what\nanother draw of people would have shown, 95 times in 100.")
	return nil
}

// holds says whether an interval has the truth in it.
func holds(r panel.Rate, truth float64) string {
	switch {
	case !known(r):
		return "-"
	case r.Low <= truth && truth <= *r.High:
		return "yes"
	}
	return "no"
}

func finely(v float64) string { return fmt.Sprintf("%.2f %%", 100*v) }

func known(r panel.Rate) bool { return r.High != nil && (r.Hidden == "" || r.Hidden == panel.Wide) }

func shown(r panel.Rate) string {
	if !known(r) {
		return "-"
	}
	return finely(r.Value)
}

func between(r panel.Rate) string {
	if !known(r) {
		return "not enough data"
	}
	return fmt.Sprintf("%.2f to %.2f %%", 100*r.Low, 100**r.High)
}
