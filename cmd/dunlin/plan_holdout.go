package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/spf13/cobra"
)

// holdoutShares are those of the table, in percent.
var holdoutShares = []int{1, 2, 5, 10, 15, 20, 25, 30, 40, 50}

// holdoutSizes is the table of one place: a slot, a list, or a chosen campaign's goal.
type holdoutSizes struct {
	Place     string        `json:"place"`
	Exposed   string        `json:"exposed"`    // metric that it is sized by
	Reached   string        `json:"reached"`    // and that of the goal
	CellNoise float64       `json:"cell_noise"` // deviation of one released cell
	Sizes     []holdoutSize `json:"holdouts"`
	Least     int           `json:"least_percent,omitempty"` // that shows it in time; 0 none
	Fewest    int           `json:"fewest_days_percent,omitempty"`
}

type holdoutSize struct {
	Percent int `json:"percent"`
	Days    int `json:"days,omitempty"` // 0: never
}

func planHoldoutCommand() *cobra.Command {
	var devices, days int
	var rate, uplift string
	var asJSON bool
	c := &cobra.Command{
		Use:   "holdout FILE",
		Short: "say how many days show an uplift, by the holdout's share",
		Long: `Says, of each slot, list and chosen campaign whose exposures and goal a dunlin.yaml
measures, after how many days the interval of the uplift (95 %) leaves 0 behind with a
chance of 80 %, by the share of the devices in the holdout. In it are chance and the noise
of both aggregators. Days are taken as independent: visitors who come daily and do as they
always do need more.`,
		Args: oneArg("a dunlin.yaml"),
		RunE: func(c *cobra.Command, args []string) error {
			f, _, err := readPlanFile(args[0])
			if err != nil {
				return err
			}
			t := interval.Trial{Devices: float64(devices)}
			if devices < 1 {
				return errors.New("--devices: give how many see the place in a period, 1 or more")
			}
			if t.Rate, err = percentFlag("rate", rate, 0, 100); err != nil {
				return err
			}
			if t.Uplift, err = percentFlag("uplift", uplift, -100, 10_000); err != nil {
				return err
			}
			sizes, err := sizeHoldouts(f, t, days)
			if err != nil {
				return fmt.Errorf("size the holdout of %s: %w", args[0], err)
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), sizes)
			}
			unit := map[plan.Cadence]string{plan.Daily: "day", plan.Weekly: "week"}[f.Cadence]
			if unit == "" {
				unit = "4 weeks"
			}
			if _, err := fmt.Fprintf(c.OutOrStdout(), "%d devices a place in a %s; of the holdout %s reach the goal, of the others %s more\n", devices, unit, rate, uplift); err != nil {
				return err
			}
			return writeHoldouts(c.OutOrStdout(), sizes, days)
		},
	}
	c.Flags().IntVar(&devices, "devices", 0, "devices that see the place in a period")
	c.Flags().StringVar(&rate, "rate", "3 %", "of those of the holdout reach the goal in a period")
	c.Flags().StringVar(&uplift, "uplift", "5 %", "more of the others")
	c.Flags().IntVar(&days, "days", 28, "days in which it is to be seen")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON list")
	return c
}

// percentFlag reads a flag such as 3 %, above low and below high.
func percentFlag(name, text string, low, high float64) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "%")), 64)
	if err != nil || !strings.HasSuffix(text, "%") || !(v > low && v < high) || v == 0 {
		return 0, fmt.Errorf("--%s %q: accepted is a share such as 5 %%, above %g %% and below %g %%, not 0", name, text, low, high)
	}
	return v / 100, nil
}

