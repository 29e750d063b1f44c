package msnbc

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// people invents visitors whose next category leans on the last one.
func people(n int) []Visitor {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]Visitor, n)
	for i := range out {
		v := Visitor{ID: i, Day: r.IntN(Days), Path: []int{r.IntN(Categories)}}
		for range 1 + r.IntN(maxDecisions) {
			next := (v.Path[len(v.Path)-1] + 1 + r.IntN(3)) % Categories
			if r.IntN(2) == 0 {
				next = r.IntN(7)
			}
			if next != v.Path[len(v.Path)-1] {
				v.Path = append(v.Path, next)
			}
		}
		if len(v.Path) == 1 {
			v.Path = append(v.Path, (v.Path[0]+1)%Categories)
		}
		out[i] = v
	}
	return out
}

// policy values a choice by looking at all decisions of the second week one by one.
func policy(visitors []Visitor, pick func(prev, last int) int) float64 {
	won, all := 0, 0
	for _, v := range visitors {
		for i := 1; v.Day >= 7 && i < len(v.Path); i++ {
			prev := 17
			if i > 1 {
				prev = v.Path[i-2]
			}
			all++
			if []int{0, 1, 6, 5, 3, 13}[pick(prev, v.Path[i-1])] == v.Path[i] {
				won++
			}
		}
	}
	return float64(won) / float64(all)
}

// The baselines, against counts kept another way: one entry for each logged
// decision, gone through anew for each question.
func TestBaselinesAgainstBruteForce(t *testing.T) {
	visitors := people(900)
	type entry struct {
		prev, last, variant int
		won                 bool
	}
	offered := []int{0, 1, 6, 5, 3, 13}
	var log []entry
	for _, v := range visitors {
		for i := 1; v.Day < 7 && i < len(v.Path); i++ {
			e := entry{17, v.Path[i-1], logged(v, i-1), false}
			if i > 1 {
				e.prev = v.Path[i-2]
			}
			e.won = offered[e.variant] == v.Path[i]
			log = append(log, e)
		}
	}
	rate := func(which func(entry) bool) (won, n float64) {
		for _, e := range log {
			if which(e) {
				n++
				if e.won {
					won++
				}
			}
		}
		return won, n
	}
	best := func(last int, score func(k int) float64) int {
		at := -1
		for k := range offered {
			if offered[k] != last && (at < 0 || score(k) > score(at)) {
				at = k
			}
		}
		return at
	}
	single := policy(visitors, func(_, last int) int {
		return best(last, func(k int) float64 {
			won, n := rate(func(e entry) bool { return e.variant == k })
			return won / n
		})
	})
	seen := map[[2]int]int{} // the question takes a pass over the log
	central := policy(visitors, func(prev, last int) int {
		if k, ok := seen[[2]int{prev, last}]; ok {
			return k
		}
		seen[[2]int{prev, last}] = best(last, func(k int) float64 {
			c, n := rate(func(e entry) bool { return e.last == last && e.variant == k })
			c2, n2 := rate(func(e entry) bool { return e.prev == prev && e.last == last && e.variant == k })
			return (c2 + 30*((c+1)/(n+10))) / (n2 + 30)
		})
		return seen[[2]int{prev, last}]
	})
	raw := logsOf(visitors)
	for _, v := range visitors[:40] { // not only the best, but each score
		for k := range offered {
			c, n := rate(func(e entry) bool { return e.last == v.Path[0] && e.variant == k })
			c2, n2 := rate(func(e entry) bool { return e.prev == 17 && e.last == v.Path[0] && e.variant == k })
			require.InDelta(t, (c2+30*((c+1)/(n+10)))/(n2+30), raw.central(v, 0, k), 1e-12)
		}
	}
	require.InDelta(t, single, value(visitors, raw.single), 1e-12)
	require.InDelta(t, central, value(visitors, raw.central), 1e-12)
	require.Greater(t, central, single)

	// Uniform, exactly, against drawing.
	r := rand.New(rand.NewPCG(3, 4))
	sum, n := 0., 0
	for range 200 {
		sum += policy(visitors, func(_, last int) int {
			for {
				if k := r.IntN(len(offered)); offered[k] != last {
					return k
				}
			}
		})
		n++
	}
	require.InDelta(t, sum/float64(n), uniform(visitors), .003)
}

