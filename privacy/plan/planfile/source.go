package planfile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// Bounds of a file. The longest plan's bytes are 64 KiB, so a longer file
// cannot become one; the parser's cost grows with depth and with line length.
const (
	maxFile   = 256 << 10
	maxTokens = 40_000  // the parser takes time in the square of their number
	maxLine   = 8 << 10 // characters
	maxNested = 16
	maxIndent = 64
)

const byteOrderMark = "\ufeff"

// source is a file's text after the checks that need no YAML: lines end in \n,
// no byte order mark, no tabs or control characters outside comments.
type source struct {
	text  string
	lines [][]rune
}

// readSource checks and normalizes src. With a problem the text must not be
// parsed.
func (r *reader) readSource(src []byte) (source, bool) {
	if len(src) > maxFile {
		r.fail(Position{1, 1}, "yaml", "at most 256 KiB", "the file has %d bytes", len(src))
		return source{}, false
	}
	text := strings.TrimPrefix(string(src), byteOrderMark)
	if !utf8.ValidString(text) {
		valid := text[:invalidAt(text)]
		line := strings.Count(valid, "\n") + 1
		column := utf8.RuneCountInString(valid[strings.LastIndexByte(valid, '\n')+1:]) + 1
		r.fail(Position{line, column}, "yaml", "UTF-8 text", "a byte that is not UTF-8")
		return source{}, false
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	s := source{text: text}
	good := true
	for i, line := range strings.Split(text, "\n") {
		runes := []rune(line)
		s.lines = append(s.lines, runes)
		good = r.readLine(i+1, runes) && good
	}
	return s, good
}

func invalidAt(text string) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

func (r *reader) readLine(number int, line []rune) bool {
	if len(line) > maxLine {
		r.fail(Position{number, maxLine + 1}, "yaml", "lines of at most 8,192 characters", "the line has %d characters", len(line))
		return false
	}
	indent, comment := 0, false
	for i, c := range line {
		if c != ' ' && indent == i && i > maxIndent {
			r.fail(Position{number, i + 1}, "yaml", "at most 64 spaces before the first character of a line", "indented by %d spaces", i)
			return false
		}
		if c == ' ' && indent == i {
			indent++
		}
		comment = comment || c == '#' && (i == 0 || line[i-1] == ' ')
		switch {
		case c == '\t' && comment: // nobody reads it
		case c == '\t':
			r.fail(Position{number, i + 1}, "yaml", "spaces", "a tab")
			return false
		case forbidden(c):
			r.fail(Position{number, i + 1}, "yaml", "text without control characters and line ends \\n or \\r\\n", "the control character %U", c)
			return false
		}
	}
	return true
}

// forbidden holds for control characters, the two Unicode line ends, marks of
// byte order, and characters that turn the direction of writing: a name must
// look like what it is when the privacy officer reads it.
func forbidden(c rune) bool {
	return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' || c == '\ufeff' ||
		c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069' || c == '\u200e' || c == '\u200f'
}

// shallow refuses nesting that would cost the parser's stack, and complex keys,
// before anything recursive sees the tokens.
func (r *reader) shallow(tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		r.fail(position(tokens[maxTokens]), "yaml", "a file for one plan: at most 40,000 words and signs", "the file has %d", len(tokens))
		return false
	}
	depth, dashes := 0, 0
	for i, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.MappingKeyType:
			r.fail(position(t), "yaml", "key: value", "a key written with ?")
			return false
		}
		if t.Type == token.SequenceEntryType && i > 0 && tokens[i-1].Type == t.Type {
			dashes++
		} else {
			dashes = 0
		}
		if depth+dashes > maxNested {
			r.fail(position(t), "yaml", "at most 16 levels", "nested too deeply")
			return false
		}
	}
	return true
}

// locate returns where a scalar's text begins. The parser's columns are off
// where a line ends in spaces or a tab stands inside, so the text decides: of
// the places on the token's line where it stands, the one nearest to what the
// parser says.
func (s source) locate(t *token.Token) Position {
	at := position(t)
	if at.Line < 1 || at.Line > len(s.lines) {
		return at
	}
	first, _, _ := strings.Cut(strings.TrimSpace(t.Origin), "\n")
	want := []rune(strings.TrimSpace(first))
	switch t.Type {
	case token.SingleQuoteType:
		want = []rune{'\''}
	case token.DoubleQuoteType:
		want = []rune{'"'}
	}
	line := s.lines[at.Line-1]
	stands := func(column int) bool {
		i := column - 1
		return i >= 0 && i+len(want) <= len(line) && slices.Equal(line[i:i+len(want)], want)
	}
	for off := 0; off <= len(line) && len(want) > 0; off++ {
		for _, column := range []int{at.Column - off, at.Column + off} {
			if stands(column) {
				return Position{at.Line, column}
			}
		}
	}
	return at
}

func position(t *token.Token) Position {
	if t == nil || t.Position == nil {
		return Position{1, 1}
	}
	return Position{max(1, t.Position.Line), max(1, t.Position.Column)}
}
