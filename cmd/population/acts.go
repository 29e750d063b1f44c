package population

import (
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// channels are how visits begin, by world: shares of plan.ChannelTexts.
var channels = [...][plan.Channels]float64{
	Shop:   {.35, .22, .12, .10, .07, .06, .02, .01, .04, .01, 0},
	Feed:   {.60, .05, .02, .12, .02, .04, .10, 0, .05, 0, 0},
	School: {.45, .20, .05, .05, .12, .08, .03, .01, .01, 0, 0},
}

// liven adds to a visit what a lively visitor does. It has randomness of its own: what
// was drawn for the visit stays. The times of the actions count from 0 still.
func (v *Visitor) liven(visit Visit) []Action {
	s, l := v.site, v.life
	h := &s.personas[v.Persona].Habits
	r := stream(s.o.Seed, forActs, v.Index, visit.Day, visit.Index)
	a := stream(s.o.Seed, forArrival, v.Index, visit.Day, visit.Index)
	in := &inserting{}
	arrive := Action{Kind: plan.Arrive, Channel: uint8(pick(a, channels[s.o.World][:])), Device: l.device, Region: l.region, Offset: l.offset}
	if n := len(s.plan.Pages); n > 0 {
		arrive.Page = 1 + uint8(a.IntN(n))
	}
	in.add(arrive, 0)
	pages := 0
	for _, action := range visit.Actions {
		in.add(action, 0)
		switch action.Kind {
		case plan.Dwell:
			pages++
			if pages == 1 {
				v.meets(in, r)
				continue
			}
			if r.Float64() < h.Acts {
				in.add(v.act(r, action.Topics), 2)
			}
		case plan.Order:
			v.pay(in, r)
		}
	}
	if r.Float64() < h.Search {
		in.add(Action{Kind: plan.Search, Topics: 1 << pick(r, v.TasteOn(visit.Day))}, 2)
	}
	if len(s.plan.Surveys) > 0 {
		in.add(Action{Kind: Ask}, AnswerTime)
	}
	return in.actions
}

// meets adds what a visitor meets on the home page.
func (v *Visitor) meets(in *inserting, r *rand.Rand) {
	p := v.site.plan
	for m := range p.Messages {
		in.add(Action{Kind: Meet, Message: uint8(m)}, AnswerTime)
	}
	for l := range p.Lists {
		n := 1
		if p.Lists[l].Learning {
			for n = 0; float64(n) < v.site.personas[v.Persona].Habits.Attempts*r.Float64()*2; n++ {
			}
		}
		for range min(n, 8) {
			in.add(Action{Kind: Recommend, List: uint8(l)}, 60)
		}
	}
}

// act is a social act: mostly likes; comments as the mood is.
func (v *Visitor) act(r *rand.Rand, topics uint64) Action {
	a := Action{Kind: plan.Social, Topics: topics, Act: uint8(pick(r, []float64{.62, .13, .2, .05}))}
	if n := len(v.site.plan.Networks); n > 0 && a.Act == 1 {
		a.Network = 1 + uint8(r.IntN(n))
	}
	if a.Act == plan.Comment {
		switch u := r.Float64(); {
		case u < .3:
			a.Sentiment = 2
		case u < .3+.7*v.life.mood:
			a.Sentiment = 3
		default:
			a.Sentiment = 1
		}
	}
	return a
}

// pay completes the order just added, and sends some back.
func (v *Visitor) pay(in *inserting, r *rand.Rand) {
	h := &v.site.personas[v.Persona].Habits
	o := &in.actions[len(in.actions)-1]
	o.Quantity = 1
	for float64(o.Quantity) < h.Quantity+r.ExpFloat64()*(h.Quantity-1) && o.Quantity < 20 {
		o.Quantity++
	}
	if r.Float64() < h.Coupon {
		o.Discount = o.Minor / 10
	}
	o.Payment, o.Tier = v.life.pays, uint8(v.life.tier)
	if back := *o; r.Float64() < h.Refund {
		in.add(Action{Kind: plan.Refund, Minor: back.Minor, Topics: back.Topics}, 2)
	}
}

// inserting is a visit to which actions are added: those that come later are put off
// by as long as what was added takes.
type inserting struct {
	actions []Action
	now     plan.Time // of the visit as it was drawn
	added   plan.Time
}

// add puts an action of the visit where it was, put off; or, if it takes time, a new one
// after the one before.
func (in *inserting) add(a Action, takes plan.Time) {
	if takes > 0 || a.Kind == plan.Arrive {
		a.At = in.now + in.added
		in.added += takes
	} else {
		in.now = a.At + after(a)
		a.At += in.added
	}
	in.actions = append(in.actions, a)
}

// after is the time that belongs to an action as walk draws it.
func after(a Action) plan.Time {
	if a.Kind == Choose {
		return AnswerTime
	}
	return 1
}
