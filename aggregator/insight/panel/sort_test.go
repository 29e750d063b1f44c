package panel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// moods is a plan with weekly periods, a dimension with who came back, a survey, a list, a
// message and a chosen campaign.
func moods() *plan.Plan {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Weekly, 10)
	p.Policy.Holdout = 1000
	p.Segments = p.Segments[2:]
	p.Dimensions = []plan.Dimension{{Name: "mood", At: plan.AtEnd, Within: 1, Bins: []plan.Segment{
		{Name: "unhappy", Rule: edgetest.NewRule().Var(plan.VarSatisfaction).Num(.4).Op(plan.OpLt).Code()}, {Name: "fine"},
	}}}
	click := plan.Trigger{Kind: plan.Click}
	p.Surveys = []plan.Survey{{Name: "happy", Kind: plan.CSAT}}
	p.Lists = []plan.List{{Name: "feed", Size: 3, Goal: click, Reward: 1}}
	p.Channels = []string{"banner", "mail"}
	p.Messages = []plan.Message{{Name: "digest", Channels: 3, Goal: click}}
	p.Campaigns = []plan.Campaign{{Name: "offer", Mode: plan.Chosen, Arms: []string{"none", "gift"}, Goals: []plan.Goal{{Name: "bought", On: click}}}}
	p.Slots, p.Metrics = nil, nil
	for _, m := range []plan.Metric{
		{Name: "dimension mood", Kind: plan.Sorted}, {Name: "returned mood", Kind: plan.Returned},
		{Name: "asked", Kind: plan.SurveyAsked}, {Name: "answers", Kind: plan.SurveyAnswers},
		{Name: "exposed feed", Kind: plan.ListExposed}, {Name: "clicked feed", Kind: plan.ListClicked},
		{Name: "reached", Kind: plan.ReachShown, Most: 2}, {Name: "answered", Kind: plan.ReachAnswered, Most: 2},
		{Name: "exposed offer", Kind: plan.CampaignExposed}, {Name: "converted offer", Kind: plan.CampaignConverted},
	} {
		m.By, m.Most = plan.SiteWide, max(m.Most, 1)
		p.Metrics = append(p.Metrics, m)
	}
	return p
}

// week makes a release of moods of a period; counts are in the order of the layout.
func week(p *plan.Plan, period int, counts ...int64) panel.Release {
	r := panel.Release{Plan: p}
	r.Record.Plan = plan.DigestOf(edgetest.Publish(p))
	r.Period, r.Sigma2, r.Weight, r.Cells = p.Periods[period], 100, plan.LayoutOf(p).Weight, counts
	return r
}

func TestSorts(t *testing.T) {
	p := moods()
	counts := []int64{
		10_000,       // present
		2_000, 8_000, // mood
		900, 6_000, // came back, by what they were
		1_000,                 // asked
		20, 30, 100, 150, 200, // answers: 500, mean 3.96
		4_500, 500, // list: shown, holdout
		900, 50, // clicked
		3_000, 2_000, // message: banner, mail
		600, 100, // answered
		4_000, 500, 500, // offer: none, gift, holdout
		400, 100, 40,
	}
	again := append([]int64(nil), counts...)
	again[1], again[2], again[3], again[4] = 4_000, 6_000, 1_000, 7_000
	late := append([]int64(nil), counts...)
	late[3], late[4] = 1, 1
	all := []panel.Release{week(p, 0, counts...), week(p, 1, again...), week(p, 3, late...)}
	r, err := panel.Of(all, p.Periods[1].Date, p.Periods[3].Date)
	require.NoError(t, err)
	find := func(kind string) panel.Sort {
		for _, s := range r.Sorts {
			if s.Kind == kind {
				return s
			}
		}
		require.Fail(t, kind)
		return panel.Sort{}
	}
	mood := find("dimension")
	require.Equal(t, "mood", mood.Name)
	require.Equal(t, "all", mood.Of)
	require.Equal(t, int64(6_000), mood.All[0].Total.Value)
	require.InDelta(t, .3, mood.All[0].Share.Value, 1e-12)
	// The third week is not released: who came back in the fourth is nobody's share. Of
	// 2,000 unhappy in the first week 1,000 came back in the second, of 8,000 others 7,000.
	require.InDelta(t, .5, mood.All[0].Gain.Value, 1e-12)
	require.InDelta(t, .875, mood.All[1].Gain.Value, 1e-12)
	require.Less(t, *mood.All[0].Gain.High, mood.All[1].Gain.Low)

	answers := find("answers")
	require.Equal(t, "csat", answers.Score.Kind)
	require.InDelta(t, 3.96, answers.Score.Mean.Value, 1e-12)
	require.InDelta(t, .5, answers.Score.Rate.Value, 1e-12)
	require.InDelta(t, .4, answers.All[4].Share.Value, 1e-12)
	require.Nil(t, answers.All[0].Gain)

	reached := find("reached")
	require.Equal(t, "present", reached.Of)
	require.InDelta(t, .3, reached.All[0].Share.Value, 1e-12)
	require.InDelta(t, .2, reached.All[0].Gain.Value, 1e-12)
	require.InDelta(t, .05, reached.All[1].Gain.Value, 1e-12)

	require.Len(t, r.Slots, 2)
	feed, offer := r.Slots[0], r.Slots[1]
	require.Equal(t, []string{"list", "feed", "campaign", "offer"}, []string{feed.Kind, feed.Name, offer.Kind, offer.Name})
	require.InDelta(t, 1, feed.Uplift.Rate.Value, 1e-12)
	require.Equal(t, []string{"none", "gift"}, offer.Variants)
	require.InDelta(t, .2, offer.All[1].Rate.Value, 1e-12)
	require.InDelta(t, .5/4.5/.08*1-1, offer.Uplift.Rate.Value, 1e-2)

	// A week alone: the one before it is told by the release before the range.
	r, err = panel.Of(all, p.Periods[1].Date, p.Periods[1].Date)
	require.NoError(t, err)
	require.InDelta(t, .5, find("dimension").All[0].Gain.Value, 1e-12)
	// The first: nobody can have come back.
	r, err = panel.Of(all, p.Periods[0].Date, p.Periods[0].Date)
	require.NoError(t, err)
	require.Nil(t, find("dimension").All[0].Gain)

	// With other bins it begins anew.
	q := moods()
	q.Serial = 2
	q.Dimensions[0].Bins = append([]plan.Segment{{Name: "angry", Rule: q.Dimensions[0].Bins[0].Rule}}, q.Dimensions[0].Bins...)
	more := append([]int64{10_000, 500}, counts[1:]...)
	more = append(more[:4], append([]int64{100}, more[4:]...)...)
	r, err = panel.Of(append(all, week(q, 4, more...)), p.Periods[0].Date, p.Periods[4].Date)
	require.NoError(t, err)
	mood = find("dimension")
	require.Equal(t, p.Periods[4].Date.String(), mood.From)
	require.Equal(t, int64(500), mood.All[0].Total.Value)
	require.Equal(t, p.Periods[0].Date.String(), find("answers").From)
}

