package planfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// attributes of the tests: member and vip flags, age a choice, points a number.
var attributes = []plan.Attribute{
	{Name: "member", Type: plan.Flag},
	{Name: "vip", Type: plan.Flag},
	{Name: "age", Type: plan.Choice, Values: []string{"under 25", "25 to 44", "older", "x)"}},
	{Name: "points", Type: plan.Number, Min: -100, Max: 100},
	{Name: "städte_1", Type: plan.Number, Max: 1},
}

// topics of the tests; some cannot be named after a dot.
var topics = []string{"shoes", "bags", "kids wear", "in", "鞋", `12" "vinyl"`}

const (
	member = plan.VarAttribute + iota
	vip
	age
	points
)

func compile(t testing.TB, text string) plan.Rule {
	t.Helper()
	code, err := CompileRule(text, attributes, topics)
	require.NoError(t, err, text)
	require.NoError(t, plan.CheckRule(code, plan.Extent{Attributes: len(attributes), Topics: len(topics)}))
	return code
}

func TestRulesMatchAsTheDocumentSays(t *testing.T) {
	for _, c := range []struct {
		rule string
		vars known
		want bool
	}{
		{"orders >= 3 && days_since_order <= 60", known{plan.VarOrders: 3, plan.VarDaysSinceOrder: 60}, true},
		{"orders >= 3 && days_since_order <= 60", known{plan.VarOrders: 3, plan.VarDaysSinceOrder: 61}, false},
		{"orders >= 3 and days_since_order <= 60", known{plan.VarOrders: 3, plan.VarDaysSinceOrder: 1}, true},
		{"visits < 2 or views > 9", known{plan.VarVisits: 5, plan.VarViews: 10}, true},
		{"revenue > 50 * orders", known{plan.VarRevenue: 151, plan.VarOrders: 3}, true},
		{"revenue - 100 > orders * 2 + 1", known{plan.VarRevenue: 108, plan.VarOrders: 3}, true},
		{"-points > 3", known{points: -4}, true},
		{"+points > 3.5e0", known{points: 4}, true},
		{"2 - 3 - 4 == -5", known{}, true},
		{"2 + 3 * 4 == 14", known{}, true},
		{"(2 + 3) * 4 == 20", known{}, true},
		{"0x10 == 16 && 1_000 == 1000", known{}, true},
		{"städte_1 == 1", known{plan.VarAttribute + 4: 1}, true},

		// Never observed: any comparison is false, also !=.
		{"days_since_order <= 60", known{}, false},
		{"days_since_order > 60", known{}, false},
		{"days_since_order != 60", known{}, false},
		{"days_since_order == days_since_order", known{}, false},
		{"days_since_order * 0 == 0", known{}, false},
		{"!(days_since_order <= 60)", known{}, true},
		{"points + 1 != 0 || visits == 1", known{plan.VarVisits: 1}, true},

		// Flags.
		{"member", known{}, false},
		{"member", known{member: 0}, false},
		{"member", known{member: 1}, true},
		{"!member", known{}, true},
		{"not member", known{member: 1}, false},
		{"member == false", known{}, false},
		{"member == false", known{member: 0}, true},
		{"false == member", known{member: 0}, true},
		{"member != false", known{}, false},
		{"member != false", known{member: 1}, true},
		{"member == true", known{}, false},
		{"member == true", known{member: 1}, true},
		{"member != true", known{}, false},
		{"member != true", known{member: 0}, true},
		{"member == vip", known{member: 0}, false},
		{"member == vip", known{member: 0, vip: 0}, true},
		{"member != vip", known{member: 0}, false},
		{"member != vip", known{member: 0, vip: 1}, true},
		{"member == (visits > 1)", known{plan.VarVisits: 1}, false},
		{"member == (visits > 1)", known{plan.VarVisits: 1, member: 0}, true},
		{"(visits > 1) != member", known{plan.VarVisits: 1}, false},
		{"(visits > 1) != member", known{plan.VarVisits: 1, member: 1}, true},
		{"!member == (visits > 1)", known{plan.VarVisits: 2}, true},
		{"(visits > 1) == (views > 1)", known{plan.VarVisits: 1, plan.VarViews: 1}, true},
		{"(visits > 1) != (points > 1)", known{plan.VarVisits: 2}, true},
		{"(visits > 1) == true", known{plan.VarVisits: 2}, true},
		{"true", known{}, true},
		{"false || true", known{}, true},

		// Choices.
		{`age == "under 25"`, known{age: 0}, true},
		{`age == 'older'`, known{age: 2}, true},
		{`"25 to 44" == age`, known{age: 1}, true},
		{`age != "under 25"`, known{age: 2}, true},
		{`age != "under 25"`, known{}, false},
		{`!(age == "under 25")`, known{}, true},
		// Topics.
		{`top_topic == "shoes"`, known{plan.VarTopTopic: 0}, true},
		{`"shoes" == top_topic`, known{plan.VarTopTopic: 1}, false},
		{`top_topic == 'kids wear'`, known{plan.VarTopTopic: 2}, true},
		{`top_topic != "shoes"`, known{plan.VarTopTopic: 4}, true},
		{`top_topic != "shoes"`, known{}, false},
		{`!(top_topic == "shoes")`, known{}, true},
		{"affinity.shoes >= 0.3", known{plan.VarAffinity: 0.3}, true},
		{"affinity.shoes >= 0.3", known{plan.VarAffinity: 0.29, plan.VarAffinity + 1: 1}, false},
		{"affinity.shoes == 0", known{}, false},
		{`affinity["shoes"] > affinity.bags`, known{plan.VarAffinity: 0.3, plan.VarAffinity + 1: 0.2}, true},
		{`affinity["kids wear"] > 0.1`, known{plan.VarAffinity + 2: 0.2}, true},
		{"affinity.in > 0.1", known{plan.VarAffinity + 3: 0.2}, true},
		{"-affinity.鞋 * 2 + affinity.bags < 0", known{plan.VarAffinity + 4: 0.2, plan.VarAffinity + 1: 0.3}, true},
		{`affinity["12\" \"vinyl\""] > 0`, known{plan.VarAffinity + 5: 0.2}, true},
		{"(affinity.shoes > 0.5) == member", known{plan.VarAffinity: 0.6, member: 1}, true},

		{"age == `x)` && (age == \"x)\") == true", known{age: 3}, true},
	} {
		t.Run(c.rule, func(t *testing.T) {
			require.Equal(t, c.want, compile(t, c.rule).Match(c.vars), "%v", c.vars)
		})
	}
}

