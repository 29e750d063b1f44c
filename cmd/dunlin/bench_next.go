package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/dunlin-analytics/dunlin/cmd/bench/next"
	"github.com/spf13/cobra"
)

// BENCHMARKS.md's targets.
const (
	leastHR   = .95
	leastNDCG = .94
)

func benchNextCommand() *cobra.Command {
	var seeds int
	var data, file string
	c := &cobra.Command{
		Use:   "msnbc-next",
		Short: "what comes next? a list ranked by private counts and the device's own path, on real visits",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if seeds < 1 {
				return fmt.Errorf("--seeds %d: at least one is needed", seeds)
			}
			visitors, err := msnbc.Read(data, file)
			if err != nil {
				return err
			}
			progress, done := bar(c.ErrOrStderr(), "noise seeds", "seeds")
			r, err := next.Run(visitors, next.Options{
				Seeds: seeds, Random: msnbc.Seeded, Done: func(n, total int) { progress(uint64(n), uint64(total)) },
			})
			done()
			if err != nil {
				return err
			}
			return errors.Join(printResult(c, r), missedNext(r))
		},
	}
	c.Flags().IntVar(&seeds, "seeds", 6, "draws of the noise")
	c.Flags().StringVar(&data, "data", os.Getenv("DUNLIN_DATA"), "data folder")
	c.Flags().StringVar(&file, "file", "", "another file of the data's form (compressed or not)")
	return c
}

func missedNext(r next.Result) error {
	var all []error
	hold := func(what string, v, least float64) {
		if !(v >= least) { // NaN is a miss
			all = append(all, fmt.Errorf("%s is %.3f, wanted %.2f or more", what, v, least))
		}
	}
	hold("hr3_ratio", r.HR, leastHR)
	hold("ndcg3_ratio", r.NDCG, leastNDCG)
	hold("worst.hr3_ratio", r.Worst.HR, leastHR)
	hold("worst.ndcg3_ratio", r.Worst.NDCG, leastNDCG)
	if all == nil {
		return nil
	}
	return fmt.Errorf("target missed: %w", errors.Join(all...))
}
