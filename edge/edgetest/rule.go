package edgetest

import (
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Rule writes rule code in reverse Polish order, as plan.Rule runs it.
type Rule struct{ code plan.Rule }

// NewRule returns an empty one.
func NewRule() *Rule { return &Rule{} }

// Var pushes a variable.
func (r *Rule) Var(index int) *Rule {
	r.code = append(r.code, plan.OpVar, byte(index))
	return r
}

// Num pushes a constant.
func (r *Rule) Num(v float64) *Rule {
	r.code = wire.AppendFloat(append(r.code, plan.OpConst), v)
	return r
}

// Op appends operators.
func (r *Rule) Op(ops ...byte) *Rule {
	r.code = append(r.code, ops...)
	return r
}

// Code returns the code.
func (r *Rule) Code() plan.Rule { return r.code }

// thresholds are values near which the built-in variables change often on an
// invented visitor's days.
var thresholds = map[int][]float64{
	plan.VarRevenue: {10, 100, 1000}, plan.VarAverageOrder: {5, 33.34, 250.005}, plan.VarLastOrder: {5, 50, 499.99},
	plan.VarDaysSinceFirst: {0, 1, 7, 30}, plan.VarDaysSinceVisit: {0, 1, 3}, plan.VarDaysSinceOrder: {0, 1, 3},
	plan.VarDaysSinceCart: {0, 1, 3}, plan.VarActiveDays: {1, 2, 5, 10},
}

// randomRule compares one or two variables with values that they reach.
func randomRule(rng *rand.Rand, p *plan.Plan) plan.Rule {
	r := NewRule()
	comparison := func() {
		index := rng.IntN(plan.VarActiveDays + 1)
		if len(p.Attributes) > 0 && rng.IntN(3) == 0 {
			index = plan.VarAttribute + rng.IntN(len(p.Attributes))
		}
		at, ok := thresholds[index]
		if !ok {
			at = []float64{0, 1, 2, 5}
		}
		if len(p.Topics) > 0 && rng.IntN(3) == 0 {
			if index = plan.VarTopTopic; rng.IntN(2) == 0 {
				index, at = plan.VarAffinity+rng.IntN(len(p.Topics)), []float64{0, .05, .2, .5}
			}
		}
		r.Var(index).Num(at[rng.IntN(len(at))]).Op(byte(plan.OpLt + rng.IntN(6)))
		if rng.IntN(4) == 0 {
			r.Op(plan.OpNot)
		}
	}
	comparison()
	if rng.IntN(2) == 0 {
		comparison()
		r.Op([]byte{plan.OpAnd, plan.OpOr, plan.OpSame, plan.OpDiff}[rng.IntN(4)])
	}
	return r.Code()
}
