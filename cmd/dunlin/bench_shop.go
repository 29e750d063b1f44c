package main

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/cmd/bench/shop"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/spf13/cobra"
)

func benchShopCommand() *cobra.Command {
	o := shop.Options{}
	c := &cobra.Command{
		Use:   "shop",
		Short: "does the loop learn, and only what is there? 30 days of shops, beside raw counts and a null shop",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Seeds < 1 || o.Days < 1 || o.NullSeeds < 0 || o.NullDays < 1 || o.Visitors < 1 {
				return fmt.Errorf("--seeds %d --days %d --null-seeds %d --null-days %d --visitors %d: all are at least 1 (--null-seeds: 0)",
					o.Seeds, o.Days, o.NullSeeds, o.NullDays, o.Visitors)
			}
			if c.Flags().Changed("lift") && !(o.Lift >= 0 && o.Lift <= plan.MaxLift) { // NaN is none
				return fmt.Errorf("--lift %g: 0 to %d", o.Lift, plan.MaxLift)
			}
			progress, done := bar(c.ErrOrStderr(), "loops", "loops")
			o.Done = func(n, total int) { progress(uint64(n), uint64(total)) }
			r, err := shop.Run(c.Context(), o)
			done()
			if err != nil {
				return err
			}
			return errors.Join(printResult(c, r), missedShop(r))
		},
	}
	c.Flags().IntVar(&o.Seeds, "seeds", 10, "shops in which variants differ")
	c.Flags().IntVar(&o.Days, "days", 30, "days that each lives")
	c.Flags().IntVar(&o.NullSeeds, "null-seeds", 200, "shops in which all variants are alike")
	c.Flags().IntVar(&o.NullDays, "null-days", 30, "days that each of those lives")
	c.Flags().IntVar(&o.Visitors, "visitors", 20000, "visitors of each")
	c.Flags().Uint64Var(&o.First, "first", 1, "first seed")
	c.Flags().Float64Var(&o.Lift, "lift", -1, "lift of the plan (default: the plan's)")
	return c
}

func missedShop(r shop.Result) error {
	var all []error
	if !(r.GainRatio.Mean >= .85) { // NaN is a miss
		all = append(all, fmt.Errorf("gain_ratio.mean is %.3f, wanted .85 or more", r.GainRatio.Mean))
	}
	if !(r.OverUniform.WorstDay >= 1) {
		all = append(all, fmt.Errorf("over_uniform.worst_day is %.3f, wanted 1 or more", r.OverUniform.WorstDay))
	}
	if !(r.Null.FalseWinners <= .05) {
		all = append(all, fmt.Errorf("null.false_winners is %.3f, wanted .05 or less", r.Null.FalseWinners))
	}
	if all == nil {
		return nil
	}
	return fmt.Errorf("target missed: %w", errors.Join(all...))
}
