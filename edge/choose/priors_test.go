package choose_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// end is of the shop's last period.
const end = 20_002 * plan.Day

// shop has two periods, three segments, two slots of two and three variants, an assigned
// campaign and a chosen one of four arms. With a holdout or without: its column
// is none that a device picks.
func shop(holdout plan.Share) *plan.Plan {
	return &plan.Plan{
		Policy:   plan.Policy{Holdout: holdout},
		Periods:  []plan.Period{{Date: 20_000, Start: 20_000 * plan.Day, End: 20_001 * plan.Day}, {Date: 20_001, Start: 20_001 * plan.Day, End: end}},
		Segments: make([]plan.Segment, 3),
		Slots:    []plan.Slot{{Variants: make([]plan.Variant, 2)}, {Variants: make([]plan.Variant, 3)}},
		Campaigns: []plan.Campaign{
			{Mode: plan.Assigned, Arms: make([]string, 2)}, {Mode: plan.Chosen, Arms: make([]string, 4)},
		},
	}
}

func TestFits(t *testing.T) {
	here := plan.Digest{7}
	at := func(kind choose.Kind, index uint8, segments, columns int) choose.PlacePriors {
		return choose.PlacePriors{Place: choose.Place{Kind: kind, Index: index}, Rates: rows(segments, columns)}
	}
	ragged := at(choose.Slot, 0, 3, 2)
	ragged.Rates[1] = ragged.Rates[1][:1]
	for name, c := range map[string]struct {
		places []choose.PlacePriors
		want   error
	}{
		"none":                 {nil, nil},
		"all":                  {[]choose.PlacePriors{at(choose.Slot, 0, 3, 2), at(choose.Slot, 1, 3, 3), at(choose.Campaign, 1, 3, 4)}, nil},
		"site-wide":            {[]choose.PlacePriors{at(choose.Slot, 1, 1, 3), at(choose.Campaign, 1, 1, 4)}, nil},
		"no such slot":         {[]choose.PlacePriors{at(choose.Slot, 2, 3, 2)}, choose.ErrPriors},
		"no such campaign":     {[]choose.PlacePriors{at(choose.Campaign, 2, 3, 2)}, choose.ErrPriors},
		"no such kind":         {[]choose.PlacePriors{at(9, 0, 3, 2)}, choose.ErrPriors},
		"an assigned campaign": {[]choose.PlacePriors{at(choose.Campaign, 0, 3, 2)}, choose.ErrPriors},
		"a segment too few":    {[]choose.PlacePriors{at(choose.Slot, 0, 2, 2)}, choose.ErrPriors},
		"a segment too many":   {[]choose.PlacePriors{at(choose.Slot, 0, 4, 2)}, choose.ErrPriors},
		"no segment":           {[]choose.PlacePriors{{}}, choose.ErrPriors},
		"a variant too few":    {[]choose.PlacePriors{at(choose.Slot, 1, 3, 2)}, choose.ErrPriors},
		"the holdout's column": {[]choose.PlacePriors{at(choose.Slot, 0, 3, 3)}, choose.ErrPriors},
		"an arm too many":      {[]choose.PlacePriors{at(choose.Campaign, 1, 3, 5)}, choose.ErrPriors},
		"stopped":              {[]choose.PlacePriors{{Rates: rows(3, 2), Stopped: 2}}, nil},
		"stopped, not there":   {[]choose.PlacePriors{{Rates: rows(3, 2), Stopped: 4}}, choose.ErrPriors},
		"ragged":               {[]choose.PlacePriors{ragged}, choose.ErrPriors},
		"the second is wrong":  {[]choose.PlacePriors{at(choose.Slot, 0, 3, 2), at(choose.Slot, 1, 3, 2)}, choose.ErrPriors},
	} {
		t.Run(name, func(t *testing.T) {
			for _, holdout := range []plan.Share{0, 500} {
				p := choose.Priors{Version: end, Plan: here, Places: c.places}
				require.ErrorIs(t, p.Fits(shop(holdout), here), c.want)
				require.ErrorIs(t, p.Fits(shop(holdout), plan.Digest{8}), choose.ErrForeign)
			}
		})
	}
}

// A version is a period's end. What no fit of the plan can have would, once accepted,
// shut out all that do: the year in which a wrong clock made it, or the largest number.
func TestFitsRefusesAVersionAfterThePlan(t *testing.T) {
	here := plan.Digest{7}
	for version, want := range map[uint64]error{
		1: nil, 20_001 * plan.Day: nil, end: nil,
		end + 1: choose.ErrPriors, end + 365*plan.Day: choose.ErrPriors, uint64(profile.MaxTime): choose.ErrPriors, math.MaxUint64: choose.ErrPriors,
	} {
		p := choose.Priors{Version: version, Plan: here}
		require.ErrorIs(t, p.Fits(shop(0), here), want, "%d", version)
	}
}
