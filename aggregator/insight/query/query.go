// Package query answers a question in words over released numbers: "conversion by segment
// last 28d". It is a view over package panel's report and knows no more than that.
package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Query is a question.
type Query struct {
	Metric   string    // what Metrics lists
	By       string    // segment, day, or empty
	Days     int       // of the last release's date and those before; 0: From to To, or all
	From, To plan.Date // both counted; zero: no bound
}

// Usage says how questions are put.
const Usage = `METRIC [by segment|day] [last 28d|4w] [from 2026-11-01] [to 2026-11-30]`

// Parse reads a question. Its errors say what was expected.
func Parse(text string) (q Query, err error) {
	words := strings.Fields(text)
	const keys = "by last from to"
	is := func(w string) bool { return slices.Contains(strings.Fields(keys), w) }
	i := 0
	for ; i < len(words) && (i == 0 || !is(words[i])); i++ {
		q.Metric = strings.TrimSpace(q.Metric + " " + words[i])
	}
	if q.Metric == "" {
		return q, fmt.Errorf("an empty question: want %s", Usage)
	}
	seen := map[string]bool{}
	for ; i < len(words); i += 2 {
		key := words[i]
		if !is(key) || i+1 == len(words) || seen[key] {
			return q, fmt.Errorf("%q is not expected here: want %s", key, Usage)
		}
		seen[key] = true
		value := words[i+1]
		switch key {
		case "by":
			if q.By = value; value != "segment" && value != "day" {
				return q, fmt.Errorf("by %q: want segment or day", value)
			}
		case "last":
			unit := map[byte]int{'d': 1, 'w': 7}[value[len(value)-1]]
			n, err := strconv.Atoi(value[:len(value)-1])
			if unit == 0 || err != nil || n < 1 || n > 3660 {
				return q, fmt.Errorf("last %q: want a number of days or weeks, as 28d or 4w", value)
			}
			q.Days = n * unit
		default:
			date, err := plan.ParseDate(value)
			if err != nil {
				return q, fmt.Errorf("%s %q: want a date, as 2026-11-22", key, value)
			}
			if key == "from" {
				q.From = date
			} else {
				q.To = date
			}
		}
	}
	if seen["last"] && (seen["from"] || seen["to"]) {
		return q, fmt.Errorf("last beside from or to: want one of both")
	}
	return q, nil
}

// Range returns the dates that a question is about, of a site whose releases lie from first
// to last.
func (q *Query) Range(first, last plan.Date) (from, to plan.Date) {
	from, to = first, last
	if q.From != 0 {
		from = q.From
	}
	if q.To != 0 {
		to = q.To
	}
	if q.Days > 0 {
		from = max(first, last-plan.Date(q.Days)+1)
	}
	return from, to
}

// Row is one number with its interval.
type Row struct {
	Group   string   `json:"group"`   // a segment, or a date; empty: the whole site, all dates
	Name    string   `json:"name"`    // a stage, variant, bin; empty for presence
	Measure string   `json:"measure"` // devices, share, of first, rate, uplift, gain, mean…
	Value   float64  `json:"value"`
	Low     float64  `json:"low"` // 95 %, noise and chance
	High    *float64 `json:"high"`
	// NoiseSD is the standard deviation of the noise in a count; 0 for what is computed.
	NoiseSD float64      `json:"noise_sd"`
	Hidden  panel.Hidden `json:"hidden"` // why a display would not show it; empty if it would
}

func count(group, name, measure string, c panel.Count) Row {
	const z = 1.96
	return Row{group, name, measure, float64(c.Value), c.Low, c.High, (c.ExactHigh - c.ExactLow) / (2 * z), c.Hidden}
}

func rate(group, name, measure string, r panel.Rate) Row {
	return Row{group, name, measure, r.Value, r.Low, r.High, 0, r.Hidden}
}

// Metrics lists what a report can be asked for.
func Metrics(r *panel.Report) []string {
	out := []string{"present"}
	if r.Audience != nil {
		out = append(out, "audience")
	}
	if r.Funnel != nil {
		out = append(out, "conversion")
	}
	if slices.ContainsFunc(r.Slots, func(s panel.Slot) bool { return s.Uplift != nil }) {
		out = append(out, "uplift")
	}
	for _, s := range r.Slots {
		out = append(out, s.Kind+" "+s.Name)
	}
	for _, s := range r.Sorts {
		out = append(out, strings.TrimSpace(s.Kind+" "+s.Name))
	}
	return out
}

