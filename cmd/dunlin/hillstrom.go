package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/bench/hillstrom"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/spf13/cobra"
)

func benchHillstromCommand() *cobra.Command {
	var devices, draws int
	var data string
	c := &cobra.Command{
		Use:   "hillstrom-exact",
		Short: "are the private numbers the true ones? 64,000 real customers, end to end",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if devices != 0 {
				if err := hillstrom.Enough(devices); err != nil {
					return fmt.Errorf("--devices: %w", err)
				}
			}
			if draws < 1 {
				return fmt.Errorf("--redraws %d: at least one is needed", draws)
			}
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
		Median hillstrom.Number `json:"median"`
		P95    hillstrom.Number `json:"p95"`
	} `json:"rate_error"`
	Coverage hillstrom.Number    `json:"coverage"`
	Redraws  int                 `json:"redraws"`
	Real     hillstrom.Deviation `json:"real"`
	Rates    []hillstrom.Rate    `json:"rates"`
	Seconds  struct {
		Devices float64 `json:"devices"`
		Release float64 `json:"release"`
	} `json:"seconds"`
}

func benchHillstrom(c *cobra.Command, people []hillstrom.Customer, draws int) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dunlin-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	got, took, err := liveHillstrom(c.Context(), people, dir, executable, c.ErrOrStderr(), c.ErrOrStderr())
	if err != nil {
		return err
	}
	exact := hillstrom.Exact(people)
	v := float64(got.Released.Variance())
	redrawn, err := hillstrom.Redraw(exact, draws, rand.Reader)
	if err != nil {
		return err
	}
	r := hillstromResult{
		Devices: len(people), Acknowledged: got.Acknowledged, Accepted: got.Leader.Accepted, Rejected: got.Leader.Rejected,
		Coverage: hillstrom.Number(redrawn.Coverage), Redraws: redrawn.Draws,
		Real: hillstrom.Judge(got.Released.Cells, exact, v), Rates: hillstrom.Rates(got.Released.Cells, exact, v),
	}
	r.RateError.Median, r.RateError.P95 = hillstrom.Number(redrawn.Median), hillstrom.Number(redrawn.P95)
	r.Seconds.Devices, r.Seconds.Release = took.devices.Seconds(), took.release.Seconds()
	return printResult(c, r)
}

// stages are how long the devices and the aggregators took.
type stages struct{ devices, release time.Duration }

// liveHillstrom runs the customers in dir with a bar for each stage: in processes
// of executable, or all in this one where it is empty.
func liveHillstrom(ctx context.Context, people []hillstrom.Customer, dir, executable string, progress, log io.Writer) (got hillstrom.Outcome, took stages, err error) {
	inside, err := module.Bytes()
	if err != nil {
		return got, took, err
	}
	devices, devicesDone := bar(progress, "devices report ", "reports")
	prepare, prepareDone := bar(progress, "aggregators sum", "reports")
	defer prepareDone()
	defer devicesDone()
	started := time.Now()
	got, err = hillstrom.Run(ctx, people, hillstrom.Options{
		Dir: dir, Module: inside, Executable: executable, Log: log, Devices: devices,
		Prepare: func(done, total uint64) {
			if took.devices == 0 {
				took.devices = time.Since(started)
				devicesDone()
			}
			prepare(done, total)
		},
	})
	took.release = time.Since(started) - took.devices
	return got, took, err
}
