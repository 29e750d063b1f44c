// Package weekly tells a site's people once a week what the releases of a calendar week say:
// numbers with their intervals and changes, and the answers that name something. It reads
// released numbers only.
package weekly

import (
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// days is the length of a week, Monday to Sunday.
const days = 7

// ErrCadence: the plan's periods are longer than a day, and need not begin on Mondays.
var ErrCadence = errors.New("weekly: the plan's periods are longer than a day: a weekly report adds up days")

// Report is a week's.
type Report struct {
	Site      string   `json:"site"`
	From      string   `json:"from"` // Monday
	To        string   `json:"to"`   // Sunday
	Releases  int      `json:"releases"`
	Missing   []string `json:"missing"` // dates of the week without a release
	Plans     int      `json:"plans"`   // how many the week joins
	Lines     []Line   `json:"lines"`
	Sentences []string `json:"sentences"` // of the questions that are answered by name, in the report's language
	Link      string   `json:"link"`      // the week in the console; empty: its address is not known
}

// Line is one number of the week. Bounds are 95 %.
type Line struct {
	Measure string       `json:"measure"` // present, segment, conversion, revenue or satisfaction
	Name    string       `json:"name"`    // of the segment, stage, revenue or survey; else empty
	Value   float64      `json:"value"`   // devices, a share, an amount, or a score
	Low     float64      `json:"low"`
	High    *float64     `json:"high"` // null: no bound
	Hidden  panel.Hidden `json:"hidden"`
	// Change is against the week before, as finding.Change has it: of shares in shares, else
	// relative. Null where it is not known.
	Change *finding.Change `json:"change"`
}

// monday is that of the week of d. 1970-01-01 was a Thursday.
func monday(d plan.Date) plan.Date { return d - (d+3)%days }

// today is the site's date.
func today(now time.Time, zone string) (plan.Date, error) {
	at, err := time.LoadLocation(zone)
	if err != nil {
		return 0, fmt.Errorf("weekly: the plan's time zone: %w", err)
	}
	return plan.ParseDate(now.In(at).Format(time.DateOnly))
}

// Of makes the report of the week that begins at from, a Monday.
//
// Errors: panel.ErrNone, panel.ErrLayout, ErrCadence.
func Of(all []panel.Release, from plan.Date, in Language, address string) (*Report, error) {
	to := from + days - 1
	r, err := panel.Of(all, from, to)
	if err != nil {
		return nil, err
	}
	if r.Plan.Period != panel.PeriodOf(plan.Daily) {
		return nil, ErrCadence
	}
	changes, err := finding.Compare(all, from, to, finding.Previous)
	if err != nil {
		return nil, err
	}
	answers, err := finding.Of(all, from, to, nil)
	if err != nil {
		return nil, err
	}
	out := &Report{
		Site: all[len(all)-1].Plan.Site, From: from.String(), To: to.String(), Releases: r.Range.Releases,
		Missing: missing(all, from), Plans: r.Plans, Sentences: sentences(answers, in),
	}
	if address != "" {
		out.Link = fmt.Sprintf("%s/#/answers?from=%s&to=%s", address, from, to)
	}
	count := func(measure, name string, c panel.Count, change *finding.Change) {
		out.Lines = append(out.Lines, Line{measure, name, float64(c.Value), c.Low, c.High, c.Hidden, known(change)})
	}
	count("present", "", r.Present.Total, &changes.Present)
	for _, s := range r.Audience {
		count("segment", s.Name, s.Total, named(changes.Audience, s.Name))
	}
	if f := r.Funnel; f != nil && len(f.All) > 1 {
		last := len(f.All) - 1
		rate := f.All[last].OfFirst
		out.Lines = append(out.Lines, Line{"conversion", f.Stages[last], rate.Value, rate.Low, rate.High, rate.Hidden, known(named(changes.Funnel, f.Stages[last]))})
	}
	for i, v := range r.Revenues {
		high := v.Total.High
		var change *finding.Change
		if i < len(changes.Revenues) && changes.Revenues[i].Name == v.Name {
			change = &changes.Revenues[i].Change
		}
		out.Lines = append(out.Lines, Line{"revenue", v.Name, v.Total.Value, v.Total.Low, &high, v.Total.Hidden, known(change)})
	}
	for _, s := range r.Sorts {
		if s.Score != nil {
			m := s.Score.Mean
			out.Lines = append(out.Lines, Line{"satisfaction", s.Name, m.Value, m.Low, m.High, m.Hidden, nil})
		}
	}
	return out, nil
}

func named(in []finding.Named, name string) *finding.Change {
	for i := range in {
		if in[i].Name == name {
			return &in[i].Change
		}
	}
	return nil
}

// known is a change that can be told.
func known(c *finding.Change) *finding.Change {
	if c == nil || c.Hidden != panel.Shown {
		return nil
	}
	return c
}

// missing are the week's dates without a release.
func missing(all []panel.Release, from plan.Date) []string {
	there := map[plan.Date]bool{}
	for _, r := range all {
		there[r.Period.Date] = true
	}
	out := []string{}
	for d := from; d < from+days; d++ {
		if !there[d] {
			out = append(out, d.String())
		}
	}
	return out
}
