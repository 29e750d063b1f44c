package main

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/bench/hillstrom"
	"github.com/dunlin-analytics/dunlin/cmd/bench/speed"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/spf13/cobra"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "measure; see docs/benchmarks.md",
		Long:  "Each benchmark prints one JSON object on standard output with --json, and its progress on standard error.",
	}
	c.PersistentFlags().Bool("json", false, "print one JSON object and nothing else")
	c.AddCommand(benchHillstromCommand(), benchModuleCommand(), benchPrepareCommand(), benchIngestCommand())
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

func benchHillstromCommand() *cobra.Command {
	var devices, draws int
	var data string
	c := &cobra.Command{
		Use:   "hillstrom-exact",
		Short: "are the private numbers the true ones? 64,000 real customers, end to end",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			people, err := hillstrom.Read(data, devices)
			if err != nil {
				return err
			}
			return benchHillstrom(c, people, draws)
		},
	}
	c.Flags().IntVar(&devices, "devices", 0, "only the first customers of the file (default: all)")
	c.Flags().IntVar(&draws, "redraws", 2000, "draws of both sides' noise on a copy of the exact sums")
	c.Flags().StringVar(&data, "data", os.Getenv("DUNLIN_DATA"), "data folder")
	return c
}

type hillstromResult struct {
	Devices      int               `json:"devices"`
	Acknowledged uint64            `json:"acknowledged"`
	Accepted     uint64            `json:"accepted"`
	Rejected     map[string]uint64 `json:"rejected"`
	RateError    struct {
		Median float64 `json:"median"`
		P95    float64 `json:"p95"`
	} `json:"rate_error"`
	Coverage float64             `json:"coverage"`
	Redraws  int                 `json:"redraws"`
	Real     hillstrom.Deviation `json:"real"`
	Rates    []hillstrom.Rate    `json:"rates"`
	Seconds  struct {
		Devices float64 `json:"devices"`
		Release float64 `json:"release"`
	} `json:"seconds"`
}

func benchHillstrom(c *cobra.Command, people []hillstrom.Customer, draws int) error {
	progress := c.ErrOrStderr()
	inside, err := module.Bytes()
	if err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dunlin-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	started := time.Now()
	var sent time.Time
	devices, devicesDone := bar(progress, "devices: measure, shard, seal, send ", "reports")
	prepare, prepareDone := bar(progress, "aggregators: open, verify, sum      ", "reports")
	got, err := hillstrom.Run(c.Context(), people, hillstrom.Options{
		Dir: dir, Module: inside, Executable: executable, Log: progress, Devices: devices,
		Prepare: func(done, total uint64) {
			if sent.IsZero() {
				sent = time.Now()
				devicesDone()
			}
			prepare(done, total)
		},
	})
	prepareDone()
	if err != nil {
		return err
	}
	ended := time.Now()
	exact := hillstrom.Exact(people)
	v := float64(got.Released.Variance())
	redrawn, err := hillstrom.Redraw(exact, draws, rand.Reader)
	if err != nil {
		return err
	}
	r := hillstromResult{
		Devices: len(people), Acknowledged: got.Acknowledged, Accepted: got.Leader.Accepted, Rejected: got.Leader.Rejected,
		Coverage: redrawn.Coverage, Redraws: redrawn.Draws,
		Real: hillstrom.Judge(got.Released.Cells, exact, v), Rates: hillstrom.Rates(got.Released.Cells, exact, v),
	}
	r.RateError.Median, r.RateError.P95 = redrawn.Median, redrawn.P95
	r.Seconds.Devices, r.Seconds.Release = sent.Sub(started).Seconds(), ended.Sub(sent).Seconds()
	return printResult(c, r)
}

// steppedCommand is what benchmarks re-execute: one service under a clock that
// its parent steps. It takes no part in serving a site.
func steppedCommand() *cobra.Command {
	return &cobra.Command{
		Use:    rig.Verb + " ROLE CONFIG",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
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

func benchIngestCommand() *cobra.Command {
	var body, connections, requests int
	var dir string
	c := &cobra.Command{
		Use:   "ingest",
		Short: "durable acknowledgements of reports by the collector",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			folder, err := os.MkdirTemp(dir, "dunlin-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(folder)
			f, err := speed.Ingest(c.Context(), folder, body, connections, requests)
			if err != nil {
				return err
			}
			return printResult(c, f)
		},
	}
	c.Flags().IntVar(&body, "body", 6000, "bytes of a report")
	c.Flags().IntVar(&connections, "connections", 64, "connections at once")
	c.Flags().IntVar(&requests, "requests", 50000, "requests to measure")
	c.Flags().StringVar(&dir, "dir", "", "folder on the disk to measure (default: the system's for temporary files)")
	return c
}
