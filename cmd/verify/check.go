package verify

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// State says what came of a check.
type State string

// The states, from good to bad.
const (
	OK      State = "ok"
	Warning State = "warning" // works, and not as it should or not for long; or was not looked at
	Wrong   State = "wrong"   // the page is not measured like this, or not all of it
)

// Check is one thing that was looked at.
type Check struct {
	State State  `json:"state"`
	About string `json:"about"` // as "script", "policy", "plan"
	What  string `json:"what"`
	Fix   string `json:"fix,omitempty"` // one line; empty with OK
}

// Report is what Run found.
type Report struct {
	URL    string  `json:"url"` // of the page, after redirects
	Wrong  bool    `json:"wrong"`
	Checks []Check `json:"checks"`
}

func (r *Report) add(s State, about, fix, format string, args ...any) {
	r.Checks = append(r.Checks, Check{s, about, line(fmt.Sprintf(format, args...)), line(fix)})
	r.Wrong = r.Wrong || s == Wrong
}

func (r *Report) ok(about, format string, args ...any) { r.add(OK, about, "", format, args...) }

func (r *Report) warn(about, fix, format string, args ...any) {
	r.add(Warning, about, fix, format, args...)
}

func (r *Report) wrong(about, fix, format string, args ...any) {
	r.add(Wrong, about, fix, format, args...)
}

// Print writes the checks for people.
func (r *Report) Print(w io.Writer) error {
	var b strings.Builder
	count := map[State]int{}
	for _, c := range r.Checks {
		count[c.State]++
		fmt.Fprintf(&b, "%-7s  %s: %s\n", c.State, c.About, c.What)
		if c.Fix != "" {
			fmt.Fprintf(&b, "         -> %s\n", c.Fix)
		}
	}
	fmt.Fprintf(&b, "\n%s: %d ok, %d to look at, %d wrong\n", r.URL, count[OK], count[Warning], count[Wrong])
	_, err := io.WriteString(w, b.String())
	return err
}

// longest bounds what is quoted of others, in bytes.
const longest = 400

// line makes one line of a text, without what could move a terminal's cursor.
func line(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }), " ")
	return s
}

// quoted is what somebody else said, in one line of bounded length.
func quoted(s string) string {
	s = line(strings.ToValidUTF8(s, "?"))
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + " …"
	}
	return s
}
