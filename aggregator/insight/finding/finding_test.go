package finding_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// shop is a plan of a day's periods with everything that the questions need: two segments,
// who came back of each, why, the funnel, hours, a campaign with its revenue, and a slot.
func shop() *plan.Plan {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Daily, 40)
	p.Policy.Holdout = 1000
	p.Segments = []plan.Segment{{Name: "loyal", Rule: edgetest.NewRule().Var(plan.VarOrders).Num(2).Op(plan.OpGe).Code()}, {Name: "others"}}
	order, click := plan.Trigger{Kind: plan.Order}, plan.Trigger{Kind: plan.Click}
	p.Stages = []plan.Stage{{Name: "visit", On: plan.Trigger{Kind: plan.View}}, {Name: "order", On: order}}
	early := edgetest.NewRule().Var(plan.VarHour).Num(12).Op(plan.OpLt).Code()
	p.Dimensions = []plan.Dimension{
		{Name: "who", At: plan.AtStart, Within: 1, Bins: p.Segments},
		{Name: "hour", At: plan.AtStart, Within: 1, Bins: []plan.Segment{{Name: "before noon", Rule: early}, {Name: "later"}}},
	}
	p.Surveys = []plan.Survey{{Name: "why", Kind: plan.One, Answers: []string{"price", "delivery"}}}
	p.Campaigns = []plan.Campaign{{Name: "spring", Mode: plan.Assigned, Arms: []string{"none", "voucher"}, Goals: []plan.Goal{{Name: "bought", On: order}}}}
	p.Slots = []plan.Slot{{Name: "hero", Variants: []plan.Variant{{Name: "plain"}, {Name: "shoes"}}, Goal: click, Reward: 1}}
	p.Revenues = []plan.Revenue{{Name: "spring", Of: plan.OfCampaign, Grid: []uint32{5000}}}
	p.Metrics = nil
	for _, m := range []plan.Metric{
		{Name: "audience", Kind: plan.Audience, By: plan.BySegment},
		{Name: "funnel", Kind: plan.Funnel, By: plan.BySegment},
		{Name: "dimension who", Kind: plan.Sorted}, {Name: "returned who", Kind: plan.Returned},
		{Name: "dimension hour", Kind: plan.Sorted, By: plan.BySegment, Source: 1},
		{Name: "answers why", Kind: plan.SurveyAnswers, By: plan.BySegment},
		{Name: "exposed spring", Kind: plan.CampaignExposed}, {Name: "converted spring", Kind: plan.CampaignConverted}, {Name: "revenue spring", Kind: plan.Earned},
		{Name: "exposed hero", Kind: plan.SlotExposed}, {Name: "clicked hero", Kind: plan.SlotClicked},
	} {
		m.By, m.Most = max(m.By, plan.BySegment), 1
		if m.By == plan.BySegment && m.Kind != plan.Audience && m.Kind != plan.Funnel && m.Kind != plan.SurveyAnswers && m.Name != "dimension hour" {
			m.By = plan.SiteWide
		}
		p.Metrics = append(p.Metrics, m)
	}
	return p
}

// life is what is true of a day.
type life struct {
	present            int64
	back, delivery     float64 // of the loyal: shares
	order              float64 // of the loyal, of those who visit
	spring, hero, noon float64 // orders of the voucher's, clicks of the chosen, visits of the loyal before noon
}

var usual = life{present: 20_000, back: .6, delivery: .3, order: .1, spring: .05, hero: .08, noon: .4}

func releases(p *plan.Plan, rng *rand.Rand, days int, at func(day int) life) (out []panel.Release) {
	digest := plan.DigestOf(edgetest.Publish(p))
	for day := range days {
		l := at(day)
		n := float64(l.present)
		loyal, others := .3*n, .7*n
		cells := []float64{
			n,
			loyal, others,
			loyal * (1 - l.order), loyal * l.order, others * .9, others * .1,
			loyal, others, .3 * n * l.back, .7 * n * .4,
			loyal * l.noon, loyal * (1 - l.noon), others * .5, others * .5,
			200 * (1 - l.delivery), 200 * l.delivery, 400 * .7, 400 * .3,
			n / 2, n / 2, n / 2 * .05, n / 2 * l.spring, n / 2 * .05, n / 2 * l.spring,
			n * .45, n * .45, n * .1, n * .45 * l.hero, n * .45 * l.hero, n * .1 * .05,
		}
		r := panel.Release{Plan: p}
		r.Record.Plan, r.Period, r.Sigma2, r.Weight = digest, p.Periods[day], 50, plan.LayoutOf(p).Weight
		for _, c := range cells {
			r.Cells = append(r.Cells, int64(math.Round(c+rng.NormFloat64()*math.Sqrt(c+100))))
		}
		out = append(out, r)
	}
	return out
}

