package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/spf13/cobra"
)

// releaseView is a release with the meaning of its cells.
type releaseView struct {
	Site    string         `json:"site"`
	Epsilon float64        `json:"epsilon"` // of this release, per device
	Delta   float64        `json:"delta"`
	Record  release.Signed `json:"record"` // raw sums, as stored and signed
	Cells   []metric.Cell  `json:"cells"`
}

func releaseCommand() *cobra.Command {
	c := group("release", "list and show releases")
	var config, data string
	var asJSON bool
	c.PersistentFlags().StringVar(&config, "config", "services.yaml", "services file; the leader's releases are read, or the helper's")
	c.PersistentFlags().StringVar(&data, "data", "", "an aggregator's data folder, instead of --config")
	c.PersistentFlags().BoolVar(&asJSON, "json", false, "print JSON")
	open := func() (*release.Store, error) { return openReleases(config, data) }
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "list the releases, oldest first",
		Long: `Lists the releases, oldest first. With --json: a list of the records as they are stored
and signed, each with plan, period, start, end (Unix seconds), aggregators, weight, sigma2,
variance, cells (raw sums in the plan's order), leader_signature and helper_signature.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := open()
			if err != nil {
				return err
			}
			return listReleases(c.OutOrStdout(), s, asJSON)
		},
	})
	var digest string
	show := &cobra.Command{
		Use:   "show DATE",
		Short: "show the release of the period that starts on DATE (2026-11-22): raw sums and intervals",
		Long: `Shows one release: each declared cell with its raw sum and two intervals of 95 %. The
first holds what an exact tracker would have counted, the second the rate behind it.
Sums carry noise and may be negative; nothing is clamped or left out.

With --json one object: site; epsilon and delta; record, as in dunlin release list --json;
cells, each with index, metric, segment and column (absent where there is none), value,
private_against_exact.low, .high, .enough and against_underlying_rate.low, .high, .enough.`,
		Args: oneArg("the date on which the period starts, as `dunlin release list` prints it"),
		RunE: func(c *cobra.Command, args []string) error {
			date, err := plan.ParseDate(args[0])
			if err != nil {
				return fmt.Errorf("%q is no date: it is written 2026-11-22", args[0])
			}
			s, err := open()
			if err != nil {
				return err
			}
			return showRelease(c.OutOrStdout(), s, date, digest, asJSON)
		},
	}
	show.Flags().StringVar(&digest, "plan", "", "the plan's digest, where a date has releases of several")
	c.AddCommand(show)
	return c
}

func openReleases(config, data string) (*release.Store, error) {
	if data == "" {
		conf, err := service.Read(config)
		if err != nil {
			return nil, err
		}
		switch {
		case conf.Leader != nil:
			data = conf.Leader.Data
		case conf.Helper != nil:
			data = conf.Helper.Data
		default:
			return nil, fmt.Errorf("%s has no aggregator: give --data", config)
		}
	}
	path := filepath.Join(data, service.ReleasesFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no store of releases %s: a leader or helper makes it when it first serves", path)
	}
	return release.OpenRead(path)
}

func listReleases(out io.Writer, s *release.Store, asJSON bool) error {
	all, err := s.List()
	if err != nil {
		return err
	}
	if asJSON {
		if all == nil {
			all = []release.Signed{}
		}
		return printJSON(out, all)
	}
	if len(all) == 0 {
		fmt.Fprintln(out, "no release yet: a period is released once it has closed and min batch is reached")
		return nil
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "period\tplan\tcells\tweight\tsigma squared\tpresent (noised)")
	for _, r := range all {
		fmt.Fprintf(t, "%s\t%.12s…\t%d\t%d\t%d\t%d\n", r.Period.Date, r.Plan, len(r.Cells), r.Weight, r.Sigma2, r.Cells[0])
	}
	return t.Flush()
}

func showRelease(out io.Writer, s *release.Store, date plan.Date, digest string, asJSON bool) error {
	r, err := findRelease(s, date, digest)
	if err != nil {
		return err
	}
	v, err := viewRelease(s, r)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(out, v)
	}
	fmt.Fprintf(out, "%s, period from %s to %s\nplan %s\nweight %d, sigma squared %d at each of %d aggregators: epsilon %.2f per device at delta %g\n\n",
		v.Site, instant(r.Period.Start), instant(r.Period.End), r.Plan, r.Weight, r.Sigma2, release.Aggregators, v.Epsilon, v.Delta)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "metric\tsegment\tcolumn\tsum\t95 % against exact\t95 % against the rate")
	for _, c := range v.Cells {
		under := "not enough data"
		if c.Underlying.Enough {
			under = fmt.Sprintf("%.0f to %.0f", c.Underlying.Low, c.Underlying.High)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%.0f to %.0f\t%s\n", c.Metric, cmp.Or(c.Segment, c.Before), c.Column, c.Value, c.Exact.Low, c.Exact.High, under)
	}
	return t.Flush()
}

func findRelease(s *release.Store, date plan.Date, digest string) (release.Signed, error) {
	if digest != "" {
		d, err := plan.ParseDigest(digest)
		if err != nil {
			return release.Signed{}, fmt.Errorf("--plan: %w", err)
		}
		r, err := s.Get(d, date)
		if errors.Is(err, release.ErrNotFound) {
			return r, fmt.Errorf("plan %s has no release for %s; see: dunlin release list", d, date)
		}
		return r, err
	}
	all, err := s.List()
	if err != nil {
		return release.Signed{}, err
	}
	var found []release.Signed
	for _, r := range all {
		if r.Period.Date == date {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return release.Signed{}, fmt.Errorf("no release for %s; see: dunlin release list", date)
	case 1:
		return found[0], nil
	}
	return release.Signed{}, fmt.Errorf("%d plans have a release for %s: choose one with --plan; see: dunlin release list", len(found), date)
}

func viewRelease(s *release.Store, r release.Signed) (*releaseView, error) {
	signed, err := s.Plan(r.Plan)
	if err != nil {
		return nil, fmt.Errorf("plan of the release: %w", err)
	}
	published, err := planfile.Unverified(signed)
	if err != nil {
		return nil, fmt.Errorf("plan of the release: %w", err)
	}
	p, err := plan.Decode(published)
	if err != nil {
		return nil, fmt.Errorf("plan of the release: %w", err)
	}
	cells, err := metric.Cells(published, r.Record)
	if err != nil {
		return nil, err
	}
	const delta = 1e-6
	return &releaseView{
		Site: p.Site, Delta: delta, Record: r, Cells: cells,
		Epsilon: float64(noise.RhoOf(r.Weight, r.Sigma2).Epsilon(delta)),
	}, nil
}

func instant(t plan.Time) string { return time.Unix(int64(t), 0).UTC().Format("2006-01-02 15:04 UTC") }

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
