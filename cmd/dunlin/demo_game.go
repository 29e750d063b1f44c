package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/cmd/bench/cookiecats"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
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
	private, err := cookiecats.Shown(once.Plan, once.Released.Record)
	if err != nil {
		return err
	}
	exactly := once.Released.Record
	exactly.Cells = cookiecats.Exact(players)
	exact, err := cookiecats.Shown(once.Plan, exactly)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d reports accepted. What the site learns, beside the truth that nobody at the site has:\n\n", once.Leader.Accepted)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "came back on\tversion\tinstalled\trate\t95 % interval\ttruth\t")
	for i, s := range private {
		for k, v := range s.All {
			fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t\n", s.Goal, v.Name, v.Exposed.Value, finely(v.Rate.Value), between(v.Rate), finely(exact[i].All[k].Rate.Value))
		}
		fmt.Fprintf(t, "%s\tuplift\t\t%s\t%s\t%s\t\n", s.Goal, finely(s.Uplift.Rate.Value), between(s.Uplift.Rate), finely(exact[i].Uplift.Rate.Value))
	}
	_ = t.Flush() // a terminal that is gone has nobody to tell
	fmt.Fprintln(out, "\nThe intervals hold noise and chance: what another draw of players would have shown, 95 times in 100.")
	if keep != "" {
		fmt.Fprintf(out, "\nKept in %[1]s. See it: dunlin console --data %[1]s/data/leader\n", keep)
	}
	return nil
}

func finely(v float64) string { return fmt.Sprintf("%.2f %%", 100*v) }

func between(r panel.Rate) string {
	if r.High == nil || r.Hidden == panel.Noise {
		return "not enough data"
	}
	return fmt.Sprintf("%.2f to %.2f %%", 100*r.Low, 100**r.High)
}
