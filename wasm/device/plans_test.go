package device

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// firstDay is 2026-12-01, the first period of every test plan, which start at
// midnight of UTC+1.
const (
	firstDay plan.Date = 20788
	firstAt            = plan.Time(firstDay)*plan.Day - plan.Hour
)

// basePlan is a plan without content: 60 daily periods.
func basePlan() *plan.Plan {
	p := &plan.Plan{
		Site: "shop.example", Serial: 1, Issued: firstAt - 7*plan.Day, Expires: firstAt + 100*plan.Day,
		TimeZone: "Europe/Berlin", Cadence: plan.Daily,
		Sigma2: 247, MinBatch: 100, Chunk: 1,
		Leader:  plan.Recipient{Type: plan.X25519, Key: "age1" + strings.Repeat("q", 58)},
		Helper:  plan.Recipient{Type: plan.X25519, Key: "age1" + strings.Repeat("p", 58)},
		Consent: plan.ConsentAsk, Attribution: 7 * plan.Day,
	}
	p.VerifyKey[0] = 1
	for i := range 60 {
		at := firstAt + plan.Time(i)*plan.Day
		p.Periods = append(p.Periods, plan.Period{Date: firstDay + plan.Date(i), Start: at, End: at + plan.Day})
	}
	return p
}

// publish sets the chunk length that the layout wants and encodes.
func publish(tb testing.TB, p *plan.Plan) []byte {
	l := plan.LayoutOf(p)
	p.Chunk = uint16(share.DefaultChunk(l.Cells, l.Weight))
	b, err := plan.Encode(p)
	require.NoError(tb, err)
	return b
}

func numbered(word string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = word + strconv.Itoa(i)
	}
	return out
}

func segments(rules ...plan.Rule) []plan.Segment {
	var out []plan.Segment
	for i, r := range append(rules, nil) {
		out = append(out, plan.Segment{Name: "segment" + strconv.Itoa(i), Rule: r})
	}
	return out
}

// compare is the rule `variable op value`.
func compare(variable byte, op byte, value float64) plan.Rule {
	r := plan.Rule{plan.OpVar, variable, plan.OpConst}
	return append(wire.AppendFloat(r, value), op)
}

func campaign(name string, arms, goals int, on plan.Trigger) plan.Campaign {
	c := plan.Campaign{Name: name, Mode: plan.Assigned, Arms: numbered("arm", arms)}
	for _, g := range numbered("goal", goals) {
		c.Goals = append(c.Goals, plan.Goal{Name: g, On: on})
	}
	return c
}

func slot(name string, variants int, goal plan.Trigger) plan.Slot {
	s := plan.Slot{Name: name, Goal: goal, Reward: 1}
	for _, v := range numbered("variant", variants) {
		s.Variants = append(s.Variants, plan.Variant{Name: v})
	}
	return s
}

// plan512 has exactly 512 cells and weight 12, the size of the reference plan
// plans/standard.yaml.
func plan512() *plan.Plan {
	p := basePlan()
	p.Topics = numbered("topic", 5)
	p.Policy = plan.Policy{Lift: 3, Recent: 4_000}
	order := plan.Trigger{Kind: plan.Order}
	p.Events = numbered("event", 4)
	p.Segments = segments(compare(plan.VarOrders, plan.OpGe, 3), compare(plan.VarVisits, plan.OpLe, 1),
		compare(plan.VarDaysSinceVisit, plan.OpGt, 10), compare(plan.VarViews, plan.OpGe, 20),
		compare(plan.VarActiveDays, plan.OpGe, 5), compare(plan.VarRevenue, plan.OpGt, 500), compare(plan.VarCarts, plan.OpGt, 2))
	p.Stages = []plan.Stage{{Name: "visit", On: plan.Trigger{Kind: plan.View}}, {Name: "click", On: plan.Trigger{Kind: plan.Click}},
		{Name: "cart", On: plan.Trigger{Kind: plan.Cart}}, {Name: "order", On: order}}
	p.Campaigns = []plan.Campaign{campaign("mail", 6, 2, order)}
	p.Slots = []plan.Slot{slot("hero", 9, order), slot("side", 13, order), slot("foot", 7, order)}
	for _, s := range p.Slots {
		for i := range s.Variants[1:] {
			s.Variants[1+i].Topics = []uint8{uint8(i % 5)}
		}
	}
	metric := func(kind plan.MetricKind, source, goal, most uint8, by plan.By) {
		p.Metrics = append(p.Metrics, plan.Metric{Name: "metric" + strconv.Itoa(len(p.Metrics)), Kind: kind, By: by,
			Most: most, Source: source, Goal: goal})
	}
	metric(plan.Audience, 0, 0, 1, plan.BySegment)          // 8 cells, 9 with present
	metric(plan.Funnel, 0, 0, 1, plan.BySegment)            // 32
	metric(plan.CampaignExposed, 0, 0, 1, plan.BySegment)   // 48
	metric(plan.CampaignConverted, 0, 0, 1, plan.BySegment) // 48
	metric(plan.CampaignConverted, 0, 1, 1, plan.BySegment) // 48
	metric(plan.SlotExposed, 0, 0, 2, plan.BySegment)       // 72
	metric(plan.SlotClicked, 0, 0, 1, plan.BySegment)       // 72
	metric(plan.SlotConverted, 0, 0, 1, plan.BySegment)     // 72
	metric(plan.SlotExposed, 1, 0, 1, plan.BySegment)       // 104
	metric(plan.SlotExposed, 2, 0, 1, plan.SiteWide)        // 7
	return p
}

