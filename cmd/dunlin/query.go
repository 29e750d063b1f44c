package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/query"
	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/spf13/cobra"
)

func queryCommand() *cobra.Command {
	var config, data string
	var asCSV, asJSON bool
	c := &cobra.Command{
		Use:   "query 'METRIC [by segment|day] [last 28d]'",
		Short: "answer a question from an aggregator's releases, every number with its interval",
		Long: `Answers a question from release records, as the dashboard would:

  dunlin query 'conversion by segment last 28d'
  dunlin query 'uplift' --csv
  dunlin query 'dimension channel from 2026-11-01 to 2026-11-30' --json

METRIC is present, audience, conversion (the funnel), uplift, or the name of a slot, list,
campaign, dimension, survey, message or prediction of the plan; without a question it lists
them. Numbers that a dashboard would withhold say why in "hidden"; a number alone says
nothing.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if asCSV && asJSON {
				return errors.New("--csv beside --json: give one of both")
			}
			store, err := openReleases(config, data)
			if err != nil {
				return err
			}
			return ask(c.OutOrStdout(), store, strings.Join(args, ""), asCSV, asJSON)
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file; the leader's releases are read, or the helper's")
	c.Flags().StringVar(&data, "data", "", "an aggregator's data folder, instead of --config")
	c.Flags().BoolVar(&asCSV, "csv", false, "comma-separated, with the noise's standard deviation")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON list")
	return c
}

func ask(out io.Writer, from console.Releases, question string, asCSV, asJSON bool) error {
	all, err := console.Load(from)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("no release yet: a period is released once it has closed and min batch is reached")
	}
	first, last := all[0].Period.Date, all[len(all)-1].Period.Date
	if question == "" {
		r, err := panel.Of(all, first, last)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "releases from %s to %s; ask for one of\n", first, last)
		for _, m := range query.Metrics(r) {
			fmt.Fprintln(out, "  "+m)
		}
		return nil
	}
	q, err := query.Parse(question)
	if err != nil {
		return err
	}
	begin, end := q.Range(first, last)
	r, err := panel.Of(all, begin, end)
	if errors.Is(err, panel.ErrNone) {
		return fmt.Errorf("no release lies between %s and %s: the first is of %s, the last of %s", begin, end, first, last)
	}
	if err != nil {
		return err
	}
	rows, err := query.Answer(r, q)
	if err != nil {
		return err
	}
	switch {
	case asJSON:
		return printJSON(out, rows)
	case asCSV:
		return writeCSV(out, rows)
	}
	fmt.Fprintf(out, "%s to %s, %s\n\n", r.Range.From, r.Range.To, fmt.Sprintf("%d released periods", r.Range.Releases))
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "group\tname\tmeasure\tvalue\t95 %")
	for _, row := range rows {
		group := row.Group
		if group == "" {
			group = "all"
		}
		value, bounds := shownNumber(row)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", group, row.Name, row.Measure, value, bounds)
	}
	return t.Flush()
}

// shownNumber writes a number and its interval as finely as the interval allows, or why it
// is withheld.
func shownNumber(row query.Row) (value, bounds string) {
	if row.Hidden != panel.Shown {
		return "-", map[panel.Hidden]string{panel.Noise: "within the noise", panel.Wide: "too wide", panel.Empty: "not counted"}[row.Hidden]
	}
	digits, scale, unit := 0, 1., ""
	if row.NoiseSD == 0 && !strings.HasPrefix(row.Measure, "mean ") {
		digits, scale, unit = 1, 100, " %"
	} else if row.NoiseSD == 0 {
		digits = 2
	}
	write := func(v float64) string { return strconv.FormatFloat(scale*v, 'f', digits, 64) }
	high := "more"
	if row.High != nil {
		high = write(*row.High)
	}
	return write(row.Value) + unit, write(row.Low) + " to " + high + unit
}

func writeCSV(out io.Writer, rows []query.Row) error {
	w := csv.NewWriter(out)
	_ = w.Write([]string{"group", "name", "measure", "value", "low", "high", "noise_sd", "hidden"}) // Flush's error is its error
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, row := range rows {
		high := ""
		if row.High != nil {
			high = number(*row.High)
		}
		_ = w.Write([]string{row.Group, row.Name, row.Measure, number(row.Value), number(row.Low), high, number(row.NoiseSD), string(row.Hidden)})
	}
	w.Flush()
	return w.Error()
}
