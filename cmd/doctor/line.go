package doctor

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// State says whether a line asks for something.
type State string

// The states, from good to bad.
const (
	OK   State = "ok"
	Wait State = "wait" // as it should be, and not done yet
	Warn State = "warn" // will not go well like this
	Fail State = "fail" // does not go
)

// Line is one thing that was looked at.
type Line struct {
	State State  `json:"state"`
	About string `json:"about"` // as "leader, shop.example 2026-11-23"
	What  string `json:"what"`
	Do    string `json:"do,omitempty"` // what to do; empty for nothing
}

// Lines in the order in which they were found.
type Lines []Line

func (l *Lines) add(s State, about, do, format string, args ...any) {
	*l = append(*l, Line{s, about, fmt.Sprintf(format, args...), do})
}

// Wrong reports whether any line asks for something to be done.
func (l Lines) Wrong() bool {
	for _, one := range l {
		if one.State == Warn || one.State == Fail {
			return true
		}
	}
	return false
}

// Print writes the lines for people.
func (l Lines) Print(w io.Writer) error {
	var b strings.Builder
	for _, one := range l {
		fmt.Fprintf(&b, "%-4s  %s: %s\n", one.State, one.About, one.What)
		if one.Do != "" {
			fmt.Fprintf(&b, "      -> %s\n", one.Do)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// moment writes an instant for people, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// span writes a length of time roughly.
func span(d time.Duration) string {
	d = max(d, -d)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// size writes bytes for people.
func size(n uint64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
