package finding

import (
	"errors"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Answers are those to the five questions, of a range of dates. Before is the range of the
// same length that ends as this one begins, which Leaving is held against.
type Answers struct {
	Range     panel.Range `json:"range"`
	Before    panel.Range `json:"before"`
	Leaving   Leaving     `json:"leaving"`
	Leak      Leak        `json:"leak"`
	Campaigns []Campaign  `json:"campaigns"`
	Hours     Hours       `json:"hours"`
	Worth     Worth       `json:"worth"`
	Factors   Factors     `json:"factors"`
}

// Of answers from the releases of one site, in any order, for the dates from one to another,
// both counted.
//
// Errors: panel.ErrNone, panel.ErrLayout.
func Of(all []panel.Release, from, to plan.Date, costs []Cost) (*Answers, error) {
	whole, err := panel.Of(all, from, to)
	if err != nil {
		return nil, err
	}
	first := from - (to - from + 1)
	earlier, err := panel.Of(all, first, from-1)
	if err != nil && !errors.Is(err, panel.ErrNone) {
		return nil, err
	}
	now, then, err := both(all, from, to, first, from-1)
	if err != nil {
		return nil, err
	}
	out := &Answers{
		Range: whole.Range, Before: panel.Range{From: first.String(), To: (from - 1).String(), Missing: []string{}},
		Leaving: leaving(then, now, whole, earlier), Leak: leak(now), Hours: hours(now), Worth: worth(now), Factors: factors(now),
	}
	if earlier != nil {
		out.Before = earlier.Range
	}
	// A cost may be of dates outside of the range, on which nothing was released.
	known := slices.DeleteFunc(slices.Clone(costs), func(c Cost) bool {
		return !slices.ContainsFunc(all, func(r panel.Release) bool { return r.Period.Date >= c.From && r.Period.Date <= c.To })
	})
	out.Campaigns, err = campaigns(all, whole, from, to, known)
	return out, err
}

// bonferroni is the z of an interval that holds for each of so many at once.
func bonferroni(of float64) float64 { return distuv.UnitNormal.Quantile(1 - level/2/of) }
