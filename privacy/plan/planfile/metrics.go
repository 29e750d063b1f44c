package planfile

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// subject is something that a metric can count: its spelling in the file, and
// what it means in a plan.
type subject struct {
	name    string
	source  int
	goal    int
	kind    plan.MetricKind
	columns int
}

// subjects lists what each verb of a metric can be followed by.
func (f *File) subjects(verb string) (out []subject) {
	for i, c := range f.Campaigns {
		switch verb {
		case "exposed":
			out = append(out, subject{c.Name, i, 0, plan.CampaignExposed, len(c.Arms)})
		case "converted":
			for j, g := range c.Goals {
				out = append(out, subject{c.Name + "." + g.Name, i, j, plan.CampaignConverted, len(c.Arms)})
			}
		}
	}
	if kind, ok := map[string]plan.MetricKind{"exposed": plan.SlotExposed, "clicked": plan.SlotClicked, "converted": plan.SlotConverted}[verb]; ok {
		for i, s := range f.Slots {
			out = append(out, subject{s.Name, i, 0, kind, len(s.Variants)})
		}
	}
	for i, l := range f.Lists {
		switch verb {
		case "exposed", "clicked", "converted":
			kind := map[string]plan.MetricKind{"exposed": plan.ListExposed, "clicked": plan.ListClicked, "converted": plan.ListConverted}[verb]
			out = append(out, subject{l.Name, i, 0, kind, 1})
		case "items":
			if len(l.Items) > 0 {
				out = append(out, subject{l.Name, i, 0, plan.Items, len(l.Items)})
			}
		case "tried", "solved":
			if l.Learning && len(l.Items) > 0 {
				out = append(out, subject{l.Name, i, 0, map[string]plan.MetricKind{"tried": plan.Tried, "solved": plan.Solved}[verb], len(l.Items)})
			}
		}
	}
	if kind, ok := map[string]plan.MetricKind{"state": plan.State, "outcome": plan.Outcome}[verb]; ok {
		for i, d := range f.Predictions {
			out = append(out, subject{predictionWords[d.Kind-1], i, 0, kind, 1})
		}
	}
	if kind, ok := map[string]plan.MetricKind{"reached": plan.ReachShown, "answered": plan.ReachAnswered}[verb]; ok {
		for i := range f.Messages {
			out = append(out, subject{f.Messages[i].Name, i, 0, kind, f.Messages[i].Columns()})
		}
	}
	if kind, ok := map[string]plan.MetricKind{"dimension": plan.Sorted, "returned": plan.Returned}[verb]; ok {
		for i := range f.Dimensions {
			out = append(out, subject{f.Dimensions[i].Name, i, 0, kind, 1})
		}
	}
	if verb == "revenue" {
		for i := range f.Revenues {
			out = append(out, subject{f.Revenues[i].Name, i, 0, plan.Earned, 1})
		}
	}
	for i := range f.Surveys {
		switch s := &f.Surveys[i]; verb {
		case "asked":
			out = append(out, subject{s.Name, i, 0, plan.SurveyAsked, 1})
		case "answers":
			most := 1
			if s.Kind == plan.Multi {
				most = len(s.Answers)
			}
			out = append(out, subject{s.Name, i, 0, plan.SurveyAnswers, most})
		}
	}
	return out
}

// verbs are what a metric can say of a subject; whose are what they can be said of.
var verbs = []string{"exposed", "clicked", "converted", "items", "tried", "solved", "state", "outcome", "reached", "answered", "asked", "answers", "dimension", "returned", "revenue"}

var whose = map[string]string{
	"exposed": "a campaign, slot or list of the file", "clicked": "a slot or list of the file", "converted": "a campaign's goal, slot or list of the file",
	"items": "a list of the file with named items", "tried": "a list of the file with learning: true and named items", "solved": "a list of the file with learning: true and named items",
	"state": "a prediction of the file", "outcome": "a prediction of the file", "reached": "a message of the file", "answered": "a message of the file",
	"asked": "a survey of the file", "answers": "a survey of the file", "dimension": "a dimension of the file", "returned": "a dimension of the file", "revenue": "a revenue of the file",
}

