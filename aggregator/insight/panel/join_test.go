package panel_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// changed is the plan of source with parts of its text replaced, and of a later serial.
func changed(t testing.TB, replace ...string) *plan.Plan {
	t.Helper()
	text := fmt.Sprintf(source, "regulars", "shoes")
	for i := 0; i < len(replace); i += 2 {
		require.Contains(t, text, replace[i])
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	return parse(t, strings.Replace(text, "serial: 1", "serial: 2", 1))
}

func report(t testing.TB, all ...panel.Release) *panel.Report {
	t.Helper()
	r, err := panel.Of(all, 0, 1<<20)
	require.NoError(t, err)
	return r
}

// numbered gives every cell a value by which it can be told in any sum.
func numbered(t testing.TB, p *plan.Plan, period int) panel.Release {
	r := released(t, p, period, nil)
	for i := range r.Cells {
		r.Cells[i] = 1000 + int64(i)
	}
	return r
}

// A range over two plans joins by names, in the order of the latest; each release brings
// its own plan's noise.
func TestPlansJoin(t *testing.T) {
	old, later := site(t, "regulars", "shoes"), site(t, "regulars", "boots")
	later.Sigma2 *= 2
	later.Serial = 2
	all := []panel.Release{
		released(t, later, 3, map[int]int64{0: 300, audience: 200, siteE + 1: 70}),
		released(t, old, 0, map[int]int64{0: 100, audience: 50, siteE + 1: 7}),
		released(t, old, 1, map[int]int64{0: 200, audience: 60, siteE: 9}),
	}
	r, err := panel.Of(all, old.Periods[0].Date, old.Periods[9].Date)
	require.NoError(t, err)
	require.True(t, r.MixedNoise)
	require.Equal(t, 2, r.Plans)
	require.EqualValues(t, 2, r.Plan.Serial)
	require.EqualValues(t, 600, r.Present.Total.Value)
	v := float64(2*2*old.Sigma2 + 2*later.Sigma2)
	require.InDelta(t, 600-1.96*math.Sqrt(v), r.Present.Total.ExactLow, 1e-9)
	require.Equal(t, []string{"2026-01-03"}, r.Range.Missing)
	require.Equal(t, []string{"plain", "boots", "shoes"}, r.Slots[0].Variants)
	require.Equal(t, "2026-01-01", r.Slots[0].From)
	require.EqualValues(t, 7, r.Slots[0].All[2].Exposed.Value)
	require.EqualValues(t, 310, r.Audience[0].Total.Value)
	require.Len(t, r.Audience[0].Days, 3)

	r, err = panel.Of(all, old.Periods[1].Date, old.Periods[2].Date)
	require.NoError(t, err)
	require.Equal(t, 1, r.Range.Releases)
	require.Equal(t, 1, r.Plans)
	_, err = panel.Of(all, 0, 1)
	require.ErrorIs(t, err, panel.ErrNone)
	all[0].Cells = all[0].Cells[:5]
	_, err = panel.Of(all, 0, 1<<20)
	require.ErrorIs(t, err, panel.ErrLayout)
}

// What a plan does not count is empty on its days, not nought.
func TestEmpty(t *testing.T) {
	old, later := site(t, "patrons", "shoes"), site(t, "regulars", "shoes")
	later.Serial = 2
	r := report(t, released(t, old, 0, map[int]int64{audience: 5000}), released(t, later, 1, map[int]int64{audience: 7000}))
	require.Equal(t, "regulars", r.Audience[0].Name)
	require.Equal(t, panel.Empty, r.Audience[0].Days[0].Hidden)
	require.EqualValues(t, 7000, r.Audience[0].Days[1].Value)
	require.Equal(t, "patrons", r.Audience[2].Name)
	require.EqualValues(t, 5000, r.Audience[2].Days[0].Value)
	require.Equal(t, panel.Empty, r.Audience[2].Days[1].Hidden)
}

// The whole site is what the plan counts by site, and the sum of the segments where it
// counts by segment alone; over both kinds of plan it is all of them.
func TestWholeSiteAcrossBreakdowns(t *testing.T) {
	sited := site(t, "regulars", "shoes")
	split := changed(t, "  - exposed: hero\n    by: site\n  - clicked: hero\n    by: site\n", "")
	one := report(t, numbered(t, split, 1))
	require.EqualValues(t, 1000+exposed+1000+exposed+3, one.Slots[0].All[0].Exposed.Value)
	v := float64(2 * split.Sigma2)
	require.InDelta(t, 1.96*math.Sqrt(2*v), one.Slots[0].All[0].Exposed.ExactHigh-float64(one.Slots[0].All[0].Exposed.Value), 1e-9)
	both := report(t, numbered(t, sited, 0), numbered(t, split, 1))
	require.EqualValues(t, 1000+siteE, both.Slots[0].All[0].Exposed.Value-one.Slots[0].All[0].Exposed.Value)
	require.EqualValues(t, 1000+siteC+2, both.Slots[0].All[2].Won.Value-one.Slots[0].All[2].Won.Value, "the holdout too")
	require.EqualValues(t, 2*(1000+exposed), both.Slots[0].Segments[0].Variants[0].Exposed.Value)
	require.Len(t, both.Funnel.Segments, 2)
	whole := changed(t, "  - funnel\n", "  - funnel:\n    by: site\n")
	r := report(t, numbered(t, whole, 1))
	require.Empty(t, r.Funnel.Segments)
	require.EqualValues(t, 3*1000+3+4+5, r.Funnel.All[0].Reached.Value)
}

// What a change makes incomparable begins anew, and says since when.
func TestBeginAnew(t *testing.T) {
	old := site(t, "regulars", "shoes")
	for name, c := range map[string]struct {
		replace      []string
		funnel, slot bool // begins anew
	}{
		"stages":        {[]string{"{cart: cart}, ", ""}, true, false},
		"their order":   {[]string{"{cart: cart}, {order: order}", "{order: order}, {cart: cart}"}, true, false},
		"goal":          {[]string{"goal: click", "goal: order", "clicked: hero", "converted: hero", "clicked: hero", "converted: hero"}, false, true},
		"counted by":    {[]string{"clicked: hero", "converted: hero", "clicked: hero", "converted: hero"}, false, true},
		"holdout":       {[]string{"metrics:", "choice: {holdout: 20 %}\nmetrics:"}, false, true},
		"no holdout":    {[]string{"metrics:", "choice: {holdout: 0 %}\nmetrics:"}, false, true},
		"nothing":       {nil, false, false},
		"other segment": {[]string{"name: regulars", "name: patrons"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			later := changed(t, c.replace...)
			r, alone := report(t, numbered(t, old, 0), numbered(t, later, 1)), report(t, numbered(t, later, 1))
			from := map[bool]string{false: "2026-01-01", true: "2026-01-02"}
			require.Equal(t, from[c.funnel], r.Funnel.From)
			require.Equal(t, from[c.slot], r.Slots[0].From)
			if c.funnel {
				require.Equal(t, alone.Funnel.All, r.Funnel.All)
			} else {
				require.Greater(t, r.Funnel.All[0].Reached.Value, alone.Funnel.All[0].Reached.Value)
			}
			if c.slot {
				require.Equal(t, alone.Slots[0].All, r.Slots[0].All)
				require.Equal(t, alone.Slots[0].Uplift, r.Slots[0].Uplift)
			} else {
				require.Greater(t, r.Slots[0].All[0].Exposed.Value, alone.Slots[0].All[0].Exposed.Value)
			}
			if r.Slots[0].Uplift != nil {
				require.Equal(t, c.slot, r.Slots[0].UpliftDays[0].Rate.Hidden == panel.Empty)
			}
		})
	}
}

// Exposures without successes make no panel, nor do metrics of several ones a device; a
// metric that stands twice counts once.
func TestWhatMakesASlot(t *testing.T) {
	require.Empty(t, report(t, numbered(t, changed(t, "  - clicked: hero\n", "", "  - clicked: hero\n    by: site\n", ""), 0)).Slots)
	require.Empty(t, report(t, numbered(t, changed(t, "goal: click", "goal: order"), 0)).Slots, "clicks are not orders")
	require.Empty(t, report(t, numbered(t, changed(t,
		"  - exposed: hero\n", "  - exposed: hero\n    most: 2\n", "  - exposed: hero\n    by: site\n", "  - exposed: hero\n    by: site\n    most: 2\n"), 0)).Slots)
	p := site(t, "regulars", "shoes")
	again := p.Metrics[4] // exposed hero by site
	again.Name = "again"
	p.Metrics = append(p.Metrics, again)
	require.EqualValues(t, 1000+siteE, report(t, numbered(t, p, 0)).Slots[0].All[0].Exposed.Value)
	bare := changed(t, "  - audience\n  - funnel\n", "", "  - exposed: hero\n", "", "  - clicked: hero\n", "")
	r := report(t, numbered(t, bare, 0))
	require.Nil(t, r.Audience)
	require.Nil(t, r.Funnel)
	require.Empty(t, r.Slots[0].Segments)
	require.NotEmpty(t, r.Slots[0].All)
}

// The uplift is package metric's, which the optimiser's benchmarks go by.
func TestUpliftIsThatOfMetric(t *testing.T) {
	for name, yaml := range map[string][]byte{"demo": plans.Demo, "shop": plans.Shop, "standard": plans.Standard} {
		p := parse(t, string(yaml))
		a, b := numbered(t, p, 0), numbered(t, p, 1)
		for i := range a.Cells {
			a.Cells[i], b.Cells[i] = 9000-5*int64(i), 9500-7*int64(i) // fewer successes than exposures
		}
		slots := map[string]panel.Slot{}
		for _, s := range report(t, a, b).Slots {
			slots[s.Name] = s
		}
		for i, s := range p.Slots {
			want, ok := metric.PersonalizedOf(p, i, []release.Record{a.Record, b.Record})
			got := slots[s.Name].Uplift
			require.Equal(t, ok, got != nil, "%s: %s", name, s.Name)
			if ok {
				require.Equal(t, want.Uplift().Low, got.Rate.Low, "%s: %s", name, s.Name)
				require.InDelta(t, float64(want.Treated.K.Value)/float64(want.Treated.N.Value), got.Treated.Value, 1e-12)
			}
		}
	}
}
