package choose

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/sha256"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

const (
	priorsMagic = "DLPR"
	// The format is choicesOnly where slots and campaigns are all there is, as it was
	// before there were other kinds: priors have one encoding. It is withStops where
	// anything is stopped, so a module from before keeps the priors that it had.
	choicesOnly = 1
	allKinds    = 2
	withStops   = 3

	// step is the grid of a mean: 2^32 steps from 0 to 1.
	step = 1 << 32
	// minRate is the least that a rate takes: its mean and one byte of strength.
	minRate = 4 + 1
	// maxPlaces are all slots and all campaigns of a plan.
	maxPlaces = plan.MaxSlots + plan.MaxCampaigns
	// maxKinds are the places of all kinds: a list has items and difficulties, and of
	// topics, moves between them and leaving there is one.
	maxKinds = maxPlaces + 2*plan.MaxLists + 3 + plan.MaxPredictions + plan.MaxMessages
)

// Digest names priors: the SHA-256 of their published bytes.
type Digest [sha256.Size]byte

// DigestOf returns the digest of published priors.
func DigestOf(published []byte) Digest { return sha256.Sum(published) }

// String returns 64 hexadecimal digits.
func (d Digest) String() string { return plan.Digest(d).String() }

// Encode returns the bytes of p, which doc.go draws. A mean is rounded to the
// nearest step of 2^-32 that is neither 0 nor 1.
//
// Errors: ErrPriors for whatever Decode would refuse, and for bytes above
// MaxPriors.
func Encode(p Priors) ([]byte, error) { return Append(nil, p) }

// Append appends what Encode returns. On an error it returns b as it was.
func Append(b []byte, p Priors) ([]byte, error) {
	if p.Version == 0 || p.Version > uint64(profile.MaxTime) || len(p.Places) > maxKinds {
		return b, ErrPriors
	}
	format := byte(choicesOnly)
	if n := len(p.Places); n > 0 && p.Places[n-1].Place.Kind > Campaign {
		format = allKinds
	}
	for i := range p.Places {
		if p.Places[i].Stopped != 0 {
			format = withStops
		}
	}
	out := append(append(b, priorsMagic...), format)
	out = append(wire.AppendUvarint(out, p.Version), p.Plan[:]...)
	out = wire.AppendUvarint(out, uint64(len(p.Places)))
	for i := range p.Places {
		here := &p.Places[i]
		if i > 0 && !p.Places[i-1].Place.before(here.Place) || len(here.Rates) == 0 ||
			!here.Place.possible(len(here.Rates), len(here.Rates[0])) || !here.stoppable(here.Stopped, len(here.Rates[0])) {
			return b, ErrPriors
		}
		columns := len(here.Rates[0])
		out = append(out, byte(here.Place.Kind), here.Place.Index)
		out = wire.AppendUvarint(wire.AppendUvarint(out, uint64(len(here.Rates))), uint64(columns))
		for _, row := range here.Rates {
			if len(row) != columns {
				return b, ErrPriors
			}
			for _, r := range row {
				if !(r.Mean > 0 && r.Mean < 1) || r.Strength == 0 || r.Strength > MaxStrength {
					return b, ErrPriors
				}
				out = wire.AppendU32(out, steps(r.Mean))
				out = wire.AppendUvarint(out, uint64(r.Strength))
			}
		}
		if format == withStops && here.Place.Kind <= Campaign {
			out = wire.AppendUvarint(out, here.Stopped)
		}
		if len(out)-len(b) > MaxPriors {
			return b, ErrPriors
		}
	}
	return out, nil
}

// stoppable tells whether a place of so many columns may have those stopped: a slot or a
// campaign, and not its first.
func (p *PlacePriors) stoppable(columns uint64, of int) bool {
	return columns == 0 || p.Place.Kind <= Campaign && columns&1 == 0 && columns>>of == 0
}

