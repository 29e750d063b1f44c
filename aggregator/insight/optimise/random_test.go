package optimise_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// anyPlan invents segments, slots, campaigns and metrics. Names are of a few, so
// that two plans have some of them in common.
func anyPlan(r *rand.Rand) *plan.Plan {
	p := &plan.Plan{Periods: []plan.Period{{End: 1 << 36}}, Sigma2: 1 + r.Uint64N(1<<10), Serial: 1 + r.Uint64N(9)}
	names := func(least, most, of int) []string {
		var out []string
		n := least + r.IntN(most-least+1)
		for _, i := range r.Perm(of)[:n] {
			out = append(out, "n"+strconv.Itoa(i))
		}
		return out
	}
	for _, name := range names(1, 5, 7) {
		p.Segments = append(p.Segments, plan.Segment{Name: name})
	}
	if r.IntN(2) == 0 {
		p.Policy.Holdout = 1000
	}
	for _, name := range names(0, 3, 4) {
		s := plan.Slot{Name: name, Goal: plan.Trigger{Kind: plan.Click}, Reward: 1}
		if r.IntN(2) == 0 {
			s.Goal.Kind = plan.Order
		}
		for _, v := range names(2, 6, 8) {
			s.Variants = append(s.Variants, plan.Variant{Name: v})
		}
		p.Slots = append(p.Slots, s)
	}
	for _, name := range names(0, 2, 3) {
		c := plan.Campaign{Name: name, Mode: plan.Assigned, Arms: names(2, 6, 8), Goals: make([]plan.Goal, 2)}
		if r.IntN(2) == 0 {
			c.Mode = plan.Chosen
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	for range r.IntN(25) {
		m := plan.Metric{Kind: plan.MetricKind(1 + r.IntN(int(plan.SlotConverted))), By: plan.By(1 + r.IntN(2)), Most: 1}
		of := 0
		switch m.Kind {
		case plan.CampaignExposed, plan.CampaignConverted:
			of, m.Goal = len(p.Campaigns), uint8(r.IntN(2))
		case plan.SlotExposed, plan.SlotClicked, plan.SlotConverted:
			of = len(p.Slots)
		case plan.Audience:
			of = 1
		}
		if of > 0 {
			m.Source = uint8(r.IntN(of))
			p.Metrics = append(p.Metrics, m)
		}
	}
	return p
}

// anyCells invents a release: of cells within the bounds of a record, most of
// them small, some as large as they can be.
func anyCells(r *rand.Rand, p *plan.Plan) optimise.Release {
	out := optimise.Release{Plan: p, Period: period(today - plan.Date(r.IntN(1<<r.IntN(14)))), Variance: float64(2 * p.Sigma2)}
	if r.IntN(8) == 0 {
		out.Variance = 0
	}
	size := 1 + r.IntN(40)
	for range plan.LayoutOf(p).Cells {
		bound := int64(1) << size
		if r.IntN(10) == 0 {
			bound = 1 << (1 + r.IntN(40))
		}
		c := r.Int64N(bound + 1)
		if r.IntN(3) == 0 {
			c = -c
		}
		out.Cells = append(out.Cells, c)
	}
	return out
}

// check fits a plan to releases of any cells, and returns whether there was
// anything to fit.
func check(t *testing.T, p *plan.Plan, releases []optimise.Release) bool {
	t.Helper()
	priors, err := optimise.Fit(p, digest, releases)
	if err != nil {
		require.ErrorIs(t, err, optimise.ErrNothing)
		return false
	}
	sound(t, p, priors)
	r := randomOf(uint64(len(releases)))
	r.Shuffle(len(releases), func(i, j int) { releases[i], releases[j] = releases[j], releases[i] })
	again, err := optimise.Fit(p, digest, releases)
	require.NoError(t, err)
	require.Equal(t, priors, again)
	return true
}

// Any cells of any plans give priors that a device can use, or ErrNothing.
func TestAnyReleases(t *testing.T) {
	const cases = 4000
	fitted := 0
	for seed := range uint64(cases) {
		r := randomOf(seed)
		p, older := anyPlan(r), anyPlan(r)
		var releases []optimise.Release
		for range r.IntN(20) {
			of := p
			if r.IntN(3) == 0 {
				of = older
			}
			releases = append(releases, anyCells(r, of))
		}
		if check(t, p, releases) {
			fitted++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d of %d gave priors", fitted, cases)
	require.Greater(t, fitted, cases/5)
}

// FuzzFit takes the cells of three releases from bytes, five to a cell.
func FuzzFit(f *testing.F) {
	f.Add(uint64(1), []byte{})
	f.Add(uint64(2), []byte{0, 0, 3, 232, 0, 0, 0, 0, 50, 0})
	f.Add(uint64(3), []byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 254, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, seed uint64, cells []byte) {
		r := randomOf(seed)
		p, older := anyPlan(r), anyPlan(r)
		var releases []optimise.Release
		at := 0
		for _, of := range []*plan.Plan{p, older, p} {
			one := anyCells(r, of)
			for i := range one.Cells {
				if len(cells) < 5 {
					break
				}
				// Forty bits, and the lowest of them is the sign.
				v := int64(0)
				for k := range 5 {
					v = v<<8 | int64(cells[(at+k)%len(cells)])
				}
				at += 5
				if one.Cells[i] = v >> 1; v&1 == 1 {
					one.Cells[i] = -one.Cells[i]
				}
			}
			releases = append(releases, one)
		}
		check(t, p, releases)
	})
}
