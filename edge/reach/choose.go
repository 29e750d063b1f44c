package reach

import (
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	// PriorWeight is the most that everyone's rate weighs, in own showings.
	PriorWeight = 20
	// Enough is how many own showings in all are enough to go by without a prior.
	Enough = 3
	// EnoughHours is how many hours with activity, faded as the profile has them, are
	// enough to know the visitor's week by.
	EnoughHours = 4
)

// Why says what an answer goes by.
type Why uint8

// The reasons: of the channel what the visitor answered before, what everyone does, the
// plan's order for want of both; the device is of the holdout, which gets the plan's order.
const (
	Own      Why = 1
	Everyone Why = 2
	Order    Why = 3
	Held     Why = 4
)

// Refusal says why a message does not come now.
type Refusal uint8

// The refusals: the message is not for this visitor, or was shown as often as is allowed.
const (
	NotFor Refusal = 1
	Capped Refusal = 2
)

// Answer is how a message reaches the visitor.
type Answer struct {
	Channel uint8     // index into Plan.Channels
	Why     Why       // of the channel
	At      plan.Time // now, or the beginning of an hour within the next 24
	Habit   bool      // the hour goes by the visitor's own week; else it is the first that is not quiet
	Quiet   bool      // it is quiet now
	Refused Refusal   // 0: it may come
}

// Situation is what an answer is given in.
type Situation struct {
	Now     plan.Time
	Age     plan.Time // since the last activity, to which own answers have faded
	Message int
	Plan    *plan.Plan
	Names   *Names
	View    profile.View
	Priors  *choose.Priors // of the plan; nil: none
	Segment int
	Held    bool
	Stream  choose.Stream // the device's, for this message and period
}

// Choose answers how a message reaches the visitor.
func (m *Memory) Choose(out *Answer, s *Situation) {
	*out = Answer{}
	p := &s.Plan.Messages[s.Message]
	m.channel(out, p, s)
	hour(out, p, s)
	switch {
	case !p.When.Match(&s.View):
		out.Refused = NotFor
	case p.Cap > 0 && m.within(s.Names.Messages[s.Message], s.Now, p.Every) >= int(p.Cap):
		out.Refused = Capped
	}
}

// channel picks the channel.
func (m *Memory) channel(out *Answer, p *plan.Message, s *Situation) {
	out.Channel, out.Why = uint8(p.Channel(0)), Order
	if s.Held {
		out.Why = Held
		return
	}
	row := s.Priors.Row(choose.Place{Kind: choose.Response, Index: uint8(s.Message)}, s.Segment)
	all, best := 0.0, -1.0
	for c := range p.Columns() {
		channel := p.Channel(c)
		key := s.Names.Channels[channel]
		shown, answered := m.read(key, s.Age)
		prior := choose.Bare()
		if row != nil {
			prior = row[c]
		}
		weight := min(float64(prior.Strength), PriorWeight)
		strength := weight + shown
		mean := (float64(weight*prior.Mean) + answered) / strength
		stream := s.Stream.Of(key)
		if draw := choose.Beta(&stream, float64(mean*strength), float64((1-mean)*strength)); draw > best {
			best, out.Channel = draw, uint8(channel)
		}
		all += shown
	}
	switch {
	case all >= Enough:
		out.Why = Own
	case row != nil:
		out.Why = Everyone
	default:
		out.Channel = uint8(p.Channel(0))
	}
}

// hour picks the time.
func hour(out *Answer, p *plan.Message, s *Situation) {
	now, weekday, known := s.View.Local()
	quiet := func(h int) bool {
		from, to := int(p.QuietFrom), int(p.QuietTo)
		if from <= to {
			return h >= from && h < to
		}
		return h >= from || h < to
	}
	if !known { // the visitor's own time is not: quiet hours are taken as UTC's
		now = int(s.Now / plan.Hour % 24)
	}
	out.Quiet = quiet(now)
	first := (weekday-1)*24 + now
	all := 0.0
	for h := range 7 * 24 {
		all += s.View.HourWeight(h)
	}
	out.Habit = known && all >= EnoughHours && !s.Held
	best, weight := -1, 0.0
	running := 0.0
	for ahead := range 24 {
		if quiet((now + ahead) % 24) {
			continue
		}
		if !out.Habit {
			best = ahead
			break
		}
		h := first + ahead
		w := s.View.HourWeight(h%168) + float64(.5*s.View.HourWeight((h+1)%168)) + float64(.5*s.View.HourWeight((h+167)%168))
		if ahead == 0 {
			running = w
		}
		if best < 0 || w > weight {
			best, weight = ahead, w
		}
	}
	if best > 0 && out.Habit && !out.Quiet && (running >= weight/2 || weight == 0) {
		best = 0
	}
	if out.At = s.Now; best > 0 {
		// The visitor's own hours begin with UTC's but where zones are off by parts of one.
		out.At = (s.Now/plan.Hour + plan.Time(best)) * plan.Hour
	}
}
