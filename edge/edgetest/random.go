package edgetest

import (
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Plan invents a plan with a few of everything; every metric kind, cadence and
// policy comes up often, the ends of their ranges too.
func Plan(rng *rand.Rand) *plan.Plan {
	p := Bare(1)
	p.Policy = policy(rng)
	p.Topics = list("topic", []int{0, 1, 3, 6, plan.MaxTopics}[rng.IntN(5)])
	c := []plan.Cadence{plan.Daily, plan.Daily, plan.Weekly, plan.FourWeekly}[rng.IntN(4)]
	Calendar(p, c, 1+rng.IntN(20))
	p.Attribution = []uint32{0, 3600, plan.Day, 7 * plan.Day, plan.MaxAttribution}[rng.IntN(5)]
	p.Events = list("event", rng.IntN(3))
	p.Attributes = nil
	for i := range rng.IntN(4) {
		a := plan.Attribute{Name: nth("attribute", i), Type: plan.AttributeType(1 + rng.IntN(3))}
		switch a.Type {
		case plan.Number:
			a.Min, a.Max = 0, float64(1+rng.IntN(5))
		case plan.Choice:
			a.Values = list("value", 1+rng.IntN(4))
		}
		p.Attributes = append(p.Attributes, a)
	}
	p.Segments = nil
	for i := range rng.IntN(4) {
		p.Segments = append(p.Segments, plan.Segment{Name: nth("segment", i), Rule: randomRule(rng, p)})
	}
	p.Segments = append(p.Segments, plan.Segment{Name: "else"})
	for i := range 2 + rng.IntN(3) {
		p.Stages = append(p.Stages, plan.Stage{Name: nth("stage", i), On: trigger(rng, p)})
	}
	for i := range 1 + rng.IntN(2) {
		c := plan.Campaign{Name: nth("campaign", i), Mode: plan.Mode(1 + rng.IntN(2)), Arms: list("arm", 2+rng.IntN(3))}
		for g := range 1 + rng.IntN(3) {
			c.Goals = append(c.Goals, plan.Goal{Name: nth("goal", g), On: trigger(rng, p)})
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	for i := range 1 + rng.IntN(2) {
		s := plan.Slot{Name: nth("slot", i), Goal: trigger(rng, p), Reward: []float64{1, .01, 20, 1e6}[rng.IntN(4)]}
		for _, name := range list("variant", 2+rng.IntN(3)) {
			v := plan.Variant{Name: name, Cost: []float64{0, 0, .004, 1, 1e6}[rng.IntN(5)]}
			for t := range p.Topics {
				if rng.IntN(3) == 0 {
					v.Topics = append(v.Topics, uint8(t))
				}
			}
			s.Variants = append(s.Variants, v)
		}
		p.Slots = append(p.Slots, s)
	}
	p.Metrics = nil
	for i := range 1 + rng.IntN(8) {
		p.Metrics = append(p.Metrics, metric(rng, p, nth("metric", i)))
	}
	return p
}

// policy invents one whose floor up to four variants can have.
func policy(rng *rand.Rand) plan.Policy {
	pick := func(of ...plan.Share) plan.Share { return of[rng.IntN(len(of))] }
	return plan.Policy{
		Holdout: pick(0, 1000, 5000),
		Explore: pick(0, 500, 5000),
		Floor:   pick(0, 100, 1250),
		Lift:    []float64{0, 4, plan.MaxLift}[rng.IntN(3)],
		Recent:  pick(0, 5000, plan.Whole),
	}
}

func trigger(rng *rand.Rand, p *plan.Plan) plan.Trigger {
	n := 4
	if len(p.Events) > 0 {
		n = 5
	}
	t := plan.Trigger{Kind: plan.EventKind(1 + rng.IntN(n))}
	if t.Kind == plan.Custom {
		t.Event = uint8(rng.IntN(len(p.Events)))
	}
	return t
}

func metric(rng *rand.Rand, p *plan.Plan, name string) plan.Metric {
	m := plan.Metric{Name: name, Kind: plan.MetricKind(1 + rng.IntN(7)), By: plan.By(1 + rng.IntN(2)), Most: 1}
	switch m.Kind {
	case plan.Audience:
		m.By = plan.BySegment
		return m
	case plan.Funnel:
		return m
	case plan.CampaignExposed, plan.CampaignConverted:
		m.Source = uint8(rng.IntN(len(p.Campaigns)))
		if m.Kind == plan.CampaignConverted {
			m.Goal = uint8(rng.IntN(len(p.Campaigns[m.Source].Goals)))
		}
	default:
		m.Source = uint8(rng.IntN(len(p.Slots)))
	}
	m.Most = uint8(1 + rng.IntN(p.Columns(m)))
	return m
}

// Event invents an event that p accepts.
func Event(rng *rand.Rand, p *plan.Plan) edge.Event {
	for {
		e := edge.Event{Kind: plan.EventKind(1 + rng.IntN(9))}
		switch e.Kind {
		case plan.View, plan.Click, plan.Cart, plan.Order, plan.Dwell:
			e.Topics = topics(rng, p)
		}
		switch e.Kind {
		case plan.Click:
			if len(p.Slots) > 0 && rng.IntN(3) > 0 {
				e.InSlot, e.Slot = true, uint8(rng.IntN(len(p.Slots)))
			}
		case plan.Order:
			e.Minor = rng.Int64N(50_000)
			if rng.IntN(50) == 0 {
				e.Minor = edge.MaxOrder
			}
		case plan.Dwell:
			e.Seconds = uint16([]int{0, 1, 45, 299, 300, 301, 65_535}[rng.IntN(7)])
		case plan.Custom:
			if len(p.Events) == 0 {
				continue
			}
			e.Event = uint8(rng.IntN(len(p.Events)))
		case plan.Exposure:
			if len(p.Slots) == 0 {
				continue
			}
			e.Slot = uint8(rng.IntN(len(p.Slots)))
			e.Variant = uint8(rng.IntN(len(p.Slots[e.Slot].Variants)))
		case plan.Assign:
			if len(p.Campaigns) == 0 {
				continue
			}
			e.Campaign = uint8(rng.IntN(len(p.Campaigns)))
			e.Arm = uint8(rng.IntN(len(p.Campaigns[e.Campaign].Arms)))
		case plan.Declare:
			if len(p.Attributes) == 0 {
				continue
			}
			e.Attribute = uint8(rng.IntN(len(p.Attributes)))
			switch a := p.Attributes[e.Attribute]; a.Type {
			case plan.Flag:
				e.Value = float64(rng.IntN(2))
			case plan.Number:
				e.Value = float64(rng.IntN(12)-3) / 2
			case plan.Choice:
				e.Value = float64(rng.IntN(len(a.Values)))
			}
		}
		return e
	}
}

// topics invents what an event was about: nothing, one topic, or any.
func topics(rng *rand.Rand, p *plan.Plan) uint64 {
	n := len(p.Topics)
	switch {
	case n == 0 || rng.IntN(3) == 0:
		return 0
	case rng.IntN(2) == 0:
		return 1 << rng.IntN(n)
	}
	return rng.Uint64() >> (64 - n)
}

// Shown is the event by which a page says that it showed what d decided.
func Shown(d *choose.Decision) edge.Event {
	if d.Place.Kind == choose.Campaign {
		return edge.Event{Kind: plan.Assign, Campaign: d.Place.Index, Arm: uint8(d.Column)}
	}
	return edge.Event{Kind: plan.Exposure, Slot: d.Place.Index, Variant: uint8(d.Column)}
}

// Priors invents priors of p, whose digest is given: of some of its places, weak and
// strong, by segment and for all.
func Priors(rng *rand.Rand, p *plan.Plan, digest plan.Digest, version uint64) []byte {
	priors := choose.Priors{Version: version, Plan: digest}
	for _, at := range choose.PlacesOf(p) {
		if rng.IntN(4) == 0 {
			continue
		}
		priors.Places = append(priors.Places, rated(rng, p, at, []int{1, len(p.Segments)}[rng.IntN(2)]))
	}
	if len(p.Lists)+len(p.Messages)+len(p.Predictions) > 0 {
		priors.Places = append(priors.Places, widePlaces(rng, p)...)
	}
	return PublishPriors(priors)
}

// rated invents a place's rates.
func rated(rng *rand.Rand, p *plan.Plan, at choose.Place, rows int) choose.PlacePriors {
	here := choose.PlacePriors{Place: at}
	for range rows {
		var row []choose.Rate
		for range at.Columns(p) {
			row = append(row, choose.Rate{Mean: .0001 + .9998*rng.Float64(), Strength: 1 << rng.IntN(21)})
		}
		here.Rates = append(here.Rates, row)
	}
	return here
}

// PublishPriors encodes priors. Impossible ones are the test's fault.
func PublishPriors(p choose.Priors) []byte {
	b, err := choose.Encode(p)
	if err != nil {
		panic(err)
	}
	return b
}

// Later invents the time of the next event after now: mostly minutes later, at
// times days; in one of thirty the clock is set back or far ahead.
func Later(rng *rand.Rand, now plan.Time) plan.Time {
	switch rng.IntN(30) {
	case 0:
		return max(0, now-step(rng, 3*plan.Day))
	case 1:
		return now + step(rng, 400*plan.Day)
	case 2:
		return max(0, now-step(rng, 400*plan.Day))
	case 3, 4, 5, 6:
		return now + step(rng, 3*plan.Day)
	case 7, 8, 9, 10:
		return now + 30*plan.Minute + step(rng, 3) - 1
	}
	return now + step(rng, 20*plan.Minute)
}

func step(rng *rand.Rand, below plan.Time) plan.Time { return plan.Time(rng.Int64N(int64(below))) }

// Random is a source of randomness for a device, the same bytes for the same
// seed: what a test wants and nobody else.
type Random struct{ rng *rand.ChaCha8 }

// NewRandom returns one.
func NewRandom(seed byte) *Random { return &Random{rand.NewChaCha8([32]byte{seed})} }

// Read never fails.
func (r *Random) Read(p []byte) (int, error) { return r.rng.Read(p) }

// Rand0 is NewRandom(0).
func Rand0() *Random { return NewRandom(0) }
