package plan_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Each bound of format 3, broken by one step, has its sentinel; and what Encode
// refuses, Decode refuses too.
func TestBoundsOfFormat3(t *testing.T) {
	long := strings.Repeat("x", plan.MaxName+1)
	names := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprint("n", i))
		}
		return out
	}
	foreign := plan.Rule{plan.OpVar, plan.VarAbility + 1, plan.OpSet}
	yes := plan.Rule{plan.OpTrue}
	risk := plan.Rule{plan.OpVar, plan.VarLapseRisk, plan.OpSet}
	metric := func(m plan.Metric) func(p *plan.Plan) {
		return func(p *plan.Plan) { m.Name = "m"; p.Metrics = []plan.Metric{m}; p.Chunk = 1 }
	}
	type change = func(p *plan.Plan)
	for want, cases := range map[error]map[string]change{
		plan.ErrName: {
			"network twice":     func(p *plan.Plan) { p.Networks = []string{"a", "a"} },
			"empty payment":     func(p *plan.Plan) { p.Payments = []string{""} },
			"long page":         func(p *plan.Plan) { p.Pages = []string{long} },
			"skill twice":       func(p *plan.Plan) { p.Skills = []string{"a", "a"} },
			"channel twice":     func(p *plan.Plan) { p.Channels[1] = p.Channels[0] },
			"survey twice":      func(p *plan.Plan) { p.Surveys[1].Name = p.Surveys[0].Name },
			"list twice":        func(p *plan.Plan) { p.Lists[1].Name = p.Lists[0].Name },
			"message unnamed":   func(p *plan.Plan) { p.Messages[0].Name = "" },
			"answer twice":      func(p *plan.Plan) { p.Surveys[3].Answers = []string{"a", "b", "a"} },
			"item twice":        func(p *plan.Plan) { p.Lists[0].Items = []string{"i", "i", "k"} },
			"bin twice":         func(p *plan.Plan) { p.Predictions[0].Bins[1].Name = "new" },
			"empty answer":      func(p *plan.Plan) { p.Surveys[2].Answers[0] = "" },
			"arm named holdout": func(p *plan.Plan) { p.Campaigns[0].Arms[2] = plan.HoldoutColumn },
		},
		plan.ErrDevice: {
			"17 networks":           func(p *plan.Plan) { p.Networks = names(plan.MaxNetworks + 1) },
			"17 payments":           func(p *plan.Plan) { p.Payments = names(plan.MaxPayments + 1) },
			"33 pages":              func(p *plan.Plan) { p.Pages = names(plan.MaxPages + 1) },
			"17 skills":             func(p *plan.Plan) { p.Skills = names(plan.MaxSkills + 1) },
			"9 channels":            func(p *plan.Plan) { p.Channels = names(plan.MaxChannels + 1) },
			"own holdout over half": func(p *plan.Plan) { p.Campaigns[0].Promotion.Holdout = plan.MaxShare + 1 },
			"arm named holdout of a campaign's own": func(p *plan.Plan) {
				p.Policy.Holdout, p.Campaigns[0].Arms[2] = 0, plan.HoldoutColumn
			},
			"promotion that is assigned": func(p *plan.Plan) { p.Campaigns[0].Mode = plan.Assigned },
			"group 9":                    func(p *plan.Plan) { p.Campaigns[0].Promotion.Group = plan.MaxGroups + 1 },
			"rest of 401 days":           func(p *plan.Plan) { p.Campaigns[0].Promotion.Rest = plan.MaxRest + 1 },
			"eligible by no rule":        func(p *plan.Plan) { p.Campaigns[0].Promotion.When = foreign },
			"short ladder":               func(p *plan.Plan) { p.Campaigns[0].Promotion.Ladder = make([]plan.Rule, 2) },
			"ladder of no rungs":         func(p *plan.Plan) { p.Campaigns[0].Promotion.Ladder = []plan.Rule{} },
			"rule of the first arm":      func(p *plan.Plan) { p.Campaigns[0].Promotion.Ladder[0] = yes },
			"rung by no rule":            func(p *plan.Plan) { p.Campaigns[0].Promotion.Ladder[2] = foreign },
			"sticky 3":                   func(p *plan.Plan) { p.Slots[0].Sticky = 3 },
			"survey of kind 0":           func(p *plan.Plan) { p.Surveys[0].Kind = 0 },
			"survey of kind 5":           func(p *plan.Plan) { p.Surveys[3].Kind = 5 },
			"csat with answers":          func(p *plan.Plan) { p.Surveys[0].Answers = names(2) },
			"one of one":                 func(p *plan.Plan) { p.Surveys[2].Answers = names(1) },
			"one of none":                func(p *plan.Plan) { p.Surveys[2].Answers = nil },
			"17 answers":                 func(p *plan.Plan) { p.Surveys[2].Answers = names(plan.MaxAnswers + 1) },
			"stage 3 of 2":               func(p *plan.Plan) { p.Surveys[0].Stage = 3 },
			"segment 4 of 3":             func(p *plan.Plan) { p.Surveys[0].Segments = 8 },
			"survey by no rule":          func(p *plan.Plan) { p.Surveys[0].When = foreign },
			"survey each 401 days":       func(p *plan.Plan) { p.Surveys[0].Every++ },
			"17 surveys": func(p *plan.Plan) {
				for _, n := range names(13) {
					p.Surveys = append(p.Surveys, plan.Survey{Name: n, Kind: plan.NPS})
				}
			},
			"list of none":          func(p *plan.Plan) { p.Lists[1].Size = 0 },
			"list of 25":            func(p *plan.Plan) { p.Lists[1].Size = plan.MaxListSize + 1 },
			"more of a topic":       func(p *plan.Plan) { p.Lists[1].PerTopic = 2 },
			"more than all unlike":  func(p *plan.Plan) { p.Lists[0].Diversity++ },
			"65 items":              func(p *plan.Plan) { p.Lists[0].Items = names(plan.MaxItems + 1) },
			"reward 0":              func(p *plan.Plan) { p.Lists[0].Reward = 0 },
			"reward below 0":        func(p *plan.Plan) { p.Lists[0].Reward = -1 },
			"reward over a million": func(p *plan.Plan) { p.Lists[0].Reward = 1e6 + 1 },
			"infinite reward":       func(p *plan.Plan) { p.Lists[0].Reward = math.Inf(1) },
			"reward of no number":   func(p *plan.Plan) { p.Lists[0].Reward = math.NaN() },
			"9 lists": func(p *plan.Plan) {
				for _, n := range names(7) {
					p.Lists = append(p.Lists, plan.List{Name: n, Size: 1, Goal: view, Reward: 1})
				}
			},
			"message by no channel":    func(p *plan.Plan) { p.Messages[0].Channels = 0 },
			"message by channel 4":     func(p *plan.Plan) { p.Messages[0].Channels = 8 },
			"quiet from 24":            func(p *plan.Plan) { p.Messages[0].QuietFrom = 24 },
			"quiet to 24":              func(p *plan.Plan) { p.Messages[0].QuietTo = 24 },
			"cap 9":                    func(p *plan.Plan) { p.Messages[0].Cap = plan.MaxShowings + 1 },
			"cap in no time":           func(p *plan.Plan) { p.Messages[0].Every = 0 },
			"time of no cap":           func(p *plan.Plan) { p.Messages[0].Cap = 0 },
			"cap in 401 days":          func(p *plan.Plan) { p.Messages[0].Every++ },
			"message by no rule":       func(p *plan.Plan) { p.Messages[0].When = foreign },
			"9 messages":               func(p *plan.Plan) { p.Messages = messages(p.Messages[0], names(9)) },
			"lapse within 0":           func(p *plan.Plan) { p.Predictions[0].Within = 0 },
			"lapse within 29":          func(p *plan.Plan) { p.Predictions[0].Within = 29 },
			"buying within 1":          func(p *plan.Plan) { p.Predictions[1].Within = 1 },
			"prediction 3":             func(p *plan.Plan) { p.Predictions[1].Kind = 3 },
			"prediction twice":         func(p *plan.Plan) { p.Predictions[1] = p.Predictions[0] },
			"predictions out of order": func(p *plan.Plan) { p.Predictions[0], p.Predictions[1] = p.Predictions[1], p.Predictions[0] },
			"no bins":                  func(p *plan.Plan) { p.Predictions[1].Bins = nil },
			"first bin without a rule": func(p *plan.Plan) { p.Predictions[0].Bins[0].Rule = nil },
			"last bin with a rule":     func(p *plan.Plan) { p.Predictions[1].Bins[0].Rule = yes },
			"bin by a prediction":      func(p *plan.Plan) { p.Predictions[0].Bins[0].Rule = risk },
			"65 bins": func(p *plan.Plan) {
				p.Predictions[1].Bins = nil
				for _, n := range names(64) {
					p.Predictions[1].Bins = append(p.Predictions[1].Bins, plan.Segment{Name: n, Rule: yes})
				}
				p.Predictions[1].Bins = append(p.Predictions[1].Bins, plan.Segment{Name: "last"})
			},
		},
		plan.ErrTrigger: {
			"list's goal by dwell":     func(p *plan.Plan) { p.Lists[0].Goal.Kind = plan.Dwell },
			"message's goal by none":   func(p *plan.Plan) { p.Messages[0].Goal.Kind = 0 },
			"goal by being asked":      func(p *plan.Plan) { p.Lists[0].Goal.Kind = plan.Asked },
			"goal by an arrival":       func(p *plan.Plan) { p.Campaigns[0].Goals[0].On.Kind = plan.Arrive },
			"goal by history":          func(p *plan.Plan) { p.Stages[1].On.Kind = plan.History },
			"goal by being reached":    func(p *plan.Plan) { p.Stages[1].On.Kind = plan.Reached },
			"event of none of a trial": func(p *plan.Plan) { p.Slots[0].Goal = plan.Trigger{Kind: plan.Attempt, Event: 1} },
		},
		plan.ErrRuleVar: {
			"skill 2 of 1":        func(p *plan.Plan) { p.Segments[0].Rule = foreign },
			"payment of none":     func(p *plan.Plan) { p.Payments = nil; p.Segments[0].Rule = set(plan.VarPayment) },
			"entry without pages": func(p *plan.Plan) { p.Pages = nil; p.Segments[0].Rule = set(plan.VarEntry) },
			"risk of none":        func(p *plan.Plan) { p.Predictions = p.Predictions[1:]; p.Segments[0].Rule = risk },
			"chance of none": func(p *plan.Plan) {
				p.Predictions = p.Predictions[:1]
				p.Segments[0].Rule = set(plan.VarBuyChance)
			},
			"variable 50": func(p *plan.Plan) { p.Segments[0].Rule = set(plan.VarEntry + 1) },
			"variable 63": func(p *plan.Plan) { p.Segments[0].Rule = set(63) },
		},
		plan.ErrMetric: {
			"topics of none":         func(p *plan.Plan) { p.Topics = nil; p.Slots = nil; metric(everyKind[1])(p) },
			"topics by topic":        metric(plan.Metric{Kind: plan.Topics, By: plan.ByTopic, Most: 1}),
			"next by segment":        metric(plan.Metric{Kind: plan.Next, By: plan.BySegment, Most: 1}),
			"next by site":           metric(plan.Metric{Kind: plan.Next, By: plan.SiteWide, Most: 1}),
			"nine of next":           metric(plan.Metric{Kind: plan.Next, By: plan.ByTopic, Most: 9}),
			"next of one topic":      func(p *plan.Plan) { p.Topics = p.Topics[:1]; p.Slots = nil; metric(everyKind[2])(p) },
			"two of last":            metric(plan.Metric{Kind: plan.Last, By: plan.SiteWide, Most: 2}),
			"last by segment":        metric(plan.Metric{Kind: plan.Last, By: plan.BySegment, Most: 1}),
			"items of list 2":        metric(plan.Metric{Kind: plan.Items, By: plan.SiteWide, Most: 1, Source: 2}),
			"items of an empty list": func(p *plan.Plan) { p.Lists[0].Items = nil; metric(everyKind[4])(p) },
			"two of a list shown":    metric(plan.Metric{Kind: plan.ListExposed, By: plan.SiteWide, Most: 2}),
			"tried in a shop's list": metric(plan.Metric{Kind: plan.Tried, By: plan.SiteWide, Most: 1}),
			"solved of list 2":       metric(plan.Metric{Kind: plan.Solved, By: plan.SiteWide, Most: 1, Source: 2}),
			"state by segment":       metric(plan.Metric{Kind: plan.State, By: plan.BySegment, Most: 1}),
			"two states":             metric(plan.Metric{Kind: plan.State, By: plan.SiteWide, Most: 2}),
			"outcome of 2":           metric(plan.Metric{Kind: plan.Outcome, By: plan.SiteWide, Most: 1, Source: 2}),
			"three channels of two":  metric(plan.Metric{Kind: plan.ReachShown, By: plan.SiteWide, Most: 3}),
			"message 1 of 1":         metric(plan.Metric{Kind: plan.ReachAnswered, By: plan.SiteWide, Most: 1, Source: 1}),
			"asked twice":            metric(plan.Metric{Kind: plan.SurveyAsked, By: plan.SiteWide, Most: 2}),
			"two answers of one":     metric(plan.Metric{Kind: plan.SurveyAnswers, By: plan.SiteWide, Most: 2, Source: 2}),
			"four answers of three":  metric(plan.Metric{Kind: plan.SurveyAnswers, By: plan.SiteWide, Most: 4, Source: 3}),
			"survey 4 of 4":          metric(plan.Metric{Kind: plan.SurveyAnswers, By: plan.SiteWide, Most: 1, Source: 4}),
			"a goal of a list":       metric(plan.Metric{Kind: plan.ListConverted, By: plan.SiteWide, Most: 1, Goal: 1}),
			"kind 23":                metric(plan.Metric{Kind: plan.SurveyAnswers + 1, By: plan.SiteWide, Most: 1}),
			"two of next": func(p *plan.Plan) {
				next := everyKind[2]
				next.Name = "again"
				p.Metrics = append(p.Metrics, next)
			},
		},
	} {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				p := wide(t)
				c(p)
				_, err := plan.Encode(p)
				require.ErrorIs(t, err, want)
				if unsaid[name] {
					return
				}
				_, err = plan.Decode(plan.EncodeUnchecked(p))
				require.Error(t, err)
			})
		}
	}
}

// unsaid are the faults that no bytes can have: Encode alone sees them.
var unsaid = map[string]bool{"csat with answers": true, "event of none of a trial": true}

func set(variable byte) plan.Rule { return plan.Rule{plan.OpVar, variable, plan.OpSet} }

// messages is one message under each of the names.
func messages(m plan.Message, names []string) (out []plan.Message) {
	for _, n := range names {
		m.Name = n
		out = append(out, m)
	}
	return out
}
