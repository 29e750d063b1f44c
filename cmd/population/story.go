package population

import (
	"fmt"
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Story is what befalls a site while it is watched: some of its visitors begin to leave, and
// say why where they are asked; and the site runs a campaign whose arms it draws itself.
// Visits then begin with how they began (channel and device, in UTC's hours), and end where a
// survey may be asked. A Null population has neither the leaving nor the campaign's effect.
// Days are of the plan; the zero value of a part is none of it.
type Story struct {
	Leaving string  // the persona whose visitors leave
	From    int     // the day on which they begin to
	Fade    float64 // by how much more rarely they come then, 0 to 1
	Hazard  float64 // probability a day of never coming again, beside their own, 0 to .5
	Reason  int     // the answer that they mostly give to a survey of one answer
	Sour    float64 // by how much less satisfied they are then, 0 to 1

	Campaign      int     // of the plan, assigned; each visitor has one arm for good
	Starts, Stops int     // the first day of the campaign, and the first after it
	Extra         float64 // probability of an order more in a visit of those of another arm than the first
}

// often is how much of those who leave give the reason.
const often = .7

func (s *Site) checkStory() error {
	t := s.o.Story
	if t == nil {
		return nil
	}
	if s.o.Lively {
		return fmt.Errorf("%w: a population has a story or is lively", ErrOptions)
	}
	if t.Leaving != "" && !slices.ContainsFunc(s.personas, func(p Persona) bool { return p.Name == t.Leaving }) {
		return fmt.Errorf("%w: no persona is called %q", ErrOptions, t.Leaving)
	}
	if !(t.Fade >= 0 && t.Fade <= 1) {
		return fmt.Errorf("%w: fade is 0 to 1", ErrOptions)
	}
	if !(t.Hazard >= 0 && t.Hazard <= mostChurn && t.Extra >= 0 && t.Extra <= 1 && t.Sour >= 0 && t.Sour <= 1) {
		return fmt.Errorf("%w: hazard is 0 to .5, extra and sour 0 to 1", ErrOptions)
	}
	if t.Stops > t.Starts {
		if t.Campaign >= len(s.plan.Campaigns) || s.plan.Campaigns[t.Campaign].Mode != plan.Assigned {
			return fmt.Errorf("%w: the story's campaign is none of the plan's assigned ones", ErrPlan)
		}
	}
	for i := range s.plan.Surveys {
		if s.plan.Surveys[i].Kind == plan.One && t.Reason >= len(s.plan.Surveys[i].Answers) {
			return fmt.Errorf("%w: the reason is none of the survey's answers", ErrOptions)
		}
	}
	return nil
}

// leaves tells whether the visitor is of those who leave.
func (t *Story) leaves(v *Visitor) bool {
	return t != nil && t.Leaving != "" && !v.site.o.Null && v.site.personas[v.Persona].Name == t.Leaving
}

// unsettle lets those leave whom the story makes leave.
func (v *Visitor) unsettle() {
	if t := v.site.o.Story; t.leaves(v) && v.Leaves > t.From {
		r := stream(v.site.o.Seed, forStory, v.Index)
		v.Leaves = min(v.Leaves, max(v.Arrives, t.From)+leaving(r.Float64(), t.Hazard))
	}
}

// fading is the factor of the visitor's activity on a day.
func (v *Visitor) fading(day int) float64 {
	if t := v.site.o.Story; t.leaves(v) && day >= t.From {
		return 1 - t.Fade
	}
	return 1
}

// Arm returns the arm of the story's campaign that the site has drawn for the visitor.
func (v *Visitor) Arm() int {
	t := v.site.o.Story
	return stream(v.site.o.Seed, forArm, v.Index).IntN(len(v.site.plan.Campaigns[t.Campaign].Arms))
}

// befall adds to a visit what the story has of it. The times of the actions count from 0.
func (v *Visitor) befall(visit Visit) []Action {
	s, t := v.site, v.site.o.Story
	a := stream(s.o.Seed, forArrival, v.Index, visit.Day, visit.Index)
	arrive := Action{Kind: plan.Arrive, Channel: uint8(pick(a, channels[s.o.World][:])), Device: uint8(pick(a, s.personas[v.Persona].Habits.Device[:])), Region: europe}
	if n := len(s.plan.Pages); n > 0 {
		arrive.Page = 1 + uint8(a.IntN(n))
	}
	in := &inserting{}
	in.add(arrive, 0)
	running := visit.Day >= t.Starts && visit.Day < t.Stops
	arm := 0
	if running {
		arm = v.Arm()
	}
	for i, action := range visit.Actions {
		in.add(action, 0)
		if i == 0 && running {
			in.add(Action{Kind: plan.Assign, Campaign: uint8(t.Campaign), Arm: uint8(arm)}, 1)
		}
	}
	r := stream(s.o.Seed, forStory, v.Index, visit.Day, visit.Index)
	if bought := r.Float64() < t.Extra; bought && arm > 0 && !s.o.Null {
		in.add(Action{Kind: plan.Order, Topics: 1 << pick(r, v.Taste), Minor: v.order(r)}, 3)
	}
	if len(s.plan.Surveys) > 0 {
		in.add(Action{Kind: Ask}, AnswerTime)
	}
	return in.actions
}

// europe is that region of plan.RegionTexts.
const europe = 8

// moodOn is how satisfied the visitor is on a day.
func (v *Visitor) moodOn(day int) float64 {
	if v.life != nil {
		return v.life.mood
	}
	mood := v.site.personas[v.Persona].Habits.Mood
	if t := v.site.o.Story; t.leaves(v) && day >= t.From {
		mood -= t.Sour
	}
	return math.Max(mood, leastMood)
}
