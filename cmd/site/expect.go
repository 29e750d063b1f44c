package site

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Shares that expectations are told for; a site puts its own in mind.
const (
	orderShare = .03 // of visitors order
	shownShare = .30 // are shown one of three variants: the holdout takes the rest
	clickShare = .05 // of those click it
	partShare  = .10 // are in a segment
)

// Expectation is what a site's releases will be worth, computed before the first
// report from the noise that the plan prescribes. All of it is "private against
// exact": what the noise does, and nothing that chance does.
type Expectation struct {
	Visitors  int // a day, as answered
	Cadence   plan.Cadence
	Devices   int     // in a period, at most: who comes back counts once
	Deviation float64 // standard deviation of a released number
	Readable  int     // the smallest number that is right to +-10 %
	Numbers   []Number
	Costs     []planfile.Cost // of one device's reports over 1, 30 and 365 days
	Warning   string          // empty where nothing is to be said
}

// Number is one released number.
type Number struct {
	Name     string            // "orders in a week"
	Exact    int               // what an exact tracker would count
	Released interval.Interval // 95 of 100 releases say a number in it
}

// Relative is half the interval's width by the number, at most 9.99.
func (n Number) Relative() float64 {
	return math.Min(9.99, (n.Released.High-n.Released.Low)/2/math.Max(1, float64(n.Exact)))
}

// Expect returns what the plan for these answers will say of a site.
func Expect(a Answers, starts plan.Date) (Expectation, error) {
	f, problems := planfile.Parse("dunlin.yaml", PlanFile(a, starts))
	if err := problems.Err(); err != nil {
		return Expectation{}, err
	}
	report, problems := planfile.Check(f)
	if err := problems.Err(); err != nil {
		return Expectation{}, err
	}
	variance := 2 * float64(report.Sigma2) // each of the two aggregators adds its own
	e := Expectation{
		Visitors: a.Visitors, Cadence: a.Period, Devices: a.Visitors * a.Period.Days(),
		Deviation: math.Sqrt(variance), Readable: int(math.Ceil(10 * interval.Z95 * math.Sqrt(variance))),
		Costs: report.Costs, Warning: warning(a.Visitors, a.Period),
	}
	add := func(name string, share float64) {
		n := int(math.Round(share * float64(e.Devices)))
		e.Numbers = append(e.Numbers, Number{name + " in " + each(a.Period), n, interval.Exact(int64(n), variance)})
	}
	add("visitors", 1)
	add("orders", orderShare)
	add("clicks on one of three variants", shownShare*clickShare)
	if !small(a.Visitors) {
		add("visitors of a segment", partShare)
		add("orders of a segment", partShare*orderShare)
	}
	return e, nil
}

// WriteText writes the expectation for the owner to read.
func (e Expectation) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `What to expect
%s visitors a day are at most %s devices in %s (who comes back in it counts
once, who refuses not at all). If %.0f in 100 order and %.0f in 100 click what a slot shows them,
then of 100 releases 95 will say:

`, thousands(e.Visitors), thousands(e.Devices), each(e.Cadence), 100*orderShare, 100*clickShare)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, n := range e.Numbers {
		fmt.Fprintf(t, "  %s %s:\tbetween %s and %s\t%s\n", thousands(n.Exact), n.Name,
			thousands(max(0, int(math.Round(n.Released.Low)))), thousands(int(math.Round(n.Released.High))), worth(n))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&b, `
That is the noise, of standard deviation %.1f on every number, large or small: a number
is right to 10 %% from %s on. A longer period and fewer metrics help; a larger epsilon
is not to be had, devices refuse it. What a device picks by what it knows itself works
from the first day, whatever the size of the site.
`, e.Deviation, thousands(e.Readable))
	fmt.Fprintf(&b, "One device's reports tell of it, against everyone if one aggregator is honest: epsilon %.1f\n"+
		"for one report, at most %.1f over 30 days, %.1f over a year.\n", e.Costs[0].Epsilon, e.Costs[1].Epsilon, e.Costs[2].Epsilon)
	if e.Warning != "" {
		fmt.Fprintf(&b, "Warning: %s\n", e.Warning)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// worth says in words what an interval is good for.
func worth(n Number) string {
	switch r := n.Relative(); {
	case r <= .1:
		return fmt.Sprintf("+-%s %%: good", percent(r))
	case r <= .5:
		return fmt.Sprintf("+-%s %%: an idea", percent(r))
	case r < 1:
		return fmt.Sprintf("+-%s %%: not shown, too wide", percent(r))
	}
	return "lost in the noise"
}

func percent(r float64) string {
	if r < .1 {
		return strconv.FormatFloat(100*r, 'f', 1, 64)
	}
	return strconv.FormatFloat(100*r, 'f', 0, 64)
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
