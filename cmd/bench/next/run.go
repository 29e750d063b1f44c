// Package next is the benchmark "recommendation": visitors of a news site in 1999, to whom
// a list of three offers the category that they may go to next. A week's releases count
// the moves from category to category and who saw which; in the second week a device
// ranks a catalogue of one item a category by them and by its own visitor's path, as any
// list is ranked (package edge/recommend). A central model has everyone's paths in the
// clear, and goes by the last two pages.
package next

import (
	"errors"
	"io"
	"math"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Options of Run.
type Options struct {
	Seeds  int                      // draws of the noise
	Random func(seed int) io.Reader // of both aggregators
	Done   func(done, total int)
}

// Ratio is a quality by the central model's.
type Ratio struct {
	HR   float64 `json:"hr3_ratio"`
	NDCG float64 `json:"ndcg3_ratio"`
}

// Result holds qualities, and their ratio to the central model's.
type Result struct {
	Ratio           // means over the draws of noise
	Worst     Ratio `json:"worst"`
	Exact     Ratio `json:"exact_sums"`         // without noise
	SumsAlone Ratio `json:"sums_alone"`         // of a visitor whose path the device forgets but for the page at hand
	OwnAlone  Ratio `json:"own_history_alone"`  // without priors
	Popular   Ratio `json:"holdout_popularity"` // what a device of the holdout lists
	// Tenth: a tenth of the visitors to learn from, once a seed another one.
	Tenth Ratio `json:"tenth"`

	Private   Quality `json:"private"`
	Central   Quality `json:"central"`
	Seeds     int     `json:"seeds"`
	Visitors  int     `json:"visitors"`  // with a decision
	Decisions int     `json:"decisions"` // of the second week
}

// ErrVisitors: the file cannot be judged by.
var ErrVisitors = errors.New("visitors of both weeks are needed, and a central model that finds the next category")

// Run runs the benchmark.
//
// Errors: ErrVisitors.
func Run(visitors []msnbc.Visitor, o Options) (Result, error) {
	r := Result{Seeds: o.Seeds, Visitors: len(visitors), Central: judge(visitors, rawOf(visitors).order)}
	if !(r.Central.HR > 0) { // NaN where the second week has nobody
		return r, ErrVisitors
	}
	for _, v := range visitors {
		if v.Day >= msnbc.LearnDays {
			r.Decisions += v.Decisions()
		}
	}
	exact, err := learn(visitors, nil)
	if err != nil {
		return r, err
	}
	ratio := func(q Quality) Ratio { return Ratio{q.HR / r.Central.HR, q.NDCG / r.Central.NDCG} }
	r.Exact = ratio(judge(visitors, exact.order))
	r.SumsAlone = ratio(judge(visitors, (&device{plan: exact.plan, names: exact.names, items: exact.items, priors: exact.priors, forgets: true}).order))
	r.OwnAlone = ratio(judge(visitors, (&device{plan: exact.plan, names: exact.names, items: exact.items}).order))
	r.Popular = ratio(judge(visitors, (&device{plan: exact.plan, names: exact.names, items: exact.items, priors: exact.priors, held: true}).order))
	r.Worst = Ratio{math.Inf(1), math.Inf(1)}
	n := float64(o.Seeds)
	for seed := range o.Seeds {
		all, err := learn(visitors, o.Random(seed))
		if err != nil {
			return r, err
		}
		q := judge(visitors, all.order)
		r.Private.HR += q.HR / n
		r.Private.NDCG += q.NDCG / n
		r.Worst.HR = min(r.Worst.HR, ratio(q).HR)
		r.Worst.NDCG = min(r.Worst.NDCG, ratio(q).NDCG)

		few, err := learn(part(visitors, seed), o.Random(seed))
		if err != nil {
			return r, err
		}
		tenth := ratio(judge(visitors, few.order))
		r.Tenth.HR += tenth.HR / n
		r.Tenth.NDCG += tenth.NDCG / n
		o.Done(seed+1, o.Seeds)
	}
	r.Ratio = ratio(r.Private)
	return r, nil
}

// part is one tenth of the visitors.
func part(visitors []msnbc.Visitor, which int) []msnbc.Visitor {
	var out []msnbc.Visitor
	for i, v := range visitors {
		if i%10 == which%10 {
			out = append(out, v)
		}
	}
	return out
}

// device is what every visitor's has in the second week.
type device struct {
	plan   *plan.Plan
	names  *profile.Names
	items  *recommend.Catalogue // one a category, in their order
	priors *choose.Priors       // nil: none

	forgets bool // the pages before the one at hand
	held    bool // the device is of the holdout

	memory recommend.Memory
	picks  []recommend.Pick
}

// learn fits the priors that devices get. Where the noise drowns the sums they get none.
func learn(visitors []msnbc.Visitor, random io.Reader) (*device, error) {
	p := benchPlan()
	history, err := releases(p, visitors, random)
	if err != nil {
		return nil, err
	}
	d := &device{plan: p, names: profile.NamesOf(p)}
	priors, err := optimise.Fit(p, plan.Digest{}, history)
	switch {
	case err == nil:
		d.priors = &priors
	case !errors.Is(err, optimise.ErrNothing):
		return nil, err
	}
	items := make([]recommend.Item, msnbc.Categories)
	for c := range items {
		items[c] = recommend.Item{Key: keyOf(c), Topics: 1 << c}
	}
	d.items, err = recommend.Decode(recommend.Encode(items), p)
	return d, err
}

func keyOf(category int) uint64 { return uint64(category) + 1 }

// order is the list that a device shows at a decision: it has seen the pages so far.
func (d *device) order(v msnbc.Visitor, i int) (list [top]int) {
	var p profile.Profile
	now := plan.Time(20_000+v.Day) * plan.Day
	seen := v.Path[:i+1]
	if d.forgets {
		seen = seen[i:]
	}
	for _, c := range seen {
		now += plan.Minute
		p.Touch(now)
		p.Interested(d.names, plan.View, 1<<c, 0)
	}
	s := recommend.Situation{
		Now: now, View: p.At(now, d.names), List: &d.plan.Lists[0], Priors: d.priors,
		Page: 1 << v.Last(i), Current: keyOf(v.Last(i)), Held: d.held,
	}
	d.picks = recommend.Rank(d.picks, d.items, &d.memory, &s)
	for place, pick := range d.picks {
		list[place] = int(pick.Item)
	}
	return list
}