// The triangle: who was new in a week, and how many of them were there one week and two
// later, by releases of the range and after; what is not released is left out.
func TestCohorts(t *testing.T) {
	p := moods()
	age := func(n float64) plan.Rule { return edgetest.NewRule().Var(plan.VarPeriods).Num(n).Op(plan.OpLt).Code() }
	p.Dimensions[0].Bins = []plan.Segment{{Name: "0", Rule: age(1)}, {Name: "1", Rule: age(2)}, {Name: "2", Rule: age(3)}, {Name: "3 to 5", Rule: age(6)}, {Name: "6 and more"}}
	p.Metrics = p.Metrics[:1]
	all := []panel.Release{
		week(p, 0, 9000, 5000, 0, 0, 0, 0), week(p, 1, 9000, 4000, 2000, 0, 0, 0),
		week(p, 2, 9000, 3000, 1000, 1500, 0, 0), week(p, 4, 9000, 3000, 600, 800, 900, 0),
	}
	r, err := panel.Of(all, p.Periods[0].Date, p.Periods[2].Date)
	require.NoError(t, err)
	got := r.Sorts[0].Cohorts
	require.Len(t, got, 3)
	require.Equal(t, int64(5000), got[0].Size.Value)
	require.Len(t, got[0].Back, 2, "of one week each")
	require.InDelta(t, .4, got[0].Back[0].Rate.Value, 1e-12)
	require.InDelta(t, .3, got[0].Back[1].Rate.Value, 1e-12)
	require.InDelta(t, .25, got[1].Back[0].Rate.Value, 1e-12)
	require.Nil(t, got[1].Back[1].Rate, "the fourth week has no release")
	require.InDelta(t, 800./3000, got[2].Back[1].Rate.Value, 1e-12, "the fifth lies after the range")
	require.Less(t, got[0].Back[0].Rate.Low, .4)

	r, err = panel.Of([]panel.Release{week(moods(), 0, make([]int64, plan.LayoutOf(moods()).Cells)...)}, p.Periods[0].Date, p.Periods[0].Date)
	require.NoError(t, err)
	require.Nil(t, r.Sorts[0].Cohorts)
}

// The rate of coming back covers the truth it is drawn by, where some never come back.
func TestComingBackCovers(t *testing.T) {
	p := moods()
	random := rand.New(rand.NewPCG(5, 5))
	const draws, sd = 3000, 14.14
	truth := [2]float64{.35, .8}
	held, all := [2]int{}, 0
	for range draws {
		noisy := func(v float64) int64 { return int64(math.Round(v + sd*random.NormFloat64())) }
		first := make([]int64, plan.LayoutOf(p).Cells)
		second := append([]int64(nil), first...)
		for b, n := range [2]float64{3_000, 9_000} {
			back := n*truth[b] + math.Sqrt(n*truth[b]*(1-truth[b]))*random.NormFloat64()
			first[1+b], second[3+b] = noisy(n), noisy(back)
		}
		r, err := panel.Of([]panel.Release{week(p, 0, first...), week(p, 1, second...)}, p.Periods[1].Date, p.Periods[1].Date)
		require.NoError(t, err)
		all++
		for b := range truth {
			if g := r.Sorts[0].All[b].Gain; truth[b] >= g.Low && truth[b] <= *g.High {
				held[b]++
			}
		}
	}
	for b := range truth {
		covered := float64(held[b]) / float64(all)
		t.Logf("%.4f", covered)
		require.InDelta(t, .95, covered, .015)
	}
}
