package planfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file. Both count from 1, columns in characters.
type Position struct{ Line, Column int }

// Problem is one fault of a file: where, at which key, what, and what would be
// accepted there.
type Problem struct {
	File string
	Position
	Key      string // as segments[1].rule; "yaml" where the text is no YAML
	Message  string
	Accepted string
}

// Error returns one line, as dunlin.yaml:14:11: segments[1].rule: unknown …
func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s; accepted: %s", p.File, p.Line, p.Column, p.Key, p.Message, p.Accepted)
}

// Problems are all the faults found, in the order of the file. Nil is none.
type Problems []Problem

// Error returns one line a problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns ps as an error, or nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// meant returns `; did you mean "x"?` for the candidate closest to what was
// written, or nothing when none is close.
func meant(written string, candidates []string) string {
	best, least := "", min(3, 1+len([]rune(written))/3)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(written), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is Levenshtein's, with a swap of neighbours as one step, over
// characters. Texts that are far longer than any name are as far as they are long.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return max(len(s), len(t))
	}
	var before []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		next := make([]int, len(t)+1)
		next[0] = i
		for j := 1; j <= len(t); j++ {
			step := 1
			if s[i-1] == t[j-1] {
				step = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+step)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(t)]
}

// list joins accepted values for a message.
func list(values []string) string {
	if len(values) == 0 {
		return "none yet: the file names none"
	}
	return strings.Join(values, ", ")
}
