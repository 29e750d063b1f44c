package hillstrom

import (
	"encoding/json"
	"io"
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
)

// Cells are the sums of plans/hillstrom.yaml's measurement, taken from the
// customers themselves: present, audience by segment, then exposed, visited and
// converted by segment and arm. They are computed from the file alone, apart
// from everything that they are to check.
const (
	segments = 3
	arms     = 3
	audience = 1
	exposed  = audience + segments
	visited  = exposed + segments*arms
	bought   = visited + segments*arms
	// Cells is the length of the measurement.
	Cells = bought + segments*arms
	// Weight is its most ones.
	Weight = 5
	// Sigma2 is what epsilon 1, delta 1e-6 asks of that weight.
	Sigma2 = 103
	// MinBatch is the fewest reports that are released.
	MinBatch = 100
)

// Exact counts the customers.
func Exact(customers []Customer) []int64 {
	sum := make([]int64, Cells)
	for _, c := range customers {
		at := c.Segment()*arms + c.Arm
		sum[0]++
		sum[audience+c.Segment()]++
		sum[exposed+at]++
		if c.Visit {
			sum[visited+at]++
		}
		if c.Conversion {
			sum[bought+at]++
		}
	}
	return sum
}

// Deviation judges one real release against the exact sums of the same devices.
type Deviation struct {
	WorstZ    float64 `json:"worst_z"`    // largest |released - exact| / sqrt(v)
	MSDOverV  float64 `json:"msd_over_v"` // mean squared deviation over v
	WorstCell int     `json:"worst_cell"`
}

// Judge compares a release with the exact sums; v = 2 sigma^2.
func Judge(released, exact []int64, v float64) Deviation {
	var d Deviation
	for i := range exact {
		z := float64(released[i]-exact[i]) / math.Sqrt(v)
		d.MSDOverV += z * z / float64(len(exact))
		if math.Abs(z) > d.WorstZ {
			d.WorstZ, d.WorstCell = math.Abs(z), i
		}
	}
	return d
}

// Number is a float64 that JSON shows as null where it is not finite: a rate of
// nobody has no value, and JSON has no infinity.
type Number float64

// MarshalJSON writes the number or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// Rate is the visit rate of one segment and arm.
type Rate struct {
	Segment  int               `json:"segment"`
	Arm      string            `json:"arm"`
	Exact    Number            `json:"exact"`
	Private  Number            `json:"private"`
	Interval interval.Interval `json:"interval"` // private against exact, 95 %, Fieller
}

// Rates lists the nine visit rates of a release beside the exact ones.
func Rates(released, exact []int64, v float64) []Rate {
	var out []Rate
	for s := range segments {
		for a := range arms {
			i := s*arms + a
			out = append(out, Rate{
				Segment: s, Arm: Arms[a],
				Exact:    Number(float64(exact[visited+i]) / float64(exact[exposed+i])),
				Private:  Number(float64(released[visited+i]) / float64(released[exposed+i])),
				Interval: fieller(released[visited+i], released[exposed+i], v),
			})
		}
	}
	return out
}

func fieller(k, n int64, v float64) interval.Interval {
	return interval.Ratio(interval.Noisy{Value: k, Variance: v}, interval.Noisy{Value: n, Variance: v}, 0)
}

// Redrawn is what a release of these customers would be off by, over many draws.
type Redrawn struct {
	Median   float64 // of |private rate - exact rate| / exact rate
	P95      float64
	Coverage float64 // share of intervals that hold the exact rate
	Draws    int
}

// Redraw adds both aggregators' noise to a copy of the exact sums, draws times,
// and pools the nine visit rates. Only a benchmark may draw twice: a release
// that is drawn again spends the budget again.
func Redraw(exact []int64, draws int, random io.Reader) (Redrawn, error) {
	const v = 2 * Sigma2
	source := noise.NewSource(random)
	errors := make([]float64, 0, draws*segments*arms)
	held, judged := 0, 0
	for range draws {
		noisy := slices.Clone(exact)
		for range 2 {
			n, err := source.Vector(len(noisy), Sigma2)
			if err != nil {
				return Redrawn{}, err
			}
			for i := range noisy {
				noisy[i] += n[i]
			}
		}
		for _, r := range Rates(noisy, exact, v) {
			truth, got := float64(r.Exact), float64(r.Private)
			if math.IsNaN(truth) || truth == 0 {
				continue // a cell without customers or visits has no relative error
			}
			judged++
			if r.Interval.Holds(truth) {
				held++
			}
			e := math.Abs(got-truth) / truth
			if math.IsNaN(e) {
				e = math.Inf(1)
			}
			errors = append(errors, e)
		}
	}
	if judged == 0 {
		return Redrawn{Median: math.NaN(), P95: math.NaN(), Coverage: math.NaN(), Draws: draws}, nil
	}
	slices.Sort(errors)
	return Redrawn{
		Median:   errors[len(errors)/2],
		P95:      errors[len(errors)*95/100],
		Coverage: float64(held) / float64(judged),
		Draws:    draws,
	}, nil
}
