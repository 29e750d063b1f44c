package choose

import "github.com/dunlin-analytics/dunlin/privacy/wire"

// StreamAt returns the stream of a state.
func StreamAt(state uint64) Stream { return Stream{state} }

// ReadEvidence returns what Decode gives.
func ReadEvidence(r *wire.Reader) (v Evidence) {
	v.Decode(r)
	return v
}
