package doctor

import (
	"fmt"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// ending is how long before its last period ends a plan's successor should be begun:
// building, reading and signing it takes two people.
const ending = 14 * 24 * time.Hour

// plans looks at the plans that the leader hands out, and at those that an aggregator
// works with.
func (h *Host) plans(l *Lines) {
	if c := h.config.Leader; c != nil {
		if len(c.Plans) == 0 {
			l.add(Warn, "plans", "name the signed plan under leader.plans", "the services file names no plan: nothing is measured")
		}
		for _, path := range c.Plans {
			if _, err := service.ReadPlan(h.config, path); err != nil {
				l.add(Fail, "plan "+path, "make and sign it (docs/operations.md, \"The first plan\"), or name the right officer", "%v", err)
			}
		}
	}
	for _, r := range h.roles {
		if r.status == nil || r.status.Aggregator == nil {
			continue
		}
		last := map[string]time.Time{}
		for _, p := range r.status.Aggregator.Plans {
			if p.End.After(last[p.Site]) {
				last[p.Site] = p.End
			}
		}
		for site, end := range last {
			about := fmt.Sprintf("%s, plans of %s", r.name, site)
			const do = "build, read and sign the next one: docs/operations.md, \"The next plan\""
			switch left := end.Sub(r.status.Now); {
			case left <= 0:
				l.add(Fail, about, do, "the last one ended on %s: nothing is measured", moment(end))
			case left < ending:
				l.add(Warn, about, do, "the last one ends on %s, in %s", moment(end), span(left))
			default:
				l.add(OK, about, "", "the last one ends on %s", moment(end))
			}
		}
	}
}

// Clocks may be that far apart: above it somebody should look, and above refused the
// other side takes nothing, as periods close by its own clock.
const (
	apart   = time.Minute
	refused = 24 * time.Hour
)

// peers tells what the leader found at collector and helper.
func (h *Host) peers(l *Lines, met []service.Met) {
	for _, m := range met {
		about := "leader to " + m.Role
		const do = "set the clocks by NTP on both hosts"
		by := m.Apart.String()
		switch d := max(m.Apart, -m.Apart); {
		case m.Err != nil:
			l.add(Fail, about, "do what the text says, and see that the address can be reached from here", "%s: %s", m.URL, oneLine(m.Err.Error()))
		case d >= refused:
			l.add(Fail, about, do, "its clock is %s from this host's: devices refuse such a collector, and a helper closes periods on another day", by)
		case d >= apart:
			l.add(Warn, about, do, "its clock is %s from this host's: a period closes at either side when its own clock says so", by)
		default:
			l.add(OK, about, "", "%s answers; its clock is %s from this host's", m.URL, by)
		}
	}
}
