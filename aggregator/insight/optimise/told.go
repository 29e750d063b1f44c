package optimise

import (
	"encoding/binary"
	"errors"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// asked is how many devices are let choose to tell who is shown what: the standard error of a
// share of a half is .025.
const asked = 400

// Told says what devices are told of each place that they pick for, now and by the releases
// up to a date, and what the two come to: devices that know nothing of their visitor are let
// choose, in the code that devices run.
func Told(p *plan.Plan, digest plan.Digest, releases []Release, state *steer.State, before plan.Date) ([]steer.Told, error) {
	now, err := Steered(p, digest, releases, state)
	if err != nil && !errors.Is(err, ErrNothing) {
		return nil, err
	}
	then, err := Fit(p, digest, slices.DeleteFunc(slices.Clone(releases), func(r Release) bool { return r.Period.Date > before }))
	if err != nil && !errors.Is(err, ErrNothing) {
		return nil, err
	}
	names := choose.NamesOf(p)
	out := []steer.Told{}
	for i := range names {
		n := &names[i]
		n.Promotion = nil // of who may see it, what they are told is the same
		at := n.Place
		one := steer.Told{Place: steered(p, at), Variants: columnNames(p, at)}
		segments := 1
		for _, priors := range []*choose.Priors{&now, &then} {
			if here := placed(priors, at); here != nil {
				segments = max(segments, len(here.Rates))
			}
		}
		for s := range segments {
			row := steer.ToldSegment{}
			if segments > 1 {
				row.Name = p.Segments[s].Name
			}
			share, was := shares(p, n, &now, s), shares(p, n, &then, s)
			for c, name := range one.Variants {
				_, stopped := state.Stopped(one.Place, name)
				row.Variants = append(row.Variants, steer.ToldVariant{
					Name: name, Before: belief(&then, at, s, c), Now: belief(&now, at, s, c), ShareBefore: was[c], Share: share[c], Stopped: stopped && c > 0,
				})
			}
			one.Segments = append(one.Segments, row)
		}
		out = append(out, one)
	}
	return out, nil
}

func placed(priors *choose.Priors, at choose.Place) *choose.PlacePriors {
	for i := range priors.Places {
		if priors.Places[i].Place == at {
			return &priors.Places[i]
		}
	}
	return nil
}

// belief is what priors say of a variant; nil where they say nothing.
func belief(priors *choose.Priors, at choose.Place, segment, column int) *steer.Belief {
	here := placed(priors, at)
	if here == nil {
		return nil
	}
	r := here.Rates[min(segment, len(here.Rates)-1)][column]
	beta := distuv.Beta{Alpha: r.Mean * float64(r.Strength), Beta: (1 - r.Mean) * float64(r.Strength)}
	return &steer.Belief{Mean: r.Mean, Low: beta.Quantile(.025), High: beta.Quantile(.975), Devices: r.Strength}
}

// shares has devices of a segment choose.
func shares(p *plan.Plan, n *choose.PlaceNames, priors *choose.Priors, segment int) []steer.Belief {
	shown := make([]int64, len(n.Columns))
	start := p.Periods[0].Start
	policy := p.Policy
	policy.Holdout = 0
	var nobody profile.Profile
	nobody.Touch(start)
	s := choose.Situation{
		Now: start, Date: p.Periods[0].Date, Visit: start, Last: start, Begins: start, Policy: policy, Segment: segment,
		Priors: priors, View: nobody.At(start, profile.NamesOf(p)),
	}
	var own choose.Evidence
	var d choose.Decision
	for i := range uint64(asked) {
		var lot [choose.LotSize]byte
		binary.BigEndian.PutUint64(lot[:], i)
		var m choose.Memory
		m.Draw(&lot)
		m.Choose(&d, n, &own, &s)
		shown[d.Column]++
	}
	out := make([]steer.Belief, len(shown))
	for i, k := range shown {
		bounds := interval.Rate(interval.Noisy{Value: k}, interval.Noisy{Value: asked}, 0)
		out[i] = steer.Belief{Mean: float64(k) / asked, Low: bounds.Low, High: bounds.High, Devices: asked}
	}
	return out
}
