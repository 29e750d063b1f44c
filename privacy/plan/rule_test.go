package plan_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// code joins instructions: bytes, and floats as operands.
func code(parts ...any) (out plan.Rule) {
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			out = append(out, byte(p))
		case float64:
			out = wire.AppendFloat(out, p)
		}
	}
	return out
}

type known map[int]float64

func (k known) Value(index int) (float64, bool) {
	v, ok := k[index]
	return v, ok
}

const attribute = plan.VarAttribute

func TestMatch(t *testing.T) {
	const v, c = plan.OpVar, plan.OpConst
	vars := known{plan.VarVisits: 3, plan.VarRevenue: 12.5, attribute: 0, attribute + 1: 1}
	for name, x := range map[string]struct {
		code plan.Rule
		want bool
	}{
		"no rule":              {nil, true},
		"true":                 {code(plan.OpTrue), true},
		"false":                {code(plan.OpFalse), false},
		"3 < 4":                {code(v, plan.VarVisits, c, 4.0, plan.OpLt), true},
		"3 < 3":                {code(v, plan.VarVisits, c, 3.0, plan.OpLt), false},
		"3 <= 3":               {code(v, plan.VarVisits, c, 3.0, plan.OpLe), true},
		"3 > 2":                {code(v, plan.VarVisits, c, 2.0, plan.OpGt), true},
		"3 >= 4":               {code(v, plan.VarVisits, c, 4.0, plan.OpGe), false},
		"3 == 3":               {code(v, plan.VarVisits, c, 3.0, plan.OpEq), true},
		"3 != 3":               {code(v, plan.VarVisits, c, 3.0, plan.OpNe), false},
		"3 + 12.5 == 15.5":     {code(v, plan.VarVisits, v, plan.VarRevenue, plan.OpAdd, c, 15.5, plan.OpEq), true},
		"3 - 12.5 == -9.5":     {code(v, plan.VarVisits, v, plan.VarRevenue, plan.OpSub, c, -9.5, plan.OpEq), true},
		"3 * 12.5 == 37.5":     {code(v, plan.VarVisits, v, plan.VarRevenue, plan.OpMul, c, 37.5, plan.OpEq), true},
		"-3 < 0":               {code(v, plan.VarVisits, plan.OpNeg, c, 0.0, plan.OpLt), true},
		"true and false":       {code(plan.OpTrue, plan.OpFalse, plan.OpAnd), false},
		"true or false":        {code(plan.OpTrue, plan.OpFalse, plan.OpOr), true},
		"not false":            {code(plan.OpFalse, plan.OpNot), true},
		"true same false":      {code(plan.OpTrue, plan.OpFalse, plan.OpSame), false},
		"true unlike false":    {code(plan.OpTrue, plan.OpFalse, plan.OpDiff), true},
		"0 is not set":         {code(v, attribute, plan.OpSet), false},
		"1 is set":             {code(v, attribute+1, plan.OpSet), true},
		"unknown is not set":   {code(v, plan.VarOrders, plan.OpSet), false},
		"unknown == unknown":   {code(v, plan.VarOrders, v, plan.VarOrders, plan.OpEq), false},
		"unknown != 1":         {code(v, plan.VarOrders, c, 1.0, plan.OpNe), false},
		"1 != unknown":         {code(c, 1.0, v, plan.VarOrders, plan.OpNe), false},
		"unknown + 1 >= 0":     {code(v, plan.VarOrders, c, 1.0, plan.OpAdd, c, 0.0, plan.OpGe), false},
		"unknown * 0 == 0":     {code(v, plan.VarOrders, c, 0.0, plan.OpMul, c, 0.0, plan.OpEq), false},
		"not (unknown < 1)":    {code(v, plan.VarOrders, c, 1.0, plan.OpLt, plan.OpNot), true},
		"inf - inf is unknown": {code(c, math.MaxFloat64, c, 2.0, plan.OpMul, c, math.MaxFloat64, c, 2.0, plan.OpMul, plan.OpSub, c, 0.0, plan.OpNe), false},
	} {
		t.Run(name, func(t *testing.T) {
			if len(x.code) > 0 {
				require.NoError(t, plan.CheckRule(x.code, plan.Extent{Attributes: 2, Topics: 2}))
			}
			require.Equal(t, x.want, x.code.Match(vars))
		})
	}
}

