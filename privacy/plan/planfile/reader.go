package planfile

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// reader collects the problems of one file, and where each key stands, so that
// Check can point at a key as Parse does.
type reader struct {
	name     string
	problems Problems
	at       map[string]Position

	exclusive []string // names of the groups of campaigns that exclude each other
}

func (r *reader) fail(at Position, key, accepted, format string, args ...any) {
	r.problems = append(r.problems, Problem{
		File: r.name, Position: Position{max(1, at.Line), max(1, at.Column)}, Key: keyOr(key),
		Message: fmt.Sprintf(format, args...), Accepted: accepted,
	})
}

// wrong reports a value of the wrong kind, unless it was refused already.
func (r *reader) wrong(n *node, key, accepted string) {
	if n.kind != broken {
		r.fail(n.at, key, accepted, "%s where something else belongs", n.kind)
	}
}

// mapping returns the entries of n by name and reports keys that are not
// allowed and needed keys that are missing. A nil result is no mapping.
func (r *reader) mapping(n *node, key string, allowed, needed []string) map[string]*node {
	if n.kind != mapping {
		r.wrong(n, keyOr(key), "a mapping with "+list(allowed))
		return nil
	}
	out := make(map[string]*node, len(n.entries))
	for _, e := range n.entries {
		path := join(key, e.name)
		r.at[path] = e.value.at
		known := false
		for _, a := range allowed {
			known = known || a == e.name
		}
		if !known {
			r.fail(e.at, path, list(allowed), "unknown key%s", meant(e.name, allowed))
			continue
		}
		out[e.name] = e.value
	}
	for _, k := range needed {
		if out[k] == nil {
			r.fail(n.at, join(key, k), acceptedFor[k], "missing")
		}
	}
	return out
}

// text returns the scalar's text; ok is false after a report.
func (r *reader) text(n *node, key, accepted string) (string, bool) {
	if n == nil {
		return "", false
	}
	if n.kind != scalar {
		r.wrong(n, key, accepted)
		return "", false
	}
	return n.text, true
}

const acceptedName = "a name of 1 to 64 bytes, without control characters or spaces around it"

// named checks a name that stands at a place.
func (r *reader) named(at Position, key, name string) bool {
	switch {
	case name == "":
		r.fail(at, key, acceptedName, "the name is empty")
	case len(name) > plan.MaxName:
		r.fail(at, key, acceptedName, "the name has %d bytes", len(name))
	case strings.TrimSpace(name) != name:
		r.fail(at, key, acceptedName, "spaces around the name")
	case strings.ContainsFunc(name, forbidden): // an escape such as "\t" in quotes
		r.fail(at, key, acceptedName, "a control character in the name")
	default:
		return true
	}
	return false
}

// names reads a list of least to most names, none twice. A missing list is
// empty.
func (r *reader) names(n *node, key string, least, most int) []string {
	if n == nil {
		return nil
	}
	accepted := fmt.Sprintf("a list of %d to %d names", least, most)
	if n.kind != list_ {
		r.wrong(n, key, accepted)
		return nil
	}
	if len(n.items) < least || len(n.items) > most {
		r.fail(n.at, key, accepted, "%d names", len(n.items))
	}
	var out []string
	first := map[string]int{}
	for i, item := range n.items {
		path := key + "[" + strconv.Itoa(i) + "]"
		name, ok := r.text(item, path, acceptedName)
		if !ok || !r.named(item.at, path, name) {
			continue
		}
		if line, twice := first[name]; twice {
			r.fail(item.at, path, "each name once", "%q stands twice, first in line %d", name, line)
			continue
		}
		first[name] = item.at.Line
		out = append(out, name)
	}
	return out
}

// sized reports a mapping or list whose length is out of bounds.
func (r *reader) sized(n *node, key string, count, least, most int, of string) {
	if count < least || count > most {
		r.fail(n.at, key, fmt.Sprintf("%d to %d %s", least, most, of), "%d %s", count, of)
	}
}

// word reads one of a few words and returns its index, or -1.
func (r *reader) word(n *node, key string, words ...string) int {
	text, ok := r.text(n, key, list(words))
	if !ok {
		return -1
	}
	for i, w := range words {
		if w == text {
			return i
		}
	}
	r.fail(n.at, key, list(words), "unknown value %q%s", text, meant(text, words))
	return -1
}

var decimal = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// number reads a decimal number for which holds is true.
func (r *reader) number(n *node, key, accepted string, holds func(float64) bool) (float64, bool) {
	text, ok := r.text(n, key, accepted)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	if n.quoted || !decimal.MatchString(text) || err != nil {
		r.fail(n.at, key, accepted, "%q is not a decimal number", text)
		return 0, false
	}
	if math.IsInf(v, 0) || !holds(v) {
		r.fail(n.at, key, accepted, "%s is out of bounds", text)
		return 0, false
	}
	return v + 0, true
}

// integer reads a whole number from least to most, in decimal digits.
func (r *reader) integer(n *node, key, accepted string, least, most uint64) (uint64, bool) {
	text, ok := r.text(n, key, accepted)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseUint(text, 10, 64)
	switch {
	case n.quoted || err != nil && !decimal.MatchString(text) || strings.HasPrefix(text, "0") && text != "0":
		r.fail(n.at, key, accepted, "%q is not a whole number in decimal digits", text)
		return 0, false
	case err != nil || v < least || v > most:
		r.fail(n.at, key, accepted, "%s is out of bounds", text)
		return 0, false
	}
	return v, true
}

var durationForm = regexp.MustCompile(`^([1-9][0-9]{0,3}) (hours?|days?)$`)

// duration reads `N hours` or `N days` in seconds.
func (r *reader) duration(n *node, key, accepted string, most uint32) (uint32, bool) {
	text, ok := r.text(n, key, accepted)
	if !ok {
		return 0, false
	}
	m := durationForm.FindStringSubmatch(text)
	if m == nil {
		r.fail(n.at, key, accepted, "%q is not a duration", text)
		return 0, false
	}
	v, _ := strconv.ParseUint(m[1], 10, 32) // four digits at most
	unit := uint64(plan.Hour)
	if strings.HasPrefix(m[2], "day") {
		unit = plan.Day
	}
	if v*unit > uint64(most) {
		r.fail(n.at, key, accepted, "%s is too long", text)
		return 0, false
	}
	return uint32(v * unit), true
}
