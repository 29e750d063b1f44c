package choose

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Errors of priors.
var (
	// ErrPriors: bytes that are no priors, values that no fit gives, or places
	// that the plan has not or has in another shape.
	ErrPriors = errors.New("choose: malformed or impossible priors")
	// ErrForeign: priors of another plan.
	ErrForeign = errors.New("choose: priors of another plan")
	// ErrOlder: priors below the highest version that the device has seen.
	ErrOlder = errors.New("choose: older priors than those seen before")
)

// Bounds of priors.
const (
	// MaxPriors bounds the bytes of priors.
	MaxPriors = 32 << 10
	// MaxStrength is the largest strength of a Rate.
	MaxStrength = 1 << 20
)

// Priors are what everyone's sums say of every variant: for each place that a
// plan measures, the rate of each segment's variants. The bytes are the same for
// every device and named by their SHA-256; doc.go draws them.
type Priors struct {
	// Version grows with each refit: the end of the newest period fitted, in Unix
	// seconds, above 0 and at most profile.MaxTime. A device refuses one below the
	// highest it has seen, and one after the end of the plan's last period.
	Version uint64
	Plan    plan.Digest // the plan whose indices the places use
	Places  []PlacePriors
}

// PlacePriors are one place's: Rates[segment][column], with one row for all
// segments where the place is measured site-wide. Ascending by kind and index,
// none twice.
type PlacePriors struct {
	Place Place
	Rates [][]Rate
}

// Rate is a distribution over a variant's rate of reaching the goal, a device and
// period in which it was exposed: Beta(Mean x Strength, (1-Mean) x Strength).
type Rate struct {
	Mean     float64 // above 0, below 1; in steps of 2^-32
	Strength uint32  // devices that the rate is worth, 1 to MaxStrength
}

// Kind says what a place is.
type Kind uint8

// The kinds of places: a slot, and a campaign whose arm the device picks.
const (
	Slot     Kind = 0
	Campaign Kind = 1
)

// Place is a slot or a chosen campaign, by its index in the plan.
type Place struct {
	Kind  Kind
	Index uint8
}

// PlacesOf lists what the device picks for under a plan: its slots, then the campaigns
// whose arm it chooses.
func PlacesOf(p *plan.Plan) []Place {
	var out []Place
	for i := range p.Slots {
		out = append(out, Place{Kind: Slot, Index: uint8(i)})
	}
	for i, c := range p.Campaigns {
		if c.Mode == plan.Chosen {
			out = append(out, Place{Kind: Campaign, Index: uint8(i)})
		}
	}
	return out
}

// Fits tells whether a device under plan p, which has this digest, can use the
// priors: the version is no later than the plan's last period, and each place is the
// plan's, a campaign of mode chosen, with one row or one for each segment, and a rate
// for every variant or arm (none for the holdout's column).
//
// Errors: ErrForeign if they were fitted for another plan, ErrPriors.
func (p *Priors) Fits(to *plan.Plan, digest plan.Digest) error {
	if p.Plan != digest {
		return ErrForeign
	}
	// A version is a period's end. One beyond the plan's last is no fit's, and would
	// keep all that follow out of force.
	if n := len(to.Periods); n == 0 || p.Version > uint64(to.Periods[n-1].End) {
		return ErrPriors
	}
	for i := range p.Places {
		at, rates := p.Places[i].Place, p.Places[i].Rates
		columns := at.Columns(to)
		if columns == 0 || len(rates) != 1 && len(rates) != len(to.Segments) {
			return ErrPriors
		}
		for _, row := range rates {
			if len(row) != columns {
				return ErrPriors
			}
		}
	}
	return nil
}

// Columns returns how many variants or arms the device picks among at the place,
// 0 where p has no such place or its arm is assigned by the site.
func (at Place) Columns(p *plan.Plan) int {
	i := int(at.Index)
	switch {
	case at.Kind == Slot && i < len(p.Slots):
		return len(p.Slots[i].Variants)
	case at.Kind == Campaign && i < len(p.Campaigns) && p.Campaigns[i].Mode == plan.Chosen:
		return len(p.Campaigns[i].Arms)
	}
	return 0
}

// before is the order of places in priors: by kind, then index.
func (at Place) before(next Place) bool {
	return at.Kind < next.Kind || at.Kind == next.Kind && at.Index < next.Index
}
