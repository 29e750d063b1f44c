package finding

import (
	"errors"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Against is what a range is compared with.
type Against string

// The range of the same length before it, and the same dates of the year before.
const (
	Previous   Against = "previous"
	YearBefore Against = "year"
)

// Range returns the dates that a range is compared with.
func (a Against) Range(from, to plan.Date) (first, last plan.Date) {
	if a == YearBefore {
		back := func(d plan.Date) plan.Date {
			t := time.Unix(int64(d)*86_400, 0).UTC()
			year := time.Date(t.Year()-1, t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
			if year.Month() != t.Month() { // 29 February
				year = year.AddDate(0, 0, -year.Day())
			}
			return plan.Date(year.Unix() / 86_400)
		}
		return back(from), back(to)
	}
	return from - (to - from + 1), from - 1
}

// Changes are how a range differs from another, number by number: all by how they vary from
// release to release.
type Changes struct {
	Before  panel.Range `json:"before"` // the other range
	State   State       `json:"state"`  // unknown: too few releases in one of the two
	Present Change      `json:"present"`
	Series  []Point     `json:"series"` // devices present in the other range, in the order of its releases

	Audience []Named `json:"audience"` // devices of each segment, in the order of the latest plan
	Funnel   []Named `json:"funnel"`   // of those at the first stage, who came to each; the first stage is left out
	Places   []Named `json:"places"`   // of those who were shown a slot, list or campaign, who reached its goal
	Revenues []Named `json:"revenues"` // amounts
}

// Change is how much a number differs: of counts and amounts by release, as a share of what
// it was before; of shares in shares (.02 is two percentage points).
type Change struct {
	Value  float64      `json:"value"`
	Low    float64      `json:"low"`
	High   *float64     `json:"high"` // null: no bound
	Before float64      `json:"before"`
	Hidden panel.Hidden `json:"hidden"` // noise: before it was not above its own spread; empty: not counted in both
}

// Named is a change of something.
type Named struct {
	Name   string `json:"name"`
	Change Change `json:"change"`
}

// Point is one release's devices present.
type Point struct {
	Date  string      `json:"date"`
	Count panel.Count `json:"count"`
}

// Compare compares the releases of a range with those of another.
//
// Errors: panel.ErrNone where the range itself has none; panel.ErrLayout.
func Compare(all []panel.Release, from, to plan.Date, against Against) (*Changes, error) {
	first, last := against.Range(from, to)
	now, then, err := both(all, from, to, first, last)
	if err != nil {
		return nil, err
	}
	if len(now) == 0 {
		return nil, panel.ErrNone
	}
	out := &Changes{
		State: Found, Before: panel.Range{From: first.String(), To: last.String(), Missing: []string{}},
		Series: []Point{}, Audience: []Named{}, Funnel: []Named{}, Places: []Named{}, Revenues: []Named{},
	}
	if earlier, err := panel.Of(all, first, last); err == nil {
		out.Before = earlier.Range
		for _, d := range earlier.Present.Days {
			out.Series = append(out.Series, Point{d.Date, d.Count})
		}
	} else if !errors.Is(err, panel.ErrNone) {
		return nil, err
	}
	if len(now) < fewest || len(then) < fewest {
		out.State = Unknown
	}
	values := func(pick func(*panel.Report) (float64, bool)) (a, b sample) {
		each := func(in []*panel.Report) (out []float64) {
			for _, r := range in {
				if v, ok := pick(r); ok {
					out = append(out, v)
				}
			}
			return out
		}
		return sampleOf(each(now)), sampleOf(each(then))
	}
	out.Present = relative(values(func(r *panel.Report) (float64, bool) { return float64(r.Present.Total.Value), true }))
	latest := now[len(now)-1]
	for _, s := range latest.Audience {
		out.Audience = append(out.Audience, Named{s.Name, relative(values(func(r *panel.Report) (float64, bool) {
			i := slices.IndexFunc(r.Audience, func(o panel.Segment) bool { return o.Name == s.Name })
			if i < 0 || r.Audience[i].Total.Hidden == panel.Empty {
				return 0, false
			}
			return float64(r.Audience[i].Total.Value), true
		}))})
	}
	if f := latest.Funnel; f != nil {
		for stage := 1; stage < len(f.Stages); stage++ {
			out.Funnel = append(out.Funnel, Named{f.Stages[stage], absolute(values(func(r *panel.Report) (float64, bool) {
				if r.Funnel == nil || !slices.Equal(r.Funnel.Stages, f.Stages) {
					return 0, false
				}
				return share(float64(r.Funnel.All[stage].Reached.Value), float64(r.Funnel.All[0].Reached.Value))
			}))})
		}
	}
	for _, s := range latest.Slots {
		out.Places = append(out.Places, Named{s.Name, absolute(values(func(r *panel.Report) (float64, bool) {
			i := slices.IndexFunc(r.Slots, func(o panel.Slot) bool { return o.Kind == s.Kind && o.Name == s.Name && o.Goal == s.Goal })
			if i < 0 {
				return 0, false
			}
			n, k := 0., 0.
			for _, v := range r.Slots[i].All {
				n, k = n+float64(v.Exposed.Value), k+float64(v.Won.Value)
			}
			return share(k, n)
		}))})
	}
	for _, s := range latest.Revenues {
		out.Revenues = append(out.Revenues, Named{s.Name, relative(values(func(r *panel.Report) (float64, bool) {
			i := slices.IndexFunc(r.Revenues, func(o panel.Revenue) bool { return o.Name == s.Name && o.Of == s.Of })
			if i < 0 || r.Revenues[i].Total.Hidden == panel.Empty {
				return 0, false
			}
			return r.Revenues[i].Total.Value, true
		}))})
	}
	return out, nil
}

// relative is the change of a mean as a share of what it was: Fieller's interval, by Welch's
// degrees of freedom.
func relative(now, before sample) Change {
	if now.n < fewest || before.n < fewest {
		return Change{Hidden: panel.Empty}
	}
	// interval.Quotient is at 1.96; the variances are widened to Student's quantile.
	_, _, df := now.minus(before)
	wide := 1.
	if df >= 1 {
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(.975)
		wide = t * t / (interval.Z95 * interval.Z95)
	}
	i := interval.Quotient(now.mean, now.variance*wide, before.mean, before.variance*wide, 0)
	if !i.Enough || before.mean <= 0 {
		return Change{Before: before.mean, Hidden: panel.Noise}
	}
	out := Change{Value: now.mean/before.mean - 1, Low: i.Low - 1, Before: before.mean}
	if high := i.High - 1; !math.IsInf(high, 0) {
		out.High = &high
	}
	return out
}

// absolute is the change of a share.
func absolute(now, before sample) Change {
	if now.n < fewest || before.n < fewest {
		return Change{Hidden: panel.Empty}
	}
	mean, sd, df := now.minus(before)
	e, _ := estimate(mean, sd, df)
	return Change{Value: e.Value, Low: e.Low, High: &e.High, Before: before.mean}
}
