package optimise_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// only makes a plan measure its slot by one metric less than both.
func only(all ...plan.Metric) func(*plan.Plan) {
	return func(p *plan.Plan) { p.Metrics = all }
}

// set gives every cell of some spans a value; spans count from 1, present is 0.
func set(p *plan.Plan, r optimise.Release, value func(span plan.Span, s, c int) int64) {
	for _, span := range plan.LayoutOf(p).Spans {
		for s := range span.Segments {
			for c := range span.Columns {
				r.Cells[span.Cell(s, c)] = value(span, s, c)
			}
		}
	}
}

// Whatever noise makes of sums, a device can use what is fitted, or is told that
// there is nothing.
func TestBadSums(t *testing.T) {
	p := shop()
	kind := func(span plan.Span) plan.MetricKind {
		if span.Metric < 0 {
			return 0
		}
		return p.Metrics[span.Metric].Kind
	}
	const top = 1 << 40
	for name, c := range map[string]struct {
		value   func(span plan.Span, s, c int) int64
		nothing bool
	}{
		"all zero":              {func(plan.Span, int, int) int64 { return 0 }, true},
		"all negative":          {func(plan.Span, int, int) int64 { return -50 }, true},
		"as negative as can be": {func(plan.Span, int, int) int64 { return -top }, true},
		"as large as can be":    {func(plan.Span, int, int) int64 { return top }, false},
		"exposures within the noise": {func(span plan.Span, s, c int) int64 {
			return int64((s+c)%3-1) * 20
		}, true},
		"nobody reaches the goal": {func(span plan.Span, s, c int) int64 {
			if kind(span) == plan.SlotExposed {
				return 1000
			}
			return 0
		}, false},
		"fewer than nobody": {func(span plan.Span, s, c int) int64 {
			if kind(span) == plan.SlotExposed {
				return 1000
			}
			return -1000
		}, false},
		"everybody": {func(span plan.Span, s, c int) int64 { return 1000 }, false},
		"more goals than exposures": {func(span plan.Span, s, c int) int64 {
			if kind(span) == plan.SlotExposed {
				return 300
			}
			return 1000
		}, false},
		"fewer exposures than the noise may be": {func(plan.Span, int, int) int64 { return 3 }, true},
		"goals where nobody was exposed": {func(span plan.Span, s, c int) int64 {
			if kind(span) == plan.SlotExposed && c > 0 {
				return -30
			}
			return 500
		}, false},
		"from one bound to the other": {func(span plan.Span, s, c int) int64 {
			if kind(span) == plan.SlotExposed && c < 4 {
				return top
			}
			return -top
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := optimise.Release{Plan: p, Period: period(today), Cells: make([]int64, plan.LayoutOf(p).Cells), Variance: variance}
			set(p, r, c.value)
			for _, days := range []int{1, 40} {
				var releases []optimise.Release
				for d := range days {
					r.Period = period(today - plan.Date(d))
					releases = append(releases, r)
				}
				if c.nothing {
					_, err := optimise.Fit(p, digest, releases)
					require.ErrorIs(t, err, optimise.ErrNothing)
					continue
				}
				fit(t, p, releases)
			}
		})
	}
}

func TestNothingToFit(t *testing.T) {
	w := flat(1000, .05)
	for name, c := range map[string]struct {
		target, of *plan.Plan
	}{
		"no releases":               {shop(), nil},
		"no slot":                   {shop(only(), func(p *plan.Plan) { p.Slots = nil }), shop()},
		"nothing measured":          {shop(only()), shop(only())},
		"exposures alone":           {shop(), shop(only(metric(plan.SlotExposed, plan.BySegment)))},
		"conversions alone":         {shop(), shop(only(metric(plan.SlotConverted, plan.BySegment)))},
		"clicks are not the goal":   {shop(), shop(only(metric(plan.SlotExposed, plan.BySegment), metric(plan.SlotClicked, plan.BySegment)))},
		"another slot":              {shop(), shop(func(p *plan.Plan) { p.Slots[0].Name = "shelf" })},
		"no variant of it":          {shop(), shop(func(p *plan.Plan) { p.Slots[0].Variants = []plan.Variant{{Name: "a"}, {Name: "b"}} })},
		"a campaign the site gives": {campaign(plan.Assigned), campaign(plan.Assigned)},
		"a campaign the site gave":  {campaign(plan.Chosen), campaign(plan.Assigned)},
	} {
		t.Run(name, func(t *testing.T) {
			var releases []optimise.Release
			if c.of != nil {
				releases = w.history(t, c.of, 5, draw{})
			}
			_, err := optimise.Fit(c.target, digest, releases)
			require.ErrorIs(t, err, optimise.ErrNothing)
		})
	}
}

