package planfile

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// Report is what a plan measures and what it costs a device.
type Report struct {
	Rows     []Row
	Cells    int    // of a measurement
	Weight   int    // most ones of a measurement
	Sigma2   uint64 // of the noise that each aggregator adds to every cell
	MinBatch uint32
	Charge   ledger.NanoRho // of one report
	Rho      noise.Rho      // of one report
	Delta    noise.Delta
	Costs    []Cost // over 1, 30 and 365 days

	Cadence plan.Cadence
	Periods int
	First   plan.Date // local date on which the first period starts
	Last    plan.Date // and the last
	Left    int       // days asked for that no whole period holds

	ReportSize int // bytes that a device sends for one report

	Policy  plan.Policy
	Choices []Choice // what the device picks; empty where it picks nothing
}

// Choice is a place of which the device picks one variant or arm.
type Choice struct {
	Place  string  // "slot NAME", "campaign NAME"
	Goal   string  // the event that is worth the reward
	Reward float64 // for reaching the goal
	Names  []string
	Costs  []float64 // of each name; all 0 for a campaign
}

// Row is one metric of the measurement.
type Row struct {
	Panel   string // where it is shown: "all", "audience", "funnel", "campaign NAME", "slot NAME"
	Metric  string // "present", "audience", "stages", "exposed", "clicked", "converted", "converted GOAL"
	By      plan.By
	Across  string // what the columns are: "arms", …; empty for one column
	Columns int    // the holdout's counted
	Holdout bool   // the last column is the holdout's
	Cells   int
	Most    int // most ones
}

// Cost is what a device's reports of a span of days cost together, when as many
// periods as possible start in it.
type Cost struct {
	Days    int
	Reports int
	Epsilon noise.Epsilon
}