const acceptedMetric = "audience, funnel, topics, next, last, acts, shared, exposed: CAMPAIGN, SLOT or LIST, clicked: SLOT or LIST, converted: CAMPAIGN.GOAL, SLOT or LIST, " +
	"items, tried or solved: LIST, state or outcome: PREDICTION, reached or answered: MESSAGE, asked or answers: SURVEY, dimension or returned: DIMENSION, revenue: REVENUE"

func (r *reader) metrics(f *File, n *node) {
	if n == nil {
		return
	}
	if n.kind != list_ {
		r.wrong(n, "metrics", "a list of at most 64 metrics")
		return
	}
	r.sized(n, "metrics", len(n.items), 0, plan.MaxMetrics, "metrics")
	first := map[string]int{}
	cells, weight := 1, 1
	for i, item := range n.items {
		key := "metrics[" + strconv.Itoa(i) + "]"
		m, columns, ok := r.metric(f, item, key)
		if !ok {
			continue
		}
		if line, twice := first[m.Name]; twice {
			r.fail(item.at, key, "each metric once", "%q stands twice, first in line %d", m.Name, line)
			continue
		}
		first[m.Name] = item.at.Line
		f.Metrics = append(f.Metrics, m)
		switch m.By {
		case plan.BySegment:
			columns *= len(f.Segments)
		case plan.ByTopic:
			columns *= len(f.Topics)
		}
		before := cells <= plan.MaxCells && weight <= plan.MaxWeight
		cells, weight = cells+columns, weight+int(m.Most)
		if before && cells > plan.MaxCells {
			r.fail(item.at, key, fmt.Sprintf("metrics with at most %d cells in all, the cell `present` counted", plan.MaxCells),
				"with this metric the measurement has %d cells; use by: site, or fewer segments, arms or metrics", cells)
		} else if before && weight > plan.MaxWeight {
			r.fail(item.at, key, fmt.Sprintf("metrics with at most %d ones in all, the one of `present` counted", plan.MaxWeight),
				"with this metric a measurement can have %d ones", weight)
		}
	}
}

// metric reads one metric and returns its columns for one segment.
func (r *reader) metric(f *File, n *node, key string) (m plan.Metric, columns int, ok bool) {
	if n.kind == scalar {
		switch i := r.word(n, key, plainMetrics...); i {
		case 0:
			return plan.Metric{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1}, 1, true
		case 1:
			return r.funnelMetric(f, n, key, nil)
		case 2, 3, 4:
			return r.topicMetric(f, n, key, plainMetrics[i], nil)
		case 5, 6:
			return r.socialMetric(f, n, key, plainMetrics[i], nil)
		}
		return m, 0, false
	}
	known := slices.Concat(verbs, plainMetrics[1:])
	keys := r.mapping(n, key, append(slices.Clone(known), "by", "most"), nil)
	if keys == nil {
		return m, 0, false
	}
	what := slices.DeleteFunc(known, func(k string) bool { return keys[k] == nil })
	if len(what) != 1 {
		r.fail(n.at, key, acceptedMetric, "a metric counts one thing, not %d", len(what))
		return m, 0, false
	}
	if slices.Contains(plainMetrics, what[0]) {
		if v := keys[what[0]]; v.kind != empty {
			r.wrong(v, join(key, what[0]), "nothing: `"+what[0]+":` beside `by: site` or `most: 2`")
		}
		if what[0] == "funnel" {
			return r.funnelMetric(f, n, key, keys)
		}
		if isSocial(what[0]) {
			return r.socialMetric(f, n, key, what[0], keys)
		}
		return r.topicMetric(f, n, key, what[0], keys)
	}
	subjects := f.subjects(what[0])
	names := make([]string, len(subjects))
	for i, s := range subjects {
		names[i] = s.name
	}
	if len(names) == 0 {
		r.fail(keys[what[0]].at, join(key, what[0]), whose[what[0]], "the file has nothing that can be %s", what[0])
		return m, 0, false
	}
	i := r.word(keys[what[0]], join(key, what[0]), names...)
	if i < 0 {
		return m, 0, false
	}
	s := subjects[i]
	m = plan.Metric{
		Name: what[0] + " " + s.name, Kind: s.kind, Most: 1,
		By: r.by(keys["by"], key), Source: uint8(s.source), Goal: uint8(s.goal),
	}
	if m.Kind == plan.State || m.Kind == plan.Outcome || m.Kind == plan.Returned {
		// Of bins there is one row for all: they are groups themselves.
		if v := keys["by"]; v != nil && m.By != plan.SiteWide {
			r.fail(v.at, key+".by", "site, or no by: bins are groups themselves", "bins by segment are not counted")
		}
		m.By = plan.SiteWide
	} else if m.By == plan.SiteWide {
		m.Name += bySite
	}
	if v := keys["most"]; v != nil {
		limit := uint64(min(plan.MaxMost, s.columns))
		most, _ := r.integer(v, key+".most", fmt.Sprintf("a whole number from 1 to %d (at most 8, at most one for each arm or variant)", limit), 1, limit)
		m.Most = uint8(most)
	}
	return m, f.measured().Columns(m), true
}

