package plan_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// wide gives a plan of format 2 one of everything that format 3 has.
func wide(t testing.TB) *plan.Plan {
	p := reference(t, "hillstrom")
	p.Periods = p.Periods[:2]
	p.Policy = plan.Policy{Holdout: 1000}
	addSlot(p)
	chosen(p)
	p.Stages = []plan.Stage{{Name: "come", On: view}, {Name: "look", On: plan.Trigger{Kind: plan.Search}}}
	p.Networks, p.Payments, p.Pages = []string{"weibo", "x"}, []string{"card"}, []string{"home", "blog"}
	p.Skills, p.Channels = []string{"algebra"}, []string{"banner", "e-mail", "wechat"}
	visits := plan.Rule{plan.OpVar, plan.VarVisits, plan.OpSet}
	risk := plan.Rule{plan.OpVar, plan.VarLapseRisk, plan.OpSet}
	p.Segments[0].Rule = plan.Rule{plan.OpVar, plan.VarAbility, plan.OpVar, plan.VarDwell, plan.OpLt}
	p.Campaigns[0].Promotion = plan.Promotion{When: risk, Ladder: []plan.Rule{nil, visits, nil}, Cap: 3, Rest: plan.Day, Group: 8, Holdout: 5000}
	p.Slots[0].Sticky = plan.StickAlways
	p.Surveys = []plan.Survey{
		{Name: "csat", Kind: plan.CSAT, Stage: 2, Segments: 5, When: risk, Every: plan.MaxRest, Cap: 255},
		{Name: "nps", Kind: plan.NPS},
		{Name: "one", Kind: plan.One, Answers: []string{"a", "b"}, Exit: true},
		{Name: "multi", Kind: plan.Multi, Answers: []string{"a", "b", "c"}},
	}
	p.Lists = []plan.List{
		{Name: "shelf", Size: 24, PerTopic: 24, Diversity: plan.Whole, Items: []string{"i", "j", "k"}, Goal: plan.Trigger{Kind: plan.Order}, Reward: 1e6},
		{Name: "next", Size: 1, Learning: true, Items: []string{"i", "j"}, Goal: plan.Trigger{Kind: plan.Attempt}, Reward: 0.5},
	}
	p.Messages = []plan.Message{{Name: "back", Channels: 5, When: visits, QuietFrom: 23, QuietTo: 8, Cap: 8, Every: plan.MaxRest, Goal: view}}
	p.Predictions = []plan.Prediction{
		{Kind: plan.LapseRisk, Within: 28, Bins: []plan.Segment{{Name: "new", Rule: visits}, {Name: "else"}}},
		{Kind: plan.BuyChance, Bins: []plan.Segment{{Name: "all"}}},
	}
	p.Metrics = nil
	for _, m := range everyKind {
		m.Name = fmt.Sprintf("m%d.%d", m.Kind, m.Source)
		p.Metrics = append(p.Metrics, m)
	}
	p.Chunk = 10
	return p
}

// everyKind is a metric of each kind that format 3 has, and a chosen campaign's.
var everyKind = []plan.Metric{
	{Kind: plan.CampaignExposed, By: plan.SiteWide, Most: 1},
	{Kind: plan.Topics, By: plan.BySegment, Most: 2},
	{Kind: plan.Next, By: plan.ByTopic, Most: 8},
	{Kind: plan.Last, By: plan.SiteWide, Most: 1},
	{Kind: plan.Items, By: plan.BySegment, Most: 3},
	{Kind: plan.ListExposed, By: plan.BySegment, Most: 1},
	{Kind: plan.ListClicked, By: plan.SiteWide, Most: 1},
	{Kind: plan.ListConverted, By: plan.SiteWide, Most: 1, Source: 1},
	{Kind: plan.State, By: plan.SiteWide, Most: 1},
	{Kind: plan.Outcome, By: plan.SiteWide, Most: 1, Source: 1},
	{Kind: plan.Tried, By: plan.BySegment, Most: 2, Source: 1},
	{Kind: plan.Solved, By: plan.SiteWide, Most: 1, Source: 1},
	{Kind: plan.ReachShown, By: plan.BySegment, Most: 2},
	{Kind: plan.ReachAnswered, By: plan.SiteWide, Most: 1},
	{Kind: plan.SurveyAsked, By: plan.BySegment, Most: 1},
	{Kind: plan.SurveyAnswers, By: plan.BySegment, Most: 1},
	{Kind: plan.SurveyAnswers, By: plan.SiteWide, Most: 1, Source: 1},
	{Kind: plan.SurveyAnswers, By: plan.SiteWide, Most: 1, Source: 2},
	{Kind: plan.SurveyAnswers, By: plan.SiteWide, Most: 3, Source: 3},
}

