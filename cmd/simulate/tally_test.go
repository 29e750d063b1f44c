package simulate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/stretchr/testify/require"
)

func TestTallyByHand(t *testing.T) {
	a := Tally{Decisions: 10, Explored: 1, Goals: 1.5, Uniform: 1, Best: 2, Shares: []int{4, 6},
		Devices: 9, Converted: 1.2, Default: .8, HeldOut: 1, HeldGoals: .1}
	require.InDelta(t, .5, a.Gain(), 1e-12)
	require.InDelta(t, 1.5, a.Uplift(), 1e-12)
	var sum Tally
	sum.Add(a)
	require.Equal(t, a, sum)
	sum.Add(Tally{Decisions: 2, Explored: 2, Goals: .5, Uniform: .5, Best: 1, Shares: []int{2, 0},
		Devices: 1, Converted: .3, Default: .2, HeldOut: 3, HeldGoals: .4})
	require.Equal(t, Tally{Decisions: 12, Explored: 3, Goals: 2, Uniform: 1.5, Best: 3, Shares: []int{6, 6},
		Devices: 10, Converted: 1.5, Default: 1, HeldOut: 4, HeldGoals: .5}, sum)
	require.Equal(t, []int{4, 6}, a.Shares, "a sum keeps shares of its own")
}

// reading is what count should come to for a visitor's day: every way in which the
// decisions can be answered, with its probability, counted as a report would.
func reading(v *population.Visitor, slot, variants int, day []shown) (out Tally) {
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
	// expected sums over all 2^n ways to be answered whether anything was.
	expected := func(variants []int) (sum float64) {
		for ways := range 1 << len(variants) {
			p := 1.
			for i, variant := range variants {
				if rate := v.Rate(slot, variant); ways>>i&1 == 1 {
					p *= rate
				} else {
					p *= 1 - rate
				}
			}
			if ways > 0 {
				sum += p
			}
		}
		return sum
	}
	variantsShown := make([]int, len(of))
	for i, d := range of {
		variantsShown[i] = d.variant
	}
	ofDefault := expected(make([]int, len(of)))
	if held {
		out.HeldOut, out.HeldGoals = 1, ofDefault
		return out
	}
	out.Devices, out.Default = 1, ofDefault
	out.Converted = expected(variantsShown)
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
		count(all, v, day)
		for slot := range p.Slots {
			want[slot].Add(reading(v, slot, len(p.Slots[slot].Variants), day))
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
		{want.Goals, got.Goals}, {want.Uniform, got.Uniform}, {want.Best, got.Best},
		{want.Converted, got.Converted}, {want.Default, got.Default}, {want.Devices, got.Devices},
		{want.HeldOut, got.HeldOut}, {want.HeldGoals, got.HeldGoals},
	} {
		require.InDelta(t, pair[0], pair[1], 1e-9*(1+pair[0]), "number %d", i)
	}
}
