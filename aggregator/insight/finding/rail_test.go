package finding_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// railed is a plan of a slot of three variants with its revenue, and a scored survey.
func railed() *plan.Plan {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Daily, 60)
	p.Policy.Holdout = 1000
	p.Segments, p.Campaigns, p.Stages, p.Dimensions = []plan.Segment{{Name: "all"}}, nil, nil, nil
	p.Slots = []plan.Slot{{Name: "hero", Variants: []plan.Variant{{Name: "plain"}, {Name: "shoes"}, {Name: "bags"}}, Goal: plan.Trigger{Kind: plan.Order}, Reward: 1}}
	p.Surveys = []plan.Survey{{Name: "happy", Kind: plan.CSAT}}
	p.Revenues = []plan.Revenue{{Name: "hero", Of: plan.OfSlot, Grid: []uint32{10_000}}}
	p.Metrics = nil
	for _, m := range []plan.Metric{
		{Name: "exposed hero", Kind: plan.SlotExposed}, {Name: "converted hero", Kind: plan.SlotConverted},
		{Name: "revenue hero", Kind: plan.Earned}, {Name: "answers happy", Kind: plan.SurveyAnswers},
	} {
		m.By, m.Most = plan.SiteWide, 1
		p.Metrics = append(p.Metrics, m)
	}
	return p
}

// selling is what is true of a day at the slot: of plain, shoes, bags and the holdout, who
// is shown it, who orders, and who of these for 100; and how many answer 5, others 1.
type selling struct {
	shown, rate, spend [4]float64
	happy              float64
}

var alike = selling{
	shown: [4]float64{9000, 6000, 3000, 2000}, rate: [4]float64{.05, .05, .05, .05}, spend: [4]float64{.03, .03, .03, .03}, happy: .7,
}

func sold(p *plan.Plan, rng *rand.Rand, days int, at func(day int) selling) (out []panel.Release) {
	digest := plan.DigestOf(edgetest.Publish(p))
	for day := range days {
		l := at(day)
		cells := []float64{20_000, l.shown[0], l.shown[1], l.shown[2], l.shown[3]}
		for i, n := range l.shown {
			cells = append(cells, n*l.rate[i])
		}
		for i, n := range l.shown {
			cells = append(cells, n*l.spend[i])
		}
		cells = append(cells, 1000*(1-l.happy), 0, 0, 0, 1000*l.happy)
		r := panel.Release{Plan: p}
		r.Record.Plan, r.Period, r.Sigma2, r.Weight = digest, p.Periods[day], 200, plan.LayoutOf(p).Weight
		for _, c := range cells {
			r.Cells = append(r.Cells, int64(math.Round(c+rng.NormFloat64()*math.Sqrt(c+400))))
		}
		out = append(out, r)
	}
	return out
}

var always = steer.StateOf("shop.example", nil)

// resumedAt is the state after a variant was stopped and let go on at the end of a date.
func resumedAt(variant string, date plan.Date) *steer.State {
	o := steer.Order{Site: "shop.example", At: time.Unix(int64(date)*plan.Day-1, 0), Action: steer.Resume, Place: steer.Place{Kind: "slot", Name: "hero"}, Variant: variant}
	return steer.StateOf("shop.example", []steer.Order{o})
}

// fell lists the rails that something fell behind.
func fell(t *testing.T, all []panel.Release, state *steer.State) (out []finding.Rail) {
	t.Helper()
	rails, err := finding.Rails(all, state)
	require.NoError(t, err)
	for _, r := range rails {
		if r.State == finding.Found {
			out = append(out, r)
		}
	}
	return out
}

