package simulate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

func TestTallyByHand(t *testing.T) {
	a := Tally{Decisions: 10, Explored: 1, Goals: 1.5, Uniform: 1, Best: 2, Shares: []int{4, 6},
		Exposed: 8, Converted: 1.2, Default: .9, Devices: 9, HeldOut: 1, HeldGoals: .1}
	require.InDelta(t, .5, a.Gain(), 1e-12)
	require.InDelta(t, 1.5, a.Uplift(), 1e-12) // 1.2/8 by .9/9
	var sum Tally
	sum.Add(a)
	require.Equal(t, a, sum)
	sum.Add(Tally{Decisions: 2, Explored: 2, Goals: .5, Uniform: .5, Best: 1, Shares: []int{2, 0},
		Exposed: 2, Converted: .3, Default: .1, Devices: 1, HeldOut: 3, HeldGoals: .4})
	require.Equal(t, Tally{Decisions: 12, Explored: 3, Goals: 2, Uniform: 1.5, Best: 3, Shares: []int{6, 6},
		Exposed: 10, Converted: 1.5, Default: 1, Devices: 10, HeldOut: 4, HeldGoals: .5}, sum)
	require.Equal(t, []int{4, 6}, a.Shares, "a sum keeps shares of its own")
}

// reading is what count should come to for a visitor's day: every way in which the
// decisions can be answered, with its probability, counted as a report would.
func reading(v *population.Visitor, slot, variants, most int, day []shown) (out Tally) {
	out.Shares = make([]int, variants)
	var of []shown
	for _, d := range day {
		if d.slot == slot {
			of = append(of, d)
		}
	}
	if len(of) == 0 {
		return out
	}
	held := of[0].reason == choose.Held
	var exposed []int // the variants that the report holds
	for _, d := range of {
		if !slices.Contains(exposed, d.variant) && len(exposed) < most {
			exposed = append(exposed, d.variant)
		}
	}
	// expected sums what a report would count over all 2^n ways to be answered.
	expected := func(variants, cells []int) (sum float64) {
		for ways := range 1 << len(variants) {
			p := 1.
			reached := map[int]bool{}
			for i, variant := range variants {
				if rate := v.Rate(slot, variant); ways>>i&1 == 1 {
					p *= rate
					reached[variant] = true
				} else {
					p *= 1 - rate
				}
			}
			for _, c := range cells {
				if reached[c] {
					sum += p
				}
			}
		}
		return sum
	}
	variantsShown := make([]int, len(of))
	for i, d := range of {
		variantsShown[i] = d.variant
	}
	ofDefault := expected(make([]int, len(of)), []int{0})
	if held {
		out.HeldOut, out.HeldGoals = 1, ofDefault
		return out
	}
	out.Devices, out.Default = 1, ofDefault
	out.Exposed = float64(len(exposed))
	out.Converted = expected(variantsShown, exposed)
	for _, d := range of {
		out.Decisions++
		if d.reason == choose.Explored {
			out.Explored++
		}
		out.Shares[d.variant]++
		out.Goals += v.Rate(slot, d.variant)
		var rates []float64
		for i := range variants {
			rates = append(rates, v.Rate(slot, i))
			out.Uniform += v.Rate(slot, i) / float64(variants)
		}
		out.Best += slices.Max(rates)
	}
	return out
}

func TestCountAgainstEveryWayToBeAnswered(t *testing.T) {
	_, p := built(t, plans.Standard)
	shop := shopOf(t, p, population.Options{Seed: 5, Visitors: 200})
	require.Greater(t, len(p.Slots), 1)
	r := rand.New(rand.NewPCG(1, 2))
	all := newTallies(p)
	want := newTallies(p)
	for i := range 200 {
		v := shop.Visitor(i)
		held := r.IntN(10) == 0
		var day []shown
		for range r.IntN(6) {
			d := shown{slot: r.IntN(len(p.Slots)), reason: choose.Sampled}
			if !held {
				d.variant = r.IntN(min(4, len(p.Slots[d.slot].Variants)))
				if r.IntN(3) == 0 {
					d.reason = choose.Explored
				}
			} else {
				d.reason = choose.Held
			}
			d.rate = v.Rate(d.slot, d.variant)
			day = append(day, d)
		}
		count(all, p, v, day)
		for slot := range p.Slots {
			want[slot].Add(reading(v, slot, len(p.Slots[slot].Variants), mostOf(p, slot), day))
		}
	}
	for slot := range all {
		requireNear(t, want[slot], all[slot])
		require.Positive(t, all[slot].HeldOut)
	}
}

// requireNear compares tallies but for rounding.
func requireNear(t *testing.T, want, got Tally) {
	t.Helper()
	require.Equal(t, want.Shares, got.Shares)
	require.Equal(t, [2]int{want.Decisions, want.Explored}, [2]int{got.Decisions, got.Explored})
	for i, pair := range [][2]float64{
		{want.Goals, got.Goals}, {want.Uniform, got.Uniform}, {want.Best, got.Best}, {want.Exposed, got.Exposed},
		{want.Converted, got.Converted}, {want.Default, got.Default}, {want.Devices, got.Devices},
		{want.HeldOut, got.HeldOut}, {want.HeldGoals, got.HeldGoals},
	} {
		require.InDelta(t, pair[0], pair[1], 1e-9*(1+pair[0]), "number %d", i)
	}
}

func TestMostOf(t *testing.T) {
	p := &plan.Plan{Metrics: []plan.Metric{
		{Kind: plan.SlotExposed, Source: 1, Most: 3}, {Kind: plan.SlotExposed, Source: 1, Most: 2},
		{Kind: plan.SlotClicked, Source: 0, Most: 4},
	}}
	require.Equal(t, 1, mostOf(p, 0), "clicks are not exposures")
	require.Equal(t, 3, mostOf(p, 1))
}