// plainMetrics are those that need no subject.
var plainMetrics = []string{"audience", "funnel", "topics", "next", "last", "acts", "shared"}

// topicMetric reads a metric of what views are about.
func (r *reader) topicMetric(f *File, n *node, key, name string, keys map[string]*node) (m plan.Metric, columns int, ok bool) {
	least := 1
	m = plan.Metric{Name: name, Kind: plan.Topics, Most: 1}
	limit := uint64(min(plan.MaxMost, len(f.Topics)))
	switch name {
	case "topics":
		if m.By = r.by(keys["by"], key); m.By == plan.SiteWide {
			m.Name += bySite
		}
	case "next":
		m.Kind, m.By, least, limit = plan.Next, plan.ByTopic, 2, plan.MaxMost
	case "last":
		m.Kind, m.By, limit = plan.Last, plan.SiteWide, 1
	}
	if len(f.Topics) < least {
		r.fail(n.at, key, "topics under topics", "the file lists %d topics, this metric needs %d", len(f.Topics), least)
		return m, 0, false
	}
	if v := keys["by"]; v != nil && name != "topics" {
		r.fail(v.at, key+".by", "no by: it is counted for the whole site", "%s has no breakdown", name)
	}
	if v := keys["most"]; v != nil {
		most, _ := r.integer(v, key+".most", fmt.Sprintf("a whole number from 1 to %d", limit), 1, limit)
		m.Most = uint8(most)
	}
	return m, len(f.Topics), true
}

// bySite ends the name of a site-wide metric, so that the same thing can be
// counted by segment as well.
const bySite = " by site"

func (r *reader) funnelMetric(f *File, n *node, key string, keys map[string]*node) (m plan.Metric, columns int, ok bool) {
	if f.Stages == nil {
		r.fail(n.at, key, "funnel only with the key funnel and its stages", "the file has no funnel")
		return m, 0, false
	}
	m = plan.Metric{Name: "funnel", Kind: plan.Funnel, By: r.by(keys["by"], key), Most: 1}
	if m.By == plan.SiteWide {
		m.Name += bySite
	}
	if v := keys["most"]; v != nil {
		r.integer(v, key+".most", "1: a device is at one stage", 1, 1)
	}
	return m, len(f.Stages), true
}

func (r *reader) by(n *node, key string) plan.By {
	if n == nil {
		return plan.BySegment
	}
	return plan.By(1 + r.word(n, key+".by", "segment", "site"))
}
