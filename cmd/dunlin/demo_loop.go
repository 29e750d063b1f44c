package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/spf13/cobra"
)

// demoLoopCommand shows the loop in a terminal.
func demoLoopCommand() *cobra.Command {
	s := simulation{visitors: 20000, days: 14}
	c := &cobra.Command{
		Use:   "loop",
		Short: "14 days of an invented shop in the terminal: devices choose, learn and report; uplift beside the truth",
		Long: `Runs collector, leader and helper on loopback and lets 20,000 invented visitors of a
shop live 14 days, each with a device in the built module that keeps its profile, picks what
the shop's hero shows, and sends one sealed report a day. The days are released and become
priors for the next. Prints day by day what the site learns, the uplift of personalized
visitors against the holdout, beside the truth that only a simulation knows.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return demoLoop(c, &s) },
	}
	s.flags(c)
	return c
}

// demoLoop prints a simulation day by day.
func demoLoop(c *cobra.Command, s *simulation) error {
	out := c.OutOrStdout()
	who := "each with a taste of its own"
	if s.null {
		who = "to whom all variants are alike"
	}
	fmt.Fprintf(out, "Dunlin: %d INVENTED visitors, %s (seed %d).\nEach has a device; what it knows stays in it.\n\n", s.visitors, who, s.seed)
	var table *uplifts
	r, err := s.run(c, func(o *simulate.Options) {
		o.Begun = func(p *plan.Plan) (err error) {
			table, err = newUplifts(p, out)
			return err
		}
		o.Day = func(d simulate.Day) error { return table.day(d) }
	})
	if err != nil {
		return err
	}
	table.explain(r)
	if s.keep != "" {
		fmt.Fprintf(out, "\nKept in %[1]s: keys, services, spool and releases.\n  cd %[1]s && dunlin release list\n", s.keep)
	}
	return nil
}

// uplifts prints a line a day: the first slot's uplift, from the releases, and the
// truth.
type uplifts struct {
	out      io.Writer
	plan     *plan.Plan
	releases []release.Record
	truth    simulate.Tally
}

// slotShown is the slot that the demo prints.
const slotShown = 0

func newUplifts(p *plan.Plan, out io.Writer) (*uplifts, error) {
	if _, ok := metric.PersonalizedOf(p, slotShown, nil); !ok {
		return nil, fmt.Errorf("uplift needs a holdout, and the exposures and the goal of slot %q among the metrics (dunlin simulate runs the plan without)",
			p.Slots[slotShown].Name)
	}
	fmt.Fprintf(out, "Uplift of personalized visitors against the holdout in slot %q, in per cent,\nwith its 95 %% interval, from the releases alone; and the truth.\n\n", p.Slots[slotShown].Name)
	fmt.Fprintln(out, " day  reports |               that day  truth |            since day 1  truth")
	return &uplifts{out: out, plan: p}, nil
}

func (u *uplifts) day(d simulate.Day) error {
	u.releases = append(u.releases, d.Released.Record)
	u.truth.Add(d.Slots[slotShown])
	today, _ := metric.PersonalizedOf(u.plan, slotShown, u.releases[len(u.releases)-1:])
	all, _ := metric.PersonalizedOf(u.plan, slotShown, u.releases)
	_, err := fmt.Fprintf(u.out, "%4d %8d | %22s %6s | %22s %6s\n", d.Day+1, d.Accepted,
		upliftText(today), gain(d.Slots[slotShown].Uplift()-1), upliftText(all), gain(u.truth.Uplift()-1))
	return err
}

// upliftText prints an interval, or why there is none.
func upliftText(p metric.Personalized) string {
	i := p.Uplift()
	switch {
	case !i.Enough && i.Low <= -1:
		return "not enough data"
	case math.IsInf(i.High, 1):
		return "at least " + gain(i.Low)
	}
	return fmt.Sprintf("%s (%s to %s)", gain(point(p)), gain(i.Low), gain(i.High))
}

// point is the uplift by the released numbers themselves.
func point(p metric.Personalized) float64 {
	rate := func(q interval.Proportion) float64 { return float64(q.K.Value) / float64(q.N.Value) }
	return rate(p.Treated)/rate(p.Control) - 1
}

// gain prints a share in per cent.
func gain(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf("%+.0f", 100*v)
}

func (u *uplifts) explain(r simulate.Result) {
	t := u.truth
	per := func(goals float64) string { return percent(goals / float64(t.Decisions)) }
	fmt.Fprintf(u.out, `
In truth, of %d decisions %s are expected to reach the goal. Uniform choice
would have had %s, and one that knew every visitor's taste and answers
%s: %s
`, t.Decisions, per(t.Goals), per(t.Uniform), per(t.Best), had(t))
	names := make([]string, 0, len(t.Shares))
	for i, n := range t.Shares {
		names = append(names, fmt.Sprintf("%s %.0f %%", u.plan.Slots[slotShown].Variants[i].Name, 100*float64(n)/float64(t.Decisions)))
	}
	fmt.Fprintf(u.out, "Shown: %s.\nOf these %.1f %% by chance, to learn.\n", strings.Join(names, ", "), 100*float64(t.Explored)/float64(t.Decisions))
	last := u.releases[len(u.releases)-1]
	rho := noise.RhoOf(last.Weight, last.Sigma2)
	fmt.Fprintf(u.out, `
Nobody at the site saw a visitor: of each day it has %d noised sums (standard
deviation %.1f), signed by both aggregators. Epsilon %.2f for a device's day
against everyone if one of them is honest, %.2f over the %s. The intervals
hold the uplift of the visitors behind the numbers 95 times in 100.
`, len(last.Cells), math.Sqrt(float64(last.Variance())), float64(rho.Epsilon(1e-6)), float64(rho.Times(len(r.Days)).Epsilon(1e-6)), days(len(r.Days)))
}

// had says which share of the gain that was to be had was: none was, where all
// variants are alike.
func had(t simulate.Tally) string {
	if t.Best-t.Uniform <= 1e-9*t.Best {
		return "there was nothing to gain."
	}
	return fmt.Sprintf("%.0f %% of that gain was had.", 100*t.Gain())
}

func days(n int) string {
	if n == 1 {
		return "one day"
	}
	return fmt.Sprintf("%d days", n)
}
