package planfile

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

func TestFormatRule(t *testing.T) {
	for rule, want := range map[string]string{
		"orders >= 3 and days_since_order <= 60": "orders >= 3 && days_since_order <= 60",
		"(member || vip) && !(visits > 1)":       "(member || vip) && !(visits > 1)",
		"member or (vip and visits > 1)":         "member || vip && visits > 1",
		"2 - (3 - visits) * 4 > -1.5":            "2 - (3 - visits) * 4 > -1.5",
		"-(visits + 1) < 0.0000001":              "-(visits + 1) < 1e-07",
		"visits > 1e20":                          "visits > 1e+20",
		"- -visits < 0":                          "-(-visits) < 0",
		"member == false":                        "member == false",
		"true != member":                         "member != true",
		"member == vip":                          "member == vip",
		`"older" == age`:                         `age == "older"`,
		"(visits > 1) == (views > 1)":            "(visits > 1) == (views > 1)",
		"!member == (visits > 1)":                "!member == (visits > 1)",
		"member == (visits > 1)":                 "member == member && !!member == (visits > 1)",
		"not not member":                         "!!member",
		"true || false":                          "true || false",
		"visits - (1 - 2) == 1":                  "visits - (1 - 2) == 1",
		"affinity['shoes'] >= .3":                "affinity.shoes >= 0.3",
		`affinity["kids wear"] > affinity.鞋`:     `affinity["kids wear"] > affinity.鞋`,
		"affinity.in * 2 < 1":                    `affinity["in"] * 2 < 1`,
		"-affinity.bags < 0":                     "-affinity.bags < 0",
		`"shoes" != top_topic`:                   `top_topic != "shoes"`,
		`!(top_topic == "in")`:                   `!(top_topic == "in")`,
	} {
		t.Run(rule, func(t *testing.T) {
			code := compile(t, rule)
			got := FormatRule(code, attributes, topics)
			require.Equal(t, want, got)
			if got != "member == member && !!member == (visits > 1)" {
				require.Equal(t, want, FormatRule(compile(t, got), attributes, topics), "formatting is stable")
			}
		})
	}
	require.Equal(t, "everyone else", FormatRule(nil, attributes, topics))
}

// Code that no rule compiles to is shown for what it does, never as a rule that
// does something else.
func TestFormatHandMadeCode(t *testing.T) {
	constant := func(v float64) []byte { return wire.AppendFloat([]byte{plan.OpConst}, v) }
	code := func(parts ...[]byte) (out plan.Rule) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	variable := func(i byte) []byte { return []byte{plan.OpVar, i} }
	for want, c := range map[string]plan.Rule{
		"visits != 0":                code(variable(0), []byte{plan.OpSet}),
		"visits + 1 != 0":            code(variable(0), constant(1), []byte{plan.OpAdd, plan.OpSet}),
		`age != "under 25"`:          code(variable(age), []byte{plan.OpSet}),
		"index(age) < 1":             code(variable(age), constant(1), []byte{plan.OpLt}),
		"index(age) == 7":            code(variable(age), constant(7), []byte{plan.OpEq}),
		"index(age) == 0.5":          code(variable(age), constant(0.5), []byte{plan.OpEq}),
		"index(age) == points":       code(variable(age), variable(points), []byte{plan.OpEq}),
		"number(member) == 2":        code(variable(member), constant(2), []byte{plan.OpEq}),
		"-number(member) < 0":        code(variable(member), []byte{plan.OpNeg}, constant(0), []byte{plan.OpLt}),
		"!!member == !!vip":          code(variable(member), []byte{plan.OpSet}, variable(vip), []byte{plan.OpSet, plan.OpSame}),
		"index(top_topic) < 1":       code(variable(plan.VarTopTopic), constant(1), []byte{plan.OpLt}),
		"index(top_topic) == 6":      code(variable(plan.VarTopTopic), constant(6), []byte{plan.OpEq}),
		`top_topic != "shoes"`:       code(variable(plan.VarTopTopic), []byte{plan.OpSet}),
		"index(top_topic) == visits": code(variable(plan.VarTopTopic), variable(0), []byte{plan.OpEq}),
		"affinity.bags != 0":         code(variable(plan.VarAffinity+1), []byte{plan.OpSet}),
		"visits > -3":                code(variable(0), constant(-3), []byte{plan.OpGt}),
	} {
		require.NoError(t, plan.CheckRule(c, plan.Extent{Attributes: len(attributes), Topics: len(topics)}))
		require.Equal(t, want, FormatRule(c, attributes, topics))
	}
}

