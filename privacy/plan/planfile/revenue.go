package planfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func (r *reader) revenues(f *File, n *node) {
	for _, e := range r.entries(n, "revenues", "revenues", plan.MaxRevenues) {
		key := join("revenues", e.name)
		r.named(e.at, key, e.name)
		keys := r.mapping(e.value, key, []string{"of", "grid"}, []string{"grid"})
		if keys == nil {
			continue
		}
		one := plan.Revenue{Name: e.name, Grid: r.grid(keys["grid"], join(key, "grid"))}
		if of := keys["of"]; of != nil {
			var earners []plan.Revenue
			var words []string
			for _, s := range f.subjects("exposed") {
				earner := map[plan.MetricKind]plan.Earner{plan.CampaignExposed: plan.OfCampaign, plan.SlotExposed: plan.OfSlot, plan.ListExposed: plan.OfList}[s.kind]
				earners, words = append(earners, plan.Revenue{Of: earner, Source: uint8(s.source)}), append(words, s.name)
			}
			if len(words) == 0 {
				r.fail(of.at, join(key, "of"), "a campaign, slot or list of the file; or no of, for all orders", "the file has none")
				continue
			}
			i := r.word(of, join(key, "of"), words...)
			if i < 0 {
				continue
			}
			one.Of, one.Source = earners[i].Of, earners[i].Source
		}
		if columns := f.measured().Arms(&one) * len(one.Grid); columns > plan.MaxColumns {
			r.fail(e.at, key, fmt.Sprintf("arms (the holdout's too) times points of the grid at most %d", plan.MaxColumns), "%d are too many: use a coarser grid", columns)
		}
		f.Revenues = append(f.Revenues, one)
	}
}

// grid reads ascending values of the site's currency as minor units.
func (r *reader) grid(n *node, key string) (out []uint32) {
	accepted := fmt.Sprintf("a list of 1 to %d ascending values such as 20 or 49.90, above 0 and at most %d", plan.MaxGrid, int(plan.MaxPoint/100))
	if n.kind != list_ {
		r.wrong(n, key, accepted)
		return nil
	}
	r.sized(n, key, len(n.items), 1, plan.MaxGrid, "points")
	for i, item := range n.items {
		path := fmt.Sprintf("%s[%d]", key, i)
		v, ok := r.number(item, path, accepted, func(v float64) bool {
			minor := math.Round(v * 100)
			return minor >= 1 && minor <= plan.MaxPoint && math.Abs(v*100-minor) < 1e-6 && (len(out) == 0 || minor > float64(out[len(out)-1]))
		})
		if ok {
			out = append(out, uint32(math.Round(v*100)))
		}
	}
	return out
}

// socialMetric reads a metric of social acts.
func (r *reader) socialMetric(f *File, n *node, key, name string, keys map[string]*node) (m plan.Metric, columns int, ok bool) {
	m = plan.Metric{Name: name, Kind: plan.SocialActs, By: plan.BySegment, Most: 1}
	columns = plan.Acts
	words := []string{"segment", "site", "topic"}
	if name == "shared" {
		m.Kind, columns, words = plan.SharedTo, len(f.Networks), words[:2]
		if columns == 0 {
			r.fail(n.at, key, "networks under networks", "the file lists no network")
			return m, 0, false
		}
	}
	if v := keys["by"]; v != nil {
		m.By = plan.By(1 + r.word(v, key+".by", words...))
	}
	limit := uint64(min(plan.MaxMost, columns))
	switch m.By {
	case plan.SiteWide:
		m.Name += bySite
	case plan.ByTopic:
		m.Name += " by topic"
		limit = plan.MaxMost
		if len(f.Topics) == 0 || len(f.Topics) > plan.MaxActTopics {
			r.fail(n.at, key, fmt.Sprintf("1 to %d topics under topics", plan.MaxActTopics), "acts by topic with %d topics", len(f.Topics))
			return m, 0, false
		}
	}
	if v := keys["most"]; v != nil {
		most, _ := r.integer(v, key+".most", fmt.Sprintf("a whole number from 1 to %d", limit), 1, limit)
		m.Most = uint8(most)
	}
	return m, columns, true
}

func (s *shower) revenues() {
	for i := range s.Revenues {
		r := &s.Revenues[i]
		of := "all orders of a period"
		if r.Of != plan.OfSite {
			of = "orders after " + strconv.Quote(s.Earner(r))
		}
		var points []string
		for _, p := range r.Grid {
			points = append(points, plan.Money(p))
		}
		s.line("revenue", "%s: %s, on %s", strconv.Quote(r.Name), of, strings.Join(points, ", "))
	}
}

var socialMetrics = []string{"acts", "shared"}

func isSocial(name string) bool { return slices.Contains(socialMetrics, name) }
