package interval_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/stretchr/testify/require"
)

// Fourteen days, nine devices in ten personalized, one in ten held out; a cell
// for each of six variants against the holdout's one.
func ExampleUplift() {
	const day = 494.0
	personalized := of(9450, 126000, 14*6*day, 14*6*day, 0)
	holdout := of(840, 14000, 14*day, 14*day, 0)
	i := interval.Uplift(personalized, holdout)
	fmt.Printf("25 %% more, between %.0f and %.0f %%\n", 100*(i.Low-1), 100*(i.High-1))
	// Output: 25 % more, between 3 and 58 %
}

// The bisection against the closed form of Donner and Zou 2012, from the ends
// that Rate gives (which it does not cut here).
func TestUpliftIsTheClosedForm(t *testing.T) {
	for _, c := range [][2]interval.Proportion{
		{of(360, 10000, 494, 1482, 494), of(300, 10000, 494, 1482, 494)},
		{of(540, 9000, 2964, 2964, 0), of(75, 1000, 494, 494, 0)},
		{of(7560, 126000, 41496, 41496, 0), of(1050, 14000, 6916, 6916, 0)},
		{of(9000, 10000, 494, 494, 0), of(47, 1000, 494, 494, 0)},
		{of(56, 70, 0, 0, 0), of(48, 80, 0, 0, 0)},
	} {
		t2, t1 := rate(c[0]), rate(c[1])
		r2 := float64(c[0].K.Value) / float64(c[0].N.Value)
		r1 := float64(c[1].K.Value) / float64(c[1].N.Value)
		low := (r1*r2 - math.Sqrt(r1*r1*r2*r2-t2.Low*t1.High*(2*r2-t2.Low)*(2*r1-t1.High))) / (t1.High * (2*r1 - t1.High))
		high := (r1*r2 + math.Sqrt(r1*r1*r2*r2-t2.High*t1.Low*(2*r2-t2.High)*(2*r1-t1.Low))) / (t1.Low * (2*r1 - t1.Low))
		i := interval.Uplift(c[0], c[1])
		require.True(t, i.Enough)
		require.InEpsilon(t, low, i.Low, 1e-9)
		require.InEpsilon(t, high, i.High, 1e-9)
		require.True(t, i.Holds(r2/r1))
	}
}

// No effect is possible by the ratio exactly where it is by the difference.
func TestUpliftAgreesWithDifference(t *testing.T) {
	r := rand.New(rand.NewChaCha8([32]byte{7}))
	var differ, same int
	for range 5000 {
		a := of(r.Int64N(1500)-50, 500+r.Int64N(9000), 494, 988, 494*r.Float64())
		b := of(r.Int64N(1500)-50, 500+r.Int64N(9000), 494, 494, 0)
		d, u := interval.Difference(a, b), interval.Uplift(a, b)
		if !d.Enough || !u.Enough {
			continue
		}
		require.Equal(t, d.Holds(0), u.Holds(1), "%+v %+v", a, b)
		if d.Holds(0) {
			same++
		} else {
			differ++
		}
	}
	require.Greater(t, differ, 500)
	require.Greater(t, same, 100)
}

func TestUpliftWithAnOpenEnd(t *testing.T) {
	treated := of(900, 9000, 2964, 2964, 0)
	for _, k := range []int64{43, 0, -20} { // 1.96 sqrt(494) is 43.6
		i := interval.Uplift(treated, of(k, 1000, 494, 494, 0))
		require.False(t, i.Enough, "control %d", k)
		require.Equal(t, math.Inf(1), i.High)
		require.Greater(t, i.Low, .9, "the low end still says at least, control %d", k)
	}
	require.True(t, interval.Uplift(treated, of(44, 1000, 494, 494, 0)).Enough)
	require.False(t, interval.Uplift(of(10, 100, 0, 0, 0), of(0, 100, 0, 0, 0)).Enough, "no control conversion, exactly")

	none := interval.Uplift(of(-20, 9000, 2964, 2964, 0), of(75, 1000, 494, 494, 0))
	require.True(t, none.Enough)
	require.Zero(t, none.Low)
	require.Less(t, none.High, .5)
}

func TestUpliftFromAnArmThatBoundsNothing(t *testing.T) {
	nothing := interval.Interval{Low: 0, High: math.Inf(1)}
	good := of(300, 10000, 494, 494, 0)
	for _, p := range []interval.Proportion{of(0, 0, 494, 494, 0), of(10, -300, 494, 494, 0), of(-60, 1000, 494, 494, 0), of(20, 10, 0, 0, 0)} {
		require.Equal(t, nothing, interval.Uplift(good, p))
		require.Equal(t, nothing, interval.Uplift(p, good))
	}
}
