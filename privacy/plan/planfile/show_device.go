package planfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// rule writes a rule of the plan.
func (s *shower) rule(code plan.Rule) string { return plain(formatIn(code, scopeOf(s.Plan, false))) }

func (s *shower) promotion(c *plan.Campaign) {
	o := &c.Promotion
	if len(o.When) > 0 {
		s.line("  for", "%s", s.rule(o.When))
	}
	for i, rule := range o.Ladder {
		if len(rule) > 0 {
			s.line("  ladder", "%s: %s", strconv.Quote(c.Arms[i]), s.rule(rule))
		}
	}
	if o.Cap > 0 {
		s.line("  cap", "%s in 30 days", count(int(o.Cap), "showing"))
	}
	if o.Rest > 0 {
		s.line("  rest", "%s between two showings", hours(o.Rest))
	}
	if o.Group > 0 {
		s.line("  group", "%d: one campaign of it in a period", o.Group)
	}
	if o.Holdout > 0 {
		s.line("  holdout", "%s of devices never see it", percentText(o.Holdout))
	}
}

// widened writes what format 3 has.
func (s *shower) widened() {
	for _, l := range []struct {
		label string
		names []string
	}{{"networks", s.Networks}, {"payments", s.Payments}, {"pages", s.Pages}, {"skills", s.Skills}, {"channels", s.Channels}} {
		if len(l.names) > 0 {
			s.line(l.label, "%s", quoted(l.names))
		}
	}
	for i := range s.Predictions {
		d := &s.Predictions[i]
		within := ""
		if d.Kind == plan.LapseRisk {
			within = fmt.Sprintf(", of staying away for more than %s", count(int(d.Within), "period"))
		}
		s.line("prediction", "%s%s", predictionWords[d.Kind-1], within)
		for k, bin := range d.Bins {
			s.line("  bin", "%d. %s: %s", k+1, strconv.Quote(bin.Name), plain(formatIn(bin.Rule, scopeOf(s.Plan, true))))
		}
	}
	for i := range s.Lists {
		l := &s.Lists[i]
		note := ""
		if l.Learning {
			note = ", exercises"
		}
		if l.PerTopic > 0 {
			note += fmt.Sprintf(", at most %d of a topic", l.PerTopic)
		}
		s.line("list", "%s: %s%s, diversity %s; reached by %s, worth %g", strconv.Quote(l.Name), count(int(l.Size), "item"), note, percentText(l.Diversity), s.event(l.Goal), l.Reward)
		if len(l.Items) > 0 {
			s.line("  items", "%s", quoted(l.Items))
		}
	}
	for i := range s.Surveys {
		v := &s.Surveys[i]
		notes := []string{surveyWords[v.Kind-1]}
		if v.Exit {
			notes = append(notes, "at leaving")
		}
		if v.Stage > 0 {
			notes = append(notes, "from stage "+strconv.Quote(s.Stages[v.Stage-1].Name)+" on")
		}
		if len(v.When) > 0 {
			notes = append(notes, "of "+s.rule(v.When))
		}
		for k := range s.Segments {
			if v.Segments>>k&1 == 1 {
				notes = append(notes, "of "+strconv.Quote(s.Segments[k].Name))
			}
		}
		if v.Every > 0 {
			notes = append(notes, hours(v.Every)+" between two askings")
		}
		if v.Cap > 0 {
			notes = append(notes, count(int(v.Cap), "asking")+" in all")
		}
		s.line("survey", "%s: %s", strconv.Quote(v.Name), strings.Join(notes, ", "))
		if len(v.Answers) > 0 {
			s.line("  answers", "%s", quoted(v.Answers))
		}
	}
	for i := range s.Messages {
		m := &s.Messages[i]
		var channels []string
		for c := range m.Columns() {
			channels = append(channels, s.Channels[m.Channel(c)])
		}
		s.line("message", "%s by %s; reached by %s", strconv.Quote(m.Name), quoted(channels), s.event(m.Goal))
		if len(m.When) > 0 {
			s.line("  for", "%s", s.rule(m.When))
		}
		if m.QuietFrom != m.QuietTo {
			s.line("  quiet", "from %d to %d o'clock of the visitor's own day", m.QuietFrom, m.QuietTo)
		}
		if m.Cap > 0 {
			s.line("  cap", "%s in %s", count(int(m.Cap), "showing"), hours(m.Every))
		}
	}
	for i := range s.Dimensions {
		d := &s.Dimensions[i]
		when := "at a period's first activity"
		if d.At == plan.AtEnd {
			when = "at a period's last activity"
		}
		s.line("dimension", "%s, %s; returned within %s", strconv.Quote(d.Name), when, count(int(d.Within), "period"))
		for k, bin := range d.Bins {
			s.line("  bin", "%d. %s: %s", k+1, strconv.Quote(bin.Name), plain(formatIn(bin.Rule, dimensionScope(s.Plan))))
		}
	}
	s.revenues()
}
