package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/spf13/cobra"
)

// simulation is what the flags of simulate and demo say.
type simulation struct {
	plan, keep     string
	visitors, days int
	seed           uint64
	native, null   bool
	world          string
	lively         bool
	season         float64
	apart          bool // services in processes of their own
}

func (s *simulation) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.plan, "plan", "", "dunlin.yaml of a daily plan with a slot (default: the world's, plans/shop.yaml)")
	c.Flags().IntVar(&s.visitors, "visitors", s.visitors, "number of visitors; each comes on some days")
	c.Flags().IntVar(&s.days, "days", s.days, "days to live, from the plan's first on")
	c.Flags().Uint64Var(&s.seed, "seed", 1, "of the visitors, their habits and their answers")
	c.Flags().BoolVar(&s.native, "native", false, "devices natively, not in the WebAssembly module (they do the same)")
	c.Flags().BoolVar(&s.null, "null", false, "a population to which all variants are alike")
	c.Flags().StringVar(&s.keep, "keep", "", "new folder to keep keys, spool and releases in")
}

func simulateCommand() *cobra.Command {
	s := simulation{visitors: 20000, days: 14}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "live a shop's days with invented visitors whose truth is known",
		Long: `Runs collector, leader and helper under a clock of their own and lets invented visitors
live with devices: each device keeps its state, picks what the plan's slots show, and sends
its sealed report every day that its visitor comes; each day is released, and what the
releases say goes back to the devices of the next day as priors.

Prints one JSON object: what came of each day, and the truth, by the population's own
rates: what each variant, uniform choice, the best single variant and a choice by somebody
who knew everything would have come to. Progress goes to standard error.

With --lively the visitors of a shop, a feed or a school also meet the plan's lists,
messages and surveys, and the truth says of each item, channel and skill what it is
to them. --null makes all of it alike to everybody.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			progress, done := bar(c.ErrOrStderr(), "visitors' days", "reports")
			r, err := s.run(c, func(o *simulate.Options) { o.Progress = progress })
			done()
			return errors.Join(err, printIf(c, r, err))
		},
	}
	s.flags(c)
	c.Flags().StringVar(&s.world, "world", "shop", "who comes: shop, feed or school")
	c.Flags().BoolVar(&s.lively, "lively", false, "visitors arrive, search, act, pause, are satisfied or not, and meet the plan's lists, messages and surveys; always but in the shop")
	c.Flags().Float64Var(&s.season, "season", 0, "how much activity and tastes move over the year, 0 to 0.5")
	c.Flags().BoolVar(&s.apart, "processes", false, "services in processes of their own")
	return c
}

// printIf prints what a simulation came to unless it failed.
func printIf(c *cobra.Command, r simulate.Result, err error) error {
	if err != nil {
		return nil
	}
	return printJSON(c.OutOrStdout(), r)
}

// run simulates as the flags say; more sets what the caller hears.
func (s *simulation) run(c *cobra.Command, more func(*simulate.Options)) (r simulate.Result, err error) {
	switch {
	case s.visitors < 1:
		return r, fmt.Errorf("--visitors %d: at least one is needed", s.visitors)
	case s.days < 1:
		return r, fmt.Errorf("--days %d: at least one is needed", s.days)
	}
	o := simulate.Options{
		PlanName: "plans/shop.yaml", PlanYAML: plans.Shop, Native: s.native, Visitors: s.visitors, Days: s.days,
		Seed: s.seed, Null: s.null, Lively: s.lively, Season: s.season, Log: io.Discard,
	}
	if s.world != "" {
		if o.World, err = population.ParseWorld(s.world); err != nil {
			return r, err
		}
	}
	if o.World != population.Shop { // others are known by more than their slots
		o.Lively = true
		o.PlanName, o.PlanYAML = "plans/"+s.world+".yaml", map[population.World][]byte{population.Feed: plans.Feed, population.School: plans.School}[o.World]
	}
	if s.plan != "" {
		if o.PlanYAML, err = os.ReadFile(s.plan); err != nil {
			return r, err
		}
		o.PlanName = s.plan
	}
	if o.Module, err = module.Bytes(); err != nil {
		return r, err
	}
	if s.apart {
		if o.Executable, err = os.Executable(); err != nil {
			return r, err
		}
	}
	if o.Dir, err = demoFolder(s.keep); err != nil {
		return r, err
	}
	if s.keep == "" {
		defer os.RemoveAll(o.Dir)
	} else {
		defer os.Remove(o.Dir) // it stays but where nothing was written
	}
	more(&o)
	return simulate.Run(c.Context(), o)
}
