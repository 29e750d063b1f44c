package choose_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
)

// incomplete is the regularised incomplete beta function, the distribution function
// of Beta(a, b): Lentz's continued fraction (Numerical Recipes, 6.4), with as many
// terms as it needs.
func incomplete(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - incomplete(b, a, 1-x)
	}
	ga, _ := math.Lgamma(a)
	gb, _ := math.Lgamma(b)
	gab, _ := math.Lgamma(a + b)
	front := math.Exp(gab-ga-gb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	bound := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/bound(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; ; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/bound(1+even*d), bound(1+even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/bound(1+odd*d), bound(1+odd/c)
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			return front * h
		}
		if m > 1e6 {
			panic(fmt.Sprintf("the continued fraction does not converge for Beta(%v, %v) at %v", a, b, x))
		}
	}
}

// quantile inverts incomplete by bisection, on the exponent first so that small ones
// have all their digits.
func quantile(a, b, p float64) float64 {
	low, high := 1e-300, 1.0
	for range 300 {
		mid := (low + high) / 2
		if high > 4*low {
			mid = math.Sqrt(low * high)
		}
		if mid <= low || mid >= high {
			break
		}
		if incomplete(a, b, mid) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

var levels = []float64{.001, .01, .05, .25, .5, .75, .95, .99, .999}

// The reference itself, against what is known in closed form.
func TestQuantilesOfClosedForms(t *testing.T) {
	near := func(want, got float64, what string, p float64) {
		t.Helper()
		require.InEpsilon(t, want, got, 1e-9, "%s at %v", what, p)
	}
	for _, p := range levels {
		near(p, quantile(1, 1, p), "Beta(1, 1)", p)
		near(math.Sqrt(p), quantile(2, 1, p), "Beta(2, 1)", p)
		near(math.Pow(math.Sin(math.Pi*p/2), 2), quantile(.5, .5, p), "arcsine", p)
		near(math.Pow(p, 1/.3), quantile(.3, 1, p), "Beta(.3, 1)", p)
		for _, n := range []float64{3, 98, 1e5} {
			near(-math.Expm1(math.Log1p(-p)/n), quantile(1, n, p), fmt.Sprintf("Beta(1, %v)", n), p)
			near(math.Pow(p, 1/n), quantile(n, 1, p), fmt.Sprintf("Beta(%v, 1)", n), p)
		}
		for _, s := range []float64{.7, 40, 5e4} {
			near(.5, incomplete(s, s, .5), "symmetry", p)
			x := quantile(s, 3*s, p)
			near(p, incomplete(s, 3*s, x), "inverse", p)
			near(1-p, incomplete(3*s, s, 1-x), "mirrored", p)
		}
	}
}

// Draws lie below the exact quantiles as often as they should. How many of n do is
// binomial; five of its standard deviations are allowed at each of the nine levels
// of each pair, which a right sampler exceeds once in 1.7 million times.
func TestBetaQuantiles(t *testing.T) {
	n := 250_000
	if testing.Short() {
		n = 100_000
	}
	type pair struct{ a, b float64 }
	pairs := []pair{
		{.3, 10}, {1, 1}, {.5, .5}, {2, 1}, {2, 98}, {40, 360}, {5e3, 1e5}, {1, 1e5},
		{.02, .05}, {.05, 30}, {30, .7}, {.9, 1}, {1.5, 1.2}, {3.3, 1e6}, {1 << 20, 1 << 20}, {1 << 21, 1},
	}
	worst, places := 0.0, 0
	for i, c := range pairs {
		s := choose.NewStream(&choose.Seed{byte(i)}, 20_000, 7, 1)
		draws := make([]float64, n)
		for j := range draws {
			draws[j] = choose.Beta(&s, c.a, c.b)
		}
		slices.Sort(draws)
		for _, p := range levels {
			q := quantile(c.a, c.b, p)
			if q < 1e-299 || q > 1-1e-10 {
				continue // some of (.02, .05) no float64 tells from 0 or from 1
			}
			places++
			below, _ := slices.BinarySearch(draws, math.Nextafter(q, 2))
			off := math.Abs(float64(below)/float64(n)-p) / math.Sqrt(p*(1-p)/float64(n))
			require.Less(t, off, 5.0, "Beta(%v, %v) at %v: %d of %d draws below %v", c.a, c.b, p, below, n, q)
			worst = max(worst, off)
		}
	}
	t.Logf("worst of %d places: %.2f standard deviations", places, worst)
	require.Greater(t, places, 130)
}

// Moments see what single quantiles may not: a shape that is slightly off.
func TestBetaMoments(t *testing.T) {
	const n = 200_000
	for i, c := range [][2]float64{{.3, 10}, {.5, .5}, {2, 98}, {40, 360}, {5e3, 1e5}, {.9, 1.1}} {
		a, b := c[0], c[1]
		mean := a / (a + b)
		variance := mean * (1 - mean) / (a + b + 1)
		s := choose.NewStream(&choose.Seed{1, byte(i)}, 20_000, 7, 1)
		var sum, squares, fourths float64
		for range n {
			d := choose.Beta(&s, a, b) - mean
			sum += d
			squares += d * d
			fourths += d * d * d * d
		}
		require.InDelta(t, 0, sum/n, 5*math.Sqrt(variance/n), "mean of Beta(%v, %v)", a, b)
		spread := math.Sqrt((fourths/n - variance*variance) / n)
		require.InDelta(t, variance, squares/n, 5*spread, "variance of Beta(%v, %v)", a, b)
	}
}

// Every input has a result, and it is a rate.
func TestBetaIsARate(t *testing.T) {
	shapes := []float64{
		math.Inf(-1), -1, 0, math.SmallestNonzeroFloat64, choose.MinShape, .01, .5, math.Nextafter(1, 0), 1, 1 + 1e-15, 3, 1e4,
		choose.MaxShape, 1e300, math.Inf(1), math.NaN(),
	}
	var zeros, ones int
	for _, a := range shapes {
		for _, b := range shapes {
			s := choose.NewStream(&choose.Seed{2}, 20_000, 7, 1)
			for range 2000 {
				v := choose.Beta(&s, a, b)
				require.True(t, v >= 0 && v <= 1, "Beta(%v, %v) gave %v", a, b, v)
				switch v {
				case 0:
					zeros++
				case 1:
					ones++
				}
			}
		}
	}
	require.NotZero(t, zeros, "nothing extreme was drawn")
	require.NotZero(t, ones, "nothing extreme was drawn")
}

// Parameters out of bounds are taken as the nearest in bounds, to the bit.
func TestBetaClamps(t *testing.T) {
	for _, c := range []struct{ a, b, as, bs float64 }{
		{0, 3, choose.MinShape, 3}, {-1, 3, choose.MinShape, 3}, {3, math.NaN(), 3, choose.MinShape},
		{math.Inf(1), 3, choose.MaxShape, 3}, {3, 1e9, 3, choose.MaxShape},
	} {
		s := choose.NewStream(&choose.Seed{3}, 20_000, 7, 1)
		twin := s
		for range 100 {
			require.Equal(t, choose.Beta(&twin, c.as, c.bs), choose.Beta(&s, c.a, c.b))
		}
	}
}

// What a device draws, bit for bit, in whichever machine: taken once.
func TestBetaBits(t *testing.T) {
	s := choose.NewStream(&choose.Seed{4}, 20_000, 7, 1)
	sum := uint64(0xcbf29ce484222325)
	for i := range 50_000 {
		a, b := float64(i%97)/16, float64(i%31)*float64(i%37)
		sum = (sum ^ math.Float64bits(choose.Beta(&s, a, b))) * 0x100000001b3
	}
	require.Equal(t, uint64(0xc1c0137118be4373), sum)
}

func TestBetaMakesNoRoom(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		s := choose.NewStream(&choose.Seed{5}, 20_000, 7, 1)
		own := s.Of(9)
		if choose.Beta(&own, 2, 98) < 0 || choose.Beta(&own, .1, .2) < 0 {
			t.Error("not a rate")
		}
	}))
}

func BenchmarkBeta(b *testing.B) {
	for _, c := range [][2]float64{{2, 98}, {40, 360}, {5e3, 1e5}, {.3, 10}, {.5, .5}, {1, 1e5}} {
		b.Run(fmt.Sprintf("%v,%v", c[0], c[1]), func(b *testing.B) {
			s := choose.NewStream(&choose.Seed{6}, 20_000, 7, 1)
			b.ReportAllocs()
			for b.Loop() {
				choose.Beta(&s, c[0], c[1])
			}
		})
	}
}

func ExampleBeta() {
	// Two variants of a place, 3 of 100 and 6 of 100. The second is the better one,
	// but that is not settled yet: this device would try the first.
	place := choose.NewStream(&choose.Seed{1, 2, 3}, 20_000, 1, 2)
	first, second := place.Of(10), place.Of(11)
	fmt.Printf("%.3f %.3f\n", choose.Beta(&first, 3, 97), choose.Beta(&second, 6, 94))
	// Output: 0.066 0.052
}
