// Package leave is the benchmark "prediction on the device": visitors of a news site in
// 1999, of whom it is to be told after each page whether they leave. A week's releases
// count, by the category of the page and its place in the visit, those who came there and
// those who left; in the second week a device goes by the rate of where its own path has
// led to. A central model has everyone's paths in the clear, and goes by the last two
// pages.
package leave

import (
	"errors"
	"io"
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Options of Run.
type Options struct {
	Seeds  int                      // draws of the noise
	Random func(seed int) io.Reader // of both aggregators
	Done   func(done, total int)
}

// Result holds areas under the curve, and their ratio to the central model's.
type Result struct {
	Ratio   float64 `json:"auc_ratio"` // mean over the draws of noise
	Worst   float64 `json:"worst_auc_ratio"`
	Exact   float64 `json:"exact_sums_auc_ratio"` // without noise
	AUC     float64 `json:"auc"`
	Central float64 `json:"central_auc"`
	// Moved is of those visitors alone who saw two categories or more, whose first page
	// is never their last: both models learn from them alone.
	Moved struct {
		Ratio   float64 `json:"auc_ratio"`
		Worst   float64 `json:"worst_auc_ratio"`
		Central float64 `json:"central_auc"`
	} `json:"moved"`
	// Tenth: a tenth of the visitors to learn from.
	Tenth struct {
		Ratio float64 `json:"auc_ratio"`
	} `json:"tenth"`
	Seeds    int `json:"seeds"`
	Visitors int `json:"visitors"`
	Pages    int `json:"pages"` // of the second week
}

// ErrVisitors: the file cannot be judged by.
var ErrVisitors = errors.New("visitors of both weeks are needed, some of whom leave and some of whom do not")

// Run runs the benchmark.
//
// Errors: ErrVisitors.
func Run(visitors []msnbc.Visitor, o Options) (Result, error) {
	r := Result{Seeds: o.Seeds, Visitors: len(visitors)}
	var moved, tenth []msnbc.Visitor
	for i, v := range visitors {
		if len(v.Path) > 1 {
			moved = append(moved, v)
		}
		if i%10 == 0 || v.Day >= msnbc.LearnDays {
			tenth = append(tenth, v)
		}
	}
	r.Central, r.Moved.Central = auc(visitors, rawOf(visitors).score), auc(moved, rawOf(moved).score)
	if !(r.Central > .5 && r.Moved.Central > .5) { // NaN where nobody leaves
		return r, ErrVisitors
	}
	for _, v := range visitors {
		if v.Day >= msnbc.LearnDays {
			r.Pages += len(v.Path)
		}
	}
	private := func(visitors []msnbc.Visitor, random io.Reader) (float64, error) {
		rates, err := learn(visitors, random)
		if err != nil {
			return 0, err
		}
		return auc(visitors, func(v msnbc.Visitor, i int) float64 { return rates[row(i)][v.Last(i)].Mean }), nil
	}
	exact, err := private(visitors, nil)
	if err != nil {
		return r, err
	}
	r.Exact, r.Worst, r.Moved.Worst = exact/r.Central, math.Inf(1), math.Inf(1)
	n := float64(o.Seeds)
	for seed := range o.Seeds {
		all, err := private(visitors, o.Random(seed))
		if err != nil {
			return r, err
		}
		some, err := private(moved, o.Random(seed))
		if err != nil {
			return r, err
		}
		few, err := private(tenth, o.Random(seed))
		if err != nil {
			return r, err
		}
		r.AUC += all / n
		r.Ratio += all / r.Central / n
		r.Worst = min(r.Worst, all/r.Central)
		r.Moved.Ratio += some / r.Moved.Central / n
		r.Moved.Worst = min(r.Moved.Worst, some/r.Moved.Central)
		r.Tenth.Ratio += few / r.Central / n
		o.Done(seed+1, o.Seeds)
	}
	return r, nil
}

// learn returns the released rates, by place in the visit and category.
func learn(visitors []msnbc.Visitor, random io.Reader) ([][]choose.Rate, error) {
	p := benchPlan()
	history, err := releases(p, visitors, random)
	if err != nil {
		return nil, err
	}
	rates := make([][]choose.Rate, most)
	priors, err := optimise.Fit(p, plan.Digest{}, history)
	if err != nil && !errors.Is(err, optimise.ErrNothing) {
		return nil, err
	}
	for i := range rates {
		if rates[i] = priors.Row(choose.Place{Kind: choose.Leave}, i); rates[i] == nil { // the noise drowns it all
			rates[i] = slices.Repeat([]choose.Rate{choose.Bare()}, msnbc.Categories)
		}
	}
	return rates, nil
}