func answer(t *testing.T, seed uint64, at func(day int) life, costs ...finding.Cost) *finding.Answers {
	t.Helper()
	p := shop()
	a, err := finding.Of(releases(p, rand.New(rand.NewPCG(1, seed)), 40, at), p.Periods[20].Date, p.Periods[39].Date, costs)
	require.NoError(t, err)
	return a
}

// What is planted is found, with its size.
func TestFound(t *testing.T) {
	p := shop()
	cost := finding.Cost{Name: "spring", From: p.Periods[20].Date, To: p.Periods[39].Date, Cost: 20_000, Margin: .5}
	a := answer(t, 1, func(day int) life {
		l := usual
		l.order = .06
		l.spring = .08
		if day >= 20 {
			l.back, l.delivery = .5, .6
		}
		return l
	}, cost)
	require.Equal(t, finding.Found, a.Leaving.State)
	require.Equal(t, []string{"loyal", "delivery", "why"}, []string{a.Leaving.Segment, a.Leaving.Reason, a.Leaving.Survey})
	require.InDelta(t, -.1, a.Leaving.Groups[0].Change.Value, .01)
	require.InDelta(t, .5, a.Leaving.Groups[0].After.Value, .01)
	require.Less(t, a.Leaving.Groups[0].Change.High, 0.)
	require.InDelta(t, .3, a.Leaving.Reasons[0].Change.Value, .05)

	require.Equal(t, []string{"loyal", "visit", "order"}, []string{a.Leak.Segment, a.Leak.From, a.Leak.To})
	require.InDelta(t, 20*6000*.04, a.Leak.Steps[0].Lost.Value, 300)

	c := a.Campaigns[0]
	require.Equal(t, finding.Found, c.State)
	require.True(t, c.Paid)
	increment := 20 * 10_000 * .03 * 50.
	require.InDelta(t, increment, c.Increment.Value, 40_000)
	require.InDelta(t, increment*.5/20_000-1, c.Incremental.Value, 1)
	require.InDelta(t, .5*c.Increment.Low, c.BreakEven.Low, 1e-6)

	require.Equal(t, "later", a.Hours.Segments[0].Band)
	require.InDelta(t, .2, a.Hours.Segments[0].Ahead.Value, .02)
	require.Equal(t, finding.None, a.Hours.Segments[1].State, "one band is as good as the other")

	hero := a.Worth.Places[0]
	require.Equal(t, []any{"hero", "holdout", true}, []any{hero.Name, hero.Against, hero.Named})
	require.InDelta(t, .03, hero.Gain.Value, .004)
	require.InDelta(t, 20*18_000*.03, hero.Extra.Value, 1500)
}

// Where nothing differs, nothing is named in more than one of twenty draws; a campaign that
// costs more than it brings is said not to pay.
func TestNothing(t *testing.T) {
	p := shop()
	cost := finding.Cost{Name: "spring", From: p.Periods[20].Date, To: p.Periods[39].Date, Cost: 500_000, Margin: .5}
	named := map[string]int{}
	const draws = 200
	for seed := range uint64(draws) {
		a := answer(t, seed, func(day int) life {
			l := usual
			l.hero = .05
			l.present += int64(2000 * math.Sin(float64(day))) // everybody's weather is no finding
			return l
		}, cost)
		for what, wrong := range map[string]bool{
			"leaving": a.Leaving.Segment != "", "leak": a.Leak.Segment != "", "paid": a.Campaigns[0].Paid,
			"worth": a.Worth.State == finding.Found,
		} {
			if wrong {
				named[what]++
			}
		}
		require.Equal(t, finding.Found, a.Campaigns[0].State)
	}
	t.Log(named)
	for what, n := range named {
		require.LessOrEqual(t, n, draws/20, what)
	}
}