func TestRulesRefused(t *testing.T) {
	for _, c := range []struct {
		rule   string
		offset int
		want   string
	}{
		{"1 < visits < 3", 11, "a chained comparison"},
		{"1 < visits && 1 <= views <= 3", 25, "a chained comparison"},
		{"member == vip == true", 14, "a chained comparison"},
		{`age == "x)" == member`, 12, "a chained comparison"},
		{"visits > 1 == member", 11, "a chained comparison"},
		{"visits", 0, "a number where true or false is needed"},
		{"visits + 1", 7, "a number where true or false is needed"},
		{"!visits > 3", 0, "true or false where a number is needed"},
		{"!visits", 1, "a number where true or false is needed"},
		{"visits && views > 1", 0, "a number where true or false is needed"},
		{"visits / 2 > 1", 7, "division is refused"},
		{"visits % 2 == 1", 7, "the operator % is refused"},
		{"visits ** 2 == 1", 7, "the operator ** is refused"},
		{"visits ^ 2 == 1", 7, "the operator ^ is refused"},
		{"visits in [1, 2]", 7, "the operator in is refused"},
		{"visits not in [1, 2]", 11, "the operator in is refused"},
		{"visits in 1..3", 7, "the operator in is refused"},
		{"1..3 == 2", 1, "the operator .. is refused"},
		{`age matches "x"`, 4, "the operator matches is refused"},
		{`age contains "x"`, 4, "the operator contains is refused"},
		{`age startsWith "x"`, 4, "the operator startsWith is refused"},
		{"(visits ?? 1) > 0", 8, "the operator ?? is refused"},
		{"len(age) > 1", 0, "functions are refused"},
		{"filter(1..1e9, true)", 0, "functions are refused"},
		{"foo(1)", 0, "functions are refused"},
		{"age | len() > 1", 6, "functions are refused"},
		{"now() > 1", 0, "functions are refused"},
		{"any([1], # > 1)", 0, "functions are refused"},
		{"member ? vip : true", 0, "conditions (? : and if) are refused"},
		{"if member { true } else { false }", 3, "conditions (? : and if) are refused"},
		{"let x = 1; x > 0", 4, "let and several expressions are refused"},
		{"member; vip", 0, "let and several expressions are refused"},
		{"nil == visits", 0, "nil is refused"},
		{"[1] == [1]", 0, "lists and mappings are refused"},
		{"{a: 1} == {a: 1}", 0, "lists and mappings are refused"},
		{"age[0] == age", 3, "member access is refused"},
		{"age.foo == age", 4, "member access is refused"},
		{"age?.foo", 5, "member access is refused"},
		{"$env", 0, `unknown variable "$env"`},
		{"member + 1 > 0", 0, "a flag where a number is needed"},
		{"-member > 0", 1, "a flag where a number is needed"},
		{"member > vip", 0, "a flag where a number is needed"},
		{"(visits > 1) + 1 > 0", 8, "true or false where a number is needed"},
		{"member == 1", 7, "a flag compared with a number"},
		{"visits == true", 7, "a number compared with true or false"},
		{`age == "young"`, 7, `age has no value "young"`},
		{`age == "oldr"`, 7, `age has no value "oldr"; did you mean "older"?`},
		{`affinity.shoe > 0`, 9, `unknown topic "shoe"; did you mean "shoes"?`},
		{`1 > affinity.coats`, 13, `unknown topic "coats"`},
		{`affinity["kids"] > 0`, 9, `unknown topic "kids"`},
		{`!affinity.coats`, 10, `unknown topic "coats"`},
		{`affinity.coats == true`, 9, `unknown topic "coats"`},
		{"affinity > 0", 0, "affinity stands with the name of one topic"},
		{"affinity", 0, "affinity stands with the name of one topic"},
		{"affinity[0] > 0", 8, "affinity stands with the name of one topic"},
		{"affinity[age] > 0", 8, "affinity stands with the name of one topic"},
		{`affinity["sh" + "oes"] > 0`, 8, "affinity stands with the name of one topic"},
		{"affinity?.shoes > 0", 10, "member access is refused"},
		{`affinity?.["shoes"] > 0`, 10, ""},
		{"affinity.shoes.x > 0", 15, "member access is refused"},
		{`affinity.shoes["x"] > 0`, 14, "member access is refused"},
		{"affinity.shoes() > 0", 9, "functions are refused"},
		{"affinity[1:2] > 0", 8, "lists and mappings are refused"},
		{"affinity.shoes", 9, "a number where true or false is needed"},
		{"affinity.shoes && member", 9, "a number where true or false is needed"},
		{`affinity.shoes == "shoes"`, 15, "a choice is compared with one of its values only"},
		{"0 < affinity.shoes < 1", 19, "a chained comparison"},
		{"affinty.shoes > 0", 8, "member access is refused"},
		{"afinity > 0", 0, `unknown variable "afinity"; did you mean "affinity"?`},
		{`top_topic == "shoe"`, 13, `top_topic has no value "shoe"; did you mean "shoes"?`},
		{`top_topic == "coats"`, 13, `top_topic has no value "coats"`},
		{"top_topic == 0", 10, "a choice is compared with one of its values only"},
		{`top_topic < "shoes"`, 0, "a choice where a number is needed"},
		{"top_topic", 0, "a choice where true or false is needed"},
		{"top_topic == top_topic", 10, "a choice is compared with one of its values only"},
		{"top_topic == age", 10, "a choice is compared with one of its values only"},
		{"toptopic == 1", 0, `unknown variable "toptopic"; did you mean "top_topic"?`},
		{"age == age", 4, "a choice is compared with one of its values only"},
		{"age == 1", 4, "a choice is compared with one of its values only"},
		{`age < "older"`, 0, "a choice where a number is needed"},
		{`age + "x" == "older"`, 10, "a choice is compared with one of its values only"},
		{`"a" == "a"`, 4, "a choice is compared with one of its values only"},
		{`visits == "a"`, 7, "a choice is compared with one of its values only"},
		{"age", 0, "a choice where true or false is needed"},
		{`"a"`, 0, "a text where true or false is needed"},
		{"ordrs > 1", 0, `unknown variable "ordrs"; did you mean "orders"?`},
		{"member == vipp", 10, `unknown variable "vipp"; did you mean "vip"?`},
		{"visits > 9007199254740993", 9, "a whole number that a float cannot hold"},
		{"visits > 99999999999999999999", 9, "invalid integer literal"},
		{"visits > 1e999", 9, "invalid float literal"},
		{"99999999999999999999  > visits", 0, "invalid integer literal"},
		{"visits >", 7, "unexpected token EOF"},
		{"(visits > 1", 10, "unexpected token EOF"},
		{"visits > 1)", 10, `unexpected token Bracket(")")`},
		{"visits = 1", 7, `unexpected token Operator("=")`},
		{"visits > 1 &", 11, ""},
		{"visits > @", 9, ""},
		{`age == "under`, 12, "literal not terminated"},
		{"", 0, "the rule is empty"},
		{"  ", 0, "the rule is empty"},
		{strings.Repeat("x", 1001), 1000, "the rule has 1001 characters"},
		{strings.Repeat("(", 999), 998, ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			code, faults := newRules(attributes, topics).compile(c.rule)
			require.Nil(t, code)
			require.NotEmpty(t, faults)
			require.Contains(t, faults[0].Message, c.want)
			require.Equal(t, c.offset, faults[0].Offset, faults[0])
			require.NotEmpty(t, faults[0].Accepted)
			_, err := CompileRule(c.rule, attributes, topics)
			var fault RuleError
			require.True(t, errors.As(err, &fault))
		})
	}
}

