package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/cmd/bench/operation"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/spf13/cobra"
)

// operating runs f with a folder of its own below dir, in which the services' processes
// run this program.
func operating(c *cobra.Command, dir string, f func(o operation.Options) (any, error)) (err error) {
	inside, err := module.Bytes()
	if err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(dir, "dunlin-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	got, err := f(operation.Options{
		Dir: filepath.Join(folder, "site"), Executable: executable, Module: inside, Log: io.Discard,
		Progress: func(what string) { fmt.Fprintln(c.ErrOrStderr(), what) },
	})
	if err != nil && !errors.Is(err, operation.ErrTarget) {
		return err
	}
	return errors.Join(printResult(c, got), err)
}

func diskFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "dir", "", "folder on the disk to measure (default: the system's for temporary files)")
}

func benchIngestCommand() *cobra.Command {
	var body, connections, requests int
	var dir string
	c := &cobra.Command{
		Use:   "ingest",
		Short: "durable acknowledgements of reports by the collector",
		Long: `Posts real reports (split, proved, sealed) of about --body bytes to a collector in a
process of its own, from this one, and counts what is acknowledged on disk.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return operating(c, dir, func(o operation.Options) (any, error) {
				return operation.Ingest(c.Context(), o, operation.Near(body), connections, requests)
			})
		},
	}
	c.Flags().IntVar(&body, "body", 6000, "bytes of a report, about")
	c.Flags().IntVar(&connections, "connections", 64, "connections at once")
	c.Flags().IntVar(&requests, "requests", 30000, "reports to measure; all are in memory")
	diskFlag(c, &dir)
	return c
}

func benchAggregateCommand() *cobra.Command {
	var reports int
	var dir string
	c := &cobra.Command{
		Use:   "aggregate",
		Short: "one batch of 128 cells from the first upload to the release: time, memory, disk",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return operating(c, dir, func(o operation.Options) (any, error) { return operation.Aggregate(c.Context(), o, reports) })
		},
	}
	c.Flags().IntVar(&reports, "reports", 10000, "devices, a report each")
	diskFlag(c, &dir)
	return c
}

func benchOperationCommand() *cobra.Command {
	var peers, dir string
	var views int
	c := &cobra.Command{
		Use:   "operation",
		Short: "ingest of three sizes beside echo with SQLite and an empty handler, and what batches cost as they grow",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needs("peers", peers, "the program that `make bin/peers` builds"); err != nil {
				return err
			}
			return operating(c, dir, func(o operation.Options) (any, error) { return operation.Run(c.Context(), o, peers, views) })
		},
	}
	c.Flags().StringVar(&peers, "peers", "", "what a site would otherwise build: cmd/bench/peers")
	c.Flags().IntVar(&views, "views", 20000, "page views to post to it")
	diskFlag(c, &dir)
	return c
}
