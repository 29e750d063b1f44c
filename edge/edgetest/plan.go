// Package edgetest invents plans and visitors' days for the tests of edge and of
// whatever hosts a device. Everything is drawn from the generator that the test
// gives, so that a failure can be run again. Nothing outside tests imports it.
package edgetest

import (
	"math/rand/v2"
	"strconv"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Start is the first instant of an invented plan's periods, a Monday, midnight UTC.
const Start plan.Time = 1_795_392_000 // 2026-11-23

// Rand returns the generator of a test's case.
func Rand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xd0911)) }

// Publish encodes p. A plan that breaks its bounds is the test's fault.
func Publish(p *plan.Plan) []byte {
	b, err := plan.Encode(p)
	if err != nil {
		panic(err)
	}
	return b
}

// Bare returns a plan with n daily periods from Start and nothing to measure but
// audience: everyone in one segment. Tests add what they need.
func Bare(n int) *plan.Plan {
	p := &plan.Plan{
		Site: "shop.example", Serial: 1, Issued: Start - 10*plan.Day, Expires: Start + 100_000*plan.Day, TimeZone: "UTC",
		Sigma2: 1 << 14, MinBatch: 100, Chunk: 4, Consent: plan.ConsentAsk, Attribution: 7 * plan.Day,
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		Segments: []plan.Segment{{Name: "everyone"}},
		Metrics:  []plan.Metric{{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1}},
	}
	Calendar(p, plan.Daily, n)
	return p
}

// Calendar gives p n periods of the cadence from Start.
func Calendar(p *plan.Plan, c plan.Cadence, n int) {
	p.Cadence, p.Periods = c, nil
	length := plan.Time(c.Days() * plan.Day)
	for i := range n {
		at := Start + plan.Time(i)*length
		p.Periods = append(p.Periods, plan.Period{Date: plan.Date(at / plan.Day), Start: at, End: at + length})
	}
}

// Shop returns the example of docs/plan.md, with daily periods.
func Shop() *plan.Plan {
	p := Bare(60)
	p.Topics = []string{"shoes", "bags", "watches"}
	p.Events = []string{"newsletter_signup"}
	p.Attributes = []plan.Attribute{
		{Name: "member", Type: plan.Flag},
		{Name: "age_band", Type: plan.Choice, Values: []string{"under 25", "25 to 44", "45 and over"}},
		{Name: "loyalty_points", Type: plan.Number, Min: 0, Max: 100000},
	}
	p.Segments = []plan.Segment{
		{Name: "regulars", Rule: NewRule().Var(plan.VarOrders).Num(3).Op(plan.OpGe).Var(plan.VarDaysSinceOrder).Num(60).Op(plan.OpLe, plan.OpAnd).Code()},
		{Name: "members", Rule: NewRule().Var(plan.VarAttribute).Op(plan.OpSet).Code()},
		{Name: "new", Rule: NewRule().Var(plan.VarVisits).Num(1).Op(plan.OpLe).Code()},
		{Name: "everyone else"},
	}
	view, order := plan.Trigger{Kind: plan.View}, plan.Trigger{Kind: plan.Order}
	p.Stages = []plan.Stage{{Name: "visit", On: view}, {Name: "cart", On: plan.Trigger{Kind: plan.Cart}}, {Name: "order", On: order}}
	p.Campaigns = []plan.Campaign{{Name: "spring_mail", Mode: plan.Assigned, Arms: []string{"none", "mail_a", "mail_b"},
		Goals: []plan.Goal{{Name: "visited", On: view}, {Name: "bought", On: order}}}}
	p.Slots = []plan.Slot{{Name: "hero", Goal: order, Reward: 1, Variants: []plan.Variant{
		{Name: "plain"}, {Name: "shoes", Topics: []uint8{0}}, {Name: "bags", Topics: []uint8{1, 2}}}}}
	seg, site := plan.BySegment, plan.SiteWide
	p.Metrics = []plan.Metric{
		{Name: "audience", Kind: plan.Audience, By: seg, Most: 1},
		{Name: "funnel", Kind: plan.Funnel, By: seg, Most: 1},
		{Name: "exposed: spring_mail", Kind: plan.CampaignExposed, By: seg, Most: 1},
		{Name: "converted: spring_mail.bought", Kind: plan.CampaignConverted, By: site, Most: 1, Goal: 1},
		{Name: "exposed: hero", Kind: plan.SlotExposed, By: seg, Most: 1},
		{Name: "clicked: hero", Kind: plan.SlotClicked, By: seg, Most: 2},
		{Name: "converted: hero", Kind: plan.SlotConverted, By: seg, Most: 1},
	}
	return p
}