func TestRailsSayWhatFell(t *testing.T) {
	p := railed()
	rails, err := finding.Rails(sold(p, rand.New(rand.NewPCG(1, 1)), 40, func(int) selling { return alike }), always)
	require.NoError(t, err)
	var of [][4]string
	for _, r := range rails {
		of = append(of, [4]string{r.Metric, r.Name, r.Variant, r.Survey})
		require.Equal(t, finding.None, r.State, "%+v", r)
		require.Less(t, r.Diff.Low, 0.)
		require.Greater(t, r.Diff.High, 0.)
		require.Equal(t, p.Periods[39].Date.String(), r.To)
		require.Equal(t, p.Periods[26].Date.String(), r.From)
	}
	require.Equal(t, [][4]string{
		{finding.Goal, "hero", "", ""}, {finding.Goal, "hero", "shoes", ""}, {finding.Goal, "hero", "bags", ""},
		{finding.Revenue, "hero", "", ""}, {finding.Satisfaction, "", "", "happy"},
	}, of)

	halved := func(day int) selling {
		l := alike
		if day >= 26 {
			l.rate[2] = .02
		}
		return l
	}
	all := sold(p, rand.New(rand.NewPCG(1, 2)), 40, halved)
	found := fell(t, all, always)
	require.Len(t, found, 1)
	require.Equal(t, [3]string{"slot", "hero", "bags"}, [3]string{found[0].Kind, found[0].Name, found[0].Variant})
	require.InDelta(t, -.03, found[0].Diff.Value, .01)
	require.InDelta(t, .007, found[0].Margin, .001)
	require.Empty(t, fell(t, all, resumedAt("bags", p.Periods[37].Date)), "what was before does not count")

	// Whom a variant is shown to may be the cause of so much.
	all = sold(p, rand.New(rand.NewPCG(1, 3)), 40, func(int) selling {
		l := alike
		l.shown[2], l.rate[2] = 9000, .047
		return l
	})
	require.Empty(t, fell(t, all, always))

	// Of the place as a whole it is not: the holdout is drawn.
	found = fell(t, sold(p, rand.New(rand.NewPCG(1, 4)), 40, func(int) selling {
		l := alike
		l.spend = [4]float64{.012, .012, .012, .03}
		return l
	}), always)
	require.Len(t, found, 1)
	require.Equal(t, [2]string{finding.Revenue, ""}, [2]string{found[0].Metric, found[0].Variant})
	require.InDelta(t, -1.8, found[0].Diff.Value, .5)
}

// A fall of satisfaction is laid to what grew; to nothing where nothing did.
func TestSatisfactionFell(t *testing.T) {
	p := railed()
	first := p.Periods[26].Date
	for name, c := range map[string]struct {
		grows  bool
		state  *steer.State
		expect string
	}{
		"shoes grew":                   {true, always, "shoes"},
		"nothing grew":                 {false, always, ""},
		"shoes were resumed meanwhile": {true, resumedAt("shoes", first+5), ""},
	} {
		found := fell(t, sold(p, rand.New(rand.NewPCG(2, 1)), 40, func(day int) selling {
			l := alike
			if day >= 26 {
				l.happy = .5
				if c.grows {
					l.shown = [4]float64{5000, 10_000, 3000, 2000}
				}
			}
			return l
		}), c.state)
		require.Len(t, found, 1, name)
		require.Equal(t, finding.Satisfaction, found[0].Metric)
		require.Equal(t, c.expect, found[0].Variant, name)
		require.InDelta(t, -.8, found[0].Diff.Value, .2)
	}
}

// Too few releases, a range without any, a noise that drowns the exposures: nothing is said.
func TestRailsOfLittle(t *testing.T) {
	p := railed()
	_, err := finding.Rails(nil, always)
	require.ErrorIs(t, err, panel.ErrNone)
	for _, days := range []int{1, 4} {
		rails, err := finding.Rails(sold(p, rand.New(rand.NewPCG(3, 1)), days, func(int) selling { return alike }), always)
		require.NoError(t, err)
		for _, r := range rails {
			require.Equal(t, finding.Unknown, r.State)
		}
	}
	rails, err := finding.Rails(sold(p, rand.New(rand.NewPCG(3, 2)), 40, func(int) selling {
		l := alike
		l.shown[2] = 0
		return l
	}), always)
	require.NoError(t, err)
	for _, r := range rails {
		require.Equal(t, r.Variant == "bags", r.State == finding.Unknown, r)
	}
}

// What the rails promise: over a year of releases where nothing falls, something is stopped
// in at most one site of twenty; and a variant that loses half of its orders, with a holdout
// of 20 %, is stopped within two weeks. 60 sites of a year would take long here: 40 of two months, at which the
// chance is a sixth.
func TestRailsAreRarelyWrong(t *testing.T) {
	p := railed()
	vain, late := 0, 0
	const sites = 40
	for seed := range uint64(sites) {
		all := sold(p, rand.New(rand.NewPCG(4, seed)), 60, func(int) selling { return alike })
		for n := 20; n <= len(all); n += 2 { // neighbours look at nearly the same releases
			if len(fell(t, all[:n], always)) > 0 {
				vain++
				break
			}
		}
		worse := sold(p, rand.New(rand.NewPCG(5, seed)), 40, func(day int) selling {
			l := alike
			l.shown = [4]float64{7000, 6000, 3000, 4000}
			if day >= 26 {
				l.rate[1] = .025
			}
			return l
		})
		stopped := false
		for _, r := range fell(t, worse, always) {
			stopped = stopped || r.Variant == "shoes"
		}
		if !stopped {
			late++
		}
	}
	t.Logf("stopped in vain %d of %d sites; not stopped in two weeks %d of %d", vain, sites, late, sites)
	require.LessOrEqual(t, vain, 1)
	require.LessOrEqual(t, late, 2)
}