// Check prices a file, and refuses what the devices would not pay for.
//
// Worst case: a period that starts within a span of days counts whole, for the
// device's ledger charges the date on which a period starts.
func Check(f *File) (*Report, Problems) {
	r := &reader{name: f.Name, at: f.at}
	p, err := f.Plan(placeholder(f))
	if err != nil {
		r.unbuildable(f, err)
		return nil, r.problems
	}
	out := reportOf(p, noise.Delta(f.Delta))
	out.Left = f.Left
	most := noise.Rho(float64(ledger.CapDay) / 1e9).Epsilon(out.Delta)
	accepted := fmt.Sprintf("above 0, at most %s at delta %g", three(most), f.Delta)
	over30 := out.Charge * ledger.NanoRho(out.Costs[1].Reports)
	switch {
	case out.Charge > ledger.CapDay:
		r.fail(f.at["budget.epsilon"], "budget.epsilon", accepted,
			"epsilon %g for each report of %s: the device's cap for the reports of one date is %s; lower budget.epsilon", f.Epsilon, each(f.Cadence), three(most))
	case over30 > ledger.Cap30:
		r.fail(f.at["budget.epsilon"], "budget.epsilon", accepted,
			"%d reports in 30 days cost %d nano-rho: the device's cap for 30 dates is %d; lower budget.epsilon or use a longer period", out.Costs[1].Reports, over30, ledger.Cap30)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return out, nil
}

func each(c plan.Cadence) string {
	switch c {
	case plan.Weekly:
		return "a week"
	case plan.FourWeekly:
		return "four weeks"
	}
	return "a day"
}

// three writes a bound with three decimals, not above it but for a millionth:
// the cap is epsilon 1 at delta 1e-6, rounded to whole nano-rho.
func three(e noise.Epsilon) string { return fmt.Sprintf("%.3f", math.Floor(float64(e)*1000+1e-3)/1000) }

func (r *reader) unbuildable(f *File, err error) {
	switch {
	case errors.Is(err, noise.ErrSigma):
		least := noise.RhoOf(plan.LayoutOf(f.measured()).Weight, plan.MaxSigma2).Epsilon(noise.Delta(f.Delta))
		r.fail(f.at["budget.epsilon"], "budget.epsilon", fmt.Sprintf("about %.3g or more for these metrics", least),
			"epsilon %g needs more noise than the aggregators can draw", f.Epsilon)
	case errors.Is(err, plan.ErrTooLarge):
		r.fail(Position{1, 1}, "yaml", "names and lists whose plan has at most 64 KiB", "the plan to publish would have more than 64 KiB")
	default:
		r.fail(Position{1, 1}, "yaml", "a plan as docs/plan.md describes it", "%s", err)
	}
}

// measured is the part of a plan that its layout, and its rules, depend on.
func (f *File) measured() *plan.Plan {
	return &plan.Plan{
		Attributes: f.Attributes, Topics: f.Topics, Networks: f.Networks, Skills: f.Skills, Payments: f.Payments, Pages: f.Pages, Channels: f.Channels,
		Segments: f.Segments, Stages: f.Stages, Campaigns: f.Campaigns, Slots: f.Slots, Policy: f.Policy, Metrics: f.Metrics,
		Surveys: f.Surveys, Lists: f.Lists, Messages: f.Messages, Predictions: f.Predictions,
		Dimensions: f.Dimensions, Revenues: f.Revenues,
	}
}

// placeholder stands for what pairing gives, in its real sizes.
func placeholder(f *File) BuildInput {
	key := func(c string) plan.Recipient {
		return plan.Recipient{Type: plan.X25519, Key: "age1" + strings.Repeat(c, 58)}
	}
	return BuildInput{Leader: key("l"), Helper: key("h"), Issued: f.Periods[0].Start}
}

// reportOf describes a checked plan.
func reportOf(p *plan.Plan, delta noise.Delta) *Report {
	l := plan.LayoutOf(p)
	out := &Report{
		Cells: l.Cells, Weight: l.Weight, Sigma2: p.Sigma2, MinBatch: p.MinBatch, Delta: delta,
		Rho: noise.RhoOf(l.Weight, p.Sigma2), Cadence: p.Cadence, Periods: len(p.Periods),
		First: p.Periods[0].Date, Last: p.Periods[len(p.Periods)-1].Date,
	}
	out.Charge, _ = ledger.Charge(l.Weight, p.Sigma2) // a plan's bounds lie within the ledger's
	for _, days := range []int{1, 30, 365} {
		n := (days + p.Cadence.Days() - 1) / p.Cadence.Days()
		out.Costs = append(out.Costs, Cost{days, n, out.Rho.Times(n).Epsilon(delta)})
	}
	for _, s := range l.Spans {
		out.Rows = append(out.Rows, rowOf(p, s))
	}
	out.Policy, out.Choices = p.Policy, choicesOf(p)
	leader, helper := l.InputShareSizes(int(p.Chunk))
	out.ReportSize = report.HeadSize + 2*(2+sealedOverhead+report.PlainHead) + leader + helper
	return out
}

// sealedOverhead is what age adds to one plaintext for one X25519 recipient:
// header 168, nonce 16, tag 16. This package must not reach age (the collector
// imports it), so a test compares with privacy/seal.
const sealedOverhead = 200

func rowOf(p *plan.Plan, s plan.Span) Row {
	row := Row{Panel: "all", Metric: "present", By: plan.SiteWide, Columns: s.Columns, Cells: s.Cells(), Most: s.Most}
	if s.Metric < 0 {
		return row
	}
	m := p.Metrics[s.Metric]
	row.By = m.By
	_, row.Holdout = p.Holdout(m)
	switch m.Kind {
	case plan.Audience:
		row.Panel, row.Metric = "audience", "audience"
	case plan.Funnel:
		row.Panel, row.Metric, row.Across = "funnel", "stages", "stages"
	case plan.CampaignExposed, plan.CampaignConverted:
		c := p.Campaigns[m.Source]
		row.Panel, row.Across = "campaign "+c.Name, "arms"
		row.Metric = "exposed"
		if m.Kind == plan.CampaignConverted {
			row.Metric = "converted " + c.Goals[m.Goal].Name
		}
	case plan.SlotExposed, plan.SlotClicked, plan.SlotConverted:
		row.Panel, row.Across = "slot "+p.Slots[m.Source].Name, "variants"
		row.Metric = map[plan.MetricKind]string{plan.SlotExposed: "exposed", plan.SlotClicked: "clicked", plan.SlotConverted: "converted"}[m.Kind]
	case plan.Topics, plan.Next, plan.Last:
		row.Panel, row.Across = "topics", "topics"
		row.Metric = map[plan.MetricKind]string{plan.Topics: "viewed", plan.Next: "next", plan.Last: "last"}[m.Kind]
	case plan.Items, plan.Tried, plan.Solved:
		row.Panel, row.Across = "list "+p.Lists[m.Source].Name, "items"
		row.Metric = map[plan.MetricKind]string{plan.Items: "used", plan.Tried: "tried", plan.Solved: "solved"}[m.Kind]
	case plan.ListExposed, plan.ListClicked, plan.ListConverted:
		row.Panel = "list " + p.Lists[m.Source].Name
		row.Metric = map[plan.MetricKind]string{plan.ListExposed: "exposed", plan.ListClicked: "clicked", plan.ListConverted: "converted"}[m.Kind]
	case plan.State, plan.Outcome:
		row.Panel, row.Across = predictionWords[p.Predictions[m.Source].Kind-1], "bins"
		row.Metric = map[plan.MetricKind]string{plan.State: "state", plan.Outcome: "outcome"}[m.Kind]
	case plan.Sorted, plan.Returned:
		row.Panel, row.Across = "dimension "+p.Dimensions[m.Source].Name, "bins"
		row.Metric = map[plan.MetricKind]string{plan.Sorted: "devices", plan.Returned: "returned"}[m.Kind]
	case plan.Earned:
		row.Panel, row.Metric, row.Across = "revenue "+p.Revenues[m.Source].Name, "devices", "points"
		if p.Revenues[m.Source].Of != plan.OfSite {
			row.Across = "arms and points"
		}
	case plan.SocialActs, plan.SharedTo:
		row.Panel, row.Metric, row.Across = "social", "acts", "acts"
		if m.Kind == plan.SharedTo {
			row.Metric, row.Across = "shared", "networks"
		}
	case plan.ReachShown, plan.ReachAnswered:
		row.Panel, row.Across = "message "+p.Messages[m.Source].Name, "channels"
		row.Metric = map[plan.MetricKind]string{plan.ReachShown: "reached", plan.ReachAnswered: "answered"}[m.Kind]
	case plan.SurveyAsked, plan.SurveyAnswers:
		row.Panel = "survey " + p.Surveys[m.Source].Name
		if row.Metric = "asked"; m.Kind == plan.SurveyAnswers {
			row.Metric, row.Across = "answers", "answers"
		}
	}
	return row
}
