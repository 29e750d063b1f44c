package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/approx"
	"github.com/dunlin-analytics/dunlin/edge/decay"
)

const (
	// MaxAbility bounds an ability, and a difficulty as it is used, on both sides, in logits.
	MaxAbility = 8
	// SettledAttempts is the number of attempts after which the step falls no further,
	// so that learning is seen however much was done before.
	SettledAttempts = 200

	maxAbility  = MaxAbility * decay.One
	maxAttempts = 1<<16 - 1
)

// Attempted takes in an attempt at an exercise of one of the plan's skills, after Touch:
// its difficulty in logits, and whether it was right.
//
// The ability, 0 before the first attempt, moves by step x (right - expected), where
// expected is 1 / (1 + exp(difficulty - ability)), and step 1 / (1 + attempts before / 20).
// Source: Pelánek, Applications of the Elo rating system in adaptive educational systems (2016).
func (p *Profile) Attempted(n *Names, index int, difficulty float64, right bool) {
	f := p.facts.of(skill, n.skills[index])
	if f.a == 0 {
		f.b = maxAbility
	}
	ability := abilityOf(f)
	outcome := 0.
	if right {
		outcome = 1
	}
	difficulty = min(max(difficulty, -MaxAbility), MaxAbility)
	step := 1 / (1 + float64(min(f.a, SettledAttempts))/20)
	ability += float64(step * (outcome - Expected(ability, difficulty)))
	ability = min(max(ability, -MaxAbility), MaxAbility)
	f.a, f.b = min(f.a+1, maxAttempts), uint64(float64((ability+MaxAbility)*decay.One)+.5)
}

// Expected returns the chance of being right at a difficulty, both in logits.
func Expected(ability, difficulty float64) float64 {
	return 1 / (1 + approx.Exp2(float64((difficulty-ability)*(1/approx.Ln2))))
}

// abilityOf is exact: b is below 2^53.
func abilityOf(f *fact) float64 { return float64(f.b)/decay.One - MaxAbility }

// Ability returns that of a skill, in logits around 0, and after how many attempts;
// without one it is not known.
func (v View) Ability(index int) (ability float64, attempts int) {
	i, ok := v.profile.facts.find(skill, v.names.skills[index])
	if !ok {
		return 0, 0
	}
	f := &v.profile.facts.room[i]
	return abilityOf(f), int(f.a)
}