// randomRule writes a rule of the language.
func randomRule(r *rand.Rand, depth int) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	if depth == 0 {
		return pick("member", "vip", "true", "false", "visits > 1", "points <= -2.5", `age == "older"`, `age != "under 25"`, "member == false", "days_since_order < 3",
			`top_topic == "bags"`, `"kids wear" != top_topic`)
	}
	number := func() string {
		return pick("visits", "affinity.shoes", `affinity["kids wear"]`, "points", "3", "0.5", "-points", "(visits + points)", "visits * 2 - points", "(1 - visits) * -points")
	}
	switch r.IntN(5) {
	case 0:
		return pick("!", "not ") + "(" + randomRule(r, depth-1) + ")"
	case 1:
		return "(" + randomRule(r, depth-1) + ") " + pick("==", "!=") + " (" + randomRule(r, depth-1) + ")"
	case 2:
		return number() + pick(" < ", " <= ", " > ", " >= ", " == ", " != ") + number()
	default:
		return "(" + randomRule(r, depth-1) + ")" + pick(" && ", " || ", " and ", " or ") + "(" + randomRule(r, depth-1) + ")"
	}
}

func randomVars(r *rand.Rand) known {
	vars := known{}
	set := func(i int, v float64) {
		if r.IntN(3) > 0 {
			vars[i] = v
		}
	}
	set(plan.VarVisits, float64(r.IntN(4)))
	set(plan.VarDaysSinceOrder, float64(r.IntN(5)))
	set(points, math.Trunc(r.Float64()*12)/2-3)
	set(member, float64(r.IntN(2)))
	set(vip, float64(r.IntN(2)))
	set(age, float64(r.IntN(4)))
	set(plan.VarTopTopic, float64(r.IntN(4)))
	set(plan.VarAffinity, float64(r.IntN(3))/2)
	set(plan.VarAffinity+2, float64(r.IntN(3))/2)
	return vars
}

func TestFormattedRulesMatchTheSameDevices(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	matched := 0
	for range 3000 {
		text := randomRule(r, r.IntN(4))
		code, err := CompileRule(text, attributes, topics)
		if err != nil {
			require.ErrorContains(t, err, "from here on", text) // longer than 512 bytes
			continue
		}
		written := FormatRule(code, attributes, topics)
		again, err := CompileRule(written, attributes, topics)
		if err != nil { // the form with a flag named three times can outgrow the bound
			require.ErrorContains(t, err, "from here on", written)
			continue
		}
		for range 20 {
			vars := randomVars(r)
			require.Equal(t, code.Match(vars), again.Match(vars), "%s\n%s\n%v", text, written, vars)
			if code.Match(vars) {
				matched++
			}
		}
	}
	require.Greater(t, matched, 10_000, "both outcomes are tried")
	require.Less(t, matched, 50_000)
}

func TestChoiceValuesWithOddCharacters(t *testing.T) {
	odd := []plan.Attribute{{Name: "a", Type: plan.Choice, Values: []string{`quo"te`, `back\slash`, "emoji 👩‍🚀", "é", "soft\u00adhyphen"}}}
	for i := range odd[0].Values {
		code := plan.Rule(wire.AppendFloat([]byte{plan.OpVar, plan.VarAttribute, plan.OpConst}, float64(i)))
		code = append(code, plan.OpEq)
		text := FormatRule(code, odd, nil)
		again, err := CompileRule(text, odd, nil)
		require.NoError(t, err, text)
		require.Equal(t, code, again)
	}
}
