package finding

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// level is the chance of naming something where there is nothing. It is half of the 5 % that
// are promised: devices that come again make releases a little alike, which no sum shows.
const level = .025

// fewest is how many releases an answer needs, of each range that it compares.
const fewest = 5

// State says how a question is answered.
type State string

// The states. Found: something is named. None: nothing stands out of noise and chance.
// Unknown: too few releases. NotAsked: no plan in the range counts what is needed.
const (
	Found    State = "found"
	None     State = "none"
	Unknown  State = "unknown"
	NotAsked State = "not asked"
)

// Estimate is a number with its 95 % interval.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// days are the reports of each release's date in a range; none where there is none.
func days(all []panel.Release, from, to plan.Date) ([]*panel.Report, error) {
	out, err := panel.Each(all, from, to)
	if errors.Is(err, panel.ErrNone) {
		return nil, nil
	}
	return out, err
}

// both are the days of two ranges, made at the same time.
func both(all []panel.Release, from, to, first, last plan.Date) (now, then []*panel.Report, err error) {
	var work errgroup.Group
	work.Go(func() (err error) { now, err = days(all, from, to); return err })
	work.Go(func() (err error) { then, err = days(all, first, last); return err })
	return now, then, work.Wait()
}

// sample is values of releases: mean, variance of the mean and how many.
type sample struct {
	mean, variance float64
	n              int
}

func sampleOf(values []float64) (s sample) {
	s.n = len(values)
	for _, v := range values {
		s.mean += v / float64(s.n)
	}
	if s.n < 2 {
		s.variance = math.Inf(1)
		return s
	}
	for _, v := range values {
		s.variance += (v - s.mean) * (v - s.mean)
	}
	s.variance /= float64(s.n-1) * float64(s.n)
	return s
}

// minus is the difference of two samples' means with Welch's degrees of freedom.
func (s sample) minus(o sample) (mean, sd, df float64) {
	v := s.variance + o.variance
	df = v * v / (s.variance*s.variance/float64(s.n-1) + o.variance*o.variance/float64(o.n-1))
	return s.mean - o.mean, math.Sqrt(v), df
}

// estimate is a mean with Student's interval, and the two-sided chance of one as far from
// 0.
func estimate(mean, sd, df float64) (Estimate, float64) {
	if sd == 0 { // the same in each release, as no noise leaves it
		return Estimate{mean, mean, mean}, map[bool]float64{true: 1}[mean == 0]
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
	half := sd * t.Quantile(.975)
	return Estimate{mean, mean - half, mean + half}, 2 * t.CDF(-math.Abs(mean/sd))
}

// of is a sample's own mean.
func (s sample) of() (Estimate, float64) {
	return estimate(s.mean, math.Sqrt(s.variance), float64(s.n-1))
}

// holm tells which of several chances are below the level, all of them at once.
func holm(p []float64) []bool {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	out := make([]bool, len(p))
	for rank, i := range order {
		if !(p[i] < level/float64(len(p)-rank)) {
			break
		}
		out[i] = true
	}
	return out
}

// share is k of n; false where n is nobody.
func share(k, n float64) (float64, bool) {
	if n <= 0 {
		return 0, false
	}
	return k / n, true
}
