package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-analytics/dunlin/cmd/bench/leave"
	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/spf13/cobra"
)

// leastLeave is BENCHMARKS.md's target of auc_ratio.
const leastLeave = .95

func benchLeaveCommand() *cobra.Command {
	var seeds int
	var data, file string
	c := &cobra.Command{
		Use:   "msnbc-leave",
		Short: "does the visitor leave after this page? private counts and the device's own path, on real visits",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if seeds < 1 {
				return fmt.Errorf("--seeds %d: at least one is needed", seeds)
			}
			visitors, err := msnbc.ReadWhole(data, file)
			if err != nil {
				return err
			}
			progress, done := bar(c.ErrOrStderr(), "noise seeds", "seeds")
			r, err := leave.Run(visitors, leave.Options{
				Seeds: seeds, Random: msnbc.Seeded, Done: func(n, total int) { progress(uint64(n), uint64(total)) },
			})
			done()
			if err != nil {
				return err
			}
			return errors.Join(printResult(c, r), missedLeave(r))
		},
	}
	c.Flags().IntVar(&seeds, "seeds", 6, "draws of the noise")
	c.Flags().StringVar(&data, "data", os.Getenv("DUNLIN_DATA"), "data folder")
	c.Flags().StringVar(&file, "file", "", "another file of the data's form (compressed or not)")
	return c
}

func missedLeave(r leave.Result) error {
	if r.Ratio >= leastLeave && r.Worst >= leastLeave { // NaN is a miss
		return nil
	}
	return fmt.Errorf("target missed: auc_ratio is %.3f, at worst %.3f, wanted %.2f", r.Ratio, r.Worst, leastLeave)
}
