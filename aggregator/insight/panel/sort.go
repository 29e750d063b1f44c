package panel

import (
	"bytes"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Sort is how devices, or answers, were distributed: a dimension, topics, social acts, the
// networks shared to, a list's items, the channels of a message, the answers of a survey, the bins of a prediction.
type Sort struct {
	Kind string `json:"kind"` // dimension, topics, last, acts, shared, items, tried, answers, reached, state
	Name string `json:"name"` // of the dimension, list, survey, message or prediction; acts by "topic"; else empty
	// Variable is what a dimension is of: a variable of rules, or segment. Empty of others, and
	// where bins have rules of several.
	Variable string `json:"variable"`
	From     string `json:"from"` // date of its first release: earlier ones in the range had other bins
	// Of is what shares are of: all, the histogram's own sum, where a device is in one column
	// at most; else present, the devices that were there.
	Of       string        `json:"of"`
	All      []Bin         `json:"all"`
	Segments []SortSegment `json:"segments"`
	Score    *Score        `json:"score"` // of CSAT and NPS; null for others
	// Cohorts are the triangle of a dimension by periods since the first; null for others.
	Cohorts []Cohort `json:"cohorts"`
	// Week is a dimension of hours by weekday; empty for others, and where periods are longer
	// than a day.
	Week []Weekday `json:"week"`
}

// SortSegment is one segment's part.
type SortSegment struct {
	Name  string    `json:"name"`
	Bins  []Bin     `json:"bins"`
	Score *Score    `json:"score"`
	Week  []Weekday `json:"week"`
}

// Bin is one column.
type Bin struct {
	Name  string `json:"name"`
	Total Count  `json:"total"`
	Share Rate   `json:"share"`
	// Gain is how many of it there is more of afterwards: of a dimension those who came back
	// in the period after, of a message those who responded, of a prediction's bin those for
	// whom it came true (of lapse_risk: who came back in time). Null where that is not measured.
	Gain *Rate `json:"gain"`
}

// Score is a mean of answers.
type Score struct {
	Kind string `json:"kind"` // csat: 1 to 5; nps: -100 to 100
	Mean Rate   `json:"mean"`
	Rate *Rate  `json:"rate"` // of those who were asked, who answered; null where that is not measured
}

// sortSeries is one of them, of the plans that agree on it.
type sortSeries struct {
	kind, name string
	variable   string
	counts     plan.MetricKind
	gains      plan.MetricKind // 0: none
	later      bool            // gains are of the period after
	single     bool            // a device is in one column at most
	columns    []string
	segments   []string
	rows       []string  // that stand where segments do: topics
	scores     []float64 // of CSAT and NPS
	scored     string
	asked      bool
	plans      map[plan.Digest]bool
	gained     bool
	ages       int // of a dimension by periods since the first: how many bins are of one period each
}

// variableOf names what all of a dimension's bins compare; "segment" where they are the
// plan's segments.
func variableOf(p *plan.Plan, d *plan.Dimension) string {
	same := func(a, b plan.Segment) bool { return a.Name == b.Name && bytes.Equal(a.Rule, b.Rule) }
	if slices.EqualFunc(d.Bins, p.Segments, same) {
		return "segment"
	}
	index := -1
	for _, bin := range d.Bins {
		if len(bin.Rule) == 0 {
			continue
		}
		if bin.Rule[0] != plan.OpVar || len(bin.Rule) != 12 || index >= 0 && int(bin.Rule[1]) != index {
			return ""
		}
		index = int(bin.Rule[1])
	}
	for _, v := range plan.Variables {
		if v.Index == index {
			return v.Name
		}
	}
	return ""
}

// sortOf is what a metric's histogram is shown as.
func sortOf(p *plan.Plan, m plan.Metric) *sortSeries {
	s := &sortSeries{counts: m.Kind, single: m.Most == 1}
	switch m.Kind {
	case plan.Sorted:
		s.kind, s.name, s.gains, s.later = "dimension", p.Dimensions[m.Source].Name, plan.Returned, true
		s.ages = ages(&p.Dimensions[m.Source])
		s.variable = variableOf(p, &p.Dimensions[m.Source])
	case plan.Topics:
		s.kind, s.single = "topics", false
	case plan.Last:
		s.kind = "last"
	case plan.Items:
		s.kind, s.name, s.single = "items", p.Lists[m.Source].Name, false
	case plan.Tried:
		s.kind, s.name, s.gains, s.single = "tried", p.Lists[m.Source].Name, plan.Solved, false
	case plan.SocialActs:
		s.kind, s.single = "acts", false
		if m.By == plan.ByTopic { // a histogram of its own, whose rows are topics
			s.kind, s.name, s.rows = "acts", "topic", p.Topics
		}
	case plan.SharedTo:
		s.kind, s.single = "shared", false
	case plan.State:
		s.kind, s.gains = "state", plan.Outcome
		if d := &p.Predictions[m.Source]; d.Kind == plan.LapseRisk {
			s.name, s.later = "lapse_risk", true
		} else {
			s.name = "buy_chance"
		}
	case plan.ReachShown:
		s.kind, s.name, s.gains, s.single = "reached", p.Messages[m.Source].Name, plan.ReachAnswered, false
	case plan.SurveyAnswers:
		v := &p.Surveys[m.Source]
		s.kind, s.name = "answers", v.Name
		switch v.Kind {
		case plan.CSAT:
			s.scored, s.scores = "csat", []float64{1, 2, 3, 4, 5}
		case plan.NPS:
			s.scored, s.scores = "nps", []float64{-100, -100, -100, -100, -100, -100, -100, 0, 0, 100, 100}
		}
	default:
		return nil
	}
	return s
}

func (j *joint) joinSorts(p identified, layout plan.Layout) {
	for i := range layout.Spans {
		span := layout.Spans[i]
		if span.Metric < 0 {
			continue
		}
		m := p.Metrics[span.Metric]
		of := sortOf(p.Plan, m)
		if of == nil {
			continue
		}
		for c := range span.Columns {
			of.columns = append(of.columns, p.Column(m, c))
		}
		at := slices.IndexFunc(j.sorts, func(s *sortSeries) bool { return s.counts == of.counts && s.name == of.name })
		if at < 0 {
			at = len(j.sorts)
			of.plans = map[plan.Digest]bool{}
			j.sorts = append(j.sorts, of)
		}
		s := j.sorts[at]
		if !slices.Equal(s.columns, of.columns) || s.single != of.single {
			continue
		}
		// By segment and by site: the whole is taken from the one by site.
		bySite := slices.ContainsFunc(p.Metrics, func(o plan.Metric) bool {
			return o.Kind == m.Kind && o.Source == m.Source && o.By == plan.SiteWide && m.By == plan.BySegment
		})
		s.plans[p.digest] = true
		if m.By == plan.BySegment {
			s.segments = union(s.segments, segmentsOf(p.Plan))
		}
		s.segments = union(s.segments, of.rows)
		j.leadSpan(p, span, cell{kind: s.counts, source: s.name}, m.By == plan.SiteWide || !bySite)
		for k := range layout.Spans {
			o := layout.Spans[k]
			if o.Metric < 0 || p.Metrics[o.Metric].Source != m.Source {
				continue
			}
			switch n := p.Metrics[o.Metric]; {
			case s.gains != 0 && n.Kind == s.gains && (n.By == m.By || n.By == plan.SiteWide):
				s.gained = true
				j.leadOnce(p, o, cell{kind: s.gains, source: s.name}, n.By == plan.SiteWide || !bySite)
			case s.scored != "" && n.Kind == plan.SurveyAsked && n.By == m.By:
				s.asked = true
				j.leadOnce(p, o, cell{kind: plan.SurveyAsked, source: s.name}, n.By == plan.SiteWide || !bySite)
			}
		}
	}
}

// leadOnce is leadSpan of a span that several others may ask for.
func (j *joint) leadOnce(p identified, span plan.Span, of cell, site bool) {
	first := way{from: span.Cell(0, 0)}
	for _, w := range j.ways[p.digest] {
		if w.from == first.from {
			return
		}
	}
	j.leadSpan(p, span, of, site)
}

// sortPanel makes one's panel.
func sortPanel(j *joint, s *sortSeries, all sums, pairs successive, w *week, history, in []Release) Sort {
	out := Sort{Kind: s.kind, Name: s.name, Variable: s.variable, From: since(in, s.plans), Of: "present", Segments: []SortSegment{}, Cohorts: cohorts(j, s, history, in)}
	if s.single {
		out.Of = "all"
	}
	at := func(of sums, kind plan.MetricKind, scope scope, segment, column string) interval.Noisy {
		return j.at(of, cell{kind: kind, scope: scope, source: s.name, segment: segment, column: column})
	}
	bins := func(scope scope, segment string) (out []Bin, score *Score) {
		var everything interval.Noisy
		var counts []interval.Noisy
		for _, column := range s.columns {
			n := at(all, s.counts, scope, segment, column)
			counts = append(counts, n)
			everything = add(everything, n)
		}
		there := j.at(all, cell{})
		for i, column := range s.columns {
			b := Bin{Name: column, Total: countOf(counts[i])}
			switch {
			case s.single:
				b.Share = rateOf(interval.Proportion{K: counts[i], N: everything, Covariance: counts[i].Variance})
			case scope == whole || s.rows != nil:
				b.Share = rateOf(interval.Proportion{K: counts[i], N: there})
			default:
				// Devices of one segment are the audience's.
				b.Share = rateOf(interval.Proportion{K: counts[i], N: j.at(all, cell{kind: plan.Audience, scope: bySegment, segment: segment})})
			}
			if s.gained {
				of, then := all, all
				if s.later {
					of, then = pairs.before, pairs.after
				}
				n := at(of, s.counts, scope, segment, column)
				k := at(then, s.gains, scope, segment, column)
				if k.Variance > 0 {
					r := rateOf(interval.Proportion{K: k, N: n})
					b.Gain = &r
				}
			}
			out = append(out, b)
		}
		if s.scored != "" {
			score = &Score{Kind: s.scored, Mean: meanOf(counts, s.scores)}
			if asked := at(all, plan.SurveyAsked, scope, segment, ""); s.asked && asked.Variance > 0 {
				r := rateOf(interval.Proportion{K: everything, N: asked})
				score.Rate = &r
			}
		}
		return out, score
	}
	weekly := func(scope scope, segment string) []Weekday {
		if w == nil || !s.hourly() {
			return []Weekday{}
		}
		return w.of(s.columns, func(of sums, column string) interval.Noisy { return at(of, s.counts, scope, segment, column) })
	}
	out.All, out.Score = bins(whole, "")
	out.Week = weekly(whole, "")
	for _, segment := range s.segments {
		b, score := bins(bySegment, segment)
		out.Segments = append(out.Segments, SortSegment{segment, b, score, weekly(bySegment, segment)})
	}
	return out
}

// successive are releases of a range by which coming back is told: those of periods whose
// period before was released too, and those of the periods before, which may lie before the
// range.
type successive struct{ before, after sums }

func successiveOf(j *joint, all, in []Release) successive {
	at := map[plan.Digest]map[plan.Date]*Release{}
	for i := range all {
		r := &all[i]
		if at[r.Record.Plan] == nil {
			at[r.Record.Plan] = map[plan.Date]*Release{}
		}
		at[r.Record.Plan][r.Period.Date] = r
	}
	out := successive{make(sums, len(j.places)), make(sums, len(j.places))}
	for i := range in {
		r := &in[i]
		if before := at[r.Record.Plan][r.Period.Date-plan.Date(r.Plan.Cadence.Days())]; before != nil {
			out.before.add(j, before)
			out.after.add(j, r)
		}
	}
	return out
}

// meanOf judges a mean of scores. Like an uplift it is never too wide: its interval says it.
func meanOf(counts []interval.Noisy, scores []float64) Rate {
	point, i := interval.Mean(counts, scores)
	r := Rate{Value: point, Low: i.Low, High: bound(i.High)}
	variance := 0.
	for _, c := range counts {
		variance += c.Variance
	}
	switch {
	case variance == 0:
		r.Hidden = Empty
	case !i.Enough:
		r.Hidden = Noise
	}
	return r
}
