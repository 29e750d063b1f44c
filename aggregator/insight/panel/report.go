package panel

import (
	"errors"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// ErrNone: no release lies in the range.
var ErrNone = errors.New("panel: no release in this range")

// ErrLayout: a release has not as many cells as its plan.
var ErrLayout = errors.New("panel: a release is not of its plan's layout")

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
}

// Epsilon is what reports cost one device: a period's, and those of 30 days and a year.
type Epsilon struct {
	One    float64 `json:"one"`
	Days30 float64 `json:"days30"`
	Year   float64 `json:"year"`
	Delta  float64 `json:"delta"`
}

// Range is what was asked and what there is in it.
type Range struct {
	From     string `json:"from"` // dates as YYYY-MM-DD, here and below
	To       string `json:"to"`
	Releases int    `json:"releases"`
	// Missing are dates of periods between the site's first and last release that
	// have none: too few reports came, or the aggregators gave the batch up.
	Missing []string `json:"missing"`
}

// Day is one period's count.
type Day struct {
	Date  string `json:"date"`
	Count Count  `json:"count"`
}

// Present is who was there at all.
type Present struct {
	Total Count `json:"total"`
	Days  []Day `json:"days"`
}

// Segment is one segment's part of the audience.
type Segment struct {
	Name  string  `json:"name"`
	Total Count   `json:"total"`
	Share Rate    `json:"share"` // of all segments
	Days  []Count `json:"days"`  // as Present's
}

// Report is all panels of a range. A panel that no plan in the range feeds is null.
type Report struct {
	Plan       Plan      `json:"plan"`        // the latest in the range
	Plans      int       `json:"plans"`       // how many the range joins
	MixedNoise bool      `json:"mixed_noise"` // sigma squared differs within the range
	Range      Range     `json:"range"`
	Present    Present   `json:"present"`
	Audience   []Segment `json:"audience"`
	Funnel     *Funnel   `json:"funnel"`
	Slots      []Slot    `json:"slots"`
}

// Of makes the report of the releases whose period's date lies from one date to another,
// both counted. Releases are of one site, in any order.
//
// Errors: ErrNone, ErrLayout.
func Of(all []Release, from, to plan.Date) (*Report, error) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Release) int { return int(a.Period.Date) - int(b.Period.Date) })
	var in []Release
	for _, r := range all {
		if layout := plan.LayoutOf(r.Plan); len(r.Cells) != layout.Cells {
			return nil, ErrLayout
		}
		if r.Period.Date >= from && r.Period.Date <= to {
			in = append(in, r)
		}
	}
	if len(in) == 0 {
		return nil, ErrNone
	}
	last := in[len(in)-1]
	plans := plansOf(in)
	total, days := sums{}, daily(in)
	for i := range in {
		total.add(&in[i])
	}
	out := &Report{
		Plan: planOf(&last), Plans: len(plans),
		Range:   Range{From: from.String(), To: to.String(), Releases: len(in), Missing: missing(all, from, to)},
		Present: Present{Total: countOf(total[cell{}])},
		Slots:   []Slot{},
	}
	for _, r := range in {
		out.MixedNoise = out.MixedNoise || r.Sigma2 != last.Sigma2
	}
	for _, d := range days {
		out.Present.Days = append(out.Present.Days, Day{d.date.String(), countOf(d.sums[cell{}])})
	}
	if total.has(plan.Audience, false, "") {
		out.Audience = audience(segmentsOf(plans), total, days)
	}
	if total.has(plan.Funnel, false, "") || total.has(plan.Funnel, true, "") {
		out.Funnel = funnel(stagesOf(plans), segmentsOf(plans), total)
	}
	for _, s := range slotsOf(plans) {
		if panel, ok := slot(&s, plans, total, days); ok {
			out.Slots = append(out.Slots, panel)
		}
	}
	return out, nil
}

// day is the sums of one date.
type day struct {
	date plan.Date
	sums sums
}

// daily sums releases, which are in order, by date.
func daily(in []Release) (out []day) {
	for i := range in {
		if date := in[i].Period.Date; len(out) == 0 || out[len(out)-1].date != date {
			out = append(out, day{date, sums{}})
		}
		out[len(out)-1].sums.add(&in[i])
	}
	return out
}

// plansOf lists the plans of releases in order, the latest first.
func plansOf(in []Release) (plans []*plan.Plan) {
	seen := map[plan.Digest]bool{}
	for _, r := range slices.Backward(in) {
		if !seen[r.Record.Plan] {
			seen[r.Record.Plan] = true
			plans = append(plans, r.Plan)
		}
	}
	return plans
}

// missing lists the dates in the range on which a period of any plan began that has no
// release though later ones have.
func missing(all []Release, from, to plan.Date) []string {
	released := map[plan.Date]bool{}
	for _, r := range all {
		released[r.Period.Date] = true
	}
	from, to = max(from, all[0].Period.Date), min(to, all[len(all)-1].Period.Date)
	var dates []plan.Date
	for _, p := range plansOf(all) {
		for _, q := range p.Periods {
			if q.Date >= from && q.Date <= to && !released[q.Date] {
				released[q.Date] = true // named once
				dates = append(dates, q.Date)
			}
		}
	}
	slices.Sort(dates)
	out := []string{}
	for _, d := range dates {
		out = append(out, d.String())
	}
	return out
}

// planOf describes a release's plan.
func planOf(r *Release) Plan {
	p := r.Plan
	days := p.Cadence.Days()
	rho := noise.RhoOf(r.Weight, r.Sigma2)
	eps := func(days int) float64 { return float64(rho.Times(max(days, 1)).Epsilon(Delta)) }
	return Plan{
		Digest: r.Record.Plan.String(), Serial: p.Serial,
		Period: map[int]string{1: "day", 7: "week", 28: "4 weeks"}[days],
		Cells:  len(r.Cells), Weight: r.Weight, Sigma2: r.Sigma2, MinBatch: p.MinBatch,
		Consent: map[plan.Consent]string{plan.ConsentAsk: "ask", plan.ConsentSite: "site", plan.ConsentAssumed: "assumed"}[p.Consent],
		Holdout: float64(p.Policy.Holdout) / float64(plan.Whole),
		// A device reports in every period that begins within so many days.
		Epsilon: Epsilon{One: eps(1), Days30: eps((30 + days - 1) / days), Year: eps((365 + days - 1) / days), Delta: Delta},
	}
}

// audience makes the segments' panel. A segment's share is of the sum of all segments,
// whose cells hold its own: the noise that both have is its own cells'.
func audience(names []string, total sums, days []day) (out []Segment) {
	of := func(s sums, name string) interval.Noisy { return s[cell{kind: plan.Audience, segment: name}] }
	var all interval.Noisy
	for _, name := range names {
		all = add(all, of(total, name))
	}
	for _, name := range names {
		k := of(total, name)
		s := Segment{Name: name, Total: countOf(k), Share: rateOf(interval.Proportion{K: k, N: all, Covariance: k.Variance})}
		for _, d := range days {
			s.Days = append(s.Days, countOf(of(d.sums, name)))
		}
		out = append(out, s)
	}
	return out
}
