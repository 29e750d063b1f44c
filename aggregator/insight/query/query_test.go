package query_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/query"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func TestParse(t *testing.T) {
	date := func(s string) plan.Date {
		d, err := plan.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	for text, want := range map[string]query.Query{
		"present":                                     {Metric: "present"},
		"  conversion by segment last 28d ":           {Metric: "conversion", By: "segment", Days: 28},
		"dimension state of the week last 4w":         {Metric: "dimension state of the week", Days: 28},
		"uplift from 2026-11-01 by day to 2026-11-30": {Metric: "uplift", By: "day", From: date("2026-11-01"), To: date("2026-11-30")},
	} {
		q, err := query.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, q, text)
	}
	for text, want := range map[string]string{
		"": "want METRIC", "present by": "want METRIC", "present by hour": "segment or day", "present last month": "28d or 4w", "present last 0d": "28d or 4w",
		"present last d": "28d or 4w", "present from yesterday": "2026-11-22", "present by day by day": "not expected", "present last 3d from 2026-11-01": "one of both",
	} {
		_, err := query.Parse(text)
		require.ErrorContains(t, err, want, text)
	}
	q := query.Query{Days: 7}
	from, to := q.Range(100, 103)
	require.Equal(t, []plan.Date{100, 103}, []plan.Date{from, to}, "no earlier than the first release")
	from, _ = q.Range(10, 103)
	require.Equal(t, plan.Date(97), from)
}

// What is answered is what the panels say, number for number.
func TestAnswer(t *testing.T) {
	p := edgetest.Shop()
	p.Policy.Holdout = 1000
	p.Dimensions = []plan.Dimension{{Name: "device", At: plan.AtStart, Within: 1, Bins: []plan.Segment{
		{Name: "phone", Rule: edgetest.NewRule().Var(plan.VarDevice).Num(0).Op(plan.OpEq).Code()}, {Name: "other"},
	}}}
	p.Metrics = append(p.Metrics, plan.Metric{Name: "dimension device", Kind: plan.Sorted, By: plan.SiteWide, Most: 1})
	r := panel.Release{Plan: p}
	r.Record.Plan = plan.DigestOf(edgetest.Publish(p))
	r.Period, r.Sigma2, r.Weight = p.Periods[0], 100, plan.LayoutOf(p).Weight
	for i := range plan.LayoutOf(p).Cells {
		r.Cells = append(r.Cells, 4000+int64(10*i))
	}
	report, err := panel.Of([]panel.Release{r}, r.Period.Date, r.Period.Date)
	require.NoError(t, err)
	require.Equal(t, []string{"present", "audience", "conversion", "uplift", "slot hero", "dimension device"}, query.Metrics(report))
	ask := func(text string) []query.Row {
		q, err := query.Parse(text)
		require.NoError(t, err)
		rows, err := query.Answer(report, q)
		require.NoError(t, err, text)
		return rows
	}
	present := ask("present")
	require.Equal(t, float64(report.Present.Total.Value), present[0].Value)
	require.InDelta(t, 14.14, present[0].NoiseSD, .01)
	require.Equal(t, "2026-01-01"[:4], ask("present by day")[0].Group[:4])
	stages := ask("conversion by segment")
	require.Len(t, stages, 4*3*3)
	require.Equal(t, []string{"regulars", "cart", "of first"}, []string{stages[4].Group, stages[4].Name, stages[4].Measure})
	require.Equal(t, report.Funnel.Segments[0].Stages[1].OfFirst.Low, stages[4].Low)
	require.Equal(t, report.Slots[0].Uplift.Rate.Value, ask("uplift")[0].Value)
	require.Equal(t, ask("slot hero by segment"), ask("hero by segment"))
	device := ask("device")
	require.Equal(t, []string{"phone", "share of all"}, []string{device[1].Name, device[1].Measure})
	require.Equal(t, report.Sorts[0].All[0].Share.Value, device[1].Value)
	for text, want := range map[string]string{
		"revenue":           "ask for present, audience, conversion",
		"device by segment": "does not count dimension device by segment",
		"conversion by day": "one day after the other",
	} {
		q, err := query.Parse(text)
		require.NoError(t, err)
		_, err = query.Answer(report, q)
		require.ErrorContains(t, err, want)
	}
}
