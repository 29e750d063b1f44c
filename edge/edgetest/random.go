package edgetest

import (
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Plan invents a plan with a few of everything; every metric kind and cadence
// comes up often.
func Plan(rng *rand.Rand) *plan.Plan {
	p := Bare(1)
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
		c := plan.Campaign{Name: nth("campaign", i), Mode: plan.Assigned, Arms: list("arm", 2+rng.IntN(3))}
		for g := range 1 + rng.IntN(3) {
			c.Goals = append(c.Goals, plan.Goal{Name: nth("goal", g), On: trigger(rng, p)})
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	for i := range 1 + rng.IntN(2) {
		s := plan.Slot{Name: nth("slot", i), Goal: trigger(rng, p), Reward: 1}
		for _, v := range list("variant", 2+rng.IntN(3)) {
			s.Variants = append(s.Variants, plan.Variant{Name: v})
		}
		p.Slots = append(p.Slots, s)
	}
	p.Metrics = nil
	for i := range 1 + rng.IntN(8) {
		p.Metrics = append(p.Metrics, metric(rng, p, nth("metric", i)))
	}
	return p
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
		e := edge.Event{Kind: plan.EventKind(1 + rng.IntN(8))}
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
			if p.Campaigns[e.Campaign].Mode != plan.Assigned {
				continue
			}
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