// sizeHoldouts makes the tables of a file; t says all of the trial but its holdout, cells
// and noise.
func sizeHoldouts(f *planfile.File, t interval.Trial, days int) (out []holdoutSizes, err error) {
	// Keys are none of the noise's business.
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "helper"}, Issued: 1,
	})
	if err != nil {
		return nil, err
	}
	t.Variance = 2 * float64(p.Sigma2)
	for _, m := range p.Metrics {
		exposed, ok := exposedOf(p, m)
		if !ok {
			continue
		}
		named := p.Columns(m)
		if _, held := p.Holdout(m); held {
			named--
		}
		t.Held = 1
		if m.By == plan.BySegment {
			t.Held = len(p.Segments)
		}
		t.Treated = named * t.Held
		s := holdoutSizes{Place: placeOf(p, m), Exposed: exposed, Reached: m.Name, CellNoise: math.Sqrt(t.Variance)}
		at := func(percent int) (days int) {
			t.Holdout = float64(percent) / 100
			if n := t.Periods() * float64(p.Cadence.Days()); n < 1e6 {
				return int(n)
			}
			return 0
		}
		for _, percent := range holdoutShares {
			s.Sizes = append(s.Sizes, holdoutSize{percent, at(percent)})
		}
		fewest := 0
		for percent := 1; percent <= int(plan.MaxShare/100); percent++ {
			d := at(percent)
			if d > 0 && (fewest == 0 || d < fewest) {
				fewest, s.Fewest = d, percent
			}
			if s.Least == 0 && d > 0 && d <= days {
				s.Least = percent
			}
		}
		out = append(out, s)
	}
	if out == nil {
		return nil, errors.New("it measures no uplift: for a slot, a list or a chosen campaign it needs `exposed` and `converted` (or `clicked`), both by site or both by segment, of most ones 1")
	}
	return out, nil
}

// exposedOf finds the metric of the exposures of which m, a metric of a goal, counts a
// part; ok is false where m is none or is not measured beside them with most ones 1.
func exposedOf(p *plan.Plan, m plan.Metric) (name string, ok bool) {
	var kind plan.MetricKind
	switch m.Kind {
	case plan.SlotConverted:
		kind = plan.SlotExposed
	case plan.SlotClicked:
		if p.Slots[m.Source].Goal.Kind == plan.Click {
			kind = plan.SlotExposed
		}
	case plan.ListConverted:
		kind = plan.ListExposed
	case plan.ListClicked:
		if p.Lists[m.Source].Goal.Kind == plan.Click {
			kind = plan.ListExposed
		}
	case plan.CampaignConverted:
		if p.Campaigns[m.Source].Mode == plan.Chosen {
			kind = plan.CampaignExposed
		}
	}
	for _, e := range p.Metrics {
		if e.Kind == kind && kind != 0 && e.Source == m.Source && e.By == m.By && e.Most == 1 && m.Most == 1 {
			return e.Name, true
		}
	}
	return "", false
}

func placeOf(p *plan.Plan, m plan.Metric) string {
	switch m.Kind {
	case plan.CampaignConverted:
		c := &p.Campaigns[m.Source]
		return "campaign " + c.Name + ", " + c.Goals[m.Goal].Name
	case plan.ListConverted, plan.ListClicked:
		return "list " + p.Lists[m.Source].Name
	}
	return "slot " + p.Slots[m.Source].Name
}

func writeHoldouts(w io.Writer, sizes []holdoutSizes, days int) error {
	var b strings.Builder
	for _, s := range sizes {
		fmt.Fprintf(&b, "\n%s: %q of %q, noise of a cell %.1f\n  holdout  days\n", s.Place, s.Reached, s.Exposed, s.CellNoise)
		for _, z := range s.Sizes {
			d := strconv.Itoa(z.Days)
			if z.Days == 0 {
				d = "never"
			}
			fmt.Fprintf(&b, "  %5d %%  %5s\n", z.Percent, d)
		}
		switch {
		case s.Least > 0:
			fmt.Fprintf(&b, "  the least that shows it in %d days: %d %%\n", days, s.Least)
		case s.Fewest > 0:
			fmt.Fprintf(&b, "  none shows it in %d days; fewest days with %d %%\n", days, s.Fewest)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
