package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The distinguisher of PRIVACY.md, section 9: a device's report sets 12 cells,
// an adversary knows everybody else's, subtracts them, adds up the 12 cells and
// says "the device was there" above threshold 6. Its advantage is
// P(says so | x = 1) - P(says so | x = 0).
const (
	cells     = 12
	trials    = 200_000
	threshold = 6

	oneSource  = 0.0878 // bound on one aggregator's output less its own share
	twoSources = 0.0621 // bound on the released sum
)

// An advantage is the difference of two independent binomial shares, each with
// variance p(1-p)/trials <= 1/(4 trials): standard deviation at most
// sqrt(1/(2 trials)) = 0.00158. Four of them, 0.0063: a sound sampler at the
// bound is called unsound for one seed in 30,000.
var tolerance = 4 * math.Sqrt(1.0/(2*trials))

// sums returns, for x = 0 and x = 1, the noise on the sum of the 12 cells.
func sums(t *testing.T, s *Source, sigma2 uint64) (x [2][]int64) {
	t.Helper()
	for i := range x {
		x[i] = make([]int64, trials)
		for j := range x[i] {
			noise, err := s.Vector(cells, sigma2)
			if err != nil {
				require.NoError(t, err)
			}
			for _, n := range noise {
				x[i][j] += n
			}
		}
	}
	return x
}

func advantage(sources ...[2][]int64) float64 {
	var said [2]float64
	for x := range said {
		for j := range trials {
			sum := int64(x * cells)
			for _, s := range sources {
				sum += s[x][j]
			}
			if sum > threshold {
				said[x]++
			}
		}
	}
	return (said[1] - said[0]) / trials
}

func TestDistinguisher(t *testing.T) {
	leader, helper := sums(t, seeded(100), 247), sums(t, seeded(101), 247)
	for name, a := range map[string]float64{"leader": advantage(leader), "helper": advantage(helper)} {
		t.Logf("%s: %.4f", name, a)
		require.LessOrEqual(t, a, oneSource+tolerance, name)
		require.Greater(t, a, oneSource-tolerance, "%s: more noise than paid for", name)
	}
	both := advantage(leader, helper)
	t.Logf("released sum: %.4f", both)
	require.LessOrEqual(t, both, twoSources+tolerance)
	require.Greater(t, both, twoSources-tolerance, "more noise than paid for")

	// The test bites. One source missing, seen on the released sum:
	require.Greater(t, advantage(leader), twoSources+tolerance)
	// no noise at all:
	require.Greater(t, advantage(), oneSource+tolerance)
	// the noise halved, in variance (a plan's sigma^2 split between the two,
	// a classic mistake) and hence in amplitude too, seen on that aggregator's
	// output:
	halved := sums(t, seeded(102), 247/2)
	a := advantage(halved)
	t.Logf("halved: %.4f, beside a whole one: %.4f", a, advantage(halved, helper))
	require.Greater(t, a, oneSource+tolerance)
	for x := range halved {
		for j := range halved[x] {
			halved[x][j] = helper[x][j] / 2
		}
	}
	require.Greater(t, advantage(halved), oneSource+tolerance)
	require.Greater(t, advantage(halved, leader), twoSources+tolerance)
}
