package interval_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/stretchr/testify/require"
)

func ExampleExact() {
	i := interval.Exact(436, 494) // one release at sigma^2 247 on each side
	fmt.Printf("436 +-%.0f, %.0f %%\n", i.High-436, 100*(i.High-436)/436)
	// Output: 436 +-44, 10 %
}

// PRIVACY.md section 5: +-10 % once the cell counts 436 (w 12) or 253 (w 4).
func TestWidthsThatThePrivacyPageStates(t *testing.T) {
	for _, c := range []struct {
		x      int64
		sigma2 float64
	}{{436, 247}, {253, 83}} {
		i := interval.Exact(c.x, 2*c.sigma2)
		require.InDelta(t, .10, (i.High-float64(c.x))/float64(c.x), .0005)
	}
}

func TestUnderlyingSolvesItsInequality(t *testing.T) {
	for _, x := range []int64{-20, 0, 3, 44, 1000} {
		i := interval.Underlying(x, 494)
		require.True(t, i.Enough, "x %d", x)
		for _, l := range []float64{i.Low, i.High} {
			d := (float64(x) - l) * (float64(x) - l)
			if l > 0 {
				require.InEpsilon(t, d, interval.Z95*interval.Z95*(l+494), 1e-6)
			}
		}
	}
	require.False(t, interval.Underlying(-500, 494).Enough)
	i := interval.Underlying(100, 0) // no noise: the classical score interval of a Poisson count
	require.InDelta(t, 82.2, i.Low, .1)
	require.InDelta(t, 121.6, i.High, .1)
}

func TestRatioWithoutEnoughData(t *testing.T) {
	require.False(t, interval.Ratio(interval.Noisy{Value: 10, Variance: 494}, interval.Noisy{Value: 43, Variance: 494}, 0).Enough)
	require.False(t, interval.Ratio(interval.Noisy{Value: 10, Variance: 494}, interval.Noisy{Value: -300, Variance: 494}, 0).Enough)
	i := interval.Ratio(interval.Noisy{Value: 10, Variance: 0}, interval.Noisy{Value: 40, Variance: 0}, 0)
	require.Equal(t, interval.Interval{Low: .25, High: .25, Enough: true}, i)
}

func TestJSONHasNoInfinity(t *testing.T) {
	b, err := json.Marshal([]interval.Interval{interval.Exact(0, 0), interval.Ratio(interval.Noisy{}, interval.Noisy{}, 0)})
	require.NoError(t, err)
	require.JSONEq(t, `[{"low":0,"high":0,"enough":true},{"low":null,"high":null,"enough":false}]`, string(b))
}

// The intervals hold the exact value as often as they claim. 20,000 repeats: the
// standard error of a coverage near .95 is .0015, the band is four of them.
func TestCoverage(t *testing.T) {
	r := rand.New(rand.NewChaCha8([32]byte{6}))
	const repeats, v = 20000, 2 * 103.0
	var count, ratio, nested, rate int
	for range repeats {
		const k, n = 300, 2000
		noise := func() int64 { return int64(math.Round(r.NormFloat64() * math.Sqrt(v))) }
		a, b := noise(), noise()
		if interval.Exact(k+a, v).Holds(k) {
			count++
		}
		if interval.Ratio(interval.Noisy{Value: k + a, Variance: v}, interval.Noisy{Value: n + b, Variance: v}, 0).Holds(float64(k) / n) {
			ratio++
		}
		// n is the sum of two cells, one of them k: variance 2v, covariance v.
		if interval.Ratio(interval.Noisy{Value: k + a, Variance: v}, interval.Noisy{Value: n + a + b, Variance: 2 * v}, v).Holds(float64(k) / n) {
			nested++
		}
		poisson := int64(math.Round(k + r.NormFloat64()*math.Sqrt(k)))
		if interval.Underlying(poisson+b, v).Holds(k) {
			rate++
		}
	}
	for name, hits := range map[string]int{"count": count, "ratio": ratio, "nested ratio": nested, "underlying": rate} {
		require.InDelta(t, .95, float64(hits)/repeats, .006, name)
	}
}
