package choose_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The published sequence of SplitMix64 for the state 1234567.
func TestStreamIsSplitMix64(t *testing.T) {
	s := choose.StreamAt(1234567)
	for _, want := range []uint64{
		6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
	} {
		require.Equal(t, want, s.Uint64())
	}
}

// Everything that a stream is named by changes all that it gives, and nothing else
// does.
func TestStreamsDiffer(t *testing.T) {
	type name struct {
		seed    choose.Seed
		period  plan.Date
		place   profile.Key
		purpose byte
		variant profile.Key
	}
	of := func(n name) uint64 {
		s := choose.NewStream(&n.seed, n.period, n.place, n.purpose).Of(n.variant)
		return s.Uint64()
	}
	base := name{seed: choose.Seed{1}, period: 20_000, place: 7, purpose: 1, variant: 9}
	require.Equal(t, of(base), of(base))
	seen := map[uint64]name{of(base): base}
	add := func(n name) {
		require.NotContains(t, seen, of(n), "%+v", n)
		seen[of(n)] = n
	}
	for bit := range 64 {
		n := base
		n.place ^= 1 << bit
		add(n)
		n = base
		n.variant ^= 1 << bit
		add(n)
		n = base
		n.seed[bit/4] ^= 1 << (bit % 4)
		add(n)
		if bit < 32 {
			n = base
			n.period ^= 1 << bit
			add(n)
		}
		if bit < 8 {
			n = base
			n.purpose ^= 1 << bit
			add(n)
		}
	}
	// A place's own stream is none of its variants', and asking for one does not
	// move it.
	s := choose.NewStream(&base.seed, base.period, base.place, base.purpose)
	twin := s
	require.NotEqual(t, s, s.Of(1))
	require.Equal(t, twin, s)
	require.NotContains(t, seen, s.Uint64())
}

// The first numbers of neighbouring streams, of variants and of dates, are as
// uniform and as independent as those of one stream: chi-squared over 16 x 16 cells
// of consecutive pairs, within five standard deviations of its 255 degrees.
func TestStreamsAreIndependent(t *testing.T) {
	const n = 100_000
	first := map[string]func(i int) float64{
		"one stream": func() func(int) float64 {
			s := choose.NewStream(&choose.Seed{1}, 20_000, 7, 1)
			return func(int) float64 { return s.Float64() }
		}(),
		"variants by key 0, 1, 2": func(i int) float64 {
			s := choose.NewStream(&choose.Seed{1}, 20_000, 7, 1).Of(profile.Key(i))
			return s.Float64()
		},
		"dates": func(i int) float64 {
			s := choose.NewStream(&choose.Seed{1}, plan.Date(i), 7, 1)
			return s.Float64()
		},
	}
	for name, next := range first {
		var cells [16][16]int
		for i := range n {
			x, y := next(2*i), next(2*i+1)
			cells[int(x*16)][int(y*16)]++
		}
		chi, expected := 0.0, float64(n)/256
		for _, row := range cells {
			for _, c := range row {
				chi += (float64(c) - expected) * (float64(c) - expected) / expected
			}
		}
		require.InDelta(t, 255, chi, 5*math.Sqrt(2*255), name)
	}
}

func TestFloat64(t *testing.T) {
	s := choose.NewStream(&choose.Seed{2}, 20_000, 7, 1)
	for range 100_000 {
		v := s.Float64()
		require.True(t, v > 0 && v < 1)
		require.Equal(t, math.Trunc(v*0x1p53), v*0x1p53)
	}
	// The state before the one that gives 0 (mix has no other zero) is skipped.
	step := uint64(0x9e3779b97f4a7c15)
	s = choose.StreamAt(-step)
	twin := s
	require.Zero(t, twin.Uint64())
	want := twin.Float64()
	require.Equal(t, want, s.Float64())
	require.Positive(t, want)
}

func TestBelow(t *testing.T) {
	s := choose.NewStream(&choose.Seed{3}, 20_000, 7, 1)
	for _, n := range []int{1, 2, 7, 63, 10_000} {
		const each = 100
		counts := make([]int, n)
		for range each * n {
			counts[s.Below(n)]++ // out of range would panic
		}
		chi := 0.0
		for _, c := range counts {
			chi += float64((c-each)*(c-each)) / each
		}
		free := float64(n - 1)
		require.InDelta(t, free, chi, 5*math.Sqrt(2*free)+1e-9, "n = %d", n)
	}
	for range 100 {
		require.Less(t, s.Below(1<<31), 1<<31)
	}
}

func BenchmarkStream(b *testing.B) {
	seed := choose.Seed{1}
	b.ReportAllocs()
	for b.Loop() {
		s := choose.NewStream(&seed, 20_000, 7, 1)
		s.Uint64()
	}
}
