package planfile

import (
	"fmt"
	"math"
	"strconv"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// FormatRule writes rule code as a rule again, so that the officer reads what
// the published bytes say and not what a YAML file claims. Compiled again it
// gives code that matches the same devices.
//
// Code that no rule compiles to (only hand-made bytes hold such) is shown with
// index(…) or number(…), which the language has not. The code must have passed
// plan.CheckRule.
func FormatRule(code plan.Rule, attributes []plan.Attribute, topics []string) string {
	return formatIn(code, scope{attributes: attributes, topics: topics})
}

// formatIn is FormatRule for all that a plan's rules may name.
func formatIn(code plan.Rule, in scope) string {
	if len(code) == 0 {
		return "everyone else"
	}
	w := ruleWriter{scope: in}
	r := wire.NewReader(code)
	for r.Len() > 0 {
		switch op := r.Byte(); op {
		case plan.OpConst:
			w.push(constantPhrase(r.Float()))
		case plan.OpVar:
			w.push(w.variable(int(r.Byte())))
		default:
			w.apply(op)
		}
	}
	return w.stack[0].text
}

// Binding strength of the operators, as the rule language's parser has them.
const (
	bindOr      = 10
	bindAnd     = 15
	bindCompare = 20
	bindAdd     = 30
	bindNot     = 50
	bindMul     = 60
	bindNeg     = 90
	bindAtom    = 100
)

// phrase is a piece of a rule's text.
type phrase struct {
	text      string
	bind      int
	attribute *plan.Attribute // a bare attribute of type flag or choice, or top_topic, as a number
	value     float64
	constant  bool
	flag      bool // a flag standing alone as a truth
}

type ruleWriter struct {
	scope
	stack []phrase
}

func (w *ruleWriter) push(p phrase) { w.stack = append(w.stack, p) }

func (w *ruleWriter) pop() phrase {
	p := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	return p
}

func constantPhrase(v float64) phrase {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if a := math.Abs(v); a >= 1e15 || a != 0 && a < 1e-6 {
		text = strconv.FormatFloat(v, 'e', -1, 64)
	}
	p := phrase{text: text, bind: bindAtom, value: v, constant: true}
	if v < 0 {
		p.bind = bindNeg
	}
	return p
}

func (w *ruleWriter) variable(index int) phrase {
	switch {
	case index < plan.VarAttribute:
		v := &plan.Variables[index]
		p := phrase{text: v.Name, bind: bindAtom}
		if texts := w.texts(v); texts != nil {
			p.attribute = &plan.Attribute{Name: v.Name, Type: plan.Choice, Values: texts}
		}
		return p
	case index >= plan.VarAbility:
		return phrase{text: spelling(abilityName, w.skills[index-plan.VarAbility]), bind: bindAtom}
	case index >= plan.VarAffinity:
		return phrase{text: spelling(affinityName, w.topics[index-plan.VarAffinity]), bind: bindAtom}
	}
	a := &w.attributes[index-plan.VarAttribute]
	p := phrase{text: a.Name, bind: bindAtom}
	if a.Type != plan.Number {
		p.attribute = a
	}
	return p
}

// number writes a flag or choice that stands where a number does.
func number(p phrase) phrase {
	if p.attribute == nil {
		return p
	}
	word := "number("
	if p.attribute.Type == plan.Choice {
		word = "index("
	}
	return phrase{text: word + p.text + ")", bind: bindAtom}
}

// within brackets p if it binds less tightly than least.
func (p phrase) within(least int) string {
	if p.bind < least {
		return "(" + p.text + ")"
	}
	return p.text
}

var (
	infix = map[byte]struct {
		sign string
		bind int
	}{
		plan.OpAdd: {"+", bindAdd}, plan.OpSub: {"-", bindAdd}, plan.OpMul: {"*", bindMul},
		plan.OpLt: {"<", bindCompare}, plan.OpLe: {"<=", bindCompare}, plan.OpGt: {">", bindCompare}, plan.OpGe: {">=", bindCompare},
		plan.OpEq: {"==", bindCompare}, plan.OpNe: {"!=", bindCompare}, plan.OpSame: {"==", bindCompare}, plan.OpDiff: {"!=", bindCompare},
		plan.OpAnd: {"&&", bindAnd}, plan.OpOr: {"||", bindOr},
	}
	literals = map[byte]string{plan.OpTrue: "true", plan.OpFalse: "false"}
)

func (w *ruleWriter) apply(op byte) {
	switch op {
	case plan.OpTrue, plan.OpFalse:
		w.push(phrase{text: literals[op], bind: bindAtom})
	case plan.OpNeg:
		w.push(phrase{text: "-" + number(w.pop()).within(bindAtom), bind: bindNeg})
	case plan.OpNot:
		w.push(phrase{text: "!" + w.pop().within(bindNot), bind: bindNot})
	case plan.OpSet:
		w.push(set(w.pop()))
	default:
		b, a := w.pop(), w.pop()
		w.push(binary(op, a, b))
	}
}

// set writes "known and not 0": of a flag its name, of a choice that it is not
// its first value, of a number that it is not 0, for an unobserved variable
// makes a comparison false.
func set(p phrase) phrase {
	switch {
	case p.attribute == nil:
		return phrase{text: p.within(bindCompare+1) + " != 0", bind: bindCompare}
	case p.attribute.Type == plan.Choice:
		return phrase{text: p.text + " != " + strconv.Quote(p.attribute.Values[0]), bind: bindCompare}
	}
	return phrase{text: p.text, bind: bindAtom, flag: true}
}

func binary(op byte, a, b phrase) phrase {
	sign, bind := infix[op].sign, infix[op].bind
	switch op {
	case plan.OpEq, plan.OpNe:
		if p, ok := attributeComparison(sign, a, b); ok {
			return p
		}
		fallthrough
	case plan.OpAdd, plan.OpSub, plan.OpMul, plan.OpLt, plan.OpLe, plan.OpGt, plan.OpGe:
		a, b = number(a), number(b)
	case plan.OpSame, plan.OpDiff:
		// A bare flag beside == asks whether it was declared, too; these do not.
		a, b = truth(a), truth(b)
	}
	left := bind
	if bind == bindCompare {
		left++ // a chain would mean something else
	}
	return phrase{text: fmt.Sprintf("%s %s %s", a.within(left), sign, b.within(bind+1)), bind: bind}
}

func truth(p phrase) phrase {
	if p.flag {
		return phrase{text: "!!" + p.text, bind: bindNot}
	}
	return p
}

// attributeComparison writes a flag or choice beside one of its values, or two
// flags.
func attributeComparison(sign string, a, b phrase) (phrase, bool) {
	if a.constant && b.attribute != nil {
		a, b = b, a
	}
	if a.attribute == nil {
		return phrase{}, false
	}
	other := ""
	switch {
	case a.attribute.Type == plan.Flag && b.attribute != nil && b.attribute.Type == plan.Flag:
		other = b.text
	case a.attribute.Type == plan.Flag && b.constant && (b.value == 0 || b.value == 1):
		other = strconv.FormatBool(b.value == 1)
	case a.attribute.Type == plan.Choice && b.constant && b.value == math.Trunc(b.value) && b.value >= 0 && b.value < float64(len(a.attribute.Values)):
		other = strconv.Quote(a.attribute.Values[int(b.value)])
	default:
		return phrase{}, false
	}
	return phrase{text: a.text + " " + sign + " " + other, bind: bindCompare}, true
}
