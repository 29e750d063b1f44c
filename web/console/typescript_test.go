package console

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shape is a TypeScript type, as far as api.ts goes.
type shape struct {
	name   string // string, number, boolean, or a declared name
	list   *shape
	fields map[string]field
	null   bool
}

type field struct {
	shape
	optional bool
}

var (
	comments = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	tokens   = regexp.MustCompile(`"[^"]*"|\w+|[^\s\w]`)
)

// parser reads the part of TypeScript that api.ts is written in.
type parser struct {
	t      *testing.T
	tokens []string
}

func declarations(t *testing.T, source string) map[string]shape {
	p := parser{t, tokens.FindAllString(comments.ReplaceAllString(source, ""), -1)}
	out := map[string]shape{}
	for len(p.tokens) > 0 {
		p.want("export")
		kind, name := p.next(), p.next()
		switch kind {
		case "interface":
			out[name] = shape{fields: p.fields()}
		case "type":
			p.want("=")
			out[name] = p.union()
			p.want(";")
		default:
			t.Fatalf("api.ts: %s %s is new to this test", kind, name)
		}
	}
	return out
}

func (p *parser) next() string {
	require.NotEmpty(p.t, p.tokens, "api.ts ends too early")
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

func (p *parser) accept(token string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) want(token string) {
	require.True(p.t, p.accept(token), fmt.Sprintf("api.ts: want %q before %.5q", token, p.tokens))
}

func (p *parser) fields() map[string]field {
	out := map[string]field{}
	p.want("{")
	for !p.accept("}") {
		name := p.next()
		optional := p.accept("?")
		p.want(":")
		out[name] = field{p.union(), optional}
		// The last field of a type on one line has no semicolon.
		if !p.accept(";") {
			require.Equal(p.t, "}", p.tokens[0])
		}
	}
	return out
}

// union reads a type; of several only null beside one, and strings, are known.
func (p *parser) union() (out shape) {
	for {
		switch one := p.list(); {
		case one.name == "null":
			out.null = true
		case out.name == "string" && one.name == "string":
		default:
			require.True(p.t, out.name == "" && out.list == nil && out.fields == nil, "api.ts: a union that is new to this test")
			one.null = out.null
			out = one
		}
		if !p.accept("|") {
			return out
		}
	}
}

func (p *parser) list() shape {
	var one shape
	switch {
	case p.tokens[0] == "{":
		one.fields = p.fields()
	case strings.HasPrefix(p.tokens[0], `"`):
		p.next()
		one.name = "string"
	default:
		one.name = p.next()
	}
	for p.accept("[") {
		p.want("]")
		item := one
		one = shape{list: &item}
	}
	return one
}