// campaign is a plan of one campaign with two goals, of which choice goes by the
// first.
func campaign(mode plan.Mode) *plan.Plan {
	p := shop(only())
	p.Slots = nil
	p.Campaigns = []plan.Campaign{{Name: "mail", Mode: mode, Arms: variants, Goals: []plan.Goal{{Name: "visited"}, {Name: "bought"}}}}
	for _, by := range []plan.By{plan.BySegment, plan.SiteWide} {
		visited, bought := metric(plan.CampaignConverted, by), metric(plan.CampaignConverted, by)
		bought.Goal = 1
		p.Metrics = append(p.Metrics, bought, metric(plan.CampaignExposed, by), visited, bought)
	}
	return p
}

func TestACampaignGoesByItsFirstGoal(t *testing.T) {
	p := campaign(plan.Chosen)
	releases := flat(10_000, .05).history(t, p, 5, draw{})
	l := plan.LayoutOf(p)
	for _, r := range releases {
		for _, span := range l.Spans[1:] {
			if p.Metrics[span.Metric].Goal == 1 {
				clear(r.Cells[span.Offset : span.Offset+span.Cells()])
			}
		}
	}
	got := fit(t, p, releases)
	require.Equal(t, choose.Place{Kind: choose.Campaign}, got.Places[0].Place)
	require.InEpsilon(t, .05, got.Places[0].Rates[2][3].Mean, .01)
}

// What is measured by segment has a row for each, all else one.
func TestBreakdowns(t *testing.T) {
	cut, site := plan.BySegment, plan.SiteWide
	exposed, converted, clicked := plan.SlotExposed, plan.SlotConverted, plan.SlotClicked
	w := drawn(randomOf(7), 1e5, .05, .3, .3, .25)
	clicks := func(p *plan.Plan) { p.Slots[0].Goal.Kind = plan.Click }
	for name, c := range map[string]struct {
		plan *plan.Plan
		rows int
		deaf bool // the clicked cells hold nothing
	}{
		"both":                      {shop(), 5, false},
		"by segment":                {shop(measures(cut)), 5, false},
		"site-wide":                 {shop(measures(site)), 1, false},
		"exposures by segment":      {shop(only(metric(exposed, cut), metric(converted, site))), 1, false},
		"conversions by segment":    {shop(only(metric(exposed, site), metric(converted, cut))), 1, false},
		"exposures by both":         {shop(only(metric(exposed, cut), metric(converted, site), metric(exposed, site))), 1, false},
		"clicks that are the goal":  {shop(only(metric(exposed, cut), metric(clicked, cut)), clicks), 5, false},
		"clicks, and the goal":      {shop(only(metric(exposed, cut), metric(converted, cut), metric(clicked, cut)), clicks), 5, true},
		"clicks after the goal too": {shop(only(metric(clicked, cut), metric(exposed, cut), metric(converted, cut)), clicks), 5, true},
	} {
		t.Run(name, func(t *testing.T) {
			releases := w.history(t, c.plan, 5, draw{noise: seeded(1)})
			for _, span := range plan.LayoutOf(c.plan).Spans[1:] {
				if c.deaf && c.plan.Metrics[span.Metric].Kind == clicked {
					for _, r := range releases {
						clear(r.Cells[span.Offset : span.Offset+span.Cells()])
					}
				}
			}
			got := fit(t, c.plan, releases).Places[0].Rates
			require.Len(t, got, c.rows)
			for s, row := range got {
				for v, r := range row {
					want := w.rate(segments[s], variants[v])
					if c.rows == 1 {
						want = 0
						for _, segment := range segments {
							want += w.rate(segment, variants[v]) / float64(len(segments))
						}
					}
					require.InEpsilon(t, want, r.Mean, .02, "%s %s", segments[s], variants[v])
				}
			}
		})
	}
}