func TestCheckRule(t *testing.T) {
	deep := func(n int) plan.Rule {
		var out plan.Rule
		for range n {
			out = append(out, plan.OpTrue)
		}
		for range n - 1 {
			out = append(out, plan.OpAnd)
		}
		return out
	}
	long := func(n int) plan.Rule {
		out := plan.Rule{plan.OpTrue}
		for len(out) < n {
			out = append(out, plan.OpNot)
		}
		return out
	}
	nan := append(code(plan.OpConst), 0x7f, 0xf8, 0, 0, 0, 0, 0, 1)
	type rule struct {
		code   plan.Rule
		want   error
		topics int
	}
	rules := map[string]rule{
		"16 values":         {code: deep(16)},
		"17 values":         {code: deep(17), want: plan.ErrRuleDepth},
		"512 bytes":         {code: long(512)},
		"513 bytes":         {code: long(513), want: plan.ErrRule},
		"empty":             {code: nil, want: plan.ErrRule},
		"two values left":   {code: code(plan.OpTrue, plan.OpTrue), want: plan.ErrRule},
		"a number left":     {code: code(plan.OpConst, 1.0), want: plan.ErrRule},
		"unknown op 0":      {code: code(0), want: plan.ErrRule},
		"unknown op ff":     {code: code(plan.OpTrue, 0xff), want: plan.ErrRule},
		"nothing to take":   {code: code(plan.OpNot), want: plan.ErrRule},
		"one of two":        {code: code(plan.OpTrue, plan.OpAnd), want: plan.ErrRule},
		"and of numbers":    {code: code(plan.OpConst, 1.0, plan.OpConst, 1.0, plan.OpAnd), want: plan.ErrRule},
		"sum of truths":     {code: code(plan.OpTrue, plan.OpTrue, plan.OpAdd), want: plan.ErrRule},
		"mixed":             {code: code(plan.OpConst, 1.0, plan.OpTrue, plan.OpSame), want: plan.ErrRule},
		"set of a truth":    {code: code(plan.OpTrue, plan.OpSet), want: plan.ErrRule},
		"variable cut off":  {code: code(plan.OpVar), want: plan.ErrRule},
		"constant cut off":  {code: code(plan.OpConst, 1.0)[:5], want: plan.ErrRule},
		"infinite constant": {code: code(plan.OpConst, math.Inf(1), plan.OpSet), want: plan.ErrRule},
		"NaN":               {code: append(nan, plan.OpSet), want: plan.ErrRule},
	}
	for name, v := range map[string]struct {
		index, topics int
		exists        bool
	}{
		"last built-in of numbers":    {plan.VarActiveDays, 0, true},
		"top_topic of no topics":      {plan.VarTopTopic, 0, false},
		"top_topic of one":            {plan.VarTopTopic, 1, true},
		"after the last built-in":     {plan.VarEntry + 1, 64, false},
		"before the attributes":       {attribute - 1, 64, false},
		"last attribute":              {attribute + 1, 64, true},
		"after the last attribute":    {attribute + 2, 64, false},
		"before the affinities":       {plan.VarAffinity - 1, 64, false},
		"affinity of no topics":       {plan.VarAffinity, 0, false},
		"affinity of the only topic":  {plan.VarAffinity, 1, true},
		"after the only topic's":      {plan.VarAffinity + 1, 1, false},
		"affinity of the 64th topic":  {plan.VarAffinity + 63, 64, true},
		"affinity of a 65th topic":    {plan.VarAffinity + 64, 64, false},
		"affinity of the 64th of 63":  {plan.VarAffinity + 63, 63, false},
		"the largest index of a byte": {255, 64, false},
	} {
		r := rule{code: code(plan.OpVar, v.index, plan.OpSet), topics: v.topics}
		if !v.exists {
			r.want = plan.ErrRuleVar
		}
		rules[name] = r
	}
	for name, c := range rules {
		t.Run(name, func(t *testing.T) {
			err := plan.CheckRule(c.code, plan.Extent{Attributes: 2, Topics: c.topics})
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.want)
		})
	}
}

// value is what the reference evaluator computes with: a number that may be
// unknown, or a truth.
type value struct {
	number  float64
	unknown bool
	truth   bool
}

