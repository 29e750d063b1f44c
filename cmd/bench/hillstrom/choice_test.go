package hillstrom

import (
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// The first eight bytes were computed by sha256sum: an even number learns.
func TestLearnsIsTheBenchmarksRule(t *testing.T) {
	for _, c := range []struct {
		salt   string
		row    int
		learns bool
	}{
		{"s0", 0, true},       // 01a33d07c47bc37e
		{"s1", 0, true},       // 3aa6113bfb2f4802
		{"s1", 1, false},      // dbd4b83b02ee18fd
		{"P12", 63999, true},  // db933f835b5a6e30
		{"P12", 63997, false}, // 04879ed44c85f733
	} {
		require.Equal(t, c.learns, Learns(c.salt, c.row), "%s %d", c.salt, c.row)
	}
	n := 0
	for row := range 10_000 {
		if Learns("half", row) {
			n++
		}
	}
	require.InDelta(t, 5000, n, 5*50)
}

// men, women and both are customers of each segment.
func customer(segment, arm int, visit bool) Customer {
	return Customer{Mens: segment != 1, Womens: segment != 0, Arm: arm, Visit: visit, History: 1}
}

func TestChoiceCellsByHand(t *testing.T) {
	p := choicePlan()
	l := plan.LayoutOf(p)
	require.Equal(t, 25, l.Cells)
	require.Equal(t, 5, l.Weight)
	got := choiceCells(p, []Customer{
		customer(0, 0, false), customer(0, 0, true), customer(1, 2, true), customer(2, 1, false), customer(2, 1, true), customer(2, 0, false),
	})
	require.Equal(t, []int64{
		6,       // present
		2, 0, 0, // exposed, men only: none, men's, women's
		0, 0, 1, // women only
		1, 2, 0, // both
		1, 0, 0, // visited
		0, 0, 1,
		0, 1, 0,
		3, 2, 1, // exposed, in all
		1, 1, 1, // visited, in all
	}, got)
}

func TestValueByHand(t *testing.T) {
	test := []Customer{
		customer(0, 1, true),  // 1 - .075
		customer(0, 1, false), // -.075
		customer(0, 0, true),  // not what was chosen
		customer(1, 0, true),  // 1
		customer(1, 2, true),  // not what was chosen
	}
	chosen := func(c Customer) int { return map[int]int{0: 1, 1: 0}[c.Segment()] }
	require.InDelta(t, (1-.075-.075+1)/3, value(test, chosen), 1e-12)
	require.True(t, math.IsNaN(value(test, func(Customer) int { return 7 })), "no row can tell")
}

func TestSingleCountsTheCost(t *testing.T) {
	var learn []Customer
	add := func(arm, visits, all int) {
		for i := range all {
			learn = append(learn, customer(0, arm, i < visits))
		}
	}
	add(0, 100, 1000)
	add(1, 170, 1000) // .170 - .075 < .100
	add(2, 60, 1000)
	require.Equal(t, 0, single(learn))
	add(1, 20, 20) // now .186 - .075
	require.Equal(t, 1, single(learn))
}

// The standard error of a ratio, against leaving each out one by one.
func TestJackknife(t *testing.T) {
	private, best, central := []float64{.11, .12, .105, .118}, []float64{.10, .101, .099, .104}, []float64{.115, .119, .112, .121}
	var g []float64
	for out := range private {
		up, down := 0., 0.
		for i := range private {
			if i != out {
				up += private[i] - best[i]
				down += central[i] - best[i]
			}
		}
		g = append(g, up/down)
	}
	m, s := (g[0]+g[1]+g[2]+g[3])/4, 0.
	for _, v := range g {
		s += (v - m) * (v - m)
	}
	require.InDelta(t, math.Sqrt(s*3/4), jackknife(private, best, central), 1e-12)
	same := []float64{1, 1, 1}
	require.Zero(t, jackknife(same, []float64{0, 0, 0}, same), "every salt says the same")
}

// Exact sums in which a mail pays for one segment only are followed, and the cost
// of a mail is.
func TestPickFollowsTheSums(t *testing.T) {
	p := choicePlan()
	var all []Customer
	add := func(segment, arm, visits, n int) {
		for i := range n {
			all = append(all, customer(segment, arm, i < visits))
		}
	}
	for segment := range 3 {
		add(segment, 0, 400, 4000)
		add(segment, 1, 520, 4000) // +.03 for .075
		add(segment, 2, 520, 4000)
	}
	add(1, 2, 2400, 8000) // .243 for women's goods
	by, err := pick(p, choiceCells(p, all), 0)
	require.NoError(t, err)
	require.Equal(t, [3]int{0, 2, 0}, by)

	_, err = pick(p, make([]int64, 25), 2*Sigma2)
	require.ErrorIs(t, err, optimise.ErrNothing)
}

func TestNoiseIsOfBothAggregatorsAndSeeded(t *testing.T) {
	sums := make([]int64, 4000)
	a, err := noised(sums, Seeded("s0", 1))
	require.NoError(t, err)
	b, err := noised(sums, Seeded("s0", 1))
	require.NoError(t, err)
	require.Equal(t, a, b)
	for _, other := range []io.Reader{Seeded("s0", 2), Seeded("s1", 1), Seeded("s01", 0)} {
		c, err := noised(sums, other)
		require.NoError(t, err)
		require.NotEqual(t, a, c)
	}
	square := 0.
	for _, v := range a {
		square += float64(v * v)
	}
	// 4,000 squares: 5 deviations of their mean are a ninth of it.
	require.InEpsilon(t, 2*Sigma2, square/4000, .112)
	require.Equal(t, make([]int64, 4000), sums, "the exact sums stay")
	_, err = noised(sums, &io.LimitedReader{R: rand.NewChaCha8([32]byte{}), N: 100})
	require.Error(t, err)
}

// A feature that never varies is left at 0, the others have mean 0 and deviation 1.
func TestStandardizedFeatures(t *testing.T) {
	f := newFeatures([]Customer{
		{Recency: 1, History: math.E, Mens: true, Channel: "Web", Zip: "Rural"},
		{Recency: 3, History: 1, Womens: true, Newbie: true, Channel: "Phone", Zip: "Rural"},
	})
	// recency, ln history, mens, womens, newbie, four products, Phone, Web, Rural
	require.Equal(t, []float64{1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1}, f.rows[0])
	require.Equal(t, []float64{3, 0, 0, 1, 1, 0, 3, 1, 0, 1, 0, 1}, f.rows[1])
	center, scale := f.standard([]int{0, 1})
	require.Equal(t, 2., center[0])
	require.Equal(t, 1., scale[0])
	require.Equal(t, 1., scale[11])
	require.Equal(t, 1., center[11])
}

// Choosing from private sums pays on the real customers: 12 of the benchmark's 60
// salts, 2 of its 4 draws.
func TestChoiceOnTheRealCustomers(t *testing.T) {
	dir := os.Getenv("DUNLIN_DATA")
	if dir == "" {
		require.Empty(t, os.Getenv("CI"), "CI needs DUNLIN_DATA")
		t.Skip("DUNLIN_DATA is not set")
	}
	people, err := Read(dir, 0)
	require.NoError(t, err)
	o := ChoiceOptions{
		Draws: 2, Random: Seeded,
		Salts: []string{"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11"},
	}
	heard := 0
	o.Done = func(done, total int) {
		heard++
		require.Equal(t, [2]int{heard, 12}, [2]int{done, total})
	}
	r, err := Choice(people, o)
	require.NoError(t, err)
	require.Equal(t, 12, heard)
	t.Logf("%+v", r)
	require.GreaterOrEqual(t, float64(r.G), .6)
	require.Less(t, float64(r.G), 1.5)
	require.Greater(t, r.VCentral, r.VSingle)
	require.InDelta(t, (r.VPrivate-r.VSingle)/(r.VCentral-r.VSingle), float64(r.G), 1e-12)
	require.Positive(t, float64(r.SE))
	require.Less(t, float64(r.SE), .5)

	o.Salts, o.Draws, o.Done = o.Salts[:1], 1, func(int, int) {}
	r, err = Choice(people, o)
	require.NoError(t, err)
	b, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(b), `"se":null`, "one salt has no spread")
}
