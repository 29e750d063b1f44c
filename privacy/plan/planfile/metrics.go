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
	kinds := map[string]plan.MetricKind{"exposed": plan.SlotExposed, "clicked": plan.SlotClicked, "converted": plan.SlotConverted}
	for i, s := range f.Slots {
		out = append(out, subject{s.Name, i, 0, kinds[verb], len(s.Variants)})
	}
	return out
}

const acceptedMetric = "audience, funnel, exposed: CAMPAIGN or SLOT, clicked: SLOT, converted: CAMPAIGN.GOAL or SLOT"

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
		if m.By == plan.BySegment {
			columns *= len(f.Segments)
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
		switch r.word(n, key, "audience", "funnel") {
		case 0:
			return plan.Metric{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1}, 1, true
		case 1:
			return r.funnelMetric(f, n, key, nil)
		}
		return m, 0, false
	}
	keys := r.mapping(n, key, []string{"exposed", "clicked", "converted", "funnel", "by", "most"}, nil)
	if keys == nil {
		return m, 0, false
	}
	what := slices.DeleteFunc([]string{"exposed", "clicked", "converted", "funnel"}, func(k string) bool { return keys[k] == nil })
	if len(what) != 1 {
		r.fail(n.at, key, acceptedMetric, "a metric counts one thing, not %d", len(what))
		return m, 0, false
	}
	if what[0] == "funnel" {
		if v := keys["funnel"]; v.kind != empty {
			r.wrong(v, key+".funnel", "nothing: `funnel:` beside `by: site`")
		}
		return r.funnelMetric(f, n, key, keys)
	}
	subjects := f.subjects(what[0])
	names := make([]string, len(subjects))
	for i, s := range subjects {
		names[i] = s.name
	}
	if len(names) == 0 {
		r.fail(keys[what[0]].at, join(key, what[0]), "a campaign or slot of the file", "the file has nothing that can be %s", what[0])
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
	if m.By == plan.SiteWide {
		m.Name += bySite
	}
	if v := keys["most"]; v != nil {
		limit := uint64(min(plan.MaxMost, s.columns))
		most, _ := r.integer(v, key+".most", fmt.Sprintf("a whole number from 1 to %d (at most 8, at most one for each arm or variant)", limit), 1, limit)
		m.Most = uint8(most)
	}
	return m, f.measured().Columns(m), true
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
