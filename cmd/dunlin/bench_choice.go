package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-analytics/dunlin/cmd/bench/hillstrom"
	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/spf13/cobra"
)

func benchChoiceCommand() *cobra.Command {
	var salts, draws int
	var prefix, data string
	c := &cobra.Command{
		Use:   "hillstrom-choice",
		Short: "does choosing from private sums pay? against the best single arm and a central model",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if salts < 1 || draws < 1 {
				return fmt.Errorf("--salts %d --draws %d: at least one of each is needed", salts, draws)
			}
			people, err := hillstrom.Read(data, 0)
			if err != nil {
				return err
			}
			o := hillstrom.ChoiceOptions{Draws: draws, Random: hillstrom.Seeded}
			for i := range salts {
				o.Salts = append(o.Salts, fmt.Sprint(prefix, i))
			}
			progress, done := bar(c.ErrOrStderr(), "salts", "salts")
			o.Done = func(n, total int) { progress(uint64(n), uint64(total)) }
			r, err := hillstrom.Choice(people, o)
			done()
			if err != nil {
				return err
			}
			var missed error
			if salts >= 60 && !(r.G >= .80) { // NaN is a miss
				missed = fmt.Errorf("target missed: G is %.3f, wanted .80", r.G)
			}
			return errors.Join(printResult(c, r), missed)
		},
	}
	c.Flags().IntVar(&salts, "salts", 60, "ways to split the customers into those to learn from and those to test on")
	c.Flags().StringVar(&prefix, "salt-prefix", "s", "salts are PREFIX0, PREFIX1, ...")
	c.Flags().IntVar(&draws, "draws", 4, "draws of both aggregators' noise, for each salt")
	c.Flags().StringVar(&data, "data", os.Getenv("DUNLIN_DATA"), "data folder")
	return c
}

func benchMsnbcCommand() *cobra.Command {
	var seeds int
	var data, file string
	c := &cobra.Command{
		Use:   "msnbc",
		Short: "segment priors plus the device's own evidence, on real visits to a news site",
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
			r, err := msnbc.Run(visitors, msnbc.Options{
				Seeds: seeds, Random: msnbc.Seeded, Done: func(n, total int) { progress(uint64(n), uint64(total)) },
			})
			done()
			if err != nil {
				return err
			}
			return errors.Join(printResult(c, r), missedMsnbc(r))
		},
	}
	c.Flags().IntVar(&seeds, "seeds", 6, "draws of the noise")
	c.Flags().StringVar(&data, "data", os.Getenv("DUNLIN_DATA"), "data folder")
	c.Flags().StringVar(&file, "file", "", "another file of the data's form (compressed or not)")
	return c
}

func missedMsnbc(r msnbc.Result) error {
	var all []error
	hold := func(what string, v, least float64) {
		if !(v >= least) { // NaN is a miss
			all = append(all, fmt.Errorf("%s is %.3f, wanted %.3f or more", what, v, least))
		}
	}
	hold("segment_device.mean_G", r.SegmentDevice.MeanG, .92)
	hold("segment_device.worst_G", r.SegmentDevice.Worst, .87)
	hold("segment_interest.mean_G", r.Interest.MeanG, .92)
	hold("segment_interest.worst_G", r.Interest.Worst, .87)
	hold("segment.G", r.Segment.G, .37)
	hold("guard.worst_margin", r.Guard.Worst, 0)
	if all == nil {
		return nil
	}
	return fmt.Errorf("target missed: %w", errors.Join(all...))
}
