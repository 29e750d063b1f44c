package planfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// maxRuleText bounds a rule's text in characters, and with it the parser's
// recursion.
const maxRuleText = 1000

// RuleError is one fault of a rule.
type RuleError struct {
	Offset   int // characters before the offending piece
	Message  string
	Accepted string
}

// Error returns the fault without a file's place.
func (e RuleError) Error() string {
	return fmt.Sprintf("character %d: %s; accepted: %s", e.Offset+1, e.Message, e.Accepted)
}

// CompileRule compiles one rule for a plan with these attributes and topics.
//
// Errors: a RuleError, or several joined.
func CompileRule(text string, attributes []plan.Attribute, topics []string) (plan.Rule, error) {
	code, faults := newRules(attributes, topics).compile(text)
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = f
	}
	return code, errors.Join(errs...)
}

// scope is what the rules of one plan may name beside the built-in variables.
type scope struct {
	attributes           []plan.Attribute
	topics, skills       []string
	payments, pages      []string
	lapseRisk, buyChance bool
	period               bool // rules of dimensions
	stages               []string
}

// scopeOf returns the scope of a plan's rules; those of its predictions' bins name no
// prediction.
func scopeOf(p *plan.Plan, bins bool) scope {
	x := p.Extent(bins)
	return scope{p.Attributes, p.Topics, p.Skills, p.Payments, p.Pages, x.LapseRisk, x.BuyChance, false, nil}
}

// dimensionScope returns the scope of the rules of a plan's dimensions.
func dimensionScope(p *plan.Plan) scope {
	s := scopeOf(p, false)
	s.period = true
	for _, stage := range p.Stages {
		s.stages = append(s.stages, stage.Name)
	}
	return s
}

func (s *scope) extent() plan.Extent {
	return plan.Extent{
		Attributes: len(s.attributes), Topics: len(s.topics), Skills: len(s.skills), Payments: len(s.payments), Pages: len(s.pages),
		LapseRisk: s.lapseRisk, BuyChance: s.buyChance, Period: s.period, Stages: len(s.stages),
	}
}

// texts returns what a built-in variable is compared with, nil for a number.
func (s *scope) texts(v *plan.Variable) []string {
	switch v.Index {
	case plan.VarTopTopic:
		return s.topics
	case plan.VarPayment:
		return s.payments
	case plan.VarEntry:
		return s.pages
	case plan.VarStage:
		return s.stages
	}
	return v.Texts
}

// members are the variables that are named by a member: affinity.shoes, ability.algebra.
func (s *scope) members(name string) (of []string, base int, ok bool) {
	switch name {
	case affinityName:
		return s.topics, plan.VarAffinity, true
	case abilityName:
		return s.skills, plan.VarAbility, true
	}
	return nil, 0, false
}

// rules is what every rule of one file can name.
type rules struct {
	scope
	names []string
	vars  map[string]ruleVar
	env   map[string]any
}

// ruleVar is a variable as the compiler sees it.
type ruleVar struct {
	name   string
	index  int
	kind   plan.AttributeType // Choice of a built-in that is a text, else Number
	values []string
}

func variable(name string) *plan.Variable {
	for i := range plan.Variables {
		if plan.Variables[i].Name == name {
			return &plan.Variables[i]
		}
	}
	return nil
}

func newRules(attributes []plan.Attribute, topics []string) *rules {
	return rulesOf(scope{attributes: attributes, topics: topics})
}

func rulesOf(sc scope) *rules {
	rs := &rules{scope: sc, vars: map[string]ruleVar{}, env: map[string]any{}}
	add := func(v ruleVar, zero any) {
		rs.names = append(rs.names, v.name)
		rs.vars[v.name], rs.env[v.name] = v, zero
	}
	x := sc.extent()
	for i := range plan.Variables {
		v := &plan.Variables[i]
		if !x.Has(v.Index) {
			continue
		}
		switch texts := sc.texts(v); {
		case texts != nil:
			add(ruleVar{v.Name, v.Index, plan.Choice, texts}, "")
		case v.Integer:
			add(ruleVar{v.Name, v.Index, plan.Number, nil}, 0)
		default:
			add(ruleVar{v.Name, v.Index, plan.Number, nil}, 0.0)
		}
	}
	for _, m := range []struct{ name, what string }{{affinityName, "TOPIC"}, {abilityName, "SKILL"}} {
		if of, _, _ := sc.members(m.name); len(of) > 0 {
			rs.names = append(rs.names, m.name+"."+m.what)
			rs.env[m.name] = map[string]float64{}
		}
	}
	zeros := map[plan.AttributeType]any{plan.Flag: false, plan.Number: 0.0, plan.Choice: ""}
	for i, a := range sc.attributes {
		add(ruleVar{a.Name, plan.VarAttribute + i, a.Type, a.Values}, zeros[a.Type])
	}
	return rs
}

