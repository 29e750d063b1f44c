package main

import (
	"fmt"
	"io"
	"os"

	"github.com/dunlin-analytics/dunlin/cmd/demo"
	"github.com/spf13/cobra"
)

// demoDataCommand makes what the demo begins with. It is hidden: `make demo-data`
// calls it, once for each change of what devices do.
func demoDataCommand() *cobra.Command {
	var out, commit string
	c := &cobra.Command{
		Use:   "data --out DIR --commit HASH",
		Short: "make the 90 days that the demo begins with; a quarter of an hour",
		Long: `Lets invented visitors live 90 days, some 20,000 a day, each on a device that sends its
real report to collector, leader and helper over HTTP, and writes the signed releases, the
plan and a label to DIR, which is built into the next dunlin.`,
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := needs("out", out, "the folder to write to, cmd/demo/data"); err != nil {
				return err
			}
			if err := needs("commit", commit, "the commit that this program was built from"); err != nil {
				return err
			}
			dir, err := os.MkdirTemp("", "dunlin-demo-data-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			h, err := demo.Make(c.Context(), demo.MakeOptions{Dir: dir, Commit: commit, Log: io.Discard, Day: func(done, days int, date string, accepted uint64) {
				fmt.Fprintf(c.ErrOrStderr(), "%d of %d: %s, %d reports\n", done, days, date, accepted)
			}})
			if err != nil {
				return err
			}
			if err := h.Write(out); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), h.Label)
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "folder to write to")
	c.Flags().StringVar(&commit, "commit", "", "commit of the source, for the label")
	return c
}