// A plan that names nothing new has the bytes that it had before there was a format
// 3: devices, aggregators and releases know it by their digest.
func TestFormerPlansKeepTheirDigests(t *testing.T) {
	for name, want := range map[string]string{
		"small":     "f02fd07bdd0db79e3f5dd7469b1743ac28ab599f320871c32a61c923e5627dd7",
		"standard":  "da61c5d563beba9eb773f39db3699b8f022e06ca702514abfbe0a97f8da15140",
		"hillstrom": "fe41c95cdbfcd79ee6e0f71ef512307ee398072e09b9f024e2a94046a1672a51",
		"shop":      "9af58edcc1b339b83dce952453f6a2e9fac85e889a12469a6aa867ed41e2df83",
		// As it was; plans/demo.yaml has gone on to format 4. Its holdout is newer than format 3.
		"../privacy/plan/testdata/former-demo": "c1c4b0e4b84745890d3e8dc849e58ab9929d62f0ab28558ed39ae0790e11ec10",
	} {
		b := encoded(t, reference(t, name))
		require.Equal(t, byte(2), b[4], name)
		require.Equal(t, want, plan.DigestOf(b).String(), name)
	}
}

func TestFormat3EncodeAndDecodeAreInverse(t *testing.T) {
	p := wide(t)
	b := encoded(t, p)
	require.Equal(t, byte(3), b[4])
	again, err := plan.Decode(b)
	require.NoError(t, err)
	require.Equal(t, p, again)
	for n := range b {
		_, err := plan.Decode(b[:n])
		require.Error(t, err, "cut to %d bytes", n)
	}
	_, err = plan.Decode(append(b, 0))
	require.ErrorIs(t, err, wire.ErrTrailing)
	b = b[:len(b):len(b)]
	clear(b)
	require.Equal(t, p, again, "a decoded plan keeps no reference to the bytes")
}

// Whatever byte is another: refused, or a plan of its own with these very bytes.
func TestNoTwoBytesAreOnePlan(t *testing.T) {
	b := encoded(t, wide(t))
	accepted := 0
	for i := range b {
		for _, flip := range []byte{1, 2, 0x80, 0xff} {
			b[i] ^= flip
			if p, err := plan.Decode(b); err == nil {
				accepted++
				require.Equal(t, b, encoded(t, p), "byte %d ^ %#x", i, flip)
			}
			b[i] ^= flip
		}
	}
	require.NotZero(t, accepted)
}

// Each part alone makes a plan one of format 3, and comes back.
func TestEachPartOfFormat3(t *testing.T) {
	full := wide(t)
	trigger := func(k plan.EventKind) plan.Trigger { return plan.Trigger{Kind: k} }
	for name, change := range map[string]func(p *plan.Plan){
		"networks":         func(p *plan.Plan) { p.Networks = full.Networks },
		"payments":         func(p *plan.Plan) { p.Payments = full.Payments },
		"pages":            func(p *plan.Plan) { p.Pages = full.Pages },
		"skills":           func(p *plan.Plan) { p.Skills = full.Skills },
		"channels":         func(p *plan.Plan) { p.Channels = full.Channels },
		"survey":           func(p *plan.Plan) { p.Surveys = full.Surveys[1:] },
		"list":             func(p *plan.Plan) { p.Lists = full.Lists },
		"message":          func(p *plan.Plan) { p.Channels, p.Messages = full.Channels, full.Messages },
		"prediction":       func(p *plan.Plan) { p.Predictions = full.Predictions },
		"sticky":           func(p *plan.Plan) { p.Slots[0].Sticky = plan.StickPeriod },
		"when":             func(p *plan.Plan) { p.Campaigns[0].Promotion.When = plan.Rule{plan.OpTrue} },
		"ladder":           func(p *plan.Plan) { p.Campaigns[0].Promotion.Ladder = make([]plan.Rule, 3) },
		"cap":              func(p *plan.Plan) { p.Campaigns[0].Promotion.Cap = 1 },
		"rest":             func(p *plan.Plan) { p.Campaigns[0].Promotion.Rest = 1 },
		"group":            func(p *plan.Plan) { p.Campaigns[0].Promotion.Group = 1 },
		"holdout":          func(p *plan.Plan) { p.Campaigns[0].Promotion.Holdout = 1 },
		"goal":             func(p *plan.Plan) { p.Campaigns[0].Goals[0].On = trigger(plan.Refund) },
		"slot's goal":      func(p *plan.Plan) { p.Slots[0].Goal = trigger(plan.Media) },
		"stage":            func(p *plan.Plan) { p.Stages = []plan.Stage{{Name: "s", On: trigger(plan.Social)}} },
		"metric":           func(p *plan.Plan) { p.Metrics[1] = plan.Metric{Name: "t", Kind: plan.Last, By: plan.SiteWide, Most: 1} },
		"variable":         func(p *plan.Plan) { p.Segments[0].Rule = plan.Rule{plan.OpVar, plan.VarHour, plan.OpSet} },
		"a later variable": func(p *plan.Plan) { p.Segments[1].Rule = plan.Rule{plan.OpVar, plan.VarNPS, plan.OpSet} },
	} {
		p := reference(t, "hillstrom")
		addSlot(p)
		chosen(p)
		require.Equal(t, byte(2), encoded(t, p)[4])
		change(p)
		b := encoded(t, p)
		require.Equal(t, byte(3), b[4], name)
		again, err := plan.Decode(b)
		require.NoError(t, err, name)
		require.Equal(t, p, again, name)
		b[4] = 2
		_, err = plan.Decode(b)
		require.Error(t, err, name)
	}
}