// Sized returns a plan of exactly the given cells and weight 12 or less, for
// timings: site-wide arms fill what the audience leaves.
func Sized(cells int) *plan.Plan {
	p := Bare(60)
	p.Sigma2 = 247
	view := plan.Trigger{Kind: plan.View}
	left := cells - 2 // present and the only segment's audience
	for i := 0; left > 0; i++ {
		arms := min(left, plan.MaxArms)
		if left-arms == 1 {
			arms--
		}
		p.Campaigns = append(p.Campaigns, plan.Campaign{Name: nth("c", i), Mode: plan.Assigned, Arms: list("a", arms), Goals: []plan.Goal{{Name: "g", On: view}}})
		p.Metrics = append(p.Metrics, plan.Metric{Name: nth("m", i), Kind: plan.CampaignExposed, By: plan.SiteWide, Most: 1, Source: uint8(i)})
		left -= arms
	}
	p.Chunk = uint16(max(1, cells/15+1))
	return p
}

// Maximal returns a plan at every bound that makes a device's state larger: names,
// topics, attributes, campaigns, goals, slots and metrics, and more variants and arms
// to pick among than a device keeps evidence of.
func Maximal() *plan.Plan {
	p := Bare(2)
	p.Policy = plan.Policy{Holdout: 5000, Explore: 5000, Floor: 300, Lift: plan.MaxLift, Recent: 5000}
	p.Attributes, p.Campaigns, p.Slots, p.Metrics = nil, nil, nil, nil
	for i := range plan.MaxTopics {
		p.Topics = append(p.Topics, long("topic", i))
	}
	for i := range plan.MaxAttributes {
		p.Attributes = append(p.Attributes, plan.Attribute{Name: long("attribute", i), Type: plan.Choice, Values: []string{"v", long("value", i)}})
	}
	goals := make([]plan.Goal, plan.MaxGoals)
	for i := range goals {
		goals[i] = plan.Goal{Name: long("goal", i), On: plan.Trigger{Kind: plan.View}}
	}
	for i := range plan.MaxCampaigns {
		p.Campaigns = append(p.Campaigns, plan.Campaign{Name: long("campaign", i), Mode: plan.Chosen, Arms: list("arm", 14), Goals: goals})
	}
	for i := range plan.MaxSlots {
		s := plan.Slot{Name: long("slot", i), Goal: plan.Trigger{Kind: plan.View}, Reward: 1}
		for v, name := range list("variant", 16) {
			s.Variants = append(s.Variants, plan.Variant{Name: name, Topics: []uint8{uint8(v)}, Cost: 1e-6 * float64(v)})
		}
		p.Slots = append(p.Slots, s)
	}
	kinds := []plan.MetricKind{plan.CampaignExposed, plan.CampaignConverted, plan.SlotExposed, plan.SlotConverted}
	for i := range plan.MaxMetrics - 1 { // present takes one of the weight
		p.Metrics = append(p.Metrics, plan.Metric{Name: long("metric", i), Kind: kinds[i%4], By: plan.SiteWide, Most: 1, Source: uint8(i / 4)})
	}
	p.Chunk = 16
	return p
}

func nth(name string, i int) string { return name + strconv.Itoa(i) }

func list(name string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = nth(name, i)
	}
	return out
}

// long returns a name of the greatest length.
func long(name string, i int) string {
	b := []byte(nth(name, i) + "_")
	for len(b) < plan.MaxName {
		b = append(b, 'x')
	}
	return string(b)
}
