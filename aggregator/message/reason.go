package message

import "encoding/json"

// Reason says why an aggregator rejected a report. The numbers stand in stores
// and messages: append, never renumber.
type Reason byte

// The reasons. A report over the weight, or with an entry that is not 0 or 1, has
// no valid proof and is counted under Proof: the proof is zero-knowledge, so nobody
// learns in which way a measurement is wrong.
const (
	None        Reason = iota
	Malformed          // the report, the plaintext or the input share is no whole one
	WrongBatch         // of another plan or period than the batch
	OpenFailed         // sealed to another key, or not an age file of the right size
	Unlike             // the sealed head says something else than the open one
	Proof              // the proof is invalid, or the shares are not of one measurement
	PeerRefused        // the other aggregator rejected it
	numReasons
)

// NumReasons is the length of a Rejects.
const NumReasons = int(numReasons)

var reasonNames = [NumReasons]string{"", "malformed", "wrong_batch", "open_failed", "unlike_sealed_head", "invalid_proof", "refused_by_peer"}

// String names the reason.
func (r Reason) String() string {
	if r == None || r >= numReasons {
		return "none"
	}
	return reasonNames[r]
}

// Rejects counts rejected reports by reason; the entry of None stays 0.
type Rejects [NumReasons]uint64

// Add adds all of o's counts.
func (r *Rejects) Add(o Rejects) {
	for i, n := range o {
		r[i] += n
	}
}

// Total returns the number of rejected reports.
func (r Rejects) Total() (n uint64) {
	for _, v := range r {
		n += v
	}
	return n
}

// MarshalJSON gives an object by reason, each reason present.
func (r Rejects) MarshalJSON() ([]byte, error) {
	m := make(map[string]uint64, NumReasons)
	for i := 1; i < NumReasons; i++ {
		m[reasonNames[i]] = r[i]
	}
	return json.Marshal(m)
}