// One plan, one encoding: what format 2 can say is refused in format 3.
func TestFormat3WithNothingNewIsRefused(t *testing.T) {
	b := encoded(t, reference(t, "small"))
	p, err := plan.Decode(b)
	require.NoError(t, err)
	empty := make([]byte, 5+6*len(p.Campaigns)+len(p.Slots)+4)
	b[4] = 3
	_, err = plan.Decode(append(b, empty...))
	require.ErrorIs(t, err, plan.ErrVersion)
}

// The cells of the new kinds: rows, columns, and the names of the last ones.
func TestLayoutOfFormat3(t *testing.T) {
	p := wide(t)
	l := plan.LayoutOf(p)
	require.Equal(t, len(p.Metrics)+1, len(l.Spans))
	for i, want := range []struct {
		rows, columns int
		row, column   string
	}{
		{1, 4, "", "holdout"}, {3, 2, "both", "b"}, {2, 2, "b", "b"}, {1, 2, "", "b"}, {3, 3, "both", "k"},
		{3, 2, "both", "holdout"}, {1, 2, "", "holdout"}, {1, 2, "", "holdout"},
		{1, 2, "", "else"}, {1, 1, "", "all"}, {3, 2, "both", "j"}, {1, 2, "", "j"},
		{3, 2, "both", "wechat"}, {1, 2, "", "wechat"}, {3, 1, "both", ""},
		{3, 5, "both", "5"}, {1, 11, "", "10"}, {1, 2, "", "b"}, {1, 3, "", "c"},
	} {
		m, s := p.Metrics[i], l.Spans[i+1]
		require.Equal(t, want.rows, s.Segments, m.Name)
		require.Equal(t, want.columns, s.Columns, m.Name)
		require.Equal(t, want.row, p.Row(m, s.Segments-1), m.Name)
		require.Equal(t, want.column, p.Column(m, s.Columns-1), m.Name)
		require.Equal(t, l.Spans[i].Offset+l.Spans[i].Cells(), s.Offset)
		require.Equal(t, int(m.Most), s.Most)
	}
	require.Equal(t, "shown", p.Column(p.Metrics[5], 0))
	require.Equal(t, "1", p.Column(p.Metrics[15], 0))
	require.Equal(t, "0", p.Column(p.Metrics[16], 0))
	require.Equal(t, "banner", p.Column(p.Metrics[12], 0))

	// Without the plan's holdout a list has none; a campaign may have its own.
	p.Policy.Holdout = 0
	require.Equal(t, 4, p.Columns(p.Metrics[0]))
	require.Equal(t, 1, p.Columns(p.Metrics[5]))
	p.Campaigns[0].Promotion.Holdout = 0
	require.Equal(t, 3, p.Columns(p.Metrics[0]))
}

func TestColumnsOfMessages(t *testing.T) {
	m := plan.Message{Channels: 0b10100101}
	require.Equal(t, 4, m.Columns())
	for column, channel := range []int{0, 2, 5, 7} {
		require.Equal(t, channel, m.Channel(column))
		got, ok := m.Column(channel)
		require.True(t, ok)
		require.Equal(t, column, got)
	}
	_, ok := m.Column(1)
	require.False(t, ok)
}

func TestAnswersThatSurveysTake(t *testing.T) {
	three := []string{"a", "b", "c"}
	for _, c := range []struct {
		survey plan.Survey
		want   string // of 0 to 12, one digit each
	}{
		{plan.Survey{Kind: plan.CSAT}, "0111110000000"},
		{plan.Survey{Kind: plan.NPS}, "1111111111100"},
		{plan.Survey{Kind: plan.One, Answers: three}, "1110000000000"},
		{plan.Survey{Kind: plan.Multi, Answers: three}, "0111111100000"},
	} {
		got := ""
		for answer := range uint64(13) {
			got += map[bool]string{false: "0", true: "1"}[c.survey.Accepts(answer)]
		}
		require.Equal(t, c.want, got)
		require.False(t, c.survey.Accepts(math.MaxUint64))
	}
}
