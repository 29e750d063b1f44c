package population

import (
	"math/rand/v2"
	"slices"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Kinds of actions that are no events of a plan: the visitor meets something that the
// device decides. The driver asks the device, shows what it picks, tells it so, and goes
// on with Visitor.Answer, Take, React or Reply.
const (
	Choose    plan.EventKind = 0   // a slot
	Recommend plan.EventKind = 250 // a list
	Meet      plan.EventKind = 251 // a place where a message may come
	Ask       plan.EventKind = 252 // a place where a survey may be asked
)

// AnswerTime is the number of seconds after such an action in which no other
// action of the visit lies.
const AnswerTime = 10

// Action is one thing that happens in a visit. Only the fields of its kind are
// used; indices are the plan's.
type Action struct {
	At      plan.Time
	Kind    plan.EventKind // Choose, Recommend, Meet, Ask, or the event's
	Topics  uint64         // View, Dwell, Click, Cart, Order, Search, Social, Refund, Attempt, Picked: bit t is topic t
	Seconds uint16         // Dwell
	Slot    uint8          // Choose; Click if InSlot
	InSlot  bool           // Click: in the slot, as an answer
	Event   uint8          // Custom
	Minor   int64          // Order, Refund

	Quantity                uint16 // Order
	Discount                int64  // Order
	Payment                 uint8  // Order: index + 1
	Tier                    uint8  // View, Order: price tier, 1 to 3; 0 none
	Act, Network, Sentiment uint8  // Social, as edge.Event has them
	Campaign, Arm           uint8  // Assign
	Channel                 uint8  // Arrive: of plan.ChannelTexts; Responded: of the plan's
	Device, Region, Page    uint8  // Arrive
	Offset                  int16  // Arrive
	List, Message, Survey   uint8  // Recommend, Picked; Meet, Responded; Ask, Answer
	Reply                   uint64 // Answer
	Item                    string // View, Attempt, Picked: id in the catalogue
	Skill                   uint8  // Attempt
	Difficulty              float64
	Right                   bool
}

// Visit is one visit of a visitor: its actions in the order of time, one Choose of
// each slot among them.
type Visit struct {
	Visitor, Day int
	Index        int // among the visitor's visits of the day
	Actions      []Action
}

const (
	mostVisits = 3
	leastPages = 2
	mostPages  = 8
	mostDwell  = 600              // seconds on one page
	rest       = 30 * plan.Minute // between visits; as long, a device counts two
	margin     = rest / 2         // kept free at both ends of a day
)

// weekend is how much more often visitors come on Saturdays and Sundays.
const weekend = 1.15

// begin draws how many visits a day has and returns the randomness of the rest.
func (v *Visitor) begin(day int) (r *rand.Rand, visits int) {
	s := v.site
	if day < v.Arrives || day >= v.Leaves || day < 0 || day >= s.Days() {
		return nil, 0
	}
	r = stream(s.o.Seed, forDay, v.Index, day)
	p := v.Active
	_, _, date := s.Bounds(day)
	if (date+3)%7 >= 5 { // day 0 of 1970 was a Thursday
		p = min(p*weekend, .97)
	}
	if v.life != nil && v.life.away(day) {
		return nil, 0
	}
	if s.o.Season > 0 {
		p = min(p*s.Season(day), .97)
	}
	if s.weather != nil {
		p = min(p*s.weather[day], .97)
	}
	p *= v.fading(day)
	first := day == v.Arrives && v.Arrives > 0 // who arrives late comes that day
	if r.Float64() >= p && !first {
		return nil, 0
	}
	again := s.personas[v.Persona].Again
	for visits = 1; visits < mostVisits && r.Float64() < again; visits++ {
		again /= 2
	}
	return r, visits
}

// Visits returns how many visits Day gives, at a small part of its cost.
func (v *Visitor) Visits(day int) int {
	_, n := v.begin(day)
	return n
}

// Day returns the visitor's visits of a day in the order of time; none before the
// visitor arrives, after it left, or outside of the plan.
func (v *Visitor) Day(day int) []Visit {
	r, n := v.begin(day)
	if n == 0 {
		return nil
	}
	out := make([]Visit, n)
	starts := make([]plan.Time, n)
	begin, end, _ := v.site.Bounds(day)
	for i := range out {
		hour := v.hour + 2.5*r.NormFloat64()
		starts[i] = begin + plan.Time(hour/24*float64(end-begin))
	}
	slices.Sort(starts)
	for i := range out {
		out[i] = Visit{Visitor: v.Index, Day: day, Index: i, Actions: v.walk(r, day)}
		if v.life != nil {
			out[i].Actions = v.liven(out[i])
		} else if v.site.o.Story != nil {
			out[i].Actions = v.befall(out[i])
		}
	}
	settle(out, starts, begin+margin, end-margin)
	return out
}

// settle moves the visits, whose actions count from 0, to their starts, or as
// little beside them as they need to keep apart between first and last. They fit:
// a visit is below two hours (mostPages pages of mostDwell seconds and the time for
// answers), and a day has 22 or more.
func settle(visits []Visit, starts []plan.Time, first, last plan.Time) {
	for i := range visits {
		starts[i] = max(starts[i], first)
		first = starts[i] + visits[i].length() + rest
	}
	for i := len(visits) - 1; i >= 0; i-- {
		starts[i] = min(starts[i], last-visits[i].length()-1)
		last = starts[i] - rest + 1
		for a := range visits[i].Actions {
			visits[i].Actions[a].At += starts[i]
		}
	}
}

// length is the time of the last action, counted from 0, with its answer.
func (v *Visit) length() plan.Time { return v.Actions[len(v.Actions)-1].At + AnswerTime }

// walk draws one visit's actions, at times counted from 0.
func (v *Visitor) walk(r *rand.Rand, day int) []Action {
	s, k := v.site, &v.site.personas[v.Persona]
	pages := leastPages
	for range mostPages - leastPages {
		if r.Float64()*(mostPages-leastPages) < k.Pages-leastPages {
			pages++
		}
	}
	taste := v.TasteOn(day)
	w := walk{Visitor: v, r: r, taste: taste, actions: make([]Action, 0, 3*pages+len(s.plan.Slots)+4)}
	wants := false
	for page := range pages {
		topics := uint64(0) // the home page has none
		if page > 0 {
			topics = 1 << pick(r, taste)
		}
		w.do(Action{Kind: plan.View, Topics: topics}, 1)
		seconds := min(3+r.ExpFloat64()*k.Dwell, mostDwell)
		if page == 0 {
			seconds = min(seconds, 30)
		}
		w.now += plan.Time(seconds)
		w.do(Action{Kind: plan.Dwell, Topics: topics, Seconds: uint16(seconds)}, 1)
		for slot := range s.plan.Slots {
			if min(slot, pages-1) == page {
				w.do(Action{Kind: Choose, Slot: uint8(slot)}, AnswerTime)
			}
		}
		if page == 0 {
			continue
		}
		if r.Float64() < .3 {
			w.do(Action{Kind: plan.Click, Topics: topics}, 2)
		}
		if r.Float64() < k.Cart {
			w.happens(Action{Kind: plan.Cart, Topics: topics})
			wants = true
		}
	}
	w.leave(wants)
	return w.actions
}

// walk is a visit being drawn.
type walk struct {
	*Visitor
	r       *rand.Rand
	taste   []float64 // of the day
	now     plan.Time
	actions []Action
}

// do adds an action now and lets time pass.
func (w *walk) do(a Action, takes plan.Time) {
	a.At = w.now
	w.actions = append(w.actions, a)
	w.now += takes
}

// happens adds an event unless it is a slot's goal, which only an answer reaches.
func (w *walk) happens(a Action) {
	if !w.site.goals[plan.Trigger{Kind: a.Kind, Event: a.Event}] {
		w.do(a, 3)
	}
}

// leave ends a visit: the site's own events, the later in the plan the rarer, and
// the order of a visit that wants something.
func (w *walk) leave(wants bool) {
	p := .3
	for e := range w.site.plan.Events {
		if w.r.Float64() < p {
			w.happens(Action{Kind: plan.Custom, Event: uint8(e)})
		}
		p *= .7
	}
	if k := &w.site.personas[w.Persona]; wants && w.r.Float64() < k.Buy {
		w.happens(Action{Kind: plan.Order, Topics: 1 << pick(w.r, w.taste), Minor: w.order(w.r)})
	}
}