// Without the metrics, and with too few releases, the answers say so.
func TestNotAnswered(t *testing.T) {
	bare := shop()
	bare.Metrics, bare.Dimensions, bare.Revenues = bare.Metrics[:1], nil, nil
	bare.Metrics[0].Kind = plan.Audience
	r := panel.Release{Plan: bare}
	r.Record.Plan, r.Period, r.Sigma2, r.Weight, r.Cells = plan.DigestOf(edgetest.Publish(bare)), bare.Periods[0], 50, 2, []int64{100, 50, 50}
	a, err := finding.Of([]panel.Release{r}, bare.Periods[0].Date, bare.Periods[0].Date, nil)
	require.NoError(t, err)
	require.Equal(t, []finding.State{finding.NotAsked, finding.NotAsked, finding.NotAsked, finding.NotAsked},
		[]finding.State{a.Leaving.State, a.Leak.State, a.Hours.State, a.Worth.State})
	require.Empty(t, a.Campaigns)

	p := shop()
	few := releases(p, rand.New(rand.NewPCG(1, 1)), 4, func(int) life { return usual })
	a, err = finding.Of(few, p.Periods[0].Date, p.Periods[3].Date, nil)
	require.NoError(t, err)
	require.Equal(t, []finding.State{finding.Unknown, finding.Unknown, finding.Unknown, finding.Unknown},
		[]finding.State{a.Leaving.State, a.Leak.State, a.Hours.State, a.Worth.State})
	require.Equal(t, finding.Unknown, a.Campaigns[0].State, "nobody said what it cost")
	require.Nil(t, a.Campaigns[0].Incremental)
	_, err = finding.Of(few, p.Periods[30].Date, p.Periods[39].Date, nil)
	require.ErrorIs(t, err, panel.ErrNone)
}

func TestCompare(t *testing.T) {
	p := shop()
	all := releases(p, rand.New(rand.NewPCG(2, 2)), 40, func(day int) life {
		l := usual
		if day >= 20 {
			l.present, l.hero = 24_000, .09
		}
		return l
	})
	c, err := finding.Compare(all, p.Periods[20].Date, p.Periods[39].Date, finding.Previous)
	require.NoError(t, err)
	require.Equal(t, finding.Found, c.State)
	require.Equal(t, []any{p.Periods[0].Date.String(), p.Periods[19].Date.String(), 20}, []any{c.Before.From, c.Before.To, c.Before.Releases})
	require.Len(t, c.Series, 20)
	require.InDelta(t, .2, c.Present.Value, .01)
	require.True(t, c.Present.Low <= .2 && .2 <= *c.Present.High)
	require.InDelta(t, 20_000, c.Present.Before, 100)
	require.Equal(t, "others", c.Audience[1].Name)
	require.InDelta(t, .2, c.Audience[1].Change.Value, .02)
	require.InDelta(t, 0, c.Funnel[0].Change.Value, .003)
	require.Equal(t, "hero", c.Places[0].Name)
	require.InDelta(t, .009, c.Places[0].Change.Value, .004)
	require.InDelta(t, .2, c.Revenues[0].Change.Value, .05)

	c, err = finding.Compare(all, p.Periods[20].Date, p.Periods[39].Date, finding.YearBefore)
	require.NoError(t, err)
	require.Equal(t, finding.Unknown, c.State)
	require.Equal(t, panel.Empty, c.Present.Hidden)
}

func TestRangesToCompareWith(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-16 2026-11-22": "2026-11-09 2026-11-15 2025-11-16 2025-11-22",
		"2024-02-29 2024-03-01": "2024-02-27 2024-02-28 2023-02-28 2023-03-01",
		"2026-01-01 2026-12-31": "2025-01-01 2025-12-31 2025-01-01 2025-12-31",
	} {
		from, err := plan.ParseDate(text[:10])
		require.NoError(t, err)
		to, err := plan.ParseDate(text[11:])
		require.NoError(t, err)
		a, b := finding.Previous.Range(from, to)
		c, d := finding.YearBefore.Range(from, to)
		require.Equal(t, want, a.String()+" "+b.String()+" "+c.String()+" "+d.String())
	}
}
