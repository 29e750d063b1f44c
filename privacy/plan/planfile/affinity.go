package planfile

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
)

// affinityName and abilityName are what topics' affinities and skills' abilities are
// members of: affinity.shoes, or affinity["kids wear"]. No attribute may have the names.
const (
	affinityName = "affinity"
	abilityName  = "ability"
)

// spelling writes a member as a rule names it.
func spelling(of, name string) string {
	if identifier.MatchString(name) && !slices.Contains(keywords, name) {
		return of + "." + name
	}
	return of + "[" + strconv.Quote(name) + "]"
}

func spellings(of string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = spelling(of, n)
	}
	return out
}

// affinity returns the variable's index if n is the affinity of one of the plan's
// topics, or the ability in one of its skills.
func (c *compiler) affinity(n ast.Node) (index int, ok bool) {
	of, name, ok := memberOf(n)
	if !ok {
		return 0, false
	}
	names, base, ok := c.members(of)
	i := slices.Index(names, name.Value)
	return base + i, ok && i >= 0
}

// memberOf returns the two pieces of affinity.NAME.
func memberOf(n ast.Node) (of string, name *ast.StringNode, ok bool) {
	m, ok := n.(*ast.MemberNode)
	if !ok || m.Optional || m.Method {
		return "", nil, false
	}
	id, ok := m.Node.(*ast.IdentifierNode)
	if !ok || id.Value != affinityName && id.Value != abilityName {
		return "", nil, false
	}
	name, ok = m.Property.(*ast.StringNode)
	return id.Value, name, ok
}

// refuseAffinity reports a piece that begins with affinity or ability and is not that of
// a topic or skill; it returns false for any other.
func (c *compiler) refuseAffinity(n ast.Node) bool {
	root := n
	if m, ok := n.(*ast.MemberNode); ok {
		root = m.Node
	}
	id, ok := root.(*ast.IdentifierNode)
	if !ok || id.Value != affinityName && id.Value != abilityName {
		return false
	}
	what, under, none := "topic", "topics", noTopics
	if id.Value == abilityName {
		what, under, none = "skill", "skills", "rules without ability, or a list of skills under skills"
	}
	names, _, _ := c.members(id.Value)
	if len(names) == 0 {
		c.fault(n, none, "%s is that of a %s, and the file lists no %s", id.Value, what, under)
		return true
	}
	accepted := list(spellings(id.Value, names))
	if _, name, ok := memberOf(n); ok {
		c.fault(name, accepted, "unknown %s %q%s", what, name.Value, meant(name.Value, names))
		return true
	}
	c.fault(n, accepted, "%s stands with the name of one %s", id.Value, what)
	return true
}

const noTopics = "rules without top_topic and affinity, or a list of topics under topics"
