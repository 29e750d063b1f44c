package panel

import (
	"slices"

	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Delta is the delta that epsilons are stated at.
const Delta = 1e-6

// Plan says what a range was measured under and what it cost.
type Plan struct {
	Digest   string  `json:"digest"`
	Serial   uint64  `json:"serial"`
	Period   string  `json:"period"` // day, week or 4 weeks
	Cells    int     `json:"cells"`
	Weight   int     `json:"weight"`
	Sigma2   uint64  `json:"sigma2"` // of each aggregator's noise
	MinBatch uint32  `json:"min_batch"`
	Consent  string  `json:"consent"`
	Holdout  float64 `json:"holdout"` // share
	Epsilon  Epsilon `json:"epsilon"`
	// MostCells is how many cells a plan may have, Segments how many segments the plan has, and
	// SegmentCells how many cells a further segment would take.
	MostCells    int `json:"most_cells"`
	Segments     int `json:"segments"`
	SegmentCells int `json:"segment_cells"`
	// Uncrossed are panels that the plan asks of the whole site alone.
	Uncrossed []Uncrossed `json:"uncrossed"`
}

// Uncrossed is what is not crossed with segments, and what it would take.
type Uncrossed struct {
	Kind string `json:"kind"` // funnel, revenue, or a slot's or a distribution's kind
	Name string `json:"name"` // as the panel's
	// Cells are those that asking it by segment in place of by site takes more; 0: it can be
	// asked of the whole site alone.
	Cells int `json:"cells"`
}

// crossesOf says what a plan has not crossed with its segments.
func crossesOf(p *plan.Plan) (segmentCells int, out []Uncrossed) {
	out = []Uncrossed{}
	for _, m := range p.Metrics {
		columns := p.Columns(m)
		if m.By == plan.BySegment {
			segmentCells += columns
			continue
		}
		kind, name := crossed(p, m)
		if kind == "" || m.By != plan.SiteWide {
			continue
		}
		cells := columns * (len(p.Segments) - 1)
		if m.Kind == plan.State || m.Kind == plan.Outcome || m.Kind == plan.Last {
			cells = 0
		}
		same := func(u Uncrossed) bool { return u.Kind == kind && u.Name == name }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].Cells += cells
			continue
		}
		out = append(out, Uncrossed{kind, name, cells})
	}
	// What is asked both ways is crossed.
	return segmentCells, slices.DeleteFunc(out, func(u Uncrossed) bool {
		return slices.ContainsFunc(p.Metrics, func(m plan.Metric) bool {
			kind, name := crossed(p, m)
			return m.By == plan.BySegment && u.Kind == kind && u.Name == name
		})
	})
}

// crossed names the panel of a metric; empty where it has none of its own.
func crossed(p *plan.Plan, m plan.Metric) (kind, name string) {
	switch m.Kind {
	case plan.Funnel:
		return "funnel", ""
	case plan.CampaignExposed, plan.CampaignConverted:
		return "campaign", p.Campaigns[m.Source].Name
	case plan.SlotExposed, plan.SlotClicked, plan.SlotConverted:
		return "slot", p.Slots[m.Source].Name
	case plan.ListExposed, plan.ListClicked, plan.ListConverted:
		return "list", p.Lists[m.Source].Name
	case plan.Earned:
		return "revenue", p.Revenues[m.Source].Name
	case plan.Topics:
		return "topics", ""
	case plan.Last:
		return "last", ""
	case plan.Items:
		return "items", p.Lists[m.Source].Name
	case plan.Tried, plan.Solved:
		return "tried", p.Lists[m.Source].Name
	case plan.State, plan.Outcome:
		// As the distributions name it.
		return "state", sortOf(p, plan.Metric{Kind: plan.State, Source: m.Source}).name
	case plan.ReachShown, plan.ReachAnswered:
		return "reached", p.Messages[m.Source].Name
	case plan.SurveyAsked, plan.SurveyAnswers:
		return "answers", p.Surveys[m.Source].Name
	case plan.Sorted:
		return "dimension", p.Dimensions[m.Source].Name
	case plan.SocialActs:
		return "acts", ""
	case plan.SharedTo:
		return "shared", ""
	}
	return "", "" // audience, next, returned: by segments, by topic, or always of the whole site
}

// Epsilon is what reports cost one device: a period's, and those of 30 days and a year.
type Epsilon struct {
	One    float64 `json:"one"`
	Days30 float64 `json:"days30"`
	Year   float64 `json:"year"`
	Delta  float64 `json:"delta"`
}

// PeriodOf names a cadence: day, week or 4 weeks.
func PeriodOf(c plan.Cadence) string {
	return map[int]string{1: "day", 7: "week", 28: "4 weeks"}[c.Days()]
}

// planOf describes a release's plan.
func planOf(r *Release) Plan {
	p := r.Plan
	days := p.Cadence.Days()
	rho := noise.RhoOf(r.Weight, r.Sigma2)
	eps := func(days int) float64 { return float64(rho.Times(max(days, 1)).Epsilon(Delta)) }
	segmentCells, uncrossed := crossesOf(p)
	return Plan{
		Digest: r.Record.Plan.String(), Serial: p.Serial,
		Period: PeriodOf(p.Cadence),
		Cells:  len(r.Cells), Weight: r.Weight, Sigma2: r.Sigma2, MinBatch: p.MinBatch,
		Consent: map[plan.Consent]string{plan.ConsentAsk: "ask", plan.ConsentSite: "site", plan.ConsentAssumed: "assumed"}[p.Consent],
		Holdout: float64(p.Policy.Holdout) / float64(plan.Whole),
		// A device reports in every period that begins within so many days.
		Epsilon:   Epsilon{One: eps(1), Days30: eps((30 + days - 1) / days), Year: eps((365 + days - 1) / days), Delta: Delta},
		MostCells: plan.MaxCells, Segments: len(p.Segments), SegmentCells: segmentCells, Uncrossed: uncrossed,
	}
}
