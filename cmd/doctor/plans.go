package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
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
			h.paired(l, r, &p)
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

// paired looks whether a role still has what its pairing made for a plan that runs: a
// restored one has not, and devices go on reporting for nothing.
func (h *Host) paired(l *Lines, r role, p *operator.Plan) {
	dir := ""
	switch {
	case r.name == "leader" && h.config.Leader != nil:
		dir = h.config.Leader.VerifyKeys
	case r.name == "helper" && h.config.Helper != nil:
		dir = h.config.Helper.VerifyKeys
	}
	if dir == "" || p.VerifyKey == "" || !p.End.After(r.status.Now) {
		return
	}
	if _, err := os.Stat(filepath.Join(dir, "verify-"+p.VerifyKey+".key")); errors.Is(err, fs.ErrNotExist) {
		l.add(Fail, fmt.Sprintf("%s, plan %s of %s", r.name, p.Digest[:8], p.Site),
			"pair, build and sign a new plan with a higher serial: docs/operations.md, \"The next plan\"; devices turn to it with their next period",
			"its keys are not in %s: no period of it that has not ended can be released any more", dir)
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