// steps returns the mean, which lies between 0 and 1, on its grid.
func steps(mean float64) uint32 {
	n := uint64(float64(mean*step) + .5)
	return uint32(min(max(n, 1), step-1))
}

// possible tells whether any plan has the place, with so many rows and columns.
func (at Place) possible(rows, columns int) bool {
	index, least, most, one := 1, 1, plan.MaxTopics, false
	switch at.Kind {
	case Slot:
		index, least, most = plan.MaxSlots, 2, plan.MaxArms
	case Campaign:
		index, least, most = plan.MaxCampaigns, 2, plan.MaxArms
	case Items:
		index, most = plan.MaxLists, plan.MaxItems
	case Topics, Leave:
	case Next:
		if rows != columns {
			return false
		}
	case Predicted:
		index, most, one = plan.MaxPredictions, plan.MaxBins, true
	case Difficulty:
		index, most, one = plan.MaxLists, plan.MaxItems, true
	case Response:
		index, most = plan.MaxMessages, plan.MaxChannels
	default:
		return false
	}
	return int(at.Index) < index && rows >= 1 && rows <= plan.MaxSegments && (rows == 1 || !one) && columns >= least && columns <= most
}

// Decode reads published priors. They keep no reference to the bytes; Encode
// gives the same bytes again. Whether a plan has the places Fits says.
//
// Errors: ErrPriors.
func Decode(published []byte) (*Priors, error) {
	if len(published) > MaxPriors {
		return nil, ErrPriors
	}
	r := wire.NewReader(published)
	if string(r.Take(len(priorsMagic))) != priorsMagic {
		return nil, ErrPriors
	}
	places := maxPlaces
	format := r.Byte()
	switch format {
	case choicesOnly:
	case allKinds, withStops:
		places = maxKinds
	default:
		return nil, ErrPriors
	}
	p := &Priors{Version: r.Max(uint64(profile.MaxTime))}
	if p.Version == 0 {
		return nil, ErrPriors
	}
	r.Fill(p.Plan[:])
	stops := uint64(0)
	for i := range r.Count(places) {
		at := Place{Kind: Kind(r.Byte()), Index: r.Byte()}
		if format == choicesOnly && at.Kind > Campaign || i > 0 && !p.Places[i-1].Place.before(at) {
			return nil, ErrPriors
		}
		rates := readRates(r, at)
		if r.Err() != nil {
			return nil, ErrPriors
		}
		here := PlacePriors{Place: at, Rates: rates}
		if format == withStops && at.Kind <= Campaign {
			if here.Stopped = r.Uvarint(); !here.stoppable(here.Stopped, len(rates[0])) {
				return nil, ErrPriors
			}
			stops |= here.Stopped
		}
		p.Places = append(p.Places, here)
	}
	if r.Close() != nil {
		return nil, ErrPriors
	}
	if n := len(p.Places); format == allKinds && (n == 0 || p.Places[n-1].Place.Kind <= Campaign) {
		return nil, ErrPriors
	}
	if format == withStops && stops == 0 {
		return nil, ErrPriors
	}
	return p, nil
}

func readRates(r *wire.Reader, at Place) [][]Rate {
	segments, columns := r.Count(max(plan.MaxSegments, plan.MaxTopics)), r.Count(max(plan.MaxArms, plan.MaxTopics))
	// Room only for what the bytes can hold.
	if !at.possible(segments, columns) || segments*columns > r.Len()/minRate {
		r.Fail(wire.ErrForm)
		return nil
	}
	all := make([]Rate, segments*columns)
	for i := range all {
		mean, strength := r.U32(), r.Max(MaxStrength)
		if mean == 0 || strength == 0 {
			r.Fail(wire.ErrForm)
			return nil
		}
		all[i] = Rate{Mean: float64(mean) / step, Strength: uint32(strength)}
	}
	rates := make([][]Rate, segments)
	for s := range rates {
		rates[s] = all[s*columns : (s+1)*columns : (s+1)*columns]
	}
	return rates
}
