package panel_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

const source = `
site: shop.example
timezone: UTC
period: day
serial: 1
starts: 2026-01-01
ends: 2026-03-31
budget: {epsilon: 1}
consent: ask
topics: [shoes]
segments:
  - name: %[1]s
    rule: orders >= 1
  - name: new
funnel: [{visit: view}, {cart: cart}, {order: order}]
slots:
  hero:
    variants: {plain: [], %[2]s: [shoes]}
    goal: click
metrics:
  - audience
  - funnel
  - exposed: hero
  - clicked: hero
  - exposed: hero
    by: site
  - clicked: hero
    by: site
`

// Cells of the plan: present, audience (2), funnel (2 x 3), hero by segment (2 x 3 twice),
// hero by site (3 twice).
const (
	audience = 1
	funnel   = 3
	exposed  = 9
	clicked  = 15
	siteE    = 21
	siteC    = 24
	cells    = 27
)

func site(t testing.TB, segment, variant string) *plan.Plan {
	t.Helper()
	p := parse(t, fmt.Sprintf(source, segment, variant))
	require.Equal(t, cells, plan.LayoutOf(p).Cells)
	return p
}

func parse(t testing.TB, yaml string) *plan.Plan {
	t.Helper()
	f, problems := planfile.Parse("dunlin.yaml", []byte(yaml))
	require.Nil(t, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"}, Issued: f.Periods[0].Start,
	})
	require.NoError(t, err)
	return p
}

// released is the release of a plan's period, with the values named and 0 elsewhere.
func released(t testing.TB, p *plan.Plan, period int, values map[int]int64) panel.Release {
	t.Helper()
	published, err := plan.Encode(p)
	require.NoError(t, err)
	layout := plan.LayoutOf(p)
	r := release.Record{Plan: plan.DigestOf(published), Period: p.Periods[period], Weight: layout.Weight, Sigma2: p.Sigma2, Cells: make([]int64, layout.Cells)}
	for i, v := range values {
		r.Cells[i] = v
	}
	return panel.Release{Plan: p, Record: r}
}

// A day whose every number can be followed by hand.
func TestReport(t *testing.T) {
	p := site(t, "regulars", "shoes")
	v := float64(2 * p.Sigma2)
	one := released(t, p, 0, map[int]int64{
		0: 10_000, audience: 4000, audience + 1: 6000,
		funnel: 3000, funnel + 1: 700, funnel + 2: 300, funnel + 3: 5500, funnel + 4: 450, funnel + 5: 50,
		exposed: 1000, exposed + 1: 2600, exposed + 2: 400, exposed + 3: 2000, exposed + 4: 3400, exposed + 5: 600,
		clicked: 60, clicked + 1: 520, clicked + 2: 20, clicked + 3: 100, clicked + 4: 340, clicked + 5: 30,
		siteE: 3010, siteE + 1: 6005, siteE + 2: 990, siteC: 161, siteC + 1: 859, siteC + 2: 61,
	})
	r, err := panel.Of([]panel.Release{one}, p.Periods[0].Date, p.Periods[0].Date)
	require.NoError(t, err)
	require.Equal(t, "day", r.Plan.Period)
	require.InDelta(t, 1, r.Plan.Epsilon.One, .01)
	require.InDelta(t, 6.47, r.Plan.Epsilon.Days30, .1)
	require.False(t, r.MixedNoise)
	require.Empty(t, r.Range.Missing)

	exact, rate := interval.Exact(10_000, v), interval.Underlying(10_000, v)
	require.Equal(t, panel.Count{Value: 10_000, Low: rate.Low, High: &rate.High, ExactLow: exact.Low, ExactHigh: exact.High}, r.Present.Total)
	require.Equal(t, []panel.Day{{Date: "2026-01-01", Count: r.Present.Total}}, r.Present.Days)

	share := interval.Rate(interval.Noisy{Value: 4000, Variance: v}, interval.Noisy{Value: 10_000, Variance: 2 * v}, v)
	require.Equal(t, "regulars", r.Audience[0].Name)
	require.Equal(t, panel.Rate{Value: .4, Low: share.Low, High: &share.High}, r.Audience[0].Share)

	// Of the whole funnel cart is the sum of four cells among the first stage's six.
	whole := r.Funnel.All
	require.Equal(t, []string{"visit", "cart", "order"}, r.Funnel.Stages)
	require.Equal(t, []int64{10_000, 1500, 350}, []int64{whole[0].Reached.Value, whole[1].Reached.Value, whole[2].Reached.Value})
	cart := interval.Rate(interval.Noisy{Value: 1500, Variance: 4 * v}, interval.Noisy{Value: 10_000, Variance: 6 * v}, 4*v)
	require.Equal(t, panel.Rate{Value: .15, Low: cart.Low, High: &cart.High}, whole[1].OfFirst)
	require.Equal(t, whole[1].OfFirst, whole[1].OfPrevious)
	order := interval.Rate(interval.Noisy{Value: 350, Variance: 2 * v}, interval.Noisy{Value: 1500, Variance: 4 * v}, 2*v)
	require.Equal(t, order.Low, whole[2].OfPrevious.Low)
	require.Equal(t, "new", r.Funnel.Segments[1].Name)
	require.EqualValues(t, 500, r.Funnel.Segments[1].Stages[1].Reached.Value)
	require.Equal(t, 1., whole[0].OfFirst.Value)

	hero := r.Slots[0]
	require.Equal(t, "click", hero.Goal)
	require.Equal(t, []string{"plain", "shoes"}, hero.Variants)
	require.EqualValues(t, 6005, hero.All[1].Exposed.Value, "by site where it is counted")
	require.Equal(t, plan.HoldoutColumn, hero.All[2].Name)
	require.EqualValues(t, 520, hero.Segments[0].Variants[1].Won.Value)
	shoes := interval.Rate(interval.Noisy{Value: 520, Variance: v}, interval.Noisy{Value: 2600, Variance: v}, 0)
	require.Equal(t, panel.Rate{Value: .2, Low: shoes.Low, High: &shoes.High}, hero.Segments[0].Variants[1].Rate)
	treated := interval.Proportion{K: interval.Noisy{Value: 1020, Variance: 2 * v}, N: interval.Noisy{Value: 9015, Variance: 2 * v}}
	control := interval.Proportion{K: interval.Noisy{Value: 61, Variance: v}, N: interval.Noisy{Value: 990, Variance: v}}
	uplift := interval.Uplift(treated, control)
	require.Equal(t, uplift.Low-1, hero.Uplift.Rate.Low)
	require.InDelta(t, 1020./9015/(61./990)-1, hero.Uplift.Rate.Value, 1e-12)
	require.Equal(t, hero.Uplift.Rate, hero.UpliftDays[0].Rate)
}

// What is hidden goes by the noisy value alone; sums hide nothing.
func TestHidden(t *testing.T) {
	p := site(t, "regulars", "shoes")
	sd := math.Sqrt(float64(2 * p.Sigma2))
	for _, c := range []struct {
		value int64
		want  panel.Hidden
	}{
		{-3, panel.Noise}, {0, panel.Noise}, {int64(1.96 * sd), panel.Noise}, {int64(1.96*sd) + 1, panel.Wide}, {int64(3.5 * sd), panel.Wide}, {int64(5 * sd), panel.Shown},
	} {
		r, err := panel.Of([]panel.Release{released(t, p, 0, map[int]int64{0: c.value, audience: c.value})}, 0, 1<<20)
		require.NoError(t, err)
		require.Equal(t, c.want, r.Present.Total.Hidden, c.value)
		require.Equal(t, c.value, r.Audience[0].Total.Value)
	}
	nothing, err := panel.Of([]panel.Release{released(t, p, 0, nil)}, 0, 1<<20)
	require.NoError(t, err)
	for _, v := range append(nothing.Slots[0].All, nothing.Slots[0].Segments[0].Variants...) {
		require.Equal(t, panel.Noise, v.Rate.Hidden)
	}
	require.Equal(t, panel.Noise, nothing.Slots[0].Uplift.Rate.Hidden)
	require.Nil(t, nothing.Slots[0].Uplift.Rate.High)
	require.Equal(t, panel.Noise, nothing.Audience[0].Share.Hidden)
}

// A holdout that hardly ever succeeds gives the uplift no upper end; the lower one still
// says "at least", unless it is below nothing.
func TestUpliftWithoutAnEnd(t *testing.T) {
	p := site(t, "regulars", "shoes")
	of := func(personalized int64) panel.Rate {
		return report(t, released(t, p, 0, map[int]int64{siteE + 1: 9000, siteC + 1: personalized, siteE + 2: 1000, siteC + 2: 20})).Slots[0].Uplift.Rate
	}
	sure, unsure := of(1800), of(150)
	require.Nil(t, sure.High)
	require.Equal(t, panel.Shown, sure.Hidden)
	require.Greater(t, sure.Low, 1.)
	require.InDelta(t, .2/.02-1, sure.Value, 1e-12)
	require.Nil(t, unsure.High)
	require.Equal(t, panel.Noise, unsure.Hidden)
	require.Less(t, unsure.Low, 0.)
}
