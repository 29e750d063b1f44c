package console

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// mostFragment is the longest fragment of a saved view, in bytes.
const mostFragment = 2 << 10

// What the dashboard's address may say (web/dashboard/src/location.ts, to which a test
// holds this).
var (
	placeViews   = []string{"overview", "answers", "audience", "funnel", "slots", "loop", "spending", "sorts", "privacy", "notes"}
	placePresets = []string{"last", "before", "month", "last-month", "year", "12-months", "all"}
	placeWords   = map[string]func(string) bool{
		"from": isDate, "to": isDate, "dates": oneOf(placePresets), "days": isDays, "compare": oneOf([]string{"previous", "year"}), "grain": oneOf([]string{"week", "month"}),
		"lang": oneOf([]string{"en", "zh"}), "interval": oneOf([]string{"noise", "both"}), "site": isName, "segment": isThing, "slot": isThing, "detail": isThing, "value": isThing, "cost": isCost,
	}
	fragment = regexp.MustCompile(`^#/([a-z-]+)(?:\?([!-~]+))?$`)
)

func oneOf(words []string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, s) }
}

func isDate(s string) bool  { _, err := plan.ParseDate(s); return err == nil }
func isThing(s string) bool { return isLine(s) && len(s) <= mostThing }
func isCost(s string) bool  { _, err := costsOf([]string{s}); return err == nil }

func isDays(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 3660 && strconv.Itoa(n) == s
}

// place is what a fragment of the dashboard says.
type place struct {
	view string
	said url.Values
}

// parsePlace reads a fragment as #/slots?days=90. The dashboard takes what it does not know
// as if it were not there; what is saved here it must know, all of it.
func parsePlace(s string) (place, error) {
	if len(s) > mostFragment {
		return place{}, malformed("the fragment has %d bytes: at most %d are taken", len(s), mostFragment)
	}
	parts := fragment.FindStringSubmatch(s)
	if parts == nil || !slices.Contains(placeViews, parts[1]) {
		return place{}, malformed("the fragment is #/VIEW?…, percent-encoded, with VIEW one of %s; not %.80q", strings.Join(placeViews, ", "), s)
	}
	said, err := url.ParseQuery(parts[2])
	if err != nil {
		return place{}, malformed("the fragment's part after the ? is none of an address: %.80q", parts[2])
	}
	for name, values := range said {
		is, known := placeWords[name]
		if !known {
			return place{}, malformed("the fragment says %.40q, which the dashboard does not know", name)
		}
		if len(values) > 1 && name != "cost" || len(values) > mostCosts {
			return place{}, malformed("the fragment says %s too often", name)
		}
		for _, v := range values {
			if !is(v) {
				return place{}, malformed("the fragment's %s is none: %.80q", name, v)
			}
		}
	}
	spans := 0
	for _, name := range []string{"from", "dates", "days"} {
		if said.Has(name) {
			spans++
		}
	}
	if spans > 1 || said.Has("from") != said.Has("to") || said.Get("from") > said.Get("to") {
		return place{}, malformed("the fragment's dates are from and to, in this order, or dates, or days")
	}
	return place{parts[1], said}, nil
}

// dates are those that the place shows, of a site whose releases are from first to last.
func (p *place) dates(first, last plan.Date) (from, to plan.Date) {
	if p.said.Has("from") {
		from, _ = plan.ParseDate(p.said.Get("from"))
		to, _ = plan.ParseDate(p.said.Get("to"))
		return from, to
	}
	at := func(change func(y int, m time.Month) time.Time) plan.Date {
		t, _ := time.Parse(time.DateOnly, last.String())
		d, _ := plan.ParseDate(change(t.Year(), t.Month()).Format(time.DateOnly))
		return d
	}
	firstOf := func(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }
	from, to = last, last
	switch p.said.Get("dates") {
	case "last":
	case "before":
		from, to = last-1, last-1
	case "month":
		from = at(firstOf)
	case "last-month":
		from = at(func(y int, m time.Month) time.Time { return firstOf(y, m-1) })
		to = at(firstOf) - 1
	case "year":
		from = at(func(y int, _ time.Month) time.Time { return firstOf(y, time.January) })
	case "12-months":
		from = last - 364
	case "all":
		from = first
	default:
		days := 30
		if p.said.Has("days") {
			days, _ = strconv.Atoi(p.said.Get("days"))
		}
		from = last - plan.Date(days) + 1
	}
	if from < first && first <= to {
		from = first
	}
	return from, to
}
