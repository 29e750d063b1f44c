package choose

import "github.com/dunlin-analytics/dunlin/privacy/plan"

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
	// seconds. A device refuses one below the highest it has seen.
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
