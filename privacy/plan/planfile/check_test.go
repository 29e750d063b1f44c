package planfile

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// replace applies pairs of replacements, each of which must stand once.
func replace(t testing.TB, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		require.Equal(t, 1, strings.Count(text, pairs[i]), pairs[i])
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

func parse(t testing.TB, src string) *File {
	t.Helper()
	f, problems := Parse("dunlin.yaml", []byte(src))
	require.Nil(t, problems)
	return f
}

func TestCheckRefusesWhatDevicesWouldNotPay(t *testing.T) {
	for _, c := range []struct{ budget, period, want string }{
		{"{epsilon: 1}", "day", ""},
		{"{epsilon: 0.5}", "week", ""},
		{"{epsilon: 1.02}", "day", "dunlin.yaml:7:19: budget.epsilon: epsilon 1.02 for each report of a day: the device's cap for the reports of one date is 1.000; lower budget.epsilon; accepted: above 0, at most 1.000 at delta 1e-06"},
		{"{epsilon: 1.2}", "week", "dunlin.yaml:7:19: budget.epsilon: epsilon 1.2 for each report of a week: the device's cap for the reports of one date is 1.000;"},
		{"{epsilon: 4}", "4 weeks", "dunlin.yaml:7:19: budget.epsilon: epsilon 4 for each report of four weeks:"},
		{"{epsilon: 1e9}", "day", "dunlin.yaml:7:19: budget.epsilon: epsilon 1e+09 for each"},
		// The same price with a smaller delta has a larger epsilon.
		{"{epsilon: 1.2, delta: 1e-9}", "day", ""},
		{"{epsilon: 1.3, delta: 1e-9}", "day", "the reports of one date is 1.289;"},
		{"{epsilon: 0.00001}", "day", "dunlin.yaml:7:19: budget.epsilon: epsilon 1e-05 needs more noise than the aggregators can draw; accepted: about"},
		{"{epsilon: 1e-300}", "day", "needs more noise than the aggregators can draw"},
	} {
		t.Run(c.budget+" "+c.period, func(t *testing.T) {
			src := replace(t, base, "{epsilon: 1}", c.budget, "period: day", "period: "+c.period, "starts: 2026-12-01", "starts: 2026-12-21", "ends: 2026-12-31", "ends: 2027-01-31")
			report, problems := Check(parse(t, src))
			if c.want == "" {
				require.Nil(t, problems)
				require.LessOrEqual(t, report.Charge, ledger.CapDay)
				require.NotZero(t, report.Charge)
				return
			}
			require.Nil(t, report)
			require.Len(t, problems, 1)
			require.Contains(t, problems[0].Error(), c.want)
		})
	}
}

// What Check lets pass a device's ledger pays for, on every date of a year.
func TestALedgerPaysForWhatCheckAccepts(t *testing.T) {
	for _, name := range []string{"small", "standard", "hillstrom", "shop"} {
		f := parse(t, string(read(t, "plans/"+name+".yaml")))
		report, problems := Check(f)
		require.Nil(t, problems)
		var l ledger.Ledger
		for _, p := range f.Periods {
			require.NoError(t, l.Spend(ledger.Date(p.Date), report.Charge), p.Date)
		}
	}
}

// The worst span of 30 or 365 dates, found by counting.
func TestReportsInASpan(t *testing.T) {
	for name, c := range map[string]plan.Cadence{"day": plan.Daily, "week": plan.Weekly, "4 weeks": plan.FourWeekly} {
		src := replace(t, base, "period: day", "period: "+name, "starts: 2026-12-01", "starts: 2026-12-21", "ends: 2026-12-31", "ends: 2027-01-31")
		report, problems := Check(parse(t, src))
		require.Nil(t, problems)
		for _, cost := range report.Costs {
			most := 0
			for first := range c.Days() {
				n := 0
				for day := first; day < first+cost.Days; day++ {
					if day%c.Days() == 0 {
						n++
					}
				}
				most = max(most, n)
			}
			require.Equal(t, most, cost.Reports, "%s over %d days", name, cost.Days)
		}
	}
}

func TestSealedOverheadIsAges(t *testing.T) {
	require.Equal(t, seal.SealedSize(12345), 12345+sealedOverhead)
}

func TestPlanTooLarge(t *testing.T) {
	var b strings.Builder
	for i := range 32 {
		var values []string
		for j := range 64 {
			values = append(values, fmt.Sprintf("%s%02d%02d", strings.Repeat("v", 60), i, j))
		}
		fmt.Fprintf(&b, "  a%d: {type: choice, values: [%s]}\n", i, strings.Join(values, ", "))
	}
	f := parse(t, replace(t, base, "  member: {type: flag}\n  band: {type: choice, values: [under 25, older]}\n  points: {type: number, min: -5, max: 10}\n", b.String()))
	_, problems := Check(f)
	require.Len(t, problems, 1)
	require.Contains(t, problems[0].Error(), "dunlin.yaml:1:1: yaml: the plan to publish would have more than 64 KiB; accepted:")
	_, err := f.Plan(input())
	require.ErrorIs(t, err, plan.ErrTooLarge)
}

func TestPlanErrors(t *testing.T) {
	f := parse(t, base)
	in := input()
	in.Issued = f.Periods[len(f.Periods)-1].End
	_, err := f.Plan(in)
	require.ErrorIs(t, err, ErrExpires)

	in = input()
	in.Helper = in.Leader
	_, err = f.Plan(in)
	require.ErrorIs(t, err, plan.ErrRecipient)

	in = input()
	in.Expires = 2e9
	p, err := f.Plan(in)
	require.NoError(t, err)
	require.Equal(t, plan.Time(2e9), p.Expires)
}

func TestTable(t *testing.T) {
	f := parse(t, replace(t, base, "mail:", "春季邮件:", "mail.bought", "春季邮件.bought", "period: day", "period: week", "starts: 2026-12-01", "starts: 2026-11-30"))
	report, problems := Check(f)
	require.Nil(t, problems)
	var b bytes.Buffer
	require.NoError(t, report.WriteText(&b))
	require.Equal(t, `panel              metric            cells                       most ones
all                present               1                               1
audience           audience              2  2 segments                   1
campaign 春季邮件  converted bought      4  2 segments x 2 arms          1
total                                    7                               3

weight 3, sigma squared 62 in each aggregator's noise: one released cell has a standard deviation of 11.1

What the device picks: holdout 10 %, explore 5 %, floor 1 % for each variant
  place      default  goal   reward  costs
  slot hero  plain    click       1  none
all of a visitor's interest in its topics makes the odds of a slot's variant 5 times those at none; 50 % of interest is that of the latest pages
10 % of devices get the default always and are counted in the column "holdout", whatever they were shown

What one device's reports tell about it (delta 1e-06, against everyone if one aggregator is honest)
  over      reports at most       rho  epsilon
  1 day                   1  0.024194   0.9964
  30 days                 5  0.120968   2.3762
  365 days               53  1.282258   8.9791

4 periods of 7 days, from 2026-11-30; the last starts on 2026-12-21
the 4 days after the last whole period, up to `+"`ends`"+`, will not be measured
no release below 100 reports; a report has 1204 bytes, of every device the same
`, b.String())
	require.InDelta(t, math.Sqrt(2*62), deviation(report.Sigma2), 1e-12)
	require.ErrorIs(t, report.WriteText(failing{}), os.ErrClosed)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }
