package main

import (
	"encoding/json"
	"errors"

	"github.com/dunlin-analytics/dunlin/cmd/bench/speed"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/spf13/cobra"
)

func benchCommand() *cobra.Command {
	c := group("bench", "measure; see docs/benchmarks.md",
		benchHillstromCommand(), benchChoiceCommand(), benchMsnbcCommand(), benchLeaveCommand(), benchNextCommand(), benchShopCommand(), benchModuleCommand(), benchPrepareCommand(), benchIngestCommand(), benchAggregateCommand(), benchOperationCommand(),
		benchBrowserCommand())
	c.Long = "Each benchmark prints one JSON object on standard output with --json, and its progress on standard error."
	c.PersistentFlags().Bool("json", false, "print one JSON object on one line, and nothing else")
	return c
}

// printResult prints a benchmark's object: indented, or on one line with --json.
func printResult(c *cobra.Command, v any) error {
	e := json.NewEncoder(c.OutOrStdout())
	if asJSON, _ := c.Flags().GetBool("json"); !asJSON {
		e.SetIndent("", "  ")
	}
	return e.Encode(v)
}

// steppedCommand is what benchmarks re-execute: one service under a clock that
// its parent steps. It takes no part in serving a site.
func steppedCommand() *cobra.Command {
	return &cobra.Command{
		Use:    rig.Verb + " ROLE CONFIG",
		Hidden: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New(rig.Verb + " takes two arguments, a role and a services file")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			inside, err := module.Bytes()
			if err != nil {
				return err
			}
			return rig.Stepped(c.Context(), args[0], args[1], inside, c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
}

func benchModuleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "module",
		Short: "the built module under wazero: calls, reports, device-days, memory",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			inside, err := module.Bytes()
			if err != nil {
				return err
			}
			f, err := speed.Module(c.Context(), inside)
			if err != nil {
				return err
			}
			return printResult(c, f)
		},
	}
}

func benchPrepareCommand() *cobra.Command {
	var cells, reports int
	c := &cobra.Command{
		Use:   "prepare",
		Short: "open, verify and sum reports in both roles",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f, err := speed.Prepare(cells, reports)
			if err != nil {
				return err
			}
			return printResult(c, f)
		},
	}
	c.Flags().IntVar(&cells, "cells", 512, "cells of a measurement")
	c.Flags().IntVar(&reports, "reports", 10000, "reports to prepare on each core")
	return c
}
