package verify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Clocks may be that far apart. Above apart somebody should look, as a period closes by
// the collector's clock and is begun by the device's; above astray too much of each period
// is lost; above refused devices take no such collector (edge.Device.Report).
const (
	apart   = time.Minute
	astray  = time.Hour
	refused = 24 * time.Hour
)

// soon is how long before its end a plan's end is told.
const soon = 14 * 24 * time.Hour

const nextPlan = "build, sign and publish the next plan: docs/operations.md, \"The next plan\""

// problem returns the collector's own word of why it refused.
func (a *answer) problem() (p collector.Problem, ok bool) {
	const urn = "urn:dunlin:problem:"
	if a.mediaType() != "application/problem+json" || len(a.body) > maxCause || json.Unmarshal(a.body, &p) != nil {
		return p, false
	}
	p.Title, p.Detail = quoted(p.Title), quoted(p.Detail)
	return p, strings.HasPrefix(p.Type, urn)
}

// reason is the collector's reason for a refusal; empty if somebody else answered.
func (a *answer) reason() collector.Reason {
	p, ok := a.problem()
	if !ok {
		return ""
	}
	return collector.Reason(strings.TrimPrefix(p.Type, "urn:dunlin:problem:"))
}

// plan fetches the plan in force and holds it against the tag. nil: there is none that
// devices would use.
func (v *verifier) plan(ctx context.Context, t *tag) *published {
	at := v.api(t, "/plan")
	if t.site != "" {
		at.RawQuery = url.Values{"site": {t.site}}.Encode()
	}
	a, err := v.ask(ctx, at)
	if err != nil {
		v.r.wrong("plan", v.handOn(t), "%s: %s", at, quoted(err.Error()))
		return nil
	}
	if a.status != http.StatusOK {
		v.r.wrong("plan", v.planFix(a, t), "%s: %s", at, a.why())
		return nil
	}
	officer, err := planfile.ParseOfficer(t.officer)
	if err != nil {
		return nil // told at the tag
	}
	signed, err := planfile.Verify(a.body, officer)
	if err != nil {
		v.r.wrong("plan", printTag+", or have the plan signed by the officer whose key the tag names", "it is not signed by the key in the tag: %s", quoted(err.Error()))
		return nil
	}
	decoded, err := plan.Decode(signed)
	if err != nil {
		v.r.wrong("plan", "build the plan again with this version and have it signed", "%s", quoted(err.Error()))
		return nil
	}
	p := &published{Plan: decoded, bytes: signed}
	if date, ok := a.date(); ok {
		p.date = date
	}
	cached := a.cached()
	// Browsers keep it in no case, by the script's own word; these keep others from it too.
	if control := a.header.Get("Cache-Control"); !strings.Contains(control, "no-store") && !strings.Contains(control, "no-cache") && !strings.Contains(control, "private") {
		cached = cmp.Or(cached, "Cache-Control: "+cmp.Or(quoted(control), "none"))
	}
	if cached != "" {
		v.r.wrong("plan", "have no cache keep "+at.Path+", and hand the collector's Cache-Control: no-store on", "a cache may keep it (%s): devices would go on with one that is over, by a clock that stands still", cached)
	}
	now := plan.Time(v.now(t).Unix())
	period, ok := p.PeriodAt(now)
	last := p.Periods[len(p.Periods)-1]
	switch {
	case now >= p.Expires || now >= last.End:
		v.r.wrong("plan", nextPlan, "the plan that is served was over on %s", day(min(p.Expires, last.End)))
		return nil
	case !ok:
		v.r.wrong("plan", "wait, or "+nextPlan, "its first period begins on %s", day(p.Periods[0].Start))
		return nil
	}
	p.period = period
	if host := v.page.url.Hostname(); !loopback(v.page.url) && host != p.Site && !strings.HasSuffix(host, "."+p.Site) {
		v.r.warn("plan", "name the site in the tag: data-dunlin-site (`dunlin snippet --site`)", "it is of the site %s, and the page's host is %s", p.Site, host)
	}
	left := time.Duration(min(p.Expires, last.End)-now) * time.Second
	if left < soon {
		v.r.warn("plan", nextPlan, "serial %d of %s, signed, in force; it ends on %s, in %s", p.Serial, p.Site, day(min(p.Expires, last.End)), span(left))
	} else {
		v.r.ok("plan", "serial %d of %s, signed by the tag's officer, in force until %s", p.Serial, p.Site, day(min(p.Expires, last.End)))
	}
	v.clocks(a, t)
	v.priors(ctx, t, a, p)
	return p
}

