package plan

import (
	"errors"
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Rule is a segment rule compiled to a small stack code: constants and
// variables are pushed, operators take one or two values and push one, and at
// the end exactly one truth value is left. There are no jumps, so a rule's cost
// is its length. CheckRule must accept a Rule before Match may run it.
//
//	01 f64   push a constant           20 < 21 <= 22 > 23 >= 24 == 25 !=   two numbers -> truth
//	02 u8    push a variable           30 and 31 or                        two truths -> truth
//	03 / 04  push true / false         32 not                              truth -> truth
//	10 + 11 - 12 *  two numbers        33 is set: number -> truth, known and not 0
//	13 negate                          34 == 35 !=                         two truths -> truth
//
// A variable never observed is unknown; so is what is computed from it; any
// comparison with it is false, and so is `is set`.
type Rule []byte

// The operators of a Rule.
const (
	OpConst = 0x01
	OpVar   = 0x02
	OpTrue  = 0x03
	OpFalse = 0x04
	OpAdd   = 0x10
	OpSub   = 0x11
	OpMul   = 0x12
	OpNeg   = 0x13
	OpLt    = 0x20
	OpLe    = 0x21
	OpGt    = 0x22
	OpGe    = 0x23
	OpEq    = 0x24
	OpNe    = 0x25
	OpAnd   = 0x30
	OpOr    = 0x31
	OpNot   = 0x32
	OpSet   = 0x33
	OpSame  = 0x34
	OpDiff  = 0x35
)

// Bounds of a rule.
const (
	MaxRule  = 512 // bytes
	MaxDepth = 16  // values on the stack
)

// Errors of CheckRule.
var (
	ErrRule      = errors.New("plan: malformed rule code")
	ErrRuleDepth = errors.New("plan: rule needs more than 16 values at once")
	ErrRuleVar   = errors.New("plan: rule names a variable that the plan has not")
)

// Vars gives the value of a variable, by the indices of vars.go; ok is false for
// one never observed.
type Vars interface {
	Value(index int) (v float64, ok bool)
}

// CheckRule accepts code that Match can run: known operators, right operand
// kinds, one truth value left, variables that are within the extent.
func CheckRule(code Rule, in Extent) error {
	if len(code) > MaxRule {
		return ErrRule
	}
	var truth [MaxDepth]bool // kind of each value on the stack
	n := 0
	r := wire.NewReader(code)
	for r.Len() > 0 {
		op := r.Byte()
		take, wantTruth, push := operands(op)
		if push == kindNone || take > n {
			return ErrRule
		}
		for i := n - take; i < n; i++ {
			if truth[i] != wantTruth {
				return ErrRule
			}
		}
		n -= take
		if n == MaxDepth {
			return ErrRuleDepth
		}
		truth[n] = push == kindTruth
		n++
		switch op {
		case OpConst:
			if v := r.Float(); math.IsInf(v, 0) {
				return ErrRule
			}
		case OpVar:
			if i := int(r.Byte()); !in.Has(i) {
				return ErrRuleVar
			}
		}
		if r.Err() != nil {
			return ErrRule
		}
	}
	if n != 1 || !truth[0] {
		return ErrRule
	}
	return nil
}

type kind byte

const (
	kindNone kind = iota
	kindNumber
	kindTruth
)

// operands tells how many values op takes, whether they are truths, and the
// kind that it pushes; kindNone for an unknown op.
func operands(op byte) (take int, truths bool, push kind) {
	switch op {
	case OpConst, OpVar:
		return 0, false, kindNumber
	case OpTrue, OpFalse:
		return 0, false, kindTruth
	case OpAdd, OpSub, OpMul:
		return 2, false, kindNumber
	case OpNeg:
		return 1, false, kindNumber
	case OpLt, OpLe, OpGt, OpGe, OpEq, OpNe:
		return 2, false, kindTruth
	case OpAnd, OpOr, OpSame, OpDiff:
		return 2, true, kindTruth
	case OpNot:
		return 1, true, kindTruth
	case OpSet:
		return 1, false, kindTruth
	}
	return 0, false, kindNone
}

// Match runs a checked rule. An empty rule matches everyone. Code that CheckRule
// has not accepted may panic.
func (code Rule) Match(vars Vars) bool {
	if len(code) == 0 {
		return true
	}
	// A number that is unknown is NaN: it spreads through arithmetic, and every
	// comparison but != is false by itself. Products are wrapped so that no
	// machine fuses them with a following sum.
	var num [MaxDepth]float64
	var yes [MaxDepth]bool
	n := 0
	for i := 0; i < len(code); {
		op := code[i]
		i++
		switch op {
		case OpConst:
			r := wire.NewReader(code[i:])
			num[n], n, i = r.Float(), n+1, i+8
		case OpVar:
			v, ok := vars.Value(int(code[i]))
			if !ok {
				v = math.NaN()
			}
			num[n], n, i = v, n+1, i+1
		case OpTrue, OpFalse:
			yes[n], n = op == OpTrue, n+1
		case OpNeg:
			num[n-1] = -num[n-1]
		case OpNot:
			yes[n-1] = !yes[n-1]
		case OpSet:
			yes[n-1] = num[n-1] == num[n-1] && num[n-1] != 0
		default:
			n--
			a, b := num[n-1], num[n]
			p, q := yes[n-1], yes[n]
			switch op {
			case OpAdd:
				num[n-1] = a + b
			case OpSub:
				num[n-1] = a - b
			case OpMul:
				num[n-1] = float64(a * b)
			case OpLt:
				yes[n-1] = a < b
			case OpLe:
				yes[n-1] = a <= b
			case OpGt:
				yes[n-1] = a > b
			case OpGe:
				yes[n-1] = a >= b
			case OpEq:
				yes[n-1] = a == b
			case OpNe:
				yes[n-1] = a == a && b == b && a != b
			case OpAnd:
				yes[n-1] = p && q
			case OpOr:
				yes[n-1] = p || q
			case OpSame:
				yes[n-1] = p == q
			case OpDiff:
				yes[n-1] = p != q
			}
		}
	}
	return yes[0]
}