// plan64 is small: 64 cells, weight 4, as plans/small.yaml.
func plan64() *plan.Plan {
	p := basePlan()
	p.Sigma2 = 83
	p.Topics = numbered("topic", 5)
	p.Segments = segments(compare(plan.VarOrders, plan.OpGe, 1), compare(plan.VarVisits, plan.OpLe, 1))
	p.Stages = []plan.Stage{{Name: "visit", On: plan.Trigger{Kind: plan.View}}, {Name: "cart", On: plan.Trigger{Kind: plan.Cart}},
		{Name: "order", On: plan.Trigger{Kind: plan.Order}}}
	p.Campaigns = []plan.Campaign{campaign("mail", 17, 1, plan.Trigger{Kind: plan.Order})}
	p.Metrics = []plan.Metric{{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1},
		{Name: "funnel", Kind: plan.Funnel, By: plan.BySegment, Most: 1},
		{Name: "exposed", Kind: plan.CampaignExposed, By: plan.BySegment, Most: 1}}
	return p
}

// randomPlan draws a plan of any shape within small bounds.
func randomPlan(r *rand.Rand, serial uint64) *plan.Plan {
	p := basePlan()
	p.Serial = serial
	p.Sigma2 = []uint64{60, 103, 247, 4000}[r.IntN(4)]
	p.Attribution = uint32([]int{0, plan.Hour, 2 * plan.Day, 28 * plan.Day}[r.IntN(4)])
	p.Policy = plan.Policy{
		Holdout: []plan.Share{0, 0, 1_000, 5_000}[r.IntN(4)], Explore: []plan.Share{0, 500, 5_000}[r.IntN(3)],
		Floor: plan.Share(r.IntN(900)), Lift: []float64{0, 1, 2.5, plan.MaxLift}[r.IntN(4)], Recent: plan.Share(r.IntN(10_001)),
	}
	p.Topics = numbered("topic", r.IntN(6))
	if r.IntN(20) == 0 {
		p.Topics = numbered("topic", plan.MaxTopics)
	}
	p.Events = numbered("event", r.IntN(4))
	p.Attributes = randomAttributes(r)
	var rules []plan.Rule
	for range r.IntN(5) {
		rules = append(rules, randomRule(r, len(p.Attributes), len(p.Topics)))
	}
	p.Segments = segments(rules...)
	trigger := func() plan.Trigger {
		if len(p.Events) > 0 && r.IntN(3) == 0 {
			return plan.Trigger{Kind: plan.Custom, Event: uint8(r.IntN(len(p.Events)))}
		}
		return plan.Trigger{Kind: []plan.EventKind{plan.View, plan.Click, plan.Cart, plan.Order}[r.IntN(4)]}
	}
	for _, name := range numbered("stage", 2+r.IntN(3)) {
		p.Stages = append(p.Stages, plan.Stage{Name: name, On: trigger()})
	}
	for _, name := range numbered("campaign", 1+r.IntN(3)) {
		c := campaign(name, 2+r.IntN(4), 1+r.IntN(3), trigger())
		c.Mode = []plan.Mode{plan.Assigned, plan.Chosen}[r.IntN(2)]
		p.Campaigns = append(p.Campaigns, c)
	}
	for _, name := range numbered("slot", 1+r.IntN(3)) {
		p.Slots = append(p.Slots, randomSlot(r, slot(name, 2+r.IntN(4), trigger()), len(p.Topics)))
	}
	for _, name := range numbered("metric", r.IntN(8)) {
		m := plan.Metric{Name: name, Kind: plan.MetricKind(1 + r.IntN(7)), By: plan.By(1 + r.IntN(2)), Most: 1}
		switch m.Kind {
		case plan.Audience:
			m.By = plan.BySegment
		case plan.CampaignExposed, plan.CampaignConverted:
			m.Source = uint8(r.IntN(len(p.Campaigns)))
			if m.Kind == plan.CampaignConverted {
				m.Goal = uint8(r.IntN(len(p.Campaigns[m.Source].Goals)))
			}
			m.Most = uint8(1 + r.IntN(2))
		case plan.SlotExposed, plan.SlotClicked, plan.SlotConverted:
			m.Source = uint8(r.IntN(len(p.Slots)))
			m.Most = uint8(1 + r.IntN(2))
		}
		p.Metrics = append(p.Metrics, m)
	}
	return p
}

