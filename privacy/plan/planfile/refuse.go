package planfile

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// refuse reports a node that the rules have no place for.
func (c *compiler) refuse(n ast.Node) {
	const operators = "+ - *, < <= > >= == !=, && || ! (and, or, not), brackets"
	if c.refuseAffinity(n) {
		return
	}
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if _, known := c.vars[n.Value]; known {
			c.misled = true
			return
		}
		if without, ok := unlisted[n.Value]; ok {
			c.fault(n, without.accepted, "%s is %s, and the file lists no %s", n.Value, without.what, without.key)
			return
		}
		candidates := c.names
		if len(c.topics) > 0 {
			candidates = append(slices.Clone(c.names), affinityName)
		}
		c.fault(n, list(c.names), "unknown variable %q%s", n.Value, meant(n.Value, candidates))
	case *ast.BinaryNode:
		if n.Operator == "/" {
			c.fault(n, operators+"; multiply instead, as revenue > 50 * orders", "division is refused")
			return
		}
		c.fault(n, operators, "the operator %s is refused", n.Operator)
	case *ast.BuiltinNode, *ast.CallNode, *ast.PredicateNode, *ast.PointerNode:
		c.fault(n, operators, "functions are refused")
	case *ast.ConditionalNode:
		c.fault(n.Cond, operators, "conditions (? : and if) are refused") // the node itself has no place
	case *ast.ArrayNode, *ast.SliceNode, *ast.MapNode:
		c.fault(n, operators, "lists and mappings are refused")
	case *ast.MemberNode, *ast.ChainNode:
		c.fault(n, "a variable's name alone: "+list(c.names), "member access is refused")
	case *ast.NilNode:
		c.fault(n, "a comparison, which is false for a variable never observed", "nil is refused")
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		c.fault(n, ruleForm, "let and several expressions are refused")
	default:
		c.fault(n, ruleForm, "this is refused")
	}
}

// chained reports a < x < b, which the parser turns into a && with the place of
// the second comparison.
func (c *compiler) chained(n *ast.BinaryNode) bool {
	if n.Operator != "&&" {
		return false
	}
	at := n.Location().From
	if at >= 0 && at < len(c.text) && c.text[at] != '&' && c.text[at] != 'a' {
		c.fault(n, "a < x && x < b", "a chained comparison")
		return true
	}
	return false
}

// unbracketed reports a == b == c: the parser gives a comparison whose left side
// is one, and only brackets make that a wish.
func (c *compiler) unbracketed(n *ast.BinaryNode) bool {
	left, ok := n.Left.(*ast.BinaryNode)
	if !ok || comparisons[left.Operator] == 0 {
		return false
	}
	open, quote := 0, rune(0)
	for i := left.Location().From; i < n.Location().From && i < len(c.text); i++ {
		switch ch := c.text[i]; {
		case quote != 0:
			if ch == '\\' && quote != '`' {
				i++
			} else if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'' || ch == '`':
			quote = ch
		case ch == '(':
			open++
		case ch == ')':
			open--
		}
	}
	return open >= 0
}

// unlisted are the variables that a file has only with a list, or a prediction, of its own.
var unlisted = map[string]struct{ what, key, accepted string }{
	"top_topic":  {"a topic", "topics", noTopics},
	"payment":    {"a kind of payment", "payments", "rules without payment, or a list under payments"},
	"entry":      {"a group of pages", "pages", "rules without entry, or a list under pages"},
	"lapse_risk": {"predicted", "lapse_risk under predictions", "predictions: {lapse_risk: ...}; the rules of its own bins name no prediction"},
	"buy_chance": {"predicted", "buy_chance under predictions", "predictions: {buy_chance: ...}; the rules of its own bins name no prediction"},
}
