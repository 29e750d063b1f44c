package batch

import (
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// State is how far a batch has come.
type State byte

// The states, in doc.go's order.
const (
	Open      State = 0
	Closed    State = 1 // noise drawn, noised share stored
	Exchanged State = 2 // the peer's noised share is stored too
	Released  State = 3
	Short     State = 4 // fewer reports than min batch: dropped for good
	Abandoned State = 5 // it may have been closed without this store's knowledge: never released
	numStates       = 6
)

// String names the state.
func (s State) String() string {
	if s >= numStates {
		return "unknown"
	}
	return [numStates]string{"open", "closed", "exchanged", "released", "short", "abandoned"}[s]
}

// Final reports whether nothing is left to do.
func (s State) Final() bool { return s == Released || s == Short || s == Abandoned }

// MarshalText gives the name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Record is the state of a batch as a whole. Tally and Rejects are set when it
// leaves Open; the noised shares live from Closed and Exchanged to Released.
type Record struct {
	State     State
	Tally     message.Tally
	Rejects   message.Rejects
	Own, Peer []byte // noised aggregate shares
}

func (r *Record) append(b []byte) []byte {
	b = append(append(b, "DLPB"...), version, byte(r.State))
	b = appendCounts(b, r.Tally, r.Rejects)
	return wire.AppendBlob(wire.AppendBlob(b, r.Own), r.Peer)
}

func decodeRecord(b []byte) (r Record, err error) {
	in := wire.NewReader(b)
	head(in, "DLPB")
	r.State = State(in.Byte())
	r.Tally, r.Rejects = readCounts(in)
	r.Own, r.Peer = blob(in, maxAggregate), blob(in, maxAggregate)
	if in.Close() != nil || r.State >= numStates {
		return Record{}, ErrStored
	}
	return r, nil
}