func TestLoggingIsUniformButForWhereOneIs(t *testing.T) {
	var counts [len(Variants)]int
	differs := false
	for id := range 12_000 {
		v := Visitor{ID: id, Path: []int{6, 0, 2, 1}}
		k := logged(v, 0)
		require.NotEqual(t, 2, k, "category 6 is variant 2")
		require.NotZero(t, logged(v, 1))
		counts[k]++
		differs = differs || logged(v, 2) != k
		require.Equal(t, k, logged(Visitor{ID: id, Day: 5, Path: []int{6, 9}}, 0), "a visitor's draw is its own")
	}
	require.True(t, differs)
	for k, n := range counts {
		if k != 2 {
			require.InDelta(t, 2400, n, 5*44) // binomial, five deviations
		}
	}
}

// visitorWho finds a visitor of this path and day whose two draws are alike or not.
func visitorWho(t *testing.T, day int, alike bool, path ...int) Visitor {
	t.Helper()
	for id := range 1000 {
		v := Visitor{ID: id, Day: day, Path: path}
		if (logged(v, 0) == logged(v, 1)) == alike {
			return v
		}
	}
	t.Fatal("no such visitor")
	return Visitor{}
}

func TestReported(t *testing.T) {
	require.Equal(t, 1, reported(Visitor{ID: 1, Path: []int{2, 4}}))
	require.Equal(t, 1, reported(visitorWho(t, 0, true, 2, 4, 7)))
	require.Equal(t, 2, reported(visitorWho(t, 0, false, 2, 4, 7)))
	require.Equal(t, 2, reported(visitorWho(t, 0, false, 2, 4, 7, 8, 9)), "never the third")
}

// The layout of weight 9 and 217 cells: present, then by category exposed and won,
// then in all.
const (
	exposedBy = 1
	wonBy     = exposedBy + Categories*6
	exposed   = wonBy + Categories*6
	won       = exposed + 6
)

func TestReleasesByHand(t *testing.T) {
	p := benchPlan()
	require.Equal(t, 9, plan.LayoutOf(p).Weight)
	require.Equal(t, won+6, plan.LayoutOf(p).Cells)

	// Two decisions on day 3; the second goes where its variant says.
	two := visitorWho(t, 3, false, 2, 4, 7)
	two.Path[2] = Variants[logged(two, 1)]
	require.NotEqual(t, Variants[logged(two, 0)], two.Path[1]) // 4 is no variant
	// Its second decision has the first's variant: it is not reported.
	one := visitorWho(t, 3, true, 2, 4, 7)
	// The second week is not logged.
	late := Visitor{ID: 5, Day: 7, Path: []int{0, 1}}

	got, err := releases(p, []Visitor{two, one, late}, nil)
	require.NoError(t, err)
	require.Len(t, got, 7)
	want := make([]int64, won+6)
	want[0] = 2
	a, b, c := logged(two, 0), logged(two, 1), logged(one, 0)
	want[exposedBy+2*6+a]++
	want[exposedBy+4*6+b]++
	want[exposedBy+2*6+c]++
	want[wonBy+4*6+b]++
	want[exposed+a]++
	want[exposed+b]++
	want[exposed+c]++
	want[won+b]++
	for day, r := range got {
		require.Equal(t, p.Periods[day], r.Period)
		require.Zero(t, r.Variance)
		if day == 3 {
			require.Equal(t, want, r.Cells)
			continue
		}
		for _, n := range r.Cells {
			require.Zero(t, n)
		}
	}
}

// No visitor adds more than nine ones, and no cell more than one.
func TestAVisitorWeighsNine(t *testing.T) {
	p := benchPlan()
	most := int64(0)
	for _, v := range people(2000) {
		if v.Day >= LearnDays {
			continue
		}
		got, err := releases(p, []Visitor{v}, nil)
		require.NoError(t, err)
		sum := int64(0)
		for _, n := range got[v.Day].Cells {
			require.LessOrEqual(t, n, int64(1))
			sum += n
		}
		most = max(most, sum)
	}
	require.LessOrEqual(t, most, int64(weight))
	require.GreaterOrEqual(t, most, int64(7))
}

func TestReleasesCarryBothAggregatorsNoise(t *testing.T) {
	p := benchPlan()
	got, err := releases(p, nil, Seeded(1))
	require.NoError(t, err)
	again, err := releases(p, nil, Seeded(1))
	require.NoError(t, err)
	require.Equal(t, got, again)
	other, err := releases(p, nil, Seeded(2))
	require.NoError(t, err)
	require.NotEqual(t, got, other)
	square, n := 0., 0.
	for _, r := range got {
		require.EqualValues(t, 2*sigma2, r.Variance)
		for _, c := range r.Cells {
			square += float64(c * c)
			n++
		}
	}
	require.InEpsilon(t, 2*sigma2, square/n, 5*math.Sqrt(2/n))
}

