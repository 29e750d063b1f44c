package metric_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/stretchr/testify/require"
)

// build publishes a dunlin.yaml. The recipients are public test keys of the age
// specification's kind; nothing is sealed here.
func build(src []byte) (*plan.Plan, []byte, error) {
	f, problems := planfile.Parse("dunlin.yaml", src)
	if problems != nil {
		return nil, nil, problems
	}
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"},
		Helper: plan.Recipient{Type: plan.X25519, Key: "age1vdv4wgu4zmu6yge9u8gnm3m93tx2al2dv3u3nr3dtj9l5taequuq06pr02"},
		Issued: f.Periods[0].Start,
	})
	if err != nil {
		return nil, nil, err
	}
	published, err := plan.Encode(p)
	return p, published, err
}

// record is a release of a plan's first period whose cell i holds 1000 + i.
func record(p *plan.Plan, published []byte) release.Record {
	layout := plan.LayoutOf(p)
	r := release.Record{Plan: plan.DigestOf(published), Period: p.Periods[0], Weight: layout.Weight, Sigma2: p.Sigma2, Cells: make([]int64, layout.Cells)}
	for i := range r.Cells {
		r.Cells[i] = 1000 + int64(i)
	}
	return r
}

// Every cell of the reference plans comes once, at its own index, with its own
// sum and intervals, and with a name that no other has.
func TestEveryCellHasItsPlaceAndAName(t *testing.T) {
	for name, src := range map[string][]byte{"small": plans.Small, "standard": plans.Standard, "hillstrom": plans.Hillstrom, "shop": plans.Shop} {
		t.Run(name, func(t *testing.T) {
			p, published, err := build(src)
			require.NoError(t, err)
			r := record(p, published)
			cells, err := metric.Cells(published, r)
			require.NoError(t, err)
			require.Len(t, cells, len(r.Cells))
			names := map[string]int{}
			for i, c := range cells {
				require.Equal(t, i, c.Index)
				require.Equal(t, 1000+int64(i), c.Value)
				require.Equal(t, interval.Exact(c.Value, float64(2*p.Sigma2)), c.Exact)
				require.Equal(t, interval.Underlying(c.Value, float64(2*p.Sigma2)), c.Underlying)
				id := fmt.Sprintf("%s | %s | %s", c.Metric, c.Segment, c.Column)
				require.NotContains(t, names, id)
				names[id] = i
			}
			require.Equal(t, metric.Present, cells[0].Metric)
			require.Empty(t, cells[0].Segment+cells[0].Column)
		})
	}
}

// The order is that of docs/plan.md: metrics as listed, in each the segments, in
// each the columns. Taken from plans/hillstrom.yaml by hand.
func TestNamesStandWhereThePlanPutsThem(t *testing.T) {
	p, published, err := build(plans.Hillstrom)
	require.NoError(t, err)
	cells, err := metric.Cells(published, record(p, published))
	require.NoError(t, err)
	for i, want := range map[int]metric.Cell{
		1:  {Metric: "audience", Segment: "men only"},
		3:  {Metric: "audience", Segment: "both"},
		4:  {Metric: "exposed email", Segment: "men only", Column: "No E-Mail"},
		5:  {Metric: "exposed email", Segment: "men only", Column: "Mens E-Mail"},
		7:  {Metric: "exposed email", Segment: "women only", Column: "No E-Mail"},
		13: {Metric: "converted email.visited", Segment: "men only", Column: "No E-Mail"},
		21: {Metric: "converted email.visited", Segment: "both", Column: "Womens E-Mail"},
		30: {Metric: "converted email.converted", Segment: "both", Column: "Womens E-Mail"},
	} {
		got := metric.Cell{Metric: cells[i].Metric, Segment: cells[i].Segment, Column: cells[i].Column}
		require.Equal(t, want, got, "cell %d", i)
	}
}

// A metric by site has no segment.
func TestASiteWideMetricNamesNoSegment(t *testing.T) {
	p, published, err := build(plans.Standard)
	require.NoError(t, err)
	cells, err := metric.Cells(published, record(p, published))
	require.NoError(t, err)
	n := len(cells)
	for i, want := range []metric.Cell{
		{Metric: "converted shelf by site", Column: "family"},
		{Metric: "converted shelf by site", Column: "holdout"},
	} {
		got := cells[n-2+i]
		require.Equal(t, want, metric.Cell{Metric: got.Metric, Segment: got.Segment, Column: got.Column})
	}
}

