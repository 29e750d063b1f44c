package interval_test

import (
	"fmt"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/stretchr/testify/require"
)

func ExampleDifference() {
	i := interval.Difference(of(360, 10000, 494, 1482, 494), of(300, 10000, 494, 1482, 494))
	fmt.Printf("between %.1f and %.1f points, none possible: %v\n", 100*i.Low, 100*i.High, i.Holds(0))
	// Output: between -0.2 and 1.4 points, none possible: true
}

// PRIVACY.md section 6, "Newcombe 300 against 360", to all its digits.
func TestDifferenceGivesThePrivacyPagesFigures(t *testing.T) {
	i := interval.Difference(of(360, 10000, 494, 1482, 494), of(300, 10000, 494, 1482, 494))
	require.True(t, i.Enough)
	require.InDelta(t, -.001755, i.Low, 5e-7)
	require.InDelta(t, .013759, i.High, 5e-7)
}

// Newcombe 1998, table II, method 10: printed to four digits, at z 1.959964.
func TestDifferenceWithoutNoiseIsNewcombes(t *testing.T) {
	for _, c := range []struct {
		k1, n1, k2, n2 int64
		low, high      float64
	}{
		{56, 70, 48, 80, .0524, .3339},
		{9, 10, 3, 10, .1705, .8090},
		{6, 7, 2, 7, .0582, .8062},
		{5, 56, 0, 29, -.0381, .1926},
		{0, 10, 0, 20, -.1611, .2775},
		{0, 10, 0, 10, -.2775, .2775},
		{10, 10, 0, 20, .6791, 1},
		{10, 10, 0, 10, .6075, 1},
	} {
		i := interval.Difference(of(c.k1, c.n1, 0, 0, 0), of(c.k2, c.n2, 0, 0, 0))
		require.True(t, i.Enough)
		require.InDelta(t, c.low, i.Low, 1e-4, "%v", c)
		require.InDelta(t, c.high, i.High, 1e-4, "%v", c)
	}
}

func TestDifferenceTurnsRoundWithItsArms(t *testing.T) {
	for _, k := range []int64{-20, 0, 60, 900, 1010} {
		a, b := of(k, 1000, 494, 988, 494), of(540, 9000, 2964, 2964, 0)
		i, j := interval.Difference(a, b), interval.Difference(b, a)
		require.InDelta(t, i.Low, -j.High, 1e-15)
		require.InDelta(t, i.High, -j.Low, 1e-15)
	}
}

func TestDifferenceFromAnArmThatBoundsNothing(t *testing.T) {
	nothing := interval.Interval{Low: -1, High: 1}
	good := of(300, 10000, 494, 494, 0)
	for _, p := range []interval.Proportion{of(0, 0, 494, 494, 0), of(10, 40, 494, 494, 0), of(-60, 1000, 494, 494, 0), of(20, 10, 0, 0, 0)} {
		require.Equal(t, nothing, interval.Difference(good, p))
		require.Equal(t, nothing, interval.Difference(p, good))
	}
	require.Equal(t, nothing, interval.Difference(of(25, 50, 494, 494, 0), of(25, 50, 494, 494, 0)), "each arm allows every rate")
}
