package plan

// Bounds of what a device chooses by.
const (
	// MaxShare bounds holdout, explore, and the floors of one place together.
	MaxShare = Whole / 2
	// MaxLift is the largest Policy.Lift.
	MaxLift = 1000
	// MaxWorth bounds rewards and costs, so that reward x rate - cost is exact
	// enough in a float64 whatever the rate.
	MaxWorth = 1e6
)

// checkChoice holds the policy, and what a choice is made by, to their bounds.
func (p *Plan) checkChoice() error {
	y := p.Policy
	if y.Holdout > MaxShare || y.Explore > MaxShare || y.Floor > MaxShare || y.Recent > Whole || !(y.Lift >= 0 && y.Lift <= MaxLift) {
		return ErrPolicy
	}
	tooMany := func(columns int) bool { return columns*int(y.Floor) > int(MaxShare) }
	for _, c := range p.Campaigns {
		if c.Mode != Chosen {
			continue
		}
		if tooMany(len(c.Arms)) {
			return ErrPolicy
		}
		for _, a := range c.Arms {
			if y.Holdout > 0 && a == HoldoutColumn {
				return ErrName
			}
		}
	}
	for _, s := range p.Slots {
		if tooMany(len(s.Variants)) {
			return ErrPolicy
		}
		if !(s.Reward > 0 && s.Reward <= MaxWorth) { // so written, NaN is refused too
			return ErrSlot
		}
		for _, v := range s.Variants {
			if !(v.Cost >= 0 && v.Cost <= MaxWorth) {
				return ErrSlot
			}
			if y.Holdout > 0 && v.Name == HoldoutColumn {
				return ErrName
			}
		}
	}
	return nil
}