// compile parses, types and compiles a rule. All faults found are returned;
// with any the code is nil.
func (rs *rules) compile(text string) (code plan.Rule, faults []RuleError) {
	if n := len([]rune(text)); n > maxRuleText {
		return nil, []RuleError{{maxRuleText, fmt.Sprintf("the rule has %d characters", n), "at most 1,000 characters"}}
	}
	if strings.TrimSpace(text) == "" {
		return nil, []RuleError{{0, "the rule is empty", ruleForm}}
	}
	defer func() { // a fault of the parser's own is reported, not passed on
		if recover() != nil {
			code, faults = nil, []RuleError{{0, "the parser failed on this rule", ruleForm}}
		}
	}()
	config := conf.New(rs.env)
	config.Expect = reflect.Bool
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, []RuleError{parserFault([]rune(text), err)}
	}
	c := &compiler{rules: rs, text: []rune(text)}
	c.truth(tree.Node)
	if len(c.faults) == 0 && !c.misled {
		// The compiler's own typing is stricter; the checker of the language
		// must agree with it all the same.
		if _, err := checker.Check(tree, config); err != nil {
			return nil, []RuleError{parserFault(c.text, err)}
		}
		if err := plan.CheckRule(c.code, rs.extent()); err != nil {
			return nil, []RuleError{{0, err.Error(), ruleForm}}
		}
		return c.code, nil
	}
	return nil, c.faults
}

const ruleForm = "one expression that is true or false, as orders >= 3 && days_since_order <= 60"

func parserFault(text []rune, err error) RuleError {
	var e *file.Error
	if !errors.As(err, &e) {
		return RuleError{0, err.Error(), ruleForm}
	}
	at := min(max(0, e.From), max(0, len(text)-1))
	if strings.Contains(e.Message, "literal") && strings.Contains(e.Message, "invalid ") {
		at = literal(text, at) // the parser blames what follows a bad number
	}
	message, _, _ := strings.Cut(e.Message, ": strconv.") // the rest repeats the number
	return RuleError{at, strings.ReplaceAll(message, "\n", " "), ruleForm}
}

// literal returns where the number begins that ends before at, or at the end.
func literal(text []rune, at int) int {
	inside := func(i int) bool {
		return text[i] == '.' || text[i] == '_' || unicode.IsLetter(text[i]) || unicode.IsDigit(text[i])
	}
	end := at
	if at < len(text)-1 || !inside(at) {
		end = at - 1
	}
	for end > 0 && !inside(end) {
		end--
	}
	for end > 0 && inside(end-1) {
		end--
	}
	return max(0, end)
}

// rule compiles the rule of one segment and reports its faults where they stand
// in the file.
func (r *reader) rule(rs *rules, n *node, key string) plan.Rule {
	text, ok := r.text(n, key, ruleForm)
	if !ok {
		return nil
	}
	code, faults := rs.compile(text)
	for _, f := range faults {
		if n.exact {
			r.fail(Position{n.inner.Line, n.inner.Column + f.Offset}, key, f.Accepted, "%s", f.Message)
		} else {
			r.fail(n.at, key, f.Accepted, "%s (at character %d of the rule; its column is not told, for the quoted text has escapes)", f.Message, f.Offset+1)
		}
	}
	return code
}

// Extent returns what the rules of a file may name.
func (f *File) Extent() plan.Extent { return f.measured().DimensionExtent() }

// Member writes a topic's affinity, or a skill's ability, as a rule names it:
// affinity.shoes, affinity["kids wear"].
func Member(of, name string) string { return spelling(of, name) }
