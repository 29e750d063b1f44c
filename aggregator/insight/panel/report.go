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
func Of(all []Release, from, to plan.Date) (*Report, error) {
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
	in := slices.DeleteFunc(slices.Clone(all), func(r Release) bool { return r.Period.Date < from || r.Period.Date > to })
	if len(in) == 0 {
		return nil, ErrNone
	}
	last, plans := in[len(in)-1], plansOf(in)
	j := join(plans)
	days := daily(j, in)
	sum := total(j, days)
	out := &Report{
		Plan: planOf(&last), Plans: len(plans),
		MixedNoise: slices.ContainsFunc(in, func(r Release) bool { return r.Sigma2 != last.Sigma2 }),
		Range:      Range{From: from.String(), To: to.String(), Releases: len(in), Missing: missing(all, from, to)},
		Present:    Present{Total: countOf(j.at(sum, cell{}))},
		Audience:   audience(j, sum, days),
		Funnel:     funnel(j, sum, in),
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
	pairs := successiveOf(j, all, in)
	for _, s := range j.sorts {
		out.Sorts = append(out.Sorts, sortPanel(j, s, sum, pairs, all, in))
	}
	return out, nil
}