func (v *verifier) planFix(a *answer, t *tag) string {
	switch a.reason() {
	case collector.PlanUnknown:
		return nextPlan + "; where a collector serves several sites, data-dunlin-site in the tag names one"
	case collector.Malformed:
		return "name the site in the tag: `dunlin snippet --site NAME`"
	case "":
		return v.handOn(t)
	}
	return "do what the collector says"
}

// now is a device's clock on this page.
func (v *verifier) now(t *tag) time.Time { return v.o.Now().Add(t.clock) }

// clocks holds the collector's clock against this machine's.
func (v *verifier) clocks(a *answer, t *tag) {
	ahead, ok := a.ahead()
	if !ok {
		v.r.wrong("clock", "hand the collector's header Date on (nginx: proxy_pass_header Date)", "the plan's answer has no Date: devices report nothing to a collector whose clock they do not know")
		return
	}
	ahead -= t.clock
	by, which := span(ahead), "ahead of"
	if ahead < 0 {
		which = "behind"
	}
	const fix = "set the clock of the collector's host by NTP; if it is right, this machine's"
	switch d := max(ahead, -ahead); {
	case d >= refused:
		v.r.wrong("clock", fix, "the collector's clock is %s %s this machine's: devices refuse such a collector", by, which)
	case d >= astray:
		v.r.wrong("clock", fix, "the collector's clock is %s %s this machine's: what is sent in that part of each period is refused", by, which)
	case d >= apart:
		v.r.warn("clock", fix, "the collector's clock is %s %s this machine's: what is sent in that part of each period is refused", by, which)
	default:
		v.r.ok("clock", "the collector's is within a minute of this machine's")
	}
}

// priors fetches everyone's priors, if the plan has some.
func (v *verifier) priors(ctx context.Context, t *tag, from *answer, p *published) {
	digest := from.header.Get("Dunlin-Priors")
	if digest == "" {
		if len(p.Slots)+len(p.Campaigns) > 0 {
			v.r.ok("priors", "none yet: devices choose by what they know themselves; the first release brings some")
		}
		return
	}
	at := v.api(t, "/priors/"+url.PathEscape(digest))
	const fix = "see `dunlin doctor` on the collector's host: the leader publishes them again by itself at its next step"
	a, err := v.ask(ctx, at)
	switch {
	case err != nil:
		v.r.warn("priors", fix, "%s: %s", at, quoted(err.Error()))
	case a.status != http.StatusOK:
		v.r.warn("priors", fix, "%s: %s", at, a.why())
	case plan.Digest(sha256.Sum256(a.body)).String() != digest:
		v.r.warn("priors", fix, "%s has other bytes than its name says: devices choose without them", at)
	default:
		var d edge.Device
		if err := errors.Join(d.UsePlan(p.bytes), d.UsePriors(a.body)); err != nil {
			v.r.warn("priors", fix, "devices choose without them: %s", quoted(err.Error()))
			return
		}
		v.r.ok("priors", "%d bytes, of this plan", len(a.body))
	}
}

func day(t plan.Time) string { return time.Unix(int64(t), 0).UTC().Format("2006-01-02 15:04 UTC") }

// span writes a length of time roughly.
func span(d time.Duration) string {
	d = max(d, -d)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d.Round(time.Minute) < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Round(time.Minute).Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Round(time.Hour).Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
