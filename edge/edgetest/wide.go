package edgetest

import (
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Wide invents a plan with, beside what Plan has, surveys, lists, messages, predictions,
// skills and promotions, and metrics of every kind.
func Wide(rng *rand.Rand) *plan.Plan {
	p := Plan(rng)
	if len(p.Topics) < 2 {
		p.Topics = list("topic", 3)
	}
	p.Networks, p.Payments = list("network", rng.IntN(3)), list("payment", rng.IntN(4))
	p.Pages, p.Skills = list("page", rng.IntN(3)), list("skill", 1+rng.IntN(3))
	p.Channels = list("channel", 1+rng.IntN(plan.MaxChannels))
	rule := func() plan.Rule {
		if rng.IntN(2) == 0 {
			return nil
		}
		return WideRule(rng, p, false)
	}
	for i := range 1 + rng.IntN(2) {
		bins := []plan.Segment{{Name: "a", Rule: WideRule(rng, p, true)}, {Name: "b", Rule: WideRule(rng, p, true)}, {Name: "c"}}
		d := plan.Prediction{Kind: plan.PredictionKind(1 + i), Bins: bins[rng.IntN(3):]}
		if d.Kind == plan.LapseRisk {
			d.Within = uint8(1 + rng.IntN(5))
		}
		p.Predictions = append(p.Predictions, d)
	}
	for i := range 1 + rng.IntN(3) {
		s := plan.Survey{
			Name: nth("survey", i), Kind: plan.SurveyKind(1 + rng.IntN(4)), Exit: rng.IntN(3) == 0, When: rule(),
			Every: uint32(rng.IntN(100)) * plan.Day, Cap: uint8(rng.IntN(4)), Stage: uint8(rng.IntN(len(p.Stages) + 1)),
		}
		if s.Kind >= plan.One {
			s.Answers = list("answer", 2+rng.IntN(4))
		}
		if rng.IntN(2) == 0 {
			s.Segments = 1 << rng.IntN(len(p.Segments))
		}
		p.Surveys = append(p.Surveys, s)
	}
	for i := range 1 + rng.IntN(2) {
		p.Lists = append(p.Lists, plan.List{
			Name: nth("list", i), Size: uint8(1 + rng.IntN(12)), PerTopic: uint8(rng.IntN(2)), Diversity: plan.Share(rng.IntN(10_001)),
			Learning: rng.IntN(2) == 0, Items: list("item", 1+rng.IntN(8)), Goal: WideTrigger(rng, p), Reward: 1,
		})
	}
	for i := range 1 + rng.IntN(2) {
		m := plan.Message{
			Name: nth("message", i), Channels: uint8(1 + rng.IntN(1<<len(p.Channels)-1)), When: rule(),
			QuietFrom: uint8(rng.IntN(24)), QuietTo: uint8(rng.IntN(24)), Goal: WideTrigger(rng, p),
		}
		if rng.IntN(2) == 0 {
			m.Cap, m.Every = uint8(1+rng.IntN(3)), uint32(1+rng.IntN(30))*plan.Day
		}
		p.Messages = append(p.Messages, m)
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		if c.Mode != plan.Chosen || rng.IntN(4) == 0 {
			continue
		}
		o := &c.Promotion
		*o = plan.Promotion{When: rule(), Cap: uint8(rng.IntN(4)), Rest: uint32(rng.IntN(3)) * plan.Day, Group: uint8(rng.IntN(3))}
		o.Holdout = []plan.Share{0, 0, 1000, 5000}[rng.IntN(4)]
		if rng.IntN(2) == 0 {
			o.Ladder = make([]plan.Rule, len(c.Arms))
			for arm := 1; arm < len(o.Ladder); arm++ {
				o.Ladder[arm] = rule()
			}
		}
	}
	for i := range p.Slots {
		p.Slots[i].Sticky = plan.Sticky(rng.IntN(3))
	}
	for i := range p.Segments[:len(p.Segments)-1] {
		if rng.IntN(2) == 0 {
			p.Segments[i].Rule = WideRule(rng, p, false)
		}
	}
	for i := range p.Stages {
		p.Stages[i].On = WideTrigger(rng, p)
	}
	for i := range rng.IntN(4) {
		d := plan.Dimension{Name: nth("dimension", i), At: plan.Moment(1 + rng.IntN(2)), Within: uint8(1 + rng.IntN(3))}
		for b := range 1 + rng.IntN(3) {
			d.Bins = append(d.Bins, plan.Segment{Name: nth("bin", b), Rule: ruleIn(rng, p.DimensionExtent())})
		}
		d.Bins = append(d.Bins, plan.Segment{Name: "else"})
		p.Dimensions = append(p.Dimensions, d)
	}
	for i := range rng.IntN(4) {
		one := plan.Revenue{Name: nth("revenue", i), Of: plan.Earner(rng.IntN(4)), Source: uint8(rng.IntN(2))}
		for k := range 1 + rng.IntN(4) {
			one.Grid = append(one.Grid, uint32(k*2000+1+rng.IntN(2000)))
		}
		if one.Of == plan.OfSite {
			one.Source = 0
		}
		q := *p
		if q.Revenues = append(q.Revenues[:len(q.Revenues):len(q.Revenues)], one); Valid(&q) {
			p.Revenues = q.Revenues
		}
	}
	for i := range 3 + rng.IntN(8) {
		p.Metrics = append(p.Metrics, wideMetric(rng, p, nth("wide", i)))
	}
	return p
}

// Widest is Maximal with as much of everything else as a plan may have.
func Widest() *plan.Plan {
	p := Maximal()
	p.Networks, p.Payments, p.Pages = list("network", plan.MaxNetworks), list("payment", plan.MaxPayments), list("page", plan.MaxPages)
	p.Skills, p.Channels = list("skill", plan.MaxSkills), list("channel", plan.MaxChannels)
	goal := plan.Trigger{Kind: plan.View}
	for i := range plan.MaxSurveys {
		p.Surveys = append(p.Surveys, plan.Survey{Name: nth("survey", i), Kind: plan.NPS})
	}
	for i := range plan.MaxLists {
		p.Lists = append(p.Lists, plan.List{Name: nth("list", i), Size: 24, Learning: true, Items: list("item", 8), Goal: goal, Reward: 1})
	}
	for i := range plan.MaxMessages {
		p.Messages = append(p.Messages, plan.Message{Name: nth("message", i), Channels: 255, Goal: goal, Cap: plan.MaxShowings, Every: plan.Day})
	}
	for i := range p.Campaigns {
		p.Campaigns[i].Promotion = plan.Promotion{Cap: 255}
	}
	for i := range plan.MaxDimensions {
		p.Dimensions = append(p.Dimensions, plan.Dimension{Name: nth("dimension", i), At: plan.AtStart, Within: 28,
			Bins: []plan.Segment{{Name: "new", Rule: NewRule().Var(plan.VarPeriods).Num(1).Op(plan.OpLt).Code()}, {Name: "old"}}})
	}
	for i := range plan.MaxRevenues {
		p.Revenues = append(p.Revenues, plan.Revenue{Name: nth("revenue", i), Grid: []uint32{plan.MaxPoint}})
	}
	bins := []plan.Segment{{Name: "all"}}
	p.Predictions = []plan.Prediction{{Kind: plan.LapseRisk, Within: 3, Bins: bins}, {Kind: plan.BuyChance, Bins: bins}}
	return p
}

// WideTrigger invents what reaches a goal.
func WideTrigger(rng *rand.Rand, p *plan.Plan) plan.Trigger {
	if rng.IntN(2) == 0 {
		return trigger(rng, p)
	}
	kinds := []plan.EventKind{plan.Search, plan.Social, plan.Media, plan.Refund, plan.Answer, plan.Attempt}
	return plan.Trigger{Kind: kinds[rng.IntN(len(kinds))]}
}

// WideRule invents a comparison of any variable that p has; bins of predictions may not
// name one.
func WideRule(rng *rand.Rand, p *plan.Plan, bins bool) plan.Rule {
	return ruleIn(rng, p.Extent(bins))
}

func ruleIn(rng *rand.Rand, x plan.Extent) plan.Rule {
	for {
		index := rng.IntN(256)
		if x.Period && rng.IntN(3) == 0 {
			index = plan.VarPeriods + rng.IntN(2)
		}
		r := NewRule().Var(index).Num(float64(rng.IntN(9))).Op([]byte{plan.OpLt, plan.OpGe, plan.OpEq, plan.OpNe}[rng.IntN(4)]).Code()
		if plan.CheckRule(r, x) == nil {
			return r
		}
	}
}

func wideMetric(rng *rand.Rand, p *plan.Plan, name string) plan.Metric {
	for {
		m := plan.Metric{Name: name, Kind: plan.MetricKind(8 + rng.IntN(20)), By: plan.By(1 + rng.IntN(3)), Most: uint8(1 + rng.IntN(3)), Source: uint8(rng.IntN(3))}
		q := *p
		q.Metrics = append(q.Metrics[:len(q.Metrics):len(q.Metrics)], m)
		if Valid(&q) {
			return m
		}
	}
}

// Valid tells whether a plan may be published.
func Valid(p *plan.Plan) bool {
	_, err := plan.Encode(p)
	return err == nil
}

// Any invents an event of any kind that p accepts.
func Any(rng *rand.Rand, p *plan.Plan) edge.Event {
	pick := func(n int) uint8 { return uint8(rng.IntN(n)) }
	item := func() uint64 { return uint64(profile.KeyOf(nth("item", rng.IntN(12)))) }
	for {
		e := edge.Event{Kind: plan.EventKind(1 + rng.IntN(22))}
		switch {
		case e.Kind < plan.Search:
			e = Event(rng, p)
			switch e.Kind {
			case plan.View, plan.Cart:
				if rng.IntN(2) == 0 {
					e.Item, e.Tier = item(), pick(plan.Tiers+1)
				}
			case plan.Order:
				purchase(rng, p, &e)
			}
			return e
		case e.Kind == plan.Attempt && len(p.Skills) == 0, e.Kind == plan.Asked && len(p.Surveys) == 0, e.Kind == plan.Answer && len(p.Surveys) == 0,
			(e.Kind == plan.Listed || e.Kind == plan.Picked) && len(p.Lists) == 0, e.Kind >= plan.Reached && len(p.Messages) == 0:
			continue
		}
		switch e.Kind {
		case plan.Search, plan.Social, plan.Media, plan.Refund, plan.Attempt, plan.History, plan.Picked:
			e.Topics = topics(rng, p)
		}
		switch e.Kind {
		case plan.Social:
			e.Act, e.Network = pick(plan.Acts), pick(len(p.Networks)+1)
			if e.Act == plan.Comment {
				e.Sentiment = pick(plan.Sentiments + 1)
			}
		case plan.Media:
			e.Quarter = pick(5)
		case plan.Refund:
			e.Minor = rng.Int64N(50_000)
		case plan.Answer, plan.Asked:
			e.Survey = pick(len(p.Surveys))
			for e.Kind == plan.Answer && !p.Surveys[e.Survey].Accepts(e.Answer) || e.Kind == plan.Answer && rng.IntN(3) == 0 {
				e.Answer = rng.Uint64N(16)
			}
		case plan.Attempt:
			e.Skill, e.Item, e.Right = pick(len(p.Skills)), item(), rng.IntN(2) == 0
			e.Difficulty = float64(rng.IntN(81)-40) / 8
		case plan.Arrive:
			e.Channel, e.Device, e.Region, e.Page = pick(plan.Channels), pick(plan.Devices), pick(plan.Regions), pick(len(p.Pages)+1)
			e.Offset = int16(rng.IntN(2*edge.MaxOffset+1) - edge.MaxOffset)
		case plan.History:
			e.Age, e.Minor = plan.Time(rng.Int64N(500*plan.Day)), rng.Int64N(50_000)
			purchase(rng, p, &e)
		case plan.Listed:
			e.List, e.Count = pick(len(p.Lists)), 1+pick(edge.MaxListed)
			for i := range e.Count {
				e.Items[i] = item()
			}
		case plan.Picked:
			e.List, e.Item = pick(len(p.Lists)), item()
		case plan.Reached, plan.Responded:
			e.Message = pick(len(p.Messages))
			m := &p.Messages[e.Message]
			e.Channel = uint8(m.Channel(rng.IntN(m.Columns())))
		}
		return e
	}
}

func purchase(rng *rand.Rand, p *plan.Plan, e *edge.Event) {
	if rng.IntN(2) == 0 {
		e.Quantity, e.Tier = uint16(rng.IntN(6)), uint8(rng.IntN(plan.Tiers+1))
		e.Payment = uint8(rng.IntN(len(p.Payments) + 1))
		e.Discount = int64(rng.IntN(3)) * 500
	}
}

// widePlaces invents rates of some of what a Wide plan has beside slots and campaigns.
func widePlaces(rng *rand.Rand, p *plan.Plan) (out []choose.PlacePriors) {
	for kind := choose.Items; kind <= choose.Response; kind++ {
		for i := range plan.MaxLists {
			at := choose.Place{Kind: kind, Index: uint8(i)}
			if at.Columns(p) == 0 || rng.IntN(4) == 0 {
				continue
			}
			rows := 1
			switch kind {
			case choose.Next:
				rows = len(p.Topics)
			case choose.Predicted, choose.Difficulty:
			default:
				rows = []int{1, len(p.Segments)}[rng.IntN(2)]
			}
			out = append(out, rated(rng, p, at, rows))
		}
	}
	return out
}