// Answer answers a question from a report of its range.
//
// A name alone stands for a slot, list, campaign, dimension and so on that has it, if one
// alone does. Errors say what can be asked.
func Answer(r *panel.Report, q Query) ([]Row, error) {
	all := Metrics(r)
	metric := q.Metric
	if !slices.Contains(all, metric) {
		var meant []string
		for _, m := range all {
			if strings.HasSuffix(m, " "+metric) {
				meant = append(meant, m)
			}
		}
		if len(meant) != 1 {
			return nil, fmt.Errorf("nothing released is called %q: ask for %s", metric, strings.Join(all, ", "))
		}
		metric = meant[0]
	}
	var out []Row
	switch {
	case metric == "present" && q.By == "day":
		for _, d := range r.Present.Days {
			out = append(out, count(d.Date, "", "devices", d.Count))
		}
		return out, nil
	case metric == "audience" && q.By == "day":
		for _, s := range r.Audience {
			for i, c := range s.Days {
				out = append(out, count(r.Present.Days[i].Date, s.Name, "devices", c))
			}
		}
		return out, nil
	case metric == "uplift" && q.By == "day":
		for _, s := range r.Slots {
			for _, d := range s.UpliftDays {
				out = append(out, rate(d.Date, s.Kind+" "+s.Name, "uplift since the start", d.Rate))
			}
		}
		return out, nil
	case q.By == "day":
		return nil, fmt.Errorf("%s by day is not computed: ask for one day after the other (from 2026-11-22 to 2026-11-22)", metric)
	case metric == "present" && q.By == "":
		return []Row{count("", "", "devices", r.Present.Total)}, nil
	case metric == "present" || metric == "audience":
		for _, s := range r.Audience {
			out = append(out, count(s.Name, "", "devices", s.Total), rate(s.Name, "", "share", s.Share))
		}
	case metric == "conversion":
		add := func(group string, stages []panel.Stage) {
			for i, s := range stages {
				out = append(out, count(group, r.Funnel.Stages[i], "devices", s.Reached), rate(group, r.Funnel.Stages[i], "of first", s.OfFirst), rate(group, r.Funnel.Stages[i], "of previous", s.OfPrevious))
			}
		}
		if q.By == "" {
			add("", r.Funnel.All)
		} else {
			for _, s := range r.Funnel.Segments {
				add(s.Name, s.Stages)
			}
		}
	case metric == "uplift" && q.By == "":
		for _, s := range r.Slots {
			if s.Uplift != nil {
				name := s.Kind + " " + s.Name
				out = append(out, rate("", name, "uplift", s.Uplift.Rate), rate("", name, "personalized", s.Uplift.Treated), rate("", name, "holdout", s.Uplift.Control))
			}
		}
	default:
		out = append(places(r, metric, q.By), sorts(r, metric, q.By)...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the plan does not count %s by %s: leave it out, or add the metric by segment to dunlin.yaml (dunlin plan check says what it costs)", metric, q.By)
	}
	return out, nil
}

func places(r *panel.Report, metric, by string) (out []Row) {
	for _, s := range r.Slots {
		if s.Kind+" "+s.Name != metric {
			continue
		}
		add := func(group string, variants []panel.Variant) {
			for _, v := range variants {
				out = append(out, count(group, v.Name, "exposed", v.Exposed), count(group, v.Name, s.Goal, v.Won), rate(group, v.Name, "rate", v.Rate))
			}
		}
		if by == "" {
			add("", s.All)
		} else {
			for _, g := range s.Segments {
				add(g.Name, g.Variants)
			}
		}
	}
	return out
}

func sorts(r *panel.Report, metric, by string) (out []Row) {
	for _, s := range r.Sorts {
		if strings.TrimSpace(s.Kind+" "+s.Name) != metric {
			continue
		}
		add := func(group string, bins []panel.Bin, score *panel.Score) {
			for _, b := range bins {
				out = append(out, count(group, b.Name, "devices", b.Total), rate(group, b.Name, "share of "+s.Of, b.Share))
				if b.Gain != nil {
					out = append(out, rate(group, b.Name, gains[s.Kind], *b.Gain))
				}
			}
			if score != nil {
				out = append(out, rate(group, "", "mean "+score.Kind, score.Mean))
				if score.Rate != nil {
					out = append(out, rate(group, "", "answered of asked", *score.Rate))
				}
			}
		}
		if by == "" {
			add("", s.All, s.Score)
		} else {
			for _, g := range s.Segments {
				add(g.Name, g.Bins, g.Score)
			}
		}
	}
	return out
}

// gains are what a bin's second rate is.
var gains = map[string]string{"dimension": "came back", "tried": "solved", "reached": "responded", "state": "came true"}