// reference evaluates checked code by the document's words: recursively from
// the end, with an explicit "unknown". It shares no code with Match.
func evaluate(code plan.Rule, vars plan.Vars) bool {
	var program [][]byte // instructions with their operands
	for i := 0; i < len(code); {
		n := 1
		switch code[i] {
		case plan.OpConst:
			n = 9
		case plan.OpVar:
			n = 2
		}
		program = append(program, code[i:i+n])
		i += n
	}
	var eval func() value
	eval = func() value {
		in := program[len(program)-1]
		program = program[:len(program)-1]
		switch in[0] {
		case plan.OpConst:
			bits := uint64(0)
			for _, b := range in[1:] {
				bits = bits<<8 | uint64(b)
			}
			return value{number: math.Float64frombits(bits)}
		case plan.OpVar:
			v, ok := vars.Value(int(in[1]))
			return value{number: v, unknown: !ok || math.IsNaN(v)}
		case plan.OpTrue:
			return value{truth: true}
		case plan.OpFalse:
			return value{}
		case plan.OpNot:
			return value{truth: !eval().truth}
		case plan.OpNeg:
			v := eval()
			v.number = -v.number
			return v
		case plan.OpSet:
			v := eval()
			return value{truth: !v.unknown && v.number != 0}
		}
		b := eval()
		a := eval()
		unknown := a.unknown || b.unknown
		number := func(v float64) value { return value{number: v, unknown: unknown || math.IsNaN(v)} }
		compare := func(holds bool) value { return value{truth: !unknown && holds} }
		switch in[0] {
		case plan.OpAdd:
			return number(a.number + b.number)
		case plan.OpSub:
			return number(a.number - b.number)
		case plan.OpMul:
			return number(a.number * b.number)
		case plan.OpLt:
			return compare(a.number < b.number)
		case plan.OpLe:
			return compare(a.number <= b.number)
		case plan.OpGt:
			return compare(a.number > b.number)
		case plan.OpGe:
			return compare(a.number >= b.number)
		case plan.OpEq:
			return compare(a.number == b.number)
		case plan.OpNe:
			return compare(a.number != b.number)
		case plan.OpAnd:
			return value{truth: a.truth && b.truth}
		case plan.OpOr:
			return value{truth: a.truth || b.truth}
		case plan.OpSame:
			return value{truth: a.truth == b.truth}
		}
		return value{truth: a.truth != b.truth} // OpDiff
	}
	return eval().truth
}

// drawn gives variables from fuzzed bytes: a third unknown, and odd numbers.
type drawn []byte

func (d drawn) Value(index int) (float64, bool) {
	if len(d) == 0 {
		return 0, false
	}
	switch b := d[index%len(d)]; b % 8 {
	case 0, 1:
		return 42, false
	case 2:
		return math.NaN(), true
	case 3:
		return math.Inf(1), true
	default:
		return float64(b>>4) - 4, true
	}
}

// Code that CheckRule accepts runs without a panic for any variables, and gives
// what the reference evaluator gives.
func FuzzMatch(f *testing.F) {
	for _, name := range references {
		for _, s := range reference(f, name).Segments {
			f.Add([]byte(s.Rule), []byte{0x94, 0x71, 0x02, 0x33, 0xff})
		}
	}
	f.Add([]byte(code(plan.OpVar, 0, plan.OpVar, attribute, plan.OpSub, plan.OpNeg, plan.OpSet, plan.OpTrue, plan.OpDiff, plan.OpNot)), []byte{3})
	f.Add([]byte(code(plan.OpVar, plan.VarTopTopic, plan.OpConst, 2.0, plan.OpEq, plan.OpVar, plan.VarAffinity+2, plan.OpConst, 0.3, plan.OpGe, plan.OpAnd)), []byte{0x64, 0x71, 0x02})
	f.Add([]byte(code(plan.OpConst, 1.0, plan.OpVar, 3, plan.OpNe, plan.OpFalse, plan.OpSame, plan.OpTrue, plan.OpOr)), []byte{1, 2})
	f.Fuzz(func(t *testing.T, rule, vars []byte) {
		if err := plan.CheckRule(rule, plan.Extent{Attributes: 4, Topics: 3}); err != nil {
			return
		}
		require.Equal(t, evaluate(rule, drawn(vars)), plan.Rule(rule).Match(drawn(vars)))
	})
}
