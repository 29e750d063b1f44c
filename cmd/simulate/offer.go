package simulate

import (
	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
)

// Offer is what came of one list or message of the plan in truth, by devices that are
// personalized and by those of the holdout, whose lists go by popularity and whose
// messages by the plan's order: expected takes, by the population's rates.
type Offer struct {
	Name         string  `json:"name"` // "list NAME", "message NAME"
	Showings     float64 `json:"showings"`
	Taken        float64 `json:"taken"`
	HeldShowings float64 `json:"held_showings"`
	HeldTaken    float64 `json:"held_taken"`
	// Fit is, of a list that teaches, the mean distance of the first exercise's true chance
	// of being solved from .75; 0 of others.
	Fit     float64 `json:"fit,omitempty"`
	HeldFit float64 `json:"held_fit,omitempty"`
}

// Uplift is the rate of the personalized by that of the holdout.
func (o *Offer) Uplift() float64 { return o.Taken / o.Showings / (o.HeldTaken / o.HeldShowings) }

// offered is one showing of a day.
type offered struct {
	offer   int // index: lists, then messages
	taken   float64
	fit     float64
	teaches bool
}

// newOffers returns those of a crowd's plan, without any showing.
func (c *Crowd) newOffers() (out []Offer) {
	for i := range c.plan.Lists {
		out = append(out, Offer{Name: "list " + c.plan.Lists[i].Name})
	}
	for i := range c.plan.Messages {
		out = append(out, Offer{Name: "message " + c.plan.Messages[i].Name})
	}
	return out
}

// add counts a visitor's day. Whether it is of the holdout the slots' decisions say: every
// visit meets each slot.
func (l *life) addOffers(offers []Offer) {
	held := false
	for _, s := range l.shown {
		held = held || s.reason == choose.Held
	}
	for _, s := range l.offered {
		o := &offers[s.offer]
		showings, taken, fit := &o.Showings, &o.Taken, &o.Fit
		if held {
			showings, taken, fit = &o.HeldShowings, &o.HeldTaken, &o.HeldFit
		}
		*showings++
		*taken += s.taken
		if s.teaches {
			*fit += s.fit
		}
	}
}

// settle turns sums of distances into means.
func (o *Offer) settle() {
	if o.Showings > 0 {
		o.Fit /= o.Showings
	}
	if o.HeldShowings > 0 {
		o.HeldFit /= o.HeldShowings
	}
}

// taken is the chance that a visitor picks something of what a list shows.
func taken(v *population.Visitor, day int, items []string) float64 {
	none := 1.0
	for rank, id := range items {
		none *= 1 - v.PullAt(id, day, rank)
	}
	return 1 - none
}
