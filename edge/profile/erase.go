package profile

import "github.com/dunlin-analytics/dunlin/privacy/plan"

// Erase erases what a variable rests on.
func (p *Profile) Erase(n *Names, variable int, now plan.Time) bool { return false }
