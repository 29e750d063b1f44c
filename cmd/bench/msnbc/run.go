package msnbc

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What was tuned on the given file, and nothing else: how much the topics of the
// pages just seen say about the next one. On a news site people go back to where
// they came from, so that they say nearly all of it.
const (
	lift   = 200
	recent = plan.Whole
)

// tenth is the part of the visitors that the collapse guard learns from.
const tenth = 10

// Options of Run.
type Options struct {
	Seeds  int                      // draws of the noise
	Random func(seed int) io.Reader // of both aggregators
	Done   func(done, total int)
}

// Gain is G = (V - single) / (central - single) over the draws of noise.
type Gain struct {
	MeanG float64 `json:"mean_G"`
	Worst float64 `json:"worst_G"`
	Exact float64 `json:"exact_sums_G"` // without noise
}

// Result holds gains and mean rewards.
type Result struct {
	// SegmentDevice goes by the device's whole path; Interest by what of it package choose
	// goes by, the topics of the latest pages.
	SegmentDevice Gain `json:"segment_device"`
	Interest      Gain `json:"segment_interest"`
	Segment       struct {
		G     float64 `json:"G"`
		Exact float64 `json:"exact_sums_G"`
	} `json:"segment"`
	// Guard: a tenth of the visitors to learn from, once a seed another tenth. Value (by
	// path or by interest, whichever is less) and best single arm (of the same tenth,
	// exact) are means.
	Guard struct {
		Value      float64 `json:"value"`
		Worst      float64 `json:"worst_margin"` // smallest value - best_single
		BestSingle float64 `json:"best_single"`
		Segment    float64 `json:"segment_value"`
	} `json:"guard"`
	Uniform  float64 `json:"uniform"`
	Single   float64 `json:"single"`
	Central  float64 `json:"central"`
	Seeds    int     `json:"seeds"`
	Visitors int     `json:"visitors"` // with a decision
}

// ErrVisitors: the file cannot be judged by.
var ErrVisitors = errors.New("visitors of both weeks are needed, and a central model that does better than the best single arm")

// Run runs the benchmark.
//
// Errors: ErrVisitors.
func Run(visitors []Visitor, o Options) (Result, error) {
	r := Result{Seeds: o.Seeds, Visitors: len(visitors), Uniform: uniform(visitors)}
	p := benchPlan()
	raw := logsOf(visitors)
	r.Single, r.Central = value(visitors, raw.single), value(visitors, raw.central)
	if !(r.Central > r.Single) { // NaN where the second week has nobody
		return r, ErrVisitors
	}
	g := func(v float64) float64 { return (v - r.Single) / (r.Central - r.Single) }

	exact, err := learn(p, visitors, nil)
	if err != nil {
		return r, err
	}
	r.Segment.Exact = g(value(visitors, exact.segment))
	r.SegmentDevice.Exact, r.Interest.Exact = g(value(visitors, exact.path)), g(value(visitors, exact.device))
	r.SegmentDevice.Worst, r.Interest.Worst = math.Inf(1), math.Inf(1)
	for seed := range o.Seeds {
		l, err := learn(p, visitors, o.Random(seed))
		if err != nil {
			return r, err
		}
		r.SegmentDevice.add(g(value(visitors, l.path)), o.Seeds)
		r.Interest.add(g(value(visitors, l.device)), o.Seeds)
		r.Segment.G += g(value(visitors, l.segment)) / float64(o.Seeds)

		few := part(visitors, seed)
		if l, err = learn(p, few, o.Random(seed)); err != nil {
			return r, err
		}
		guarded, single := min(value(visitors, l.path), value(visitors, l.device)), value(visitors, logsOf(few).single)
		r.Guard.Value += guarded / float64(o.Seeds)
		r.Guard.BestSingle += single / float64(o.Seeds)
		r.Guard.Segment += value(visitors, l.segment) / float64(o.Seeds)
		if margin := guarded - single; seed == 0 || margin < r.Guard.Worst {
			r.Guard.Worst = margin
		}
		o.Done(seed+1, o.Seeds)
	}
	return r, nil
}

func (g *Gain) add(one float64, of int) {
	g.MeanG += one / float64(of)
	g.Worst = min(g.Worst, one)
}

// part is one tenth of the visitors.
func part(visitors []Visitor, which int) []Visitor {
	var out []Visitor
	for i, v := range visitors {
		if i%tenth == which%tenth {
			out = append(out, v)
		}
	}
	return out
}

// learned is a frozen policy: priors, and the visitor's own profile.
type learned struct {
	names   *profile.Names
	places  []choose.PlaceNames
	rates   [][]choose.Rate
	options []choose.Option
	usual   [len(Variants)]float64
}

func learn(p *plan.Plan, visitors []Visitor, random io.Reader) (*learned, error) {
	history, err := releases(p, visitors, random)
	if err != nil {
		return nil, err
	}
	l := &learned{names: profile.NamesOf(p), places: choose.NamesOf(p), options: make([]choose.Option, len(Variants))}
	priors, err := optimise.Fit(p, plan.Digest{}, history)
	switch {
	case err == nil:
		l.rates = priors.Places[0].Rates
	case errors.Is(err, optimise.ErrNothing): // the noise drowns it all: devices are on their own
		for range Categories {
			l.rates = append(l.rates, slices.Repeat([]choose.Rate{choose.Bare()}, len(Variants)))
		}
	default:
		return nil, err
	}
	l.usual = usual(l)
	return l, nil
}

// segment scores by everyone's sums alone.
func (l *learned) segment(v Visitor, i, k int) float64 {
	return l.rates[v.Last(i)][k].Mean
}

// device scores by the posterior that a device chooses by: the priors, and the
// interest that its own profile holds after the pages seen so far.
func (l *learned) device(v Visitor, i, k int) float64 {
	if k == 0 || Variants[0] == v.Last(i) && k == 1 {
		l.decide(v, i)
	}
	return l.options[k].Value
}

// decide computes the posterior of every variant.
func (l *learned) decide(v Visitor, i int) {
	var p profile.Profile
	now := plan.Time(20000+v.Day) * plan.Day
	for _, c := range v.Path[:i+1] {
		now += plan.Minute
		p.Touch(now)
		p.Interested(l.names, plan.View, 1<<c, 0)
	}
	interest := p.At(now, l.names).Interest(recent)
	for k := range l.options {
		l.options[k] = choose.Option{Prior: l.rates[v.Last(i)][k], Match: interest.Match(l.places[0].Topics[k])}
	}
	choose.Best(l.options, l.places[0].Terms)
}

// Seeded is a source of noise that is the same at each run: a benchmark's, of
// which nobody is to be protected.
func Seeded(seed int) io.Reader {
	var b [32]byte
	binary.BigEndian.PutUint64(b[copy(b[:], "msnbc"):], uint64(seed))
	return rand.NewChaCha8(b)
}
