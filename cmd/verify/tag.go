package verify

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// tag is the script's, read as the script reads it (web/sdk/src/tag.ts).
type tag struct {
	element
	src     *url.URL // absolute
	folder  *url.URL // of src, ends in "/"
	api     string
	site    string
	officer string
	consent string
	clock   time.Duration // by which the device's clock is ahead; 0 but on loopback
}

// attributes that the script reads from its tag.
var attributes = []string{"officer", "consent", "site", "api", "clock", "search"}

const printTag = "print the tag with `dunlin snippet` and put it into <head> as it is"

// findTag looks for the script's tag and says what is wrong with it. nil: without it
// nothing else can be looked at.
func (v *verifier) findTag() *tag {
	var found []element
	for _, s := range v.page.scripts {
		if s.has("data-dunlin-officer") || s.has("data-dunlin-consent") || strings.HasSuffix(pathOf(s.attributes["src"]), "/"+collector.LoaderFile) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		if strings.Contains(v.page.inline, "dunlin-officer1") {
			v.r.wrong("tag", printTag, "an inline script names it and the page's HTML does not hold it: what a script adds comes after the slots")
		} else {
			v.r.wrong("tag", printTag, "the page has no script tag of Dunlin")
		}
		return nil
	}
	if len(found) > 1 {
		v.r.warn("tag", "leave one of them", "the page has %d script tags of Dunlin: the first runs, the others do nothing", len(found))
	}
	t := v.readTag(found[0])
	if t == nil {
		return nil
	}
	if faults := v.judgeTag(t); faults == 0 {
		v.r.ok("tag", "%s, consent %s", t.src.EscapedPath(), t.consent)
	}
	return t
}

func pathOf(src string) string {
	path, _, _ := strings.Cut(src, "?")
	path, _, _ = strings.Cut(path, "#")
	return "/" + strings.TrimPrefix(path, "/")
}

func (v *verifier) readTag(e element) *tag {
	src := e.attributes["src"]
	at, err := v.page.base.Parse(src)
	if err != nil || src == "" {
		v.r.wrong("tag", printTag, "its src, %q, is no address", quoted(src))
		return nil
	}
	t := &tag{element: e, src: at}
	t.folder = at.ResolveReference(&url.URL{Path: "./"})
	t.api = cmp.Or(e.attributes["data-dunlin-api"], collector.DefaultPaths.API)
	t.site, t.officer, t.consent = e.attributes["data-dunlin-site"], e.attributes["data-dunlin-officer"], e.attributes["data-dunlin-consent"]
	if s, err := strconv.ParseFloat(e.attributes["data-dunlin-clock"], 64); err == nil && loopback(v.page.url) {
		t.clock = time.Duration(s * float64(time.Second))
	}
	return t
}

// judgeTag looks at the attributes and the place, and returns how many faults it told.
func (v *verifier) judgeTag(t *tag) (faults int) {
	wrong := func(fix, format string, args ...any) { faults++; v.r.wrong("tag", fix, format, args...) }
	warn := func(fix, format string, args ...any) { faults++; v.r.warn("tag", fix, format, args...) }
	switch kind := strings.ToLower(strings.TrimSpace(t.attributes["type"])); kind {
	case "", "text/javascript", "application/javascript":
	case "module":
		wrong("remove type=\"module\"", "type is module: it runs after the slots were drawn")
	default:
		wrong("remove the type; a consent tool decides by data-dunlin-consent=\"site\" and a call of dunlin.consent (docs/embed.md)",
			"type is %q: browsers do not run it", quoted(kind))
	}
	for _, late := range []string{"async", "defer"} {
		if t.has(late) {
			warn("remove "+late, "%s: slots in view stay as they are until the next page", late)
		}
	}
	if !t.head {
		warn("move it into <head>", "it stands in the body: slots before it stay as they are")
	} else if len(v.page.slots) > 0 && v.page.slots[0].order < t.order {
		warn("move it before the first <dunlin-slot>", "it stands behind a slot")
	}
	for name := range t.attributes {
		short, ours := strings.CutPrefix(name, "data-dunlin-")
		if ours && !slices.Contains(attributes, short) {
			warn("remove it, or write one of data-dunlin-"+strings.Join(attributes, ", data-dunlin-"), "%s is not an attribute of the tag", quoted(name))
		}
	}
	if _, err := planfile.ParseOfficer(t.officer); err != nil {
		wrong(printTag, "data-dunlin-officer is %q and no officer's key: nothing runs", quoted(t.officer))
	}
	if _, err := site.ParseConsent(t.consent); err != nil {
		wrong("write data-dunlin-consent=\"ask\", \"site\" or \"assumed\", as the plan says", "data-dunlin-consent is %q: nothing runs", quoted(t.consent))
	}
	if t.has("data-dunlin-clock") && !loopback(v.page.url) {
		warn("remove data-dunlin-clock", "data-dunlin-clock is heeded on localhost alone")
	}
	return faults
}
