package service

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// fields reads one mapping of a small YAML file (services, pairing) and notes of
// every fault where it stands, at which key, and what would be right. Both files
// hold plain texts only: an anchor, a tag or a second document is refused, so
// that what a person reads in the file is what it says.
type fields struct {
	faults *faults
	path   string            // of this mapping; empty at the top
	at     planfile.Position // of the key that holds it, or of its first key
	values map[string]field
}

type field struct {
	at   planfile.Position // of the key
	node ast.Node
}

type faults struct {
	file string
	all  planfile.Problems
}

func (f *faults) add(at planfile.Position, key, message, accepted string) {
	f.all = append(f.all, planfile.Problem{File: f.file, Position: at, Key: key, Message: message, Accepted: accepted})
}

func (f *faults) err() error {
	slices.SortStableFunc(f.all, func(a, b planfile.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if len(f.all) > 1 {
		return fmt.Errorf("%d problems\n%w", len(f.all), f.all)
	}
	return f.all.Err()
}

func place(t *token.Token) planfile.Position {
	if t == nil || t.Position == nil {
		return planfile.Position{Line: 1, Column: 1}
	}
	return planfile.Position{Line: t.Position.Line, Column: t.Position.Column}
}

// readFields parses a file whose top is a mapping of the accepted keys; nil when
// its text is no such YAML.
func readFields(f *faults, b []byte, accepted ...string) (top *fields) {
	const wanted = "YAML of plain keys and values"
	// A fault of the parser's own is a fault of the text to who runs the command.
	defer func() {
		if recover() != nil {
			f.add(planfile.Position{Line: 1, Column: 1}, "yaml", "the YAML parser failed on this text", wanted)
			top = nil
		}
	}()
	file, err := parser.ParseBytes(b, 0)
	if err != nil {
		at, message := planfile.Position{Line: 1, Column: 1}, "not YAML"
		var e yaml.Error
		if errors.As(err, &e) {
			at, message = place(e.GetToken()), strings.ReplaceAll(strings.TrimSpace(e.GetMessage()), "\n", " ")
		}
		f.add(at, "yaml", message, wanted)
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		f.add(planfile.Position{Line: 1, Column: 1}, "yaml", "the file is empty", keys(accepted))
		return nil
	}
	if len(file.Docs) > 1 {
		f.add(place(file.Docs[1].Start), "yaml", "a second document", "one document a file")
		return nil
	}
	return f.mapping(field{node: file.Docs[0].Body}, "", accepted)
}

func keys(accepted []string) string { return "keys " + strings.Join(accepted, ", ") }

// mapping reads v as a mapping of the accepted keys; of any keys where there are
// none (nil).
func (f *faults) mapping(v field, path string, accepted []string) *fields {
	out := &fields{faults: f, path: path, at: v.at, values: map[string]field{}}
	var values []*ast.MappingValueNode
	switch n := v.node.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode: // a mapping of one key
		values = []*ast.MappingValueNode{n}
	default:
		f.add(place(n.GetToken()), cmp.Or(path, "yaml"), "not a mapping", keys(accepted))
		return nil
	}
	if path == "" && len(values) > 0 {
		out.at = place(values[0].Key.GetToken())
	}
	for _, v := range values {
		name, at := v.Key.GetToken().Value, place(v.Key.GetToken())
		if _, plain := v.Key.(*ast.StringNode); !plain || accepted != nil && !slices.Contains(accepted, name) {
			f.add(at, out.key(name), "unknown key", keys(accepted))
			continue
		}
		out.values[name] = field{at, v.Value}
	}
	return out
}

func (s *fields) key(name string) string {
	if s.path == "" {
		return name
	}
	return s.path + "." + name
}

// section returns the mapping below name, or nil without one.
func (s *fields) section(name string, accepted ...string) *fields {
	v, ok := s.values[name]
	if !ok {
		return nil
	}
	return s.faults.mapping(v, s.key(name), accepted)
}

// need is section, and its absence is a fault.
func (s *fields) need(name string, accepted ...string) *fields {
	if _, ok := s.values[name]; !ok {
		s.faults.add(s.at, s.key(name), "missing", keys(accepted))
		return nil
	}
	return s.section(name, accepted...)
}

// plain returns the text of a scalar.
func (s *fields) plain(n ast.Node, key, accepted string) (text string, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		if t := n.GetToken().Value; t != "" {
			return t, true
		}
	}
	s.faults.add(place(n.GetToken()), key, "not a plain text", accepted)
	return "", false
}

// text returns the text at name, which must be there, after check (which may be
// nil) has accepted it.
func (s *fields) text(name, accepted string, check func(string) error) string {
	v, ok := s.values[name]
	if !ok {
		s.faults.add(s.at, s.key(name), "missing", accepted)
		return ""
	}
	text, ok := s.plain(v.node, s.key(name), accepted)
	if ok && check != nil && check(text) != nil {
		s.faults.add(place(v.node.GetToken()), s.key(name), fmt.Sprintf("%q cannot be read", text), accepted)
	}
	return text
}

// optional is text for a key that may be left out: then it is empty.
func (s *fields) optional(name, accepted string, check func(string) error) string {
	if _, ok := s.values[name]; !ok {
		return ""
	}
	return s.text(name, accepted, check)
}

// texts returns the list of texts at name, or nothing without one.
func (s *fields) texts(name, accepted string) (all []string) {
	v, ok := s.values[name]
	if !ok {
		return nil
	}
	list, ok := v.node.(*ast.SequenceNode)
	if !ok {
		s.faults.add(place(v.node.GetToken()), s.key(name), "not a list", accepted)
		return nil
	}
	for i, v := range list.Values {
		if text, ok := s.plain(v, fmt.Sprintf("%s[%d]", s.key(name), i), accepted); ok {
			all = append(all, text)
		}
	}
	return all
}

// oneOrMore hands the text at name, or each of a list of them, to read, whose errors
// are faults. There must be one.
func (s *fields) oneOrMore(name, accepted string, read func(string) error) {
	v, ok := s.values[name]
	if !ok {
		s.faults.add(s.at, s.key(name), "missing", accepted)
		return
	}
	nodes := []ast.Node{v.node}
	if list, ok := v.node.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	if len(nodes) == 0 {
		s.faults.add(place(v.node.GetToken()), s.key(name), "an empty list", accepted)
	}
	for _, n := range nodes {
		if text, ok := s.plain(n, s.key(name), accepted); ok && read(text) != nil {
			s.faults.add(place(n.GetToken()), s.key(name), fmt.Sprintf("%q cannot be read", text), accepted)
		}
	}
}
