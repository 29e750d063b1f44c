package planfile

import (
	"errors"
	"strconv"
	"strings"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

type kind int

const (
	empty   kind = iota // nothing written, or null
	scalar              // one text
	list_               // a list
	mapping             // keys with values
	broken              // refused already; says nothing more
)

func (k kind) String() string {
	return [...]string{"nothing", "a text", "a list", "a mapping", "something refused"}[k]
}

// node is a value of the file, without what YAML has and a plan does not:
// anchors, aliases, merges, tags, block scalars, texts over several lines.
type node struct {
	kind    kind
	at      Position
	text    string // scalar
	quoted  bool
	inner   Position // where the scalar's text itself begins, after a quote
	exact   bool     // the text stands in the file as it is, so offsets add
	items   []*node
	entries []entry
}

type entry struct {
	name  string
	at    Position
	value *node
}

// parse reads the one document of a source; nil when there is none to read.
func (r *reader) parse(s source) (root *node) {
	// The parser has panicked on odd input in earlier releases. A fault of its
	// own is a fault of the file's text to whoever runs the command.
	defer func() {
		if recover() != nil {
			r.fail(Position{1, 1}, "yaml", "a simpler YAML text", "the YAML parser failed on this text")
			root = nil
		}
	}()
	tokens := lexer.Tokenize(s.text)
	if !r.shallow(tokens) {
		return nil
	}
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := Position{1, 1}, "not YAML"
		var e yaml.Error
		if errors.As(err, &e) {
			at, message = position(e.GetToken()), strings.TrimSpace(e.GetMessage())
		}
		r.fail(at, "yaml", "YAML as in docs/plan.md", "%s", strings.ReplaceAll(message, "\n", " "))
		return nil
	}
	for i, doc := range f.Docs {
		if d, ok := doc.Body.(*ast.DirectiveNode); ok {
			r.fail(position(d.GetToken()), "yaml", "no directives", "a YAML directive")
			return nil
		}
		if i > 0 {
			r.fail(position(doc.Start), "yaml", "one document a file", "a second document")
			return nil
		}
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		r.fail(Position{1, 1}, "yaml", list(topKeys), "the file is empty")
		return nil
	}
	return r.convert(s, f.Docs[0].Body, "")
}

// convert turns the parser's tree into nodes and reports what is refused, each
// under its key.
func (r *reader) convert(s source, n ast.Node, key string) *node {
	if n == nil {
		return &node{kind: empty}
	}
	t := n.GetToken()
	at := position(t)
	refuse := func(accepted, format string, args ...any) *node {
		r.fail(at, keyOr(key), accepted, format, args...)
		return &node{kind: broken, at: at}
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return &node{kind: empty, at: at}
	case *ast.MappingValueNode:
		return r.convertMapping(s, at, []*ast.MappingValueNode{n}, key)
	case *ast.MappingNode:
		return r.convertMapping(s, at, n.Values, key)
	case *ast.SequenceNode:
		out := &node{kind: list_, at: at}
		for i, v := range n.Values {
			out.items = append(out.items, r.convert(s, v, key+"["+strconv.Itoa(i)+"]"))
		}
		return out
	case *ast.AnchorNode:
		return refuse("the value itself", "an anchor (&)")
	case *ast.AliasNode:
		return refuse("the value itself", "an alias (*)")
	case *ast.TagNode:
		return refuse("plain values; a rule that begins with ! stands in quotes", "a YAML tag (!)")
	case *ast.LiteralNode:
		return refuse("a text on one line", "a block text (| or >)")
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return r.convertScalar(s, t, keyOr(key))
	}
	return refuse("a text, a list or a mapping", "%s", strings.ToLower(n.Type().String()))
}

func (r *reader) convertScalar(s source, t *token.Token, key string) *node {
	at := s.locate(t)
	if strings.Contains(strings.TrimSpace(t.Origin), "\n") {
		r.fail(at, key, "a text on one line", "a text over several lines")
		return &node{kind: broken, at: at}
	}
	out := &node{kind: scalar, at: at, text: t.Value, inner: at}
	quote := t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType
	if quote {
		out.quoted = true
		out.inner.Column++
	}
	line, from := s.lines[min(at.Line, len(s.lines))-1], out.inner.Column-1
	text := []rune(t.Value)
	if end := from + len(text); end <= len(line) && string(line[from:end]) == t.Value {
		// In quotes an escape makes the written text longer than the value, so
		// the value stands in the file as it is if the quote ends it there.
		out.exact = !quote || end < len(line) && line[end] == line[from-1]
	}
	return out
}

func (r *reader) convertMapping(s source, at Position, values []*ast.MappingValueNode, key string) *node {
	out := &node{kind: mapping, at: at}
	first := map[string]Position{}
	for _, v := range values {
		t := v.Key.GetToken()
		k := &node{kind: broken, at: position(t)}
		switch v.Key.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			k = r.convertScalar(s, t, keyOr(key))
		case *ast.MergeKeyNode:
			r.fail(k.at, keyOr(key), "the keys themselves", "a merge (<<)")
		default:
			r.fail(k.at, keyOr(key), "a text as key", "a key that is no text")
		}
		if k.kind != scalar {
			continue
		}
		path := join(key, k.text)
		if before, twice := first[k.text]; twice {
			r.fail(k.at, path, "each key once", "the key stands twice, first in line %d", before.Line)
			continue
		}
		first[k.text] = k.at
		if len(out.entries) == 0 {
			out.at = k.at
		}
		value := r.convert(s, v.Value, path)
		if value.kind == empty {
			value.at = k.at
		}
		out.entries = append(out.entries, entry{k.text, k.at, value})
	}
	return out
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

func keyOr(key string) string {
	if key == "" {
		return "yaml"
	}
	return key
}
