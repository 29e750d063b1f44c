package planfile

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// compiler turns one rule's tree into plan.Rule code. Only the nodes that it
// names are accepted. It goes on after a fault, to find the others.
type compiler struct {
	*rules
	text   []rune
	code   plan.Rule
	depth  int // values on the stack
	full   bool
	faults []RuleError
	// misled: the rule names an attribute that has faults of its own, which are
	// told already; what else they make wrong here is not.
	misled bool
}

func (c *compiler) fault(n ast.Node, accepted, format string, args ...any) {
	c.faults = append(c.faults, RuleError{n.Location().From, fmt.Sprintf(format, args...), accepted})
}

// emit appends an instruction that changes the stack by grow values, on behalf
// of n, which is blamed when code or stack outgrow their bounds.
func (c *compiler) emit(n ast.Node, grow int, code ...byte) {
	c.code = append(c.code, code...)
	c.depth += grow
	switch {
	case c.full:
	case c.depth > plan.MaxDepth:
		c.full = true
		c.fault(n, "fewer brackets within brackets, or several segments", "%s", plan.ErrRuleDepth)
	case len(c.code) > plan.MaxRule:
		c.full = true
		c.fault(n, fmt.Sprintf("rules of at most %d bytes of code: about 40 comparisons", plan.MaxRule), "the rule is too long from here on")
	}
}

func (c *compiler) constant(n ast.Node, v float64) {
	c.emit(n, 1, wire.AppendFloat([]byte{plan.OpConst}, v)...)
}

// class of an expression, before anything is emitted for it.
type class int

const (
	classNone class = iota // refused
	classNumber
	classTruth
	classFlag
	classChoice
	classText
)

func (s class) String() string {
	return [...]string{"nothing", "a number", "true or false", "a flag", "a choice", "a text"}[s]
}

func (c *compiler) classOf(n ast.Node) class {
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return classNumber
	case *ast.BoolNode:
		return classTruth
	case *ast.StringNode:
		return classText
	case *ast.IdentifierNode:
		v, ok := c.vars[n.Value]
		if !ok {
			return classNone
		}
		return map[plan.AttributeType]class{plan.Number: classNumber, plan.Flag: classFlag, plan.Choice: classChoice}[v.kind]
	case *ast.MemberNode:
		if _, ok := c.affinity(n); ok {
			return classNumber
		}
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			return classTruth
		}
		return classNumber
	case *ast.BinaryNode:
		if _, ok := arithmetic[n.Operator]; ok {
			return classNumber
		}
		if _, ok := comparisons[n.Operator]; ok || logic[n.Operator] != 0 {
			return classTruth
		}
	}
	return classNone
}

var (
	arithmetic  = map[string]byte{"+": plan.OpAdd, "-": plan.OpSub, "*": plan.OpMul}
	comparisons = map[string]byte{"<": plan.OpLt, "<=": plan.OpLe, ">": plan.OpGt, ">=": plan.OpGe, "==": plan.OpEq, "!=": plan.OpNe}
	logic       = map[string]byte{"&&": plan.OpAnd, "and": plan.OpAnd, "||": plan.OpOr, "or": plan.OpOr}
)

// truth emits n as a truth value.
func (c *compiler) truth(n ast.Node) {
	switch n := n.(type) {
	case *ast.BoolNode:
		op := byte(plan.OpFalse)
		if n.Value {
			op = plan.OpTrue
		}
		c.emit(n, 1, op)
		return
	case *ast.IdentifierNode:
		if v, ok := c.vars[n.Value]; ok && v.kind == plan.Flag {
			c.emit(n, 1, plan.OpVar, byte(v.index), plan.OpSet)
			return
		}
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			c.truth(n.Node)
			c.emit(n, 0, plan.OpNot)
			return
		}
	case *ast.BinaryNode:
		if op := logic[n.Operator]; op != 0 {
			if c.chained(n) {
				return
			}
			c.truth(n.Left)
			c.truth(n.Right)
			c.emit(n, -1, op)
			return
		}
		if op := comparisons[n.Operator]; op != 0 {
			c.compare(n, op)
			return
		}
	}
	switch s := c.classOf(n); s {
	case classNumber, classChoice, classText:
		c.fault(n, "a comparison such as orders > 0; to deny a comparison, bracket it: !(orders > 0)", "%s where true or false is needed", s)
	default:
		c.refuse(n)
	}
}