// randomSlot draws what a slot's choice goes by.
func randomSlot(r *rand.Rand, s plan.Slot, topics int) plan.Slot {
	s.Reward = []float64{1, .01, 20}[r.IntN(3)]
	for i := range s.Variants {
		v := &s.Variants[i]
		if r.IntN(3) == 0 {
			v.Cost = r.Float64()
		}
		for t := range topics {
			if r.IntN(3) == 0 {
				v.Topics = append(v.Topics, uint8(t))
			}
		}
	}
	return s
}

func randomAttributes(r *rand.Rand) []plan.Attribute {
	var out []plan.Attribute
	for _, name := range numbered("attribute", r.IntN(4)) {
		a := plan.Attribute{Name: name, Type: plan.AttributeType(1 + r.IntN(3))}
		switch a.Type {
		case plan.Number:
			a.Min, a.Max = -10, 1000
		case plan.Choice:
			a.Values = numbered("value", 1+r.IntN(4))
		}
		out = append(out, a)
	}
	return out
}

// randomRule joins one to three comparisons, one side of each an expression.
func randomRule(r *rand.Rand, attributes, topics int) plan.Rule {
	number := func() plan.Rule {
		if topics > 0 && r.IntN(3) == 0 {
			return plan.Rule{plan.OpVar, []byte{plan.VarTopTopic, byte(plan.VarAffinity + r.IntN(topics))}[r.IntN(2)]}
		}
		if attributes > 0 && r.IntN(3) == 0 {
			return plan.Rule{plan.OpVar, byte(plan.VarAttribute + r.IntN(attributes))}
		}
		return plan.Rule{plan.OpVar, byte(r.IntN(plan.VarTopTopic))}
	}
	var rule plan.Rule
	for i := range 1 + r.IntN(3) {
		rule = append(rule, number()...)
		if r.IntN(3) == 0 {
			rule = append(rule, number()...)
			rule = append(rule, []byte{plan.OpAdd, plan.OpSub, plan.OpMul}[r.IntN(3)])
		}
		rule = wire.AppendFloat(append(rule, plan.OpConst), []float64{0, 1, 2, 3.5, 10, 99.99, .25, .5}[r.IntN(8)])
		rule = append(rule, byte(plan.OpLt+r.IntN(6)))
		if r.IntN(4) == 0 {
			rule = append(rule, plan.OpNot)
		}
		if i > 0 {
			rule = append(rule, []byte{plan.OpAnd, plan.OpOr}[r.IntN(2)])
		}
	}
	return rule
}

func TestReferencePlansHaveTheSizesOfTheTable(t *testing.T) {
	for _, c := range []struct {
		plan          *plan.Plan
		cells, weight int
	}{{plan64(), 64, 4}, {plan512(), 512, 12}} {
		l := plan.LayoutOf(c.plan)
		require.Equal(t, c.cells, l.Cells)
		require.Equal(t, c.weight, l.Weight)
		publish(t, c.plan)
	}
}