// Releases of an earlier plan count by names, whatever the order there.
func TestEarlierPlans(t *testing.T) {
	w := drawn(randomOf(8), 1e5, .05, .3, .3, .25)
	holdout := func(p *plan.Plan) { p.Policy.Holdout = 1000 }
	variant := func(name string) plan.Variant { return plan.Variant{Name: name} }
	for name, c := range map[string]struct {
		before func(*plan.Plan)
		free   []string // variants and segments that only releases of the new plan tell of
	}{
		"the same":           {func(*plan.Plan) {}, nil},
		"variants reordered": {func(p *plan.Plan) { slices.Reverse(p.Slots[0].Variants) }, nil},
		"segments reordered": {func(p *plan.Plan) { slices.Reverse(p.Segments) }, nil},
		"metrics reordered":  {func(p *plan.Plan) { slices.Reverse(p.Metrics) }, nil},
		"another slot first": {func(p *plan.Plan) {
			p.Slots = []plan.Slot{{Name: "shelf", Variants: []plan.Variant{variant("x"), variant("y"), variant("z")}}, p.Slots[0]}
			m := slices.Clone(p.Metrics)
			for i := range m {
				m[i].Source = 1
			}
			p.Metrics = append(p.Metrics[:2:2], m...)
		}, nil},
		"a variant added":   {func(p *plan.Plan) { p.Slots[0].Variants = p.Slots[0].Variants[:5] }, []string{"sale"}},
		"a variant renamed": {func(p *plan.Plan) { p.Slots[0].Variants[2].Name = "hats" }, []string{"bags"}},
		"a variant removed": {func(p *plan.Plan) { p.Slots[0].Variants = append(p.Slots[0].Variants, variant("hats")) }, nil},
		"a segment added":   {func(p *plan.Plan) { p.Segments = p.Segments[1:] }, []string{"best"}},
		"a segment renamed": {func(p *plan.Plan) { p.Segments[3].Name = "fresh" }, []string{"new"}},
		"a segment removed": {func(p *plan.Plan) { p.Segments = append([]plan.Segment{{Name: "gone"}}, p.Segments...) }, nil},
		"a holdout":         {holdout, nil},
		"site-wide":         {measures(plan.SiteWide), segments},
		"less noise":        {func(p *plan.Plan) { p.Sigma2 = 83 }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			old, now := shop(c.before), shop()
			// A world where segments and variants of other names are like any.
			all := world{w.exposed, func(s, v string) float64 {
				if index(segments, s) < 0 || index(variants, v) < 0 {
					return .05
				}
				return w.rate(s, v)
			}}
			var releases []optimise.Release
			for d := range 10 {
				releases = append(releases, all.release(t, old, today-plan.Date(d), draw{noise: seeded(uint64(d)), hold: .6}))
			}
			got := fit(t, now, releases).Places[0].Rates
			for s, row := range got {
				for v, r := range row {
					if slices.Contains(c.free, segments[s]) || slices.Contains(c.free, variants[v]) {
						require.Less(t, r.Strength, uint32(1000), "of %s %s nothing is known", segments[s], variants[v])
						continue
					}
					// A variant's rate is compared over the segments that there are.
					require.InEpsilon(t, all.rate(segments[s], variants[v]), r.Mean, .03, "%s %s", segments[s], variants[v])
				}
			}
		})
	}
}

