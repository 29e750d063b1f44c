package population

import (
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// life is what a lively visitor has beside the others.
type life struct {
	mood   float64 // satisfaction, 0 to 1
	pauses []span  // ascending, apart
	device uint8
	region uint8
	offset int16
	pays   uint8     // kind of payment, index + 1; 0 if the plan has none
	reach  []float64 // by channel of the plan: probability of reacting in the best hours
	gifts  []float64 // by skill: ability on the first day, logits
	tier   int       // price tier that the visitor keeps to, 1 to 3
}

// span is days from the first to before the last.
type span struct{ from, to int }

// Bounds of what a mood does to the chance of a pause, and of moods.
const (
	moodLapse = 1.6 // by how much less the best mood begins a pause than the worst, which does 1.8 times as often as the mean
	leastMood = .05
	mostMood  = .95
)

// regions are where visitors are and how far their time is from UTC.
var regions = []struct {
	share  float64
	region uint8 // of plan.RegionTexts
	offset int16
}{{.5, 4, 480}, {.3, 8, 60}, {.2, 1, -300}}

// enliven draws a lively visitor's life.
func (v *Visitor) enliven() {
	s := v.site
	if !s.o.Lively {
		return
	}
	h := &s.personas[v.Persona].Habits
	r := stream(s.o.Seed, forLife, v.Index)
	l := &life{mood: min(max(h.Mood+.15*r.NormFloat64(), leastMood), mostMood)}
	l.device = uint8(pick(r, h.Device[:]))
	u := r.Float64()
	for _, where := range regions {
		l.region, l.offset = where.region, where.offset
		if u -= where.share; u < 0 {
			break
		}
	}
	if n := len(s.plan.Payments); n > 0 {
		l.pays = 1 + uint8(r.IntN(n))
	}
	l.tier = 1 + min(2, int(v.spend/(s.meanSpend()*.7)))
	// One channel is liked best, the others less and less.
	order := r.Perm(len(s.plan.Channels))
	l.reach = make([]float64, len(order))
	for place, channel := range order {
		l.reach[channel] = h.Reach * math.Pow(.5, float64(place))
		if s.o.Null {
			l.reach[channel] = h.Reach * .4
		}
	}
	for range s.plan.Skills {
		l.gifts = append(l.gifts, h.Ability+.8*r.NormFloat64())
	}
	hazard := h.Lapse * (1.8 - moodLapse*l.mood)
	if s.o.Null {
		hazard = h.Lapse
	}
	for day := v.Arrives + leaving(r.Float64(), hazard); day < min(v.Leaves, s.Days()); {
		back := day + 5 + int(h.Pause*r.ExpFloat64())
		l.pauses = append(l.pauses, span{day, back})
		day = back + leaving(r.Float64(), hazard)
	}
	v.life = l
}

// meanSpend is the mean value of an order over personas, in minor units.
func (s *Site) meanSpend() float64 {
	sum := 0.
	for _, p := range s.personas {
		sum += p.Share * p.Spend
	}
	return sum
}

func (l *life) away(day int) bool {
	for _, p := range l.pauses {
		if day >= p.from && day < p.to {
			return true
		}
	}
	return false
}

// Mood returns how satisfied the visitor is, 0 to 1; 0 where the population is not
// lively.
func (v *Visitor) Mood() float64 {
	if v.life == nil {
		return 0
	}
	return v.life.mood
}

// Away tells whether the visitor is in a pause on a day.
func (v *Visitor) Away(day int) bool { return v.life != nil && v.life.away(day) }

// Ability returns the visitor's ability in a skill on a day, in logits: it grows by 1.2
// in the long run, half of that in some 40 days.
func (v *Visitor) Ability(skill, day int) float64 {
	if v.life == nil {
		return 0
	}
	return v.life.gifts[skill] + 1.2*(1-math.Exp(-float64(max(0, day-v.Arrives))/60))
}

// Reply returns what the visitor says to a survey that is asked in answer to c: nothing,
// as two of three do, or the answer. Satisfaction decides, and some chance.
func (v *Visitor) Reply(visit Visit, c Action, survey int) []Action {
	r := stream(v.site.o.Seed, forMood, v.Index, visit.Day, visit.Index, survey)
	if r.Float64() < 2./3 {
		return nil
	}
	s := &v.site.plan.Surveys[survey]
	mood := v.moodOn(visit.Day) + .12*r.NormFloat64()
	a := Action{At: c.At + 5, Kind: plan.Answer, Survey: uint8(survey)}
	scale := func(least, most float64) uint64 {
		return uint64(min(max(math.Round(least+(most-least)*mood), least), most))
	}
	switch s.Kind {
	case plan.CSAT:
		a.Reply = scale(1, 5)
	case plan.NPS:
		a.Reply = scale(0, 10)
	case plan.One:
		a.Reply = uint64(r.IntN(len(s.Answers)))
		if t := v.site.o.Story; t.leaves(v) && visit.Day >= t.From && r.Float64() < often {
			a.Reply = uint64(t.Reason)
		}
	case plan.Multi:
		a.Reply = 1 + r.Uint64N(1<<len(s.Answers)-1)
	}
	return []Action{a}
}

// Reacts returns the true probability that the visitor reacts to a message by a channel
// of the plan at an hour of the visitor's own day: most about the hour at which the
// visitor comes.
func (v *Visitor) Reacts(channel int, hour float64) float64 {
	p := v.life.reach[channel]
	if v.site.o.Null {
		return p
	}
	own := v.hour + float64(v.life.offset)/60
	off := math.Abs(math.Mod(hour-own+36, 24) - 12)
	return p * (.35 + .65*math.Exp(-off*off/18))
}

// ReactsAt is Reacts at an hour of UTC.
func (v *Visitor) ReactsAt(channel int, hour float64) float64 {
	return v.Reacts(channel, math.Mod(hour+float64(v.life.offset)/60+24, 24))
}

// React returns what the visitor does when a message comes by a channel in answer to c.
func (v *Visitor) React(visit Visit, c Action, channel int) []Action {
	r := stream(v.site.o.Seed, forMessage, v.Index, visit.Day, visit.Index, int(c.Message))
	if r.Float64() >= v.ReactsAt(channel, math.Mod(float64(c.At)/float64(plan.Hour), 24)) {
		return nil
	}
	return []Action{{At: c.At + 3, Kind: plan.Responded, Message: c.Message, Channel: uint8(channel)}}
}
