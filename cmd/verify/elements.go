package verify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// consent looks for whoever asks the visitor, where the plan has somebody asked.
func (v *verifier) consent(ctx context.Context, t *tag, p *plan.Plan) {
	const about = "consent"
	if mode, err := site.ParseConsent(t.consent); err == nil && mode != p.Consent {
		v.r.wrong(about, printTag, "the tag says %s and the signed plan %s", t.consent, modeOf(p.Consent))
		return
	}
	banner := len(v.page.banners) > 0
	if banner {
		v.elementScript(ctx, t, "consent", "--banner")
	}
	calls := banner || callsConsent(v.page.inline) || v.ownScript(ctx, t, callsConsent)
	switch {
	case p.Consent == plan.ConsentAsk && !calls:
		v.r.warn(about, "put <dunlin-consent> into the page (`dunlin snippet --banner` prints its script), or see that a script of yours calls dunlin.consent on a visitor's word",
			"the plan asks, and neither the page nor a script of its own host does: until somebody is asked nobody is measured")
	case p.Consent == plan.ConsentSite && !calls:
		v.r.warn(about, "see that your consent tool calls dunlin.consent on every page", "the site says who consents, and no script of its own host does: nobody is measured until one does")
	case p.Consent != plan.ConsentAsk && banner:
		v.r.warn(about, "take <dunlin-consent> away, or have the plan say consent: ask", "<dunlin-consent> asks in mode ask alone, and the plan says %s", modeOf(p.Consent))
	default:
		v.r.ok(about, "%s, in the tag as in the plan", t.consent)
	}
}

// callsConsent reports whether a script looks as if it told a visitor's word.
func callsConsent(script string) bool {
	return strings.Contains(script, "dunlin") && (strings.Contains(script, ".consent(") || strings.Contains(script, `"consent"`) || strings.Contains(script, `'consent'`))
}

// maxOwn bounds how many of the page's own scripts are read.
const maxOwn = 20

// ownScript reports whether one of the scripts of the page's host, Dunlin's aside, is what
// is looked for.
func (v *verifier) ownScript(ctx context.Context, t *tag, is func(string) bool) bool {
	read := 0
	for _, s := range v.page.scripts {
		at, err := v.page.base.Parse(s.attributes["src"])
		if !s.has("src") || err != nil || !sameOrigin(at, v.page.url) || at.Path == t.src.Path || named.MatchString(at.Path) {
			continue
		}
		if read++; read > maxOwn {
			return false
		}
		if a, err := v.fetch.get(ctx, at, true, maxFile); err == nil && a.status == 200 && is(string(a.body)) {
			return true
		}
	}
	return false
}

// elements holds the names on the page against the plan's.
func (v *verifier) elements(p *plan.Plan) {
	const about = "elements"
	faults := 0
	warn := func(fix, format string, args ...any) { faults++; v.r.warn(about, fix, format, args...) }
	look := func(kind string, found []element, names []string, optional bool) {
		for _, e := range found {
			name, said := e.attributes["name"]
			if !said && optional || slices.Contains(names, name) {
				continue
			}
			warn("write a name of the plan: "+cmp.Or(strings.Join(names, ", "), "it has none of the kind"), "<%s name=%q> is not in the plan: it shows its default", kind, quoted(name))
		}
	}
	slots, lists, surveys := []string{}, []string{}, []string{}
	for _, s := range p.Slots {
		slots = append(slots, s.Name)
	}
	for _, l := range p.Lists {
		lists = append(lists, l.Name)
	}
	for _, s := range p.Surveys {
		surveys = append(surveys, s.Name)
	}
	look("dunlin-slot", v.page.slots, slots, false)
	look("dunlin-list", v.page.lists, lists, false)
	look("dunlin-survey", v.page.surveys, surveys, true)
	for _, e := range v.page.slots {
		i := slices.Index(slots, e.attributes["name"])
		if i < 0 {
			continue
		}
		variants := []string{}
		for _, one := range p.Slots[i].Variants {
			variants = append(variants, one.Name)
		}
		for _, missing := range variants[1:] {
			if !slices.Contains(e.variants, missing) {
				warn(fmt.Sprintf("put <template data-variant=%q> into it", missing), "slot %s has no template for %s: whoever is to see it sees the default, and it is not counted", slots[i], missing)
			}
		}
		for _, there := range e.variants {
			if !slices.Contains(variants, there) {
				warn("write a variant of the plan: "+strings.Join(variants[1:], ", "), "slot %s has a template for %s, which the plan has not", slots[i], quoted(there))
			}
		}
	}
	if n := len(v.page.slots) + len(v.page.lists) + len(v.page.surveys); faults == 0 && n > 0 {
		v.r.ok(about, "%d of slots, lists and surveys, by the plan's names", n)
	}
}

// modeOf is a consent by the name that tags and plans give it.
func modeOf(c plan.Consent) string {
	for _, name := range []string{"ask", "site", "assumed"} {
		if mode, err := site.ParseConsent(name); err == nil && mode == c {
			return name
		}
	}
	return "nothing"
}
