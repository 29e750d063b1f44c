package planfile

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// deviation is the standard deviation of a released cell: two noises of
// variance sigma2.
func deviation(sigma2 uint64) float64 { return math.Sqrt(2 * float64(sigma2)) }

// Show writes in plain words what published plan bytes hold: for the officer
// who is to sign them, from the bytes alone. Epsilons are for delta 1e-6, which
// is the largest that a file may ask for and stands in no plan.
//
// Errors: those of plan.Decode, and w's.
func Show(w io.Writer, published []byte) error {
	p, err := plan.Decode(published)
	if err != nil {
		return fmt.Errorf("read the plan: %w", err)
	}
	s := shower{Plan: p}
	s.head(plan.DigestOf(published))
	s.groups()
	s.WriteString("\n")
	if err := reportOf(p, defaultDelta).WriteText(&s); err != nil {
		return err
	}
	_, err = io.WriteString(w, s.String())
	return err
}

type shower struct {
	*plan.Plan
	strings.Builder
}

func (s *shower) line(label, format string, args ...any) {
	fmt.Fprintf(s, "%-14s%s\n", label, fmt.Sprintf(format, args...))
}

func (s *shower) head(d plan.Digest) {
	first, last := s.Periods[0], s.Periods[len(s.Periods)-1]
	s.line("plan", "%s", d)
	s.line("site", "%s", plain(s.Site))
	s.line("serial", "%d", s.Serial)
	s.line("issued", "%s", instant(s.Issued))
	s.line("expires", "%s", instant(s.Expires))
	s.line("periods", "%s of %s, local midnights of %s", count(len(s.Periods), "period"), count(s.Cadence.Days(), "day"), plain(s.TimeZone))
	s.line("  first", "%s: %s to %s", first.Date, instant(first.Start), instant(first.End))
	s.line("  last", "%s: %s to %s", last.Date, instant(last.Start), instant(last.End))
	s.line("consent", "%s", map[plan.Consent]string{
		plan.ConsentAsk:     "Dunlin asks the visitor",
		plan.ConsentSite:    "the site obtains it and tells Dunlin",
		plan.ConsentAssumed: "the site declares that it needs none",
	}[s.Consent])
	s.line("attribution", "%s after the last exposure", hours(s.Attribution))
	s.line("leader", "%s", plain(s.Leader.Key))
	s.line("helper", "%s", plain(s.Helper.Key))
	s.line("verify key", "committed to by %s", s.VerifyKey)
}

func (s *shower) groups() {
	if len(s.Topics) > 0 {
		s.line("topics", "%s", quoted(s.Topics))
	}
	if len(s.Events) > 0 {
		s.line("events", "view, click, cart, order, %s", quoted(s.Events))
	}
	for _, a := range s.Attributes {
		switch a.Type {
		case plan.Flag:
			s.line("attribute", "%s: true or false", plain(a.Name))
		case plan.Number:
			s.line("attribute", "%s: a number from %g to %g", plain(a.Name), a.Min, a.Max)
		case plan.Choice:
			s.line("attribute", "%s: one of %s", plain(a.Name), quoted(a.Values))
		}
	}
	for i, g := range s.Segments {
		s.line("segment", "%d. %s: %s", i+1, strconv.Quote(g.Name), plain(formatIn(g.Rule, scopeOf(s.Plan, false))))
	}
	for i, g := range s.Stages {
		s.line("funnel", "%d. %s: reached by %s", i+1, strconv.Quote(g.Name), s.event(g.On))
	}
	for _, c := range s.Campaigns {
		mode := "the site gives the arm"
		if c.Mode == plan.Chosen {
			mode = "the device chooses the arm"
		}
		s.line("campaign", "%s: %s among %s", strconv.Quote(c.Name), mode, quoted(c.Arms))
		for _, g := range c.Goals {
			s.line("  goal", "%s: reached by %s", strconv.Quote(g.Name), s.event(g.On))
		}
		s.promotion(&c)
	}
	for _, c := range s.Slots {
		s.line("slot", "%s: reached by %s, worth %g", strconv.Quote(c.Name), s.event(c.Goal), c.Reward)
		for i, v := range c.Variants {
			var topics []string
			for _, t := range v.Topics {
				topics = append(topics, s.Topics[t])
			}
			note := ""
			if i == 0 {
				note = ", the default"
			}
			if len(topics) > 0 {
				note += ", about " + quoted(topics)
			}
			if v.Cost > 0 {
				note += fmt.Sprintf(", costs %g", v.Cost)
			}
			s.line("  variant", "%s%s", strconv.Quote(v.Name), note)
		}
		if c.Sticky != plan.StickVisit {
			s.line("  sticky", "what was shown stands for %s", map[plan.Sticky]string{plan.StickPeriod: "the period", plan.StickAlways: "good"}[c.Sticky])
		}
	}
	s.widened()
}

func (s *shower) event(t plan.Trigger) string {
	if t.Kind == plan.Custom {
		return strconv.Quote(eventName(s.Plan, t))
	}
	return eventName(s.Plan, t)
}

func eventName(p *plan.Plan, t plan.Trigger) string {
	if t.Kind == plan.Custom {
		return p.Events[t.Event]
	}
	return builtinEvents[slices.Index(builtinKinds, t.Kind)]
}

// plain writes a text as it is, unless it holds something that a terminal or a
// reader would take for something else.
func plain(text string) string {
	if q := strconv.Quote(text); q != `"`+text+`"` && !strings.Contains(text, `"`) || strings.ContainsFunc(text, forbidden) {
		return q
	}
	return text
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return strings.Join(out, ", ")
}

func instant(t plan.Time) string { return time.Unix(int64(t), 0).UTC().Format("2006-01-02 15:04:05Z") }

func hours(seconds uint32) string {
	switch {
	case seconds%plan.Day == 0:
		return count(int(seconds/plan.Day), "day")
	case seconds%plan.Hour == 0:
		return count(int(seconds/plan.Hour), "hour")
	}
	return count(int(seconds), "second")
}
