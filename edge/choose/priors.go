package choose

import (
	"errors"
	"math/bits"

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
	MaxPriors = 48 << 10
	// MaxStrength is the largest strength of a Rate.
	MaxStrength = 1 << 20
)

// Priors are what everyone's sums say: for each place that a plan measures, the
// rates of each row's columns, as of each segment's variants. The bytes are the same
// for every device and named by their SHA-256; doc.go draws them.
type Priors struct {
	// Version grows with each refit: the end of the newest period fitted, in Unix
	// seconds, above 0 and at most profile.MaxTime. A device refuses one below the
	// highest it has seen, and one after the end of the plan's last period.
	Version uint64
	Plan    plan.Digest // the plan whose indices the places use
	Places  []PlacePriors
}

// PlacePriors are one place's: Rates[row][column], a row a segment or one row for all
// where the place is measured site-wide; Next alone has a row a topic. Ascending by
// kind and index, none twice.
type PlacePriors struct {
	Place Place
	Rates [][]Rate
	// Stopped are the columns of a slot or campaign that no device shows until they are
	// resumed, as bits. Never the first: it is the default.
	Stopped uint64
}

// Rate is a distribution over a share: Beta(Mean x Strength, (1-Mean) x Strength). Of
// a variant it is the rate of reaching the goal, a device and period in which it was
// exposed; of the other kinds what Kind says.
type Rate struct {
	Mean     float64 // above 0, below 1; in steps of 2^-32
	Strength uint32  // devices that the rate is worth, 1 to MaxStrength
}

// Kind says what a place is.
type Kind uint8

// The kinds of places: what a device picks for, a slot and a campaign whose arm the
// device picks; then what everyone's sums tell a recommendation, a prediction and a
// message, each with the shares that its rates are.
const (
	Slot     Kind = 0
	Campaign Kind = 1
	// Items: of a list, by named item: devices of a period that took the item up
	// (viewed, carted, ordered or picked it).
	Items Kind = 2
	// Topics: of the plan, by topic: devices of a period that viewed it.
	Topics Kind = 3
	// Next: of the plan, a row a topic viewed, by topic: moves that lead there, among all
	// moves from one topic to another. A topic's own column is no move.
	Next Kind = 4
	// Leave: of the plan, by topic: views of the topic after which the period had none.
	Leave Kind = 5
	// Predicted: of a prediction, by bin: LapseRisk, those who did not come back in time;
	// BuyChance, those who ordered.
	Predicted Kind = 6
	// Difficulty: of a list that teaches, by named item: tries that were right at first.
	Difficulty Kind = 7
	// Response: of a message, by the message's channels (those of Message.Channels, in
	// the plan's order): devices shown it there that answered.
	Response Kind = 8
)

// Place is what rates are of, by its index in the plan; 0 where a plan has one only.
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
// plan's, a campaign of mode chosen, with as many rows as its kind has (mostly one or
// one for each segment), and a rate for every column (none for the holdout's).
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
		if p.Places[i].Stopped>>columns != 0 {
			return ErrPriors
		}
		if columns == 0 || !at.rows(to, len(rates)) {
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

// rows tells whether a plan's place may have so many rows.
func (at Place) rows(p *plan.Plan, n int) bool {
	switch at.Kind {
	case Next:
		return n == len(p.Topics)
	case Predicted, Difficulty:
		return n == 1
	}
	return n == 1 || n == len(p.Segments)
}

// Columns returns how many columns a place has under a plan: the variants or arms that
// the device picks among, the named items, topics, bins or channels; 0 where p has no
// such place, or its arm is assigned by the site.
func (at Place) Columns(p *plan.Plan) int {
	i := int(at.Index)
	switch at.Kind {
	case Slot:
		if i < len(p.Slots) {
			return len(p.Slots[i].Variants)
		}
	case Campaign:
		if i < len(p.Campaigns) && p.Campaigns[i].Mode == plan.Chosen {
			return len(p.Campaigns[i].Arms)
		}
	case Items, Difficulty:
		if i < len(p.Lists) && (at.Kind == Items || p.Lists[i].Learning) {
			return len(p.Lists[i].Items)
		}
	case Topics, Next, Leave:
		if i == 0 {
			return len(p.Topics)
		}
	case Predicted:
		if i < len(p.Predictions) {
			return len(p.Predictions[i].Bins)
		}
	case Response:
		if i < len(p.Messages) {
			return bits.OnesCount8(p.Messages[i].Channels)
		}
	}
	return 0
}

// Row returns a place's rates in a row, a segment's or, of Next, a topic's; where the
// place is measured site-wide, those of all. nil if the priors, which may be nil
// themselves, say nothing of it. The rates are only to be read.
func (p *Priors) Row(at Place, row int) []Rate {
	if p == nil {
		return nil
	}
	for i := range p.Places {
		if p.Places[i].Place != at {
			continue
		}
		rates := p.Places[i].Rates
		if len(rates) == 1 && at.Kind != Next {
			row = 0
		}
		if row < 0 || row >= len(rates) {
			return nil
		}
		return rates[row]
	}
	return nil
}

// before is the order of places in priors: by kind, then index.
func (at Place) before(next Place) bool {
	return at.Kind < next.Kind || at.Kind == next.Kind && at.Index < next.Index
}

// Compare orders places as priors list them.
func (at Place) Compare(next Place) int {
	return (int(at.Kind)-int(next.Kind))<<8 + int(at.Index) - int(next.Index)
}
