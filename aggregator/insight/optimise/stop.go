package optimise

import (
	"errors"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Steered is Fit under what analysts and guard rails have ordered: of the releases that may
// be read, and with what is stopped. Its version is that of all releases, for devices refuse
// what is older than what they have used, and an order is not. Once there was an order there
// are priors, if only to say that nothing is stopped any more.
//
// Errors: ErrNothing.
func Steered(p *plan.Plan, digest plan.Digest, releases []Release, state *steer.State) (choose.Priors, error) {
	out, err := Fit(p, digest, readable(releases, state))
	if !state.Any() || err != nil && !errors.Is(err, ErrNothing) {
		return out, err
	}
	version := p.Periods[0].Start
	for _, r := range releases {
		version = max(version, r.Period.End)
	}
	out.Plan, out.Version = digest, uint64(min(version, p.Periods[len(p.Periods)-1].End))
	stop(p, &out, state)
	return out, nil
}

// readable are the releases up to the date that the loop was rolled back to.
func readable(of []Release, state *steer.State) []Release {
	until, _, back := state.Until()
	if !back {
		return of
	}
	return slices.DeleteFunc(slices.Clone(of), func(r Release) bool { return r.Period.Date > until })
}

// stop says in priors what no device shows any more. A place of which the releases say
// nothing is told of with the rates that a device begins with anyway.
func stop(p *plan.Plan, priors *choose.Priors, state *steer.State) {
	for _, at := range choose.PlacesOf(p) {
		columns := columnNames(p, at)
		var bits uint64
		for i, name := range columns {
			if _, stopped := state.Stopped(steered(p, at), name); stopped && i > 0 {
				bits |= 1 << i
			}
		}
		i, known := slices.BinarySearchFunc(priors.Places, at, func(o choose.PlacePriors, t choose.Place) int { return o.Place.Compare(t) })
		if !known && bits != 0 {
			row := make([]choose.Rate, len(columns))
			for c := range row {
				row[c] = choose.Bare()
			}
			priors.Places = slices.Insert(priors.Places, i, choose.PlacePriors{Place: at, Rates: [][]choose.Rate{row}})
			known = true
		}
		if known {
			priors.Places[i].Stopped = bits
		}
	}
}

// steered names what a device picks for as orders do.
func steered(p *plan.Plan, at choose.Place) steer.Place {
	kind := "slot"
	if at.Kind == choose.Campaign {
		kind = "campaign"
	}
	return steer.Place{Kind: kind, Name: placeName(p, at)}
}
