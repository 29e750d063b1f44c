package batch

import (
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/periodkey"
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

// Record is the state of a batch as a whole. Tally, Rejects and Partitions are set
// when it leaves Open; the noised shares live from Closed and Exchanged to Released.
type Record struct {
	State   State
	Tally   message.Tally
	Rejects message.Rejects
	// Partitions are what was counted in each of the 256, for operators: proof of
	// what a sum holds, without a sum. Empty for a batch that was never settled.
	Partitions []message.Tally
	Own, Peer  []byte   // noised aggregate shares
	Frozen     []uint64 // leader: how many reports each partition had when the collector first froze it
	Cleared    bool     // leader: the collector has confirmed that its sealed reports are gone

	// Lost: shares of this batch are stored here and their key is gone, or its key says
	// that noise was drawn and the store knows nothing of it: a copy was put in place of
	// the store. It cannot be finished. Not stored.
	Lost bool
}

// append encodes r; its noised shares are encrypted by key, which may be nil when
// there are none.
func (r *Record) append(b []byte, at message.Batch, key *periodkey.Key) []byte {
	b = append(append(b, "DLPB"...), version, byte(r.State))
	b = appendCounts(b, r.Tally, r.Rejects)
	b = wire.AppendUvarint(b, uint64(len(r.Partitions)))
	for _, t := range r.Partitions {
		b = append(wire.AppendUvarint(b, t.Count), t.Hash[:]...)
	}
	for i, share := range [][]byte{r.Own, r.Peer} {
		if len(share) > 0 {
			share = key.Seal(noisedPlace(at, i), share)
		}
		b = wire.AppendBlob(b, share)
	}
	b = wire.AppendUvarint(b, uint64(len(r.Frozen)))
	for _, n := range r.Frozen {
		b = wire.AppendUvarint(b, n)
	}
	return wire.AppendBool(b, r.Cleared)
}

// noisedPlace is what a noised share is encrypted for: own is 0, the peer's 1.
func noisedPlace(at message.Batch, which int) []byte {
	return append(batchKey(at), 'n', byte(which))
}

// decodeRecord reads what append wrote. Without key (nil) the noised shares are
// left out, and a record that has some is Lost.
func decodeRecord(b []byte, at message.Batch, key *periodkey.Key) (r Record, err error) {
	in := wire.NewReader(b)
	head(in, "DLPB")
	r.State = State(in.Byte())
	r.Tally, r.Rejects = readCounts(in)
	if n := in.Count(Partitions); n > 0 {
		r.Partitions = make([]message.Tally, n)
	}
	for i := range r.Partitions {
		r.Partitions[i].Count = in.Uvarint()
		in.Fill(r.Partitions[i].Hash[:])
	}
	for i, share := range []*[]byte{&r.Own, &r.Peer} {
		sealed := in.Blob(maxAggregate + 64)
		switch {
		case len(sealed) == 0:
		case key == nil:
			r.Lost = true
		default:
			var ok bool
			if *share, ok = key.Open(noisedPlace(at, i), sealed); !ok {
				in.Fail(ErrStored)
			}
		}
	}
	if n := in.Count(Partitions); n > 0 {
		r.Frozen = make([]uint64, n)
	}
	for i := range r.Frozen {
		r.Frozen[i] = in.Uvarint()
	}
	r.Cleared = in.Bool()
	if in.Close() != nil || r.State >= numStates {
		return Record{}, ErrStored
	}
	return r, nil
}
