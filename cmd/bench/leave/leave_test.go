package leave

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// people invents visitors who leave the sooner the higher the category and the earlier the
// page.
func people(n int) []msnbc.Visitor {
	r := rand.New(rand.NewPCG(5, 6))
	out := make([]msnbc.Visitor, n)
	for i := range out {
		v := msnbc.Visitor{ID: i, Day: r.IntN(msnbc.Days), Path: []int{r.IntN(msnbc.Categories)}}
		for len(v.Path) < 12 && r.Float64() > .2+.4*float64(v.Last(len(v.Path)-1))/msnbc.Categories+.3/float64(len(v.Path)) {
			v.Path = append(v.Path, (v.Last(len(v.Path)-1)+1+r.IntN(msnbc.Categories-1))%msnbc.Categories)
		}
		out[i] = v
	}
	return out
}

// Areas under the curve, against all pairs of pages.
func TestAUCAgainstAllPairs(t *testing.T) {
	visitors := people(300)
	for name, score := range map[string]func(v msnbc.Visitor, i int) float64{
		"category":         func(v msnbc.Visitor, i int) float64 { return float64(v.Last(i)) },
		"three values":     func(v msnbc.Visitor, i int) float64 { return float64(v.Last(i) % 3) },
		"no two the same":  func(v msnbc.Visitor, i int) float64 { return float64(v.ID*20 + i) },
		"knows it":         func(v msnbc.Visitor, i int) float64 { return float64(i - len(v.Path)) },
		"always the same":  func(v msnbc.Visitor, i int) float64 { return .5 },
		"just the reverse": func(v msnbc.Visitor, i int) float64 { return float64(len(v.Path) - i) },
	} {
		t.Run(name, func(t *testing.T) {
			var left, stayed []float64
			for _, v := range visitors {
				for i := range v.Path {
					switch {
					case v.Day < 7:
					case i == len(v.Path)-1:
						left = append(left, score(v, i))
					default:
						stayed = append(stayed, score(v, i))
					}
				}
			}
			above := 0.0
			for _, l := range left {
				for _, s := range stayed {
					if l > s {
						above++
					} else if l == s {
						above += .5
					}
				}
			}
			require.InDelta(t, above/float64(len(left)*len(stayed)), auc(visitors, score), 1e-12)
		})
	}
	require.True(t, math.IsNaN(auc(nil, func(msnbc.Visitor, int) float64 { return 0 })))
}

// A report holds the first eight pages and where the visitor left; its weight is the
// plan's; the second week is in no release.
func TestReleases(t *testing.T) {
	p := benchPlan()
	l := plan.LayoutOf(p)
	require.Equal(t, weight, l.Weight)
	require.LessOrEqual(t, l.Cells, plan.MaxCells)
	visitors := []msnbc.Visitor{
		{ID: 1, Day: 0, Path: []int{3, 4, 3}}, {ID: 2, Day: 0, Path: []int{3}},
		{ID: 3, Day: 6, Path: []int{0, 1, 0, 1, 0, 1, 0, 16, 5}}, {ID: 4, Day: 7, Path: []int{9}},
	}
	got, err := releases(p, visitors, nil)
	require.NoError(t, err)
	require.Len(t, got, 7)
	ones := func(day int) map[int]int64 {
		out := map[int]int64{}
		for i, c := range got[day].Cells {
			if c != 0 {
				out[i] = c
			}
		}
		return out
	}
	seen, left := l.Spans[1], l.Spans[2]
	require.Equal(t, map[int]int64{0: 2, seen.Cell(0, 3): 2, seen.Cell(1, 4): 1, seen.Cell(2, 3): 1, left.Cell(0, 3): 1, left.Cell(2, 3): 1}, ones(0))
	require.Empty(t, ones(1))
	last := ones(6)
	require.Len(t, last, 1+8, "the ninth page, on which the visitor left, is not in it")
	require.EqualValues(t, 1, last[seen.Cell(7, 16)])

	noisy, err := releases(p, visitors, msnbc.Seeded(1))
	require.NoError(t, err)
	sum := 0.0
	for _, r := range noisy {
		require.Equal(t, 2.0*sigma2, r.Variance)
		for _, c := range r.Cells {
			sum += float64(c * c)
		}
	}
	require.InDelta(t, 1, sum/float64(7*l.Cells)/(2*sigma2), .15) // seven standard errors
}

// The central model, against counts made for each question anew.
func TestCentralAgainstBruteForce(t *testing.T) {
	visitors := people(400)
	r := rawOf(visitors)
	for _, v := range visitors[:40] {
		for i := range v.Path {
			var n, k, n2, k2 float64
			for _, o := range visitors {
				for j := range o.Path {
					if o.Day >= 7 || o.Path[j] != v.Path[i] {
						continue
					}
					left := 0.0
					if j == len(o.Path)-1 {
						left = 1
					}
					n, k = n+1, k+left
					if (i == 0 && j == 0) || i > 0 && j > 0 && o.Path[j-1] == v.Path[i-1] {
						n2, k2 = n2+1, k2+left
					}
				}
			}
			require.InDelta(t, (k2+30*(k+1)/(n+4))/(n2+30), r.score(v, i), 1e-12)
		}
	}
}

// What is learned tells who leaves, noise or none; with nobody to learn from it says so.
func TestRun(t *testing.T) {
	o := Options{Seeds: 2, Random: msnbc.Seeded, Done: func(int, int) {}}
	r, err := Run(people(60_000), o)
	require.NoError(t, err)
	require.Greater(t, r.Central, .6)
	require.Greater(t, r.Exact, .97)
	require.Greater(t, r.Worst, .93)
	require.GreaterOrEqual(t, r.Ratio, r.Worst)
	require.GreaterOrEqual(t, r.Moved.Ratio, r.Moved.Worst)
	require.InDelta(t, r.AUC/r.Central, r.Ratio, 1e-12)
	again, err := Run(people(60_000), o)
	require.NoError(t, err)
	require.Equal(t, r, again)

	_, err = Run(nil, o)
	require.ErrorIs(t, err, ErrVisitors)
	_, err = Run([]msnbc.Visitor{{Day: 1, Path: []int{1}}, {Day: 9, Path: []int{1}}}, o)
	require.ErrorIs(t, err, ErrVisitors)
}

// The target, on the real visits, with one draw of the noise.
func TestTarget(t *testing.T) {
	dir := os.Getenv("DUNLIN_DATA")
	if dir == "" {
		require.Empty(t, os.Getenv("CI"), "CI needs DUNLIN_DATA")
		t.Skip("DUNLIN_DATA is not set")
	}
	visitors, err := msnbc.ReadWhole(dir, "")
	require.NoError(t, err)
	r, err := Run(visitors, Options{Seeds: 1, Random: msnbc.Seeded, Done: func(int, int) {}})
	require.NoError(t, err)
	require.GreaterOrEqual(t, r.Ratio, .95)
	require.GreaterOrEqual(t, r.Moved.Ratio, .95)
}