// The holdout is shown the default, so that its devices count with it.
func TestHoldoutCountsWithTheDefault(t *testing.T) {
	w := world{func(string, string) float64 { return 1e5 }, func(_, v string) float64 {
		if v == variants[0] {
			return .02
		}
		return .05
	}}
	for _, hold := range []float64{0, .3, 1} {
		p := shop(func(p *plan.Plan) { p.Policy.Holdout = 1000 })
		got := fit(t, p, w.history(t, p, 3, draw{hold: hold})).Places[0].Rates
		require.Len(t, got[0], len(variants))
		require.InEpsilon(t, .02, got[0][0].Mean, .002)
		require.InEpsilon(t, .05, got[0][1].Mean, .002)
	}
	// A campaign whose arm the site assigns has no column for it; beside it the
	// slot's is read as before.
	p := shop(func(p *plan.Plan) { p.Policy.Holdout = 1000 })
	p.Campaigns = campaign(plan.Assigned).Campaigns
	p.Metrics = append([]plan.Metric{metric(plan.CampaignExposed, plan.BySegment)}, p.Metrics...)
	require.InEpsilon(t, .02, fit(t, p, w.history(t, p, 3, draw{hold: 1})).Places[0].Rates[3][0].Mean, .002)
}

// A segment that nobody is in has exposures of noise alone: its variants are
// those of everybody, and its rates less sure than elsewhere.
func TestASegmentNobodyIsIn(t *testing.T) {
	for seed := range uint64(50) {
		in := drawn(randomOf(seed), 2000, .05, .4, 0, 0)
		w := world{func(s, _ string) float64 {
			if s == "lapsed" {
				return 0
			}
			return 2000
		}, in.rate}
		p := shop()
		rates := fit(t, p, w.history(t, p, 14, draw{noise: seeded(seed)})).Places[0].Rates
		empty, full := rates[index(segments, "lapsed")], rates[0]
		for v := range variants {
			require.InDelta(t, full[v].Mean/full[0].Mean, empty[v].Mean/empty[0].Mean, .15, "seed %d: shaped like the others", seed)
			require.InEpsilon(t, in.rate("lapsed", variants[v]), empty[v].Mean, .6, "seed %d", seed)
		}
	}
}

// Each release weighs by its own noise: many of great noise add less than few of
// little, and no more than they know.
func TestReleasesOfAnotherSigma(t *testing.T) {
	quiet, loud := shop(measures(plan.SiteWide)), shop(measures(plan.SiteWide), func(p *plan.Plan) { p.Sigma2 = 1 << 20 })
	strength := func(p *plan.Plan, stated float64) float64 {
		w := drawn(randomOf(9), 300, .05, .3, 0, 0)
		sum := 0.0
		releases := w.history(t, p, 14, draw{})
		for i := range releases {
			releases[i].Variance = stated
		}
		for _, r := range fit(t, p, releases).Places[0].Rates[0] {
			sum += float64(r.Strength)
		}
		return sum
	}
	require.Greater(t, strength(quiet, 2*83), 1.2*strength(quiet, variance))
	require.Greater(t, strength(quiet, variance), 1.2*strength(quiet, 2000))

	// In one history the variance is the sum of both: half of each is between them.
	w := drawn(randomOf(9), 300, .05, .3, 0, 0)
	both := append(w.history(t, quiet, 14, draw{}), w.history(t, loud, 14, draw{})...)
	mixed := func(v float64) (sum float64) {
		for i := range both {
			both[i].Variance = 100
			if both[i].Plan == loud {
				both[i].Variance = v
			}
		}
		for _, r := range fit(t, quiet, both).Places[0].Rates[0] {
			sum += float64(r.Strength)
		}
		return sum
	}
	require.Greater(t, mixed(100), mixed(1000))
	require.Greater(t, mixed(1000), mixed(4000))
}

// Old releases move what newer ones tell of by next to nothing, and those so old
// that arithmetic would lose them are left out.
func TestReleasesOfLongAgo(t *testing.T) {
	w := drawn(randomOf(10), 1000, .05, .3, .3, .25)
	p := shop()
	without := shop(func(p *plan.Plan) { p.Slots[0].Variants = p.Slots[0].Variants[:5] })
	releases := w.history(t, without, 14, draw{noise: seeded(1)})
	want := fit(t, p, releases)
	for _, lives := range []plan.Date{10, 15, 20, 21, 100, 250, 300, 500, 525, 540, 600, 700} {
		old := w.release(t, p, max(today-lives*optimise.HalfLife, 0), draw{noise: seeded(2)})
		got := fit(t, p, append(releases[:14:14], old))
		if lives > 20 {
			require.Equal(t, want, got)
			continue
		}
		for s, row := range want.Places[0].Rates {
			for v, r := range row[:5] {
				require.InEpsilon(t, r.Mean, got.Places[0].Rates[s][v].Mean, .02, "%d half-lives", lives)
			}
		}
	}
}

