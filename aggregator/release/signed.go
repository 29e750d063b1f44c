package release

import (
	"encoding/hex"
	"encoding/json"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// SignatureSize is the length of an Ed25519 signature.
const SignatureSize = 64

// MaxSize bounds an encoded signed record.
const MaxSize = maxBody + 8 + 2*SignatureSize

// Signature is one aggregator's, over Message.
type Signature [SignatureSize]byte

// Verifier checks signatures of one key (peer.Key is one).
type Verifier interface {
	Verify(message, signature []byte) bool
}

// Signed is a record with both aggregators' signatures.
type Signed struct {
	Record
	Leader, Helper Signature
}

// Append appends the signed record's bytes.
func (s *Signed) Append(b []byte) ([]byte, error) {
	body, err := s.Record.Append(nil)
	if err != nil {
		return b, err
	}
	b = wire.AppendBlob(b, body)
	b = append(b, s.Leader[:]...)
	return append(b, s.Helper[:]...), nil
}

// Parse reads a whole signed record. It does not check the signatures.
func Parse(b []byte) (Signed, error) {
	var s Signed
	in := wire.NewReader(b)
	body := in.Blob(maxBody)
	in.Fill(s.Leader[:])
	in.Fill(s.Helper[:])
	if in.Close() != nil {
		return Signed{}, ErrRecord
	}
	r, err := Decode(body)
	if err != nil {
		return Signed{}, err
	}
	s.Record = r
	return s, nil
}

// Verify checks both signatures.
//
// Errors: ErrSignature, ErrRecord.
func (s *Signed) Verify(leader, helper Verifier) error {
	body, err := s.Record.Append(nil)
	if err != nil {
		return err
	}
	m := Message(body)
	if !leader.Verify(m, s.Leader[:]) || !helper.Verify(m, s.Helper[:]) {
		return ErrSignature
	}
	return nil
}

// rendered is the JSON form: raw values only.
type rendered struct {
	Plan        plan.Digest `json:"plan"`
	Period      string      `json:"period"`
	Start       int64       `json:"start"` // Unix seconds
	End         int64       `json:"end"`
	Aggregators int         `json:"aggregators"`
	Weight      int         `json:"weight"`
	Sigma2      uint64      `json:"sigma2"`   // of each aggregator's noise
	Variance    uint64      `json:"variance"` // of a cell's noise
	Cells       []int64     `json:"cells"`
	Leader      string      `json:"leader_signature"`
	Helper      string      `json:"helper_signature"`
}

// MarshalJSON renders the record for people and programs: raw signed integers,
// times in Unix seconds, signatures in hexadecimal.
func (s Signed) MarshalJSON() ([]byte, error) {
	return json.Marshal(rendered{s.Plan, s.Period.Date.String(), int64(s.Period.Start), int64(s.Period.End),
		Aggregators, s.Weight, s.Sigma2, s.Variance(), s.Cells, hex.EncodeToString(s.Leader[:]), hex.EncodeToString(s.Helper[:])})
}