// Where the device picks, each segment's last column is the holdout's. Taken from
// plans/shop.yaml by hand: 6 variants, 5 segments, metrics by segment and by site.
func TestTheHoldoutsColumn(t *testing.T) {
	p, published, err := build(plans.Shop)
	require.NoError(t, err)
	cells, err := metric.Cells(published, record(p, published))
	require.NoError(t, err)
	for i, want := range map[int]metric.Cell{
		6:  {Metric: "exposed hero", Segment: "regulars", Column: "plain"},
		11: {Metric: "exposed hero", Segment: "regulars", Column: "kids"},
		12: {Metric: "exposed hero", Segment: "regulars", Column: "holdout"},
		13: {Metric: "exposed hero", Segment: "shoes and bags", Column: "plain"},
		40: {Metric: "exposed hero", Segment: "new", Column: "holdout"},
		47: {Metric: "clicked hero", Segment: "regulars", Column: "holdout"},
		75: {Metric: "clicked hero", Segment: "new", Column: "holdout"},
		82: {Metric: "exposed hero by site", Column: "holdout"},
		89: {Metric: "clicked hero by site", Column: "holdout"},
	} {
		got := metric.Cell{Metric: cells[i].Metric, Segment: cells[i].Segment, Column: cells[i].Column}
		require.Equal(t, want, got, "cell %d", i)
	}
}

func TestAnotherPlansReleaseIsRefused(t *testing.T) {
	p, published, err := build(plans.Small)
	require.NoError(t, err)
	_, other, err := build(plans.Hillstrom)
	require.NoError(t, err)
	good := record(p, published)
	_, err = metric.Cells(other, good)
	require.ErrorIs(t, err, metric.ErrPlan)
	for name, spoil := range map[string]func(*release.Record){
		"a cell less":       func(r *release.Record) { r.Cells = r.Cells[1:] },
		"a cell more":       func(r *release.Record) { r.Cells = append([]int64{0}, r.Cells...) },
		"no cells":          func(r *release.Record) { r.Cells = nil },
		"another weight":    func(r *release.Record) { r.Weight++ },
		"another variance":  func(r *release.Record) { r.Sigma2-- },
		"another plan's ID": func(r *release.Record) { r.Plan[31] ^= 1 },
	} {
		t.Run(name, func(t *testing.T) {
			r := good
			spoil(&r)
			_, err := metric.Cells(published, r)
			require.ErrorIs(t, err, metric.ErrPlan)
		})
	}
	junk := []byte("not a plan")
	bad := good
	bad.Plan = plan.DigestOf(junk)
	_, err = metric.Cells(junk, bad)
	require.ErrorIs(t, err, plan.ErrMagic)
}

// Negative sums stay as they are, in the numbers and in JSON.
func TestNothingIsClamped(t *testing.T) {
	p, published, err := build(plans.Small)
	require.NoError(t, err)
	r := record(p, published)
	r.Cells[7] = -40
	cells, err := metric.Cells(published, r)
	require.NoError(t, err)
	require.EqualValues(t, -40, cells[7].Value)
	require.Negative(t, cells[7].Exact.High)
	b, err := json.Marshal(cells[7])
	require.NoError(t, err)
	require.JSONEq(t, fmt.Sprintf(`{"index": 7, "metric": "exposed newsletter", "segment": "regulars", "column": "news", "value": -40,
		"private_against_exact": {"low": %v, "high": %v, "enough": true},
		"against_underlying_rate": {"low": 0, "high": null, "enough": false}}`, cells[7].Exact.Low, cells[7].Exact.High), string(b))
}

func ExampleCells() {
	p, published, err := build(plans.Hillstrom)
	if err != nil {
		panic(err)
	}
	cells, err := metric.Cells(published, record(p, published))
	if err != nil {
		panic(err)
	}
	for _, c := range cells[:5] {
		fmt.Printf("%d %s %s %s: %d, exactly counted %.0f to %.0f\n", c.Index, c.Metric, c.Segment, c.Column, c.Value, c.Exact.Low, c.Exact.High)
	}
	// Output:
	// 0 present  : 1000, exactly counted 972 to 1028
	// 1 audience men only : 1001, exactly counted 973 to 1029
	// 2 audience women only : 1002, exactly counted 974 to 1030
	// 3 audience both : 1003, exactly counted 975 to 1031
	// 4 exposed email men only No E-Mail: 1004, exactly counted 976 to 1032
}
