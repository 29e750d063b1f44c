package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/cmd/weekly"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/spf13/cobra"
)

func weeklyCommand() *cobra.Command {
	var config, data, targets, state, week string
	var dry bool
	c := &cobra.Command{
		Use:   "weekly --targets weekly.yaml",
		Short: "send a webhook the week's report, once all of its days are released",
		Long: `Reads the releases beside the serving aggregator, and sends each webhook that the targets
file names the report of every calendar week, Monday to Sunday in the site's time zone, once:
when all days are released, or after a grace time with those that are. A timer runs it every
hour (deploy/systemd/dunlin-weekly@.timer).`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := weekly.ReadConfig(targets)
			if err != nil {
				return err
			}
			store, err := openReleases(config, data)
			if err != nil {
				return err
			}
			all, err := console.Load(store)
			if err != nil {
				return err
			}
			if len(all) == 0 {
				return errors.New("no release yet: a period is released once it has closed and min batch is reached")
			}
			if state == "" {
				state = filepath.Join(filepath.Dir(targets), "weekly.json")
			}
			s := weekly.Sender{Config: conf, State: state, Clock: time.Now, Wait: sleep, Said: c.OutOrStdout()}
			if !dry && week == "" {
				return s.Run(c.Context(), all)
			}
			from, err := weekly.Latest(all, time.Now())
			if week != "" {
				from, err = plan.ParseDate(week)
				if err == nil && time.Unix(int64(from)*86_400, 0).UTC().Weekday() != time.Monday {
					err = errors.New("not a Monday")
				}
				if err != nil {
					return fmt.Errorf("--week %q: accepted is a Monday as 2026-11-16: %w", week, err)
				}
			}
			if err != nil {
				return err
			}
			if !dry {
				err = s.Again(c.Context(), all, from)
			} else {
				var r *weekly.Report
				if r, err = weekly.Of(all, from, conf.Language, conf.Address); err == nil {
					fmt.Fprint(c.OutOrStdout(), r.Text(conf.Language))
				}
			}
			if errors.Is(err, panel.ErrNone) {
				return fmt.Errorf("no release lies in the week from %s: the last is of %s", from, all[len(all)-1].Period.Date)
			}
			return err
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file; the leader's releases are read, or the helper's")
	c.Flags().StringVar(&data, "data", "", "an aggregator's data folder, instead of --config")
	c.Flags().StringVar(&targets, "targets", "weekly.yaml", "file of the targets (docs/operations.md)")
	c.Flags().StringVar(&state, "state", "", "file that says what was sent (default: weekly.json beside --targets)")
	c.Flags().StringVar(&week, "week", "", "send the week of this Monday again, whatever was sent")
	c.Flags().BoolVar(&dry, "dry-run", false, "print the text of the last week, or of --week, and send nothing")
	return c
}

// sleep waits unless ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
