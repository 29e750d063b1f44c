package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
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
	return errors.Join(printResult(c, r), r.missed())
}

// everybody is how many customers the file has: the targets of the pooled redraws
// are for all of them.
const everybody = 64000

// missed names each target that the result misses. The bounds of the real release
// are so wide that noise alone passes them all but three times in ten thousand.
func (r *hillstromResult) missed() error {
	var all []error
	hold := func(what string, v, low, high float64) {
		if !(v >= low && v <= high) { // NaN is a miss
			all = append(all, fmt.Errorf("%s is %.4g, wanted %.4g to %.4g", what, v, low, high))
		}
	}
	hold("accepted", float64(r.Accepted), float64(r.Devices), float64(r.Devices))
	hold("real.worst_z", r.Real.WorstZ, 0, 5)
	hold("real.msd_over_v", r.Real.MSDOverV, .3, 2.1)
	if r.Devices == everybody {
		hold("rate_error.median", float64(r.RateError.Median), 0, .012)
		hold("rate_error.p95", float64(r.RateError.P95), 0, .05)
		hold("coverage", float64(r.Coverage), .93, .97)
	}
	if all == nil {
		return nil
	}
	return fmt.Errorf("target missed: %w", errors.Join(all...))
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
	var sent sync.Once // the aggregators' progress comes from any goroutine
	got, err = hillstrom.Run(ctx, people, hillstrom.Options{
		Dir: dir, Module: inside, Executable: executable, Log: log, Devices: devices,
		Prepare: func(done, total uint64) {
			sent.Do(func() {
				took.devices = time.Since(started)
				devicesDone()
			})
			prepare(done, total)
		},
	})
	took.release = time.Since(started) - took.devices
	return got, took, err
}
