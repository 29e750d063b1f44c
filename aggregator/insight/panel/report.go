package panel

import (
	"cmp"
	"errors"
	"slices"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// ErrNone: no release lies in the range.
var ErrNone = errors.New("panel: no release in this range")

// ErrLayout: a release has not as many cells as its plan.
var ErrLayout = errors.New("panel: a release is not of its plan's layout")

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

// Report is all panels of a range. A panel that no plan in the range feeds is null.
type Report struct {
	Plan       Plan      `json:"plan"`        // the latest in the range
	Plans      int       `json:"plans"`       // how many the range joins
	MixedNoise bool      `json:"mixed_noise"` // sigma squared differs within the range
	Range      Range     `json:"range"`
	Grain      Grain     `json:"grain"` // of all series over time
	Present    Present   `json:"present"`
	Audience   []Segment `json:"audience"`
	Funnel     *Funnel   `json:"funnel"`
	Slots      []Slot    `json:"slots"` // lists and chosen campaigns too
	Sorts      []Sort    `json:"sorts"`
	Revenues   []Revenue `json:"revenues"`
}

// Of makes the report of the releases whose period's date lies from one date to another,
// both counted. Releases are of one site, in any order.
//
// Errors: ErrNone, ErrLayout.
func Of(all []Release, from, to plan.Date) (*Report, error) { return By(all, from, to, ByRelease) }

// By is Of with series over time by week or month.
func By(all []Release, from, to plan.Date, g Grain) (*Report, error) {
	all, err := ordered(all)
	if err != nil {
		return nil, err
	}
	in := within(all, from, to)
	if len(in) == 0 {
		return nil, ErrNone
	}
	out := report(join(plansOf(in)), all, in, g)
	out.Range = Range{From: from.String(), To: to.String(), Releases: len(in), Missing: missing(all, from, to)}
	return out, nil
}

// Each makes a report of each date of a range that has a release, in order: what Of makes of
// that date alone, but that all are joined as the range is, and without what is missing and
// later columns of cohorts.
//
// Errors: ErrNone, ErrLayout.
func Each(all []Release, from, to plan.Date) (out []*Report, err error) {
	if all, err = ordered(all); err != nil {
		return nil, err
	}
	in := within(all, from, to)
	if len(in) == 0 {
		return nil, ErrNone
	}
	j := join(plansOf(in))
	for len(in) > 0 {
		date := in[0].Period.Date
		day := within(in, date, date)
		in = in[len(day):]
		// Who came back is told by the period before.
		one := report(j, within(all, date-longest, date), day, ByRelease)
		one.Range = Range{From: date.String(), To: date.String(), Releases: len(day), Missing: []string{}}
		out = append(out, one)
	}
	return out, nil
}

// longest is the longest period, in days.
const longest = 28

// ordered returns releases by date, each of its plan's layout.
func ordered(all []Release) ([]Release, error) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Release) int { return cmp.Compare(a.Period.Date, b.Period.Date) })
	for _, p := range plansOf(all) {
		cells := plan.LayoutOf(p.Plan).Cells
		for i := range all {
			if all[i].Record.Plan == p.digest && len(all[i].Cells) != cells {
				return nil, ErrLayout
			}
		}
	}
	return all, nil
}

// within returns the releases of a range, of releases that are in order.
func within(all []Release, from, to plan.Date) []Release {
	at := func(date plan.Date) int {
		i, _ := slices.BinarySearchFunc(all, date, func(r Release, d plan.Date) int { return cmp.Compare(r.Period.Date, d) })
		return i
	}
	return all[at(from):at(to+1)]
}

// report makes the panels of some releases, of which history holds what lies about them.
func report(j *joint, history, in []Release, g Grain) *Report {
	last, plans := in[len(in)-1], plansOf(in)
	days := daily(j, in, g)
	sum := total(j, days)
	out := &Report{
		Plan: planOf(&last), Plans: len(plans),
		MixedNoise: slices.ContainsFunc(in, func(r Release) bool { return r.Sigma2 != last.Sigma2 }),
		Present:    Present{Total: countOf(j.at(sum, cell{}))},
		Audience:   audience(j, sum, days),
		Funnel:     funnel(j, sum, in),
		Grain:      g,
		Slots:      []Slot{},
		Sorts:      []Sort{},
		Revenues:   []Revenue{},
	}
	for _, d := range days {
		out.Present.Days = append(out.Present.Days, Day{d.date.String(), countOf(j.at(d.sums, cell{}))})
	}
	for _, s := range j.slots {
		out.Slots = append(out.Slots, slot(j, s, sum, days, in))
	}
	for _, s := range j.revenues {
		out.Revenues = append(out.Revenues, revenue(j, s, sum, days, in))
	}
	pairs := successiveOf(j, history, in)
	var w *week
	if slices.ContainsFunc(j.sorts, (*sortSeries).hourly) {
		w = weekOf(j, in)
	}
	for _, s := range j.sorts {
		out.Sorts = append(out.Sorts, sortPanel(j, s, sum, pairs, w, history, in))
	}
	return out
}