// Without topics there is neither top_topic nor an affinity, and an unknown topic
// is told with the names that there are.
func TestTopicsOfARule(t *testing.T) {
	for rule, at := range map[string]int{`top_topic == "shoes"`: 0, "affinity.shoes > 0": 9, "affinity > 0": 0, "top_topic": 0} {
		_, faults := newRules(attributes, nil).compile(rule)
		require.Len(t, faults, 1, rule)
		require.Contains(t, faults[0].Message, "the file lists no topics", rule)
		require.Equal(t, at, faults[0].Offset, rule)
	}
	_, faults := newRules(attributes, nil).compile("foo > 1")
	require.NotContains(t, faults[0].Accepted, "top_topic")
	require.NotContains(t, faults[0].Accepted, "affinity")

	_, faults = newRules(attributes, topics).compile(`affinity.coats > 0 || top_topic == "coats" || foo`)
	require.Len(t, faults, 3)
	require.Equal(t, `affinity.shoes, affinity.bags, affinity["kids wear"], affinity["in"], affinity.鞋, affinity["12\" \"vinyl\""]`, faults[0].Accepted)
	require.Equal(t, `shoes, bags, kids wear, in, 鞋, 12" "vinyl"`, faults[1].Accepted)
	require.Contains(t, faults[2].Accepted, "active_days, top_topic, "+laterVariables()+"affinity.TOPIC, member")

	got := problemsOf(with(t, "orders >= 3 && days_since_order <= 60", "visits > 1 && affinity.shoos > 0.2"))
	require.Equal(t, []string{`dunlin.yaml:17:34: segments[0].rule: unknown topic "shoos"; did you mean "shoes"?; accepted: affinity.shoes, affinity.bags`}, got)
}

