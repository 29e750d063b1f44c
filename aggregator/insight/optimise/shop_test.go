package optimise_test

import (
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// sigma2 is each aggregator's noise parameter; a released cell has twice that.
const (
	sigma2   = 247
	variance = 2 * sigma2
)

// today is the date of the newest release of most tests.
const today plan.Date = 20_000

var (
	variants = []string{"plain", "shoes", "bags", "coats", "sport", "sale"}
	segments = []string{"best", "regular", "lapsed", "new", "other"}
	digest   = plan.DigestOf([]byte("the plan in force"))
)

func randomOf(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x0971)) }

// metric is one of the only slot, or of the first campaign.
func metric(kind plan.MetricKind, by plan.By) plan.Metric {
	return plan.Metric{Kind: kind, By: by, Most: 1}
}

// shop returns a plan of one slot, hero, whose exposures and conversions are
// measured by segment and site-wide, without a holdout.
func shop(change ...func(*plan.Plan)) *plan.Plan {
	p := &plan.Plan{Sigma2: sigma2, Periods: []plan.Period{{End: 1 << 36}}}
	for _, name := range segments {
		p.Segments = append(p.Segments, plan.Segment{Name: name})
	}
	s := plan.Slot{Name: "hero", Goal: plan.Trigger{Kind: plan.Order}, Reward: 1}
	for _, name := range variants {
		s.Variants = append(s.Variants, plan.Variant{Name: name})
	}
	p.Slots = []plan.Slot{s}
	measures(plan.BySegment, plan.SiteWide)(p)
	for _, c := range change {
		c(p)
	}
	return p
}

// measures makes a plan measure its slot by some breakdowns and nothing else.
func measures(all ...plan.By) func(*plan.Plan) {
	return func(p *plan.Plan) {
		p.Metrics = nil
		for _, by := range all {
			p.Metrics = append(p.Metrics, metric(plan.SlotExposed, by), metric(plan.SlotConverted, by))
		}
	}
}

// period is the day of a date.
func period(d plan.Date) plan.Period {
	return plan.Period{Date: d, Start: plan.Time(d) * plan.Day, End: plan.Time(d+1) * plan.Day}
}

// world is what visitors truly do: how many devices of a segment a variant is
// shown to in a day, and what part of them reaches the goal.
type world struct {
	exposed func(segment, variant string) float64
	rate    func(segment, variant string) float64
}

// flat is a world in which n devices see each pair, all at one rate.
func flat(n, rate float64) world {
	return world{func(string, string) float64 { return n }, func(string, string) float64 { return rate }}
}

// draw says how a day's counts come about.
type draw struct {
	sampled *rand.Rand    // each device at random; nil: the world's exact means
	noise   *noise.Source // both aggregators' noise; nil: none
	hold    float64       // part of the default's exposures in the holdout's column
}

// release counts a day under any plan, by the names of its columns.
func (w world) release(t testing.TB, p *plan.Plan, d plan.Date, how draw) optimise.Release {
	t.Helper()
	l := plan.LayoutOf(p)
	cells := make([]int64, l.Cells)
	type pair struct{ segment, variant string }
	exposed, converted := map[pair]float64{}, map[pair]float64{}
	count := func(at pair) (float64, float64) {
		if _, done := exposed[at]; !done {
			n, rate := math.Round(w.exposed(at.segment, at.variant)), w.rate(at.segment, at.variant)
			k := n * rate
			if how.sampled != nil {
				k = 0
				for range int(n) {
					if how.sampled.Float64() < rate {
						k++
					}
				}
			}
			exposed[at], converted[at] = n, k
		}
		return exposed[at], converted[at]
	}
	for _, span := range l.Spans {
		if span.Metric < 0 {
			continue
		}
		m := p.Metrics[span.Metric]
		holdout, holds := p.Holdout(m)
		for c := range span.Columns {
			share, name := 1.0, p.Column(m, c)
			switch {
			case holds && c == holdout:
				share, name = how.hold, p.Column(m, 0)
			case holds && c == 0:
				share = 1 - how.hold
			}
			for s, segment := range p.Segments {
				n, k := count(pair{segment.Name, name})
				if m.Kind == plan.SlotConverted || m.Kind == plan.CampaignConverted || m.Kind == plan.SlotClicked {
					n = k
				}
				cells[span.Cell(s, c)] += int64(math.Round(share * n))
			}
		}
	}
	r := optimise.Release{Plan: p, Period: period(d), Cells: cells}
	if how.noise != nil {
		r.Variance = noised(t, how.noise, cells, p.Sigma2)
	}
	return r
}

// history is the releases of the days up to and with today.
func (w world) history(t testing.TB, p *plan.Plan, days int, how draw) []optimise.Release {
	t.Helper()
	var out []optimise.Release
	for d := range days {
		out = append(out, w.release(t, p, today-plan.Date(d), how))
	}
	return out
}

// noised adds both aggregators' noise to cells and returns its variance.
func noised(t testing.TB, source *noise.Source, cells []int64, sigma2 uint64) float64 {
	t.Helper()
	for range 2 {
		n, err := source.Vector(len(cells), sigma2)
		require.NoError(t, err)
		for i := range cells {
			cells[i] += n[i]
		}
	}
	return 2 * float64(sigma2)
}

// seeded is noise that is the same at each run.
func seeded(seed uint64) *noise.Source { return noise.NewSource(chacha(seed)) }

func chacha(seed uint64) io.Reader {
	var key [32]byte
	key[0], key[1], key[2] = byte(seed), byte(seed>>8), byte(seed>>16)
	return rand.NewChaCha8(key)
}

// fit fits priors and holds them to what a device asks of them.
func fit(t testing.TB, p *plan.Plan, releases []optimise.Release) choose.Priors {
	t.Helper()
	priors, err := optimise.Fit(p, digest, releases)
	require.NoError(t, err)
	sound(t, p, priors)
	return priors
}

// sound tells that a device can use the priors: finite, within bounds, of the
// plan's shape, and the same after encoding.
func sound(t testing.TB, p *plan.Plan, priors choose.Priors) {
	t.Helper()
	require.NotEmpty(t, priors.Places)
	for _, at := range priors.Places {
		for s, row := range at.Rates {
			for v, r := range row {
				// So written, NaN fails too.
				require.True(t, r.Mean > 0 && r.Mean < 1, "mean %v of segment %d variant %d", r.Mean, s, v)
				require.True(t, r.Strength >= 1 && r.Strength <= choose.MaxStrength, "strength %d", r.Strength)
			}
		}
	}
	require.NoError(t, priors.Fits(p, digest))
	published, err := choose.Encode(priors)
	require.NoError(t, err)
	back, err := choose.Decode(published)
	require.NoError(t, err)
	require.Equal(t, priors, *back, "what a device reads is what was fitted")
}

// deviation is the standard deviation of a rate, relative to it.
func deviation(r choose.Rate) float64 {
	return math.Sqrt((1 - r.Mean) / (r.Mean * (float64(r.Strength) + 1)))
}

func index(all []string, name string) int {
	for i, n := range all {
		if n == name {
			return i
		}
	}
	return -1
}