// number emits n as a number.
func (c *compiler) number(n ast.Node) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		if n.Value > 1<<53 || n.Value < -1<<53 {
			c.fault(n, "whole numbers up to 2^53", "a whole number that a float cannot hold")
			return
		}
		c.constant(n, float64(n.Value))
		return
	case *ast.FloatNode:
		c.constant(n, n.Value)
		return
	case *ast.IdentifierNode:
		if v, ok := c.vars[n.Value]; ok && v.kind == plan.Number {
			c.emit(n, 1, plan.OpVar, byte(v.index))
			return
		}
	case *ast.MemberNode:
		if index, ok := c.affinity(n); ok {
			c.emit(n, 1, plan.OpVar, byte(index))
			return
		}
	case *ast.UnaryNode:
		if n.Operator == "-" || n.Operator == "+" {
			c.number(n.Node)
			if n.Operator == "-" {
				c.emit(n, 0, plan.OpNeg)
			}
			return
		}
	case *ast.BinaryNode:
		if op := arithmetic[n.Operator]; op != 0 {
			c.number(n.Left)
			c.number(n.Right)
			c.emit(n, -1, op)
			return
		}
	}
	switch s := c.classOf(n); s {
	case classTruth, classFlag:
		c.fault(n, "numbers; a flag stands alone, after !, or beside == and != true or false", "%s where a number is needed", s)
	case classChoice, classText:
		c.fault(n, `numbers; a choice is compared by == and != with one of its values`, "%s where a number is needed", s)
	default:
		c.refuse(n)
	}
}

// compare emits a comparison. With a flag on one side it is false where the
// flag was never declared, as every comparison with an unobserved variable is.
func (c *compiler) compare(n *ast.BinaryNode, op byte) {
	if c.unbracketed(n) {
		c.fault(n, "a < x && x < b", "a chained comparison")
		return
	}
	left, right := c.classOf(n.Left), c.classOf(n.Right)
	equality := op == plan.OpEq || op == plan.OpNe
	switch {
	case !equality, left == classNumber && right == classNumber:
		c.number(n.Left)
		c.number(n.Right)
		c.emit(n, -1, op)
	case left == classNone || right == classNone:
		c.unknowns(n.Left)
		c.unknowns(n.Right)
	case left == classChoice && right == classText:
		c.choice(n, n.Left, n.Right, op)
	case left == classText && right == classChoice:
		c.choice(n, n.Right, n.Left, op)
	case left == classChoice || right == classChoice || left == classText || right == classText:
		c.fault(n, "a choice attribute beside one of its values in quotes, or top_topic beside a topic", "a choice is compared with one of its values only")
		c.unknowns(n.Left)
		c.unknowns(n.Right)
	case left == classFlag && right == classFlag:
		c.variable(n.Left)
		c.variable(n.Right)
		c.emit(n, -1, op)
	case left == classFlag && right == classTruth:
		c.flag(n, n.Left, n.Right, op)
	case left == classTruth && right == classFlag:
		c.flag(n, n.Right, n.Left, op)
	case left == classTruth && right == classTruth:
		c.truth(n.Left)
		c.truth(n.Right)
		c.emit(n, -1, sameOf(op))
	default:
		c.fault(n, "two numbers, two truths, or a flag and true or false", "%s compared with %s", left, right)
	}
}

func sameOf(op byte) byte {
	if op == plan.OpEq {
		return plan.OpSame
	}
	return plan.OpDiff
}

// unknowns reports what is refused inside a piece that is not emitted.
func (c *compiler) unknowns(n ast.Node) {
	switch c.classOf(n) {
	case classNumber:
		c.number(n)
	case classTruth, classFlag:
		c.truth(n)
	case classNone:
		c.refuse(n)
	}
}

func (c *compiler) variable(n ast.Node) {
	c.emit(n, 1, plan.OpVar, byte(c.vars[n.(*ast.IdentifierNode).Value].index))
}

// flag emits a flag beside a truth value: with a literal as numbers, for 1 and
// 0 are what a flag is; with any other as "declared, and the same".
func (c *compiler) flag(n, flag, truth ast.Node, op byte) {
	if b, ok := truth.(*ast.BoolNode); ok {
		c.variable(flag)
		v := 0.0
		if b.Value {
			v = 1
		}
		c.constant(truth, v)
		c.emit(n, -1, op)
		return
	}
	c.variable(flag)
	c.variable(flag)
	c.emit(n, -1, plan.OpEq) // false where it was never declared
	c.truth(flag)
	c.truth(truth)
	c.emit(n, -1, sameOf(op))
	c.emit(n, -1, plan.OpAnd)
}

func (c *compiler) choice(n, choice, text ast.Node, op byte) {
	v := c.vars[choice.(*ast.IdentifierNode).Value]
	value := text.(*ast.StringNode).Value
	i := slices.Index(v.values, value)
	if len(v.values) == 0 {
		c.misled = true
		return
	}
	if i < 0 {
		c.fault(text, list(v.values), "%s has no value %q%s", v.name, value, meant(value, v.values))
		return
	}
	c.variable(choice)
	c.constant(text, float64(i))
	c.emit(n, -1, op)
}
