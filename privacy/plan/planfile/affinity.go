package planfile

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// affinityName is what topics' affinities are members of: affinity.shoes, or
// affinity["kids wear"]. No attribute may have the name.
const affinityName = "affinity"

var topTopic = plan.Variables[plan.VarTopTopic].Name

// affinitySpelling writes a topic's affinity as a rule names it.
func affinitySpelling(topic string) string {
	if identifier.MatchString(topic) && !slices.Contains(keywords, topic) {
		return affinityName + "." + topic
	}
	return affinityName + "[" + strconv.Quote(topic) + "]"
}

func affinitySpellings(topics []string) []string {
	out := make([]string, len(topics))
	for i, t := range topics {
		out[i] = affinitySpelling(t)
	}
	return out
}

// affinity returns the variable's index if n is the affinity of one of the
// plan's topics.
func (c *compiler) affinity(n ast.Node) (index int, ok bool) {
	topic, ok := affinityTopic(n)
	if !ok {
		return 0, false
	}
	i := slices.Index(c.topics, topic.Value)
	return plan.VarAffinity + i, i >= 0
}

// affinityTopic returns the piece of affinity.NAME that names the topic.
func affinityTopic(n ast.Node) (topic *ast.StringNode, ok bool) {
	m, ok := n.(*ast.MemberNode)
	if !ok || !isAffinity(m.Node) || m.Optional || m.Method {
		return nil, false
	}
	topic, ok = m.Property.(*ast.StringNode)
	return topic, ok
}

func isAffinity(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && id.Value == affinityName
}

// refuseAffinity reports a piece that begins with affinity and is not that of a
// topic; it returns false for any other.
func (c *compiler) refuseAffinity(n ast.Node) bool {
	m, member := n.(*ast.MemberNode)
	if !isAffinity(n) && !(member && isAffinity(m.Node)) {
		return false
	}
	if len(c.topics) == 0 {
		c.fault(n, noTopics, "%s is that of a topic, and the file lists no topics", affinityName)
		return true
	}
	accepted := list(affinitySpellings(c.topics))
	if topic, ok := affinityTopic(n); ok {
		c.fault(topic, accepted, "unknown topic %q%s", topic.Value, meant(topic.Value, c.topics))
		return true
	}
	c.fault(n, accepted, "%s stands with the name of one topic", affinityName)
	return true
}

const noTopics = "rules without top_topic and affinity, or a list of topics under topics"