func TestPartIsATenth(t *testing.T) {
	visitors := people(1003)
	seen := map[int]int{}
	for which := range tenth {
		few := part(visitors, which)
		require.InDelta(t, 100, len(few), 1)
		for _, v := range few {
			seen[v.ID]++
		}
		require.Equal(t, few, part(visitors, which+tenth))
	}
	require.Len(t, seen, 1003)
	for _, n := range seen {
		require.Equal(t, 1, n)
	}
}

// device computes a decision once, when its first variant is asked for: the same as
// for each variant anew.
func TestDeviceScoresAreThoseOfItsDecision(t *testing.T) {
	visitors := people(3000)
	l, err := learn(benchPlan(), visitors, Seeded(1))
	require.NoError(t, err)
	anew := func(v Visitor, i, k int) float64 {
		l.decide(v, i)
		return l.options[k].Value
	}
	for _, v := range visitors[:200] {
		for i := range v.Decisions() {
			for k := range Variants {
				if Variants[k] == v.Last(i) {
					continue
				}
				require.Equal(t, anew(v, i, k), l.device(v, i, k))
			}
		}
	}
}

// A variant equal to the last page is never picked, and of equals the first.
func TestValuePicks(t *testing.T) {
	visitors := []Visitor{{Day: 7, Path: []int{0, 1}}, {Day: 7, Path: []int{2, 0}}, {Day: 6, Path: []int{5, 9}}}
	require.Equal(t, 1., value(visitors, func(Visitor, int, int) float64 { return 1 }))
	require.Equal(t, 0., value(visitors, func(_ Visitor, _, k int) float64 { return float64(k) }))
}

// A file that nothing can be judged by is an error and no NaN.
func TestOneWeekIsNotEnough(t *testing.T) {
	var first, second []Visitor
	for _, v := range people(3000) {
		if v.Day < LearnDays {
			first = append(first, v)
		} else {
			second = append(second, v)
		}
	}
	o := Options{Seeds: 1, Random: Seeded, Done: func(int, int) {}}
	for _, visitors := range [][]Visitor{first, second} {
		_, err := Run(visitors, o)
		require.ErrorIs(t, err, ErrVisitors)
	}
}

// Where the noise drowns everything, devices go by their own evidence alone.
func TestFewVisitorsAreStillJudged(t *testing.T) {
	visitors := people(3000)
	r, err := Run(visitors, Options{Seeds: 1, Random: Seeded, Done: func(int, int) {}})
	require.NoError(t, err)
	l, err := learn(benchPlan(), part(visitors, 0)[:20], Seeded(0))
	require.NoError(t, err)
	require.Len(t, l.rates, Categories)
	for _, row := range l.rates {
		for _, rate := range row {
			require.Equal(t, choose.Bare(), rate)
		}
	}
	require.False(t, math.IsNaN(r.SegmentDevice.MeanG) || math.IsNaN(r.Guard.Value))
}

// All of the benchmark, on real visits.
func TestBenchmarkOnTheRealVisits(t *testing.T) {
	dir := os.Getenv("DUNLIN_DATA")
	if dir == "" {
		require.Empty(t, os.Getenv("CI"), "CI needs DUNLIN_DATA")
		t.Skip("DUNLIN_DATA is not set")
	}
	visitors, err := Read(dir, "")
	require.NoError(t, err)
	heard := 0
	r, err := Run(visitors, Options{Seeds: 6, Random: Seeded, Done: func(done, total int) {
		heard++
		require.Equal(t, [2]int{heard, 6}, [2]int{done, total})
	}})
	require.NoError(t, err)
	t.Logf("%+v", r)
	require.GreaterOrEqual(t, r.SegmentDevice.MeanG, .95, "the goal of a second look")
	require.GreaterOrEqual(t, r.Interest.MeanG, .92)
	require.GreaterOrEqual(t, r.Interest.Worst, .87)
	require.GreaterOrEqual(t, r.SegmentDevice.Worst, .87)
	require.LessOrEqual(t, r.SegmentDevice.Worst, r.SegmentDevice.MeanG)
	require.GreaterOrEqual(t, r.Segment.G, .37)
	require.GreaterOrEqual(t, r.Guard.Worst, 0.)
	require.GreaterOrEqual(t, r.Guard.Value, r.Guard.BestSingle)
	// What was measured on the file before there was a device: .236 and .344.
	require.InDelta(t, .236, r.Single, .001)
	require.InDelta(t, .344, r.Central, .001)
	require.Less(t, r.Uniform, r.Single)
}