// 64 topics have 64 affinities, the last at the last index.
func TestAffinitiesOfManyTopics(t *testing.T) {
	var many []string
	for i := range plan.MaxTopics {
		many = append(many, fmt.Sprintf("t%d", i))
	}
	for i, topic := range many {
		code, err := CompileRule("affinity."+topic+" > 0", nil, many)
		require.NoError(t, err)
		require.Equal(t, byte(plan.VarAffinity+i), code[1])
		require.NoError(t, plan.CheckRule(code, plan.Extent{Attributes: 0, Topics: len(many)}))
		require.ErrorIs(t, plan.CheckRule(code, plan.Extent{Attributes: 0, Topics: i}), plan.ErrRuleVar)
	}
}

// Every fault of a rule is found, each once.
func TestEveryFaultOfARule(t *testing.T) {
	_, faults := newRules(attributes, topics).compile(`ordrs > 1 && visits / 2 > 1 || age == "young" && foo && (bar == 1) == true`)
	var at []int
	for _, f := range faults {
		at = append(at, f.Offset)
	}
	require.Equal(t, []int{0, 20, 38, 49, 57}, at)
}

func TestDeepAndLongRules(t *testing.T) {
	// The 17th value is pushed by the innermost number.
	deep := strings.Repeat("1 + (", 16) + "visits" + strings.Repeat(")", 16) + " > 0"
	_, faults := newRules(attributes, topics).compile(deep)
	require.Len(t, faults, 1)
	require.Equal(t, plan.ErrRuleDepth.Error(), faults[0].Message)
	require.Equal(t, 5*16, faults[0].Offset)
	compile(t, strings.Replace(deep, "1 + (", "(", 1))

	long := "visits > 0" + strings.Repeat(" || visits > 0", 40)
	_, faults = newRules(attributes, topics).compile(long)
	require.Len(t, faults, 1)
	require.Contains(t, faults[0].Message, "the rule is too long from here on")
	require.Greater(t, faults[0].Offset, 500)
	compile(t, long[:len("visits > 0")+38*len(" || visits > 0")])
}

// A fault of a deep rule stands at its place in the file.
func TestDeepRuleInAFile(t *testing.T) {
	deep := strings.Repeat("1 + (", 16) + "visits" + strings.Repeat(")", 16) + " > 0"
	got := problemsOf(with(t, "orders >= 3 && days_since_order <= 60", deep))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "dunlin.yaml:17:91: segments[0].rule: plan: rule needs more than 16 values at once;")
}