// Sums that are old, but the newest there are of a place, say what they said: it
// is by newer ones that old ones fade.
func TestAgeAloneShrinksNothing(t *testing.T) {
	p, without := shop(), shop(only(), func(p *plan.Plan) { p.Slots = nil })
	w := drawn(randomOf(11), 2000, .05, .3, .3, .25)
	releases := w.history(t, p, 14, draw{noise: seeded(1)})
	want := fit(t, p, releases).Places[0].Rates
	empty := w.release(t, without, today+5*optimise.HalfLife, draw{})
	got := fit(t, p, append(releases, empty))
	require.EqualValues(t, empty.Period.End, got.Version)
	for s, row := range want {
		for v, r := range row {
			require.InEpsilon(t, r.Mean, got.Places[0].Rates[s][v].Mean, .01)
			require.InEpsilon(t, r.Strength, got.Places[0].Rates[s][v].Strength, .05)
		}
	}
}

// Devices pick for each segment what it likes, so that exposures are far from
// balanced: a variant shown where everything sells is not better for it.
func TestUnbalancedExposures(t *testing.T) {
	level := map[string]float64{"best": 4, "regular": 2, "lapsed": .5, "new": .5, "other": 1}
	for seed := range uint64(20) {
		w := world{func(s, v string) float64 {
			if (s == "best") == (v == "sale") {
				return 8000
			}
			return 400
		}, func(s, _ string) float64 { return .05 * level[s] }}
		p := shop()
		for s, row := range fit(t, p, w.history(t, p, 14, draw{noise: seeded(seed)})).Places[0].Rates {
			require.InDelta(t, 1, row[5].Mean/row[0].Mean, .25, "seed %d %s: sale against plain", seed, segments[s])
		}
	}
}

func TestVersionIsTheNewestPeriodsEnd(t *testing.T) {
	p := shop()
	require.EqualValues(t, period(today).End, fit(t, p, flat(1000, .05).history(t, p, 5, draw{})).Version)
}

func TestOf(t *testing.T) {
	p := shop()
	l := plan.LayoutOf(p)
	record := func(change func(*release.Record)) release.Record {
		r := release.Record{Plan: digest, Period: period(today), Weight: l.Weight, Sigma2: p.Sigma2, Cells: make([]int64, l.Cells)}
		change(&r)
		return r
	}
	got, err := optimise.Of(p, digest, record(func(*release.Record) {}))
	require.NoError(t, err)
	require.Equal(t, optimise.Release{Plan: p, Period: period(today), Cells: make([]int64, l.Cells), Variance: variance}, got)
	for name, change := range map[string]func(*release.Record){
		"another plan":    func(r *release.Record) { r.Plan[31]++ },
		"a cell less":     func(r *release.Record) { r.Cells = r.Cells[1:] },
		"a cell more":     func(r *release.Record) { r.Cells = append(r.Cells, 0) },
		"another weight":  func(r *release.Record) { r.Weight++ },
		"another sigma^2": func(r *release.Record) { r.Sigma2-- },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := optimise.Of(p, digest, record(change))
			require.ErrorIs(t, err, optimise.ErrPlan)
		})
	}
}

// A goal that nearly everybody reaches leaves no room for effects upward; rates
// stay rates, and the order of variants right.
func TestRatesNearOne(t *testing.T) {
	w := world{func(string, string) float64 { return 3000 }, func(s, v string) float64 {
		return []float64{.9, .8, .85, .7, .6, .5}[index(variants, v)]
	}}
	p := shop()
	for _, row := range fit(t, p, w.history(t, p, 14, draw{noise: seeded(5)})).Places[0].Rates {
		for v := range variants {
			require.InDelta(t, w.rate("", variants[v]), row[v].Mean, .05)
		}
	}
}
