package vdaf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloudflare/circl/vdaf/prio3/histogram"
	"github.com/stretchr/testify/require"
)

// badVector is a negative vector in the form of draft-17, which calls prep
// "verify" and the prep shares "verifier shares".
type badVector struct {
	Ctx        octets `json:"ctx"`
	VerifyKey  octets `json:"verify_key"`
	Length     uint   `json:"length"`
	Chunk      uint   `json:"chunk_length"`
	Shares     uint8  `json:"shares"`
	Operations []struct {
		Operation  string `json:"operation"`
		Aggregator uint8  `json:"aggregator_id"`
		Success    bool   `json:"success"`
	} `json:"operations"`
	Reports []struct {
		InputShares      []octets   `json:"input_shares"`
		Nonce            octets     `json:"nonce"`
		PublicShare      octets     `json:"public_share"`
		VerifierShares   [][]octets `json:"verifier_shares"`
		VerifierMessages []octets   `json:"verifier_messages"`
	} `json:"reports"`
}

// TestNegativeVectors runs the operations of each file in order. What the file
// says fails must fail; circl may refuse earlier, and does: it compares an
// aggregator's own joint randomness part with the public share at once.
func TestNegativeVectors(t *testing.T) {
	data := os.Getenv("DUNLIN_DATA")
	if data == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("DUNLIN_DATA is not set: the negative vectors are missing")
		}
		t.Skip("DUNLIN_DATA is not set: the negative vectors are not at hand")
	}
	// At which operation, and at which aggregator, circl refuses.
	refusedAt := map[string]string{
		"Prio3Histogram_bad_helper_jr_blind.json":  "verify_init 1",
		"Prio3Histogram_bad_leader_jr_blind.json":  "verify_init 0",
		"Prio3Histogram_bad_public_share.json":     "verify_init 0",
		"Prio3Histogram_bad_verifier_message.json": "verify_next 0",
	}
	for name, want := range refusedAt {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(data, "vdaf", "bad", name))
			require.NoError(t, err)
			var v badVector
			require.NoError(t, json.Unmarshal(b, &v))
			require.False(t, v.Operations[len(v.Operations)-1].Success, "not a negative vector")
			require.Equal(t, want, runBad(t, v))
		})
	}
}

// runBad returns the operation that was refused, or "".
func runBad(t *testing.T, v badVector) string {
	h, err := histogram.New(v.Shares, v.Length, v.Chunk, v.Ctx)
	require.NoError(t, err)
	params := h.Params()
	key := histogram.VerifyKey(v.VerifyKey)
	r := v.Reports[0]
	nonce := histogram.Nonce(r.Nonce)
	states := make([]*histogram.PrepState, v.Shares)
	shares := make([]histogram.PrepShare, v.Shares)
	for _, op := range v.Operations {
		var err error
		name := op.Operation + " " + string('0'+op.Aggregator)
		switch op.Operation {
		case "verify_init":
			var in histogram.InputShare
			require.NoError(t, in.New(&params, uint(op.Aggregator)).UnmarshalBinary(r.InputShares[op.Aggregator]))
			var ps *histogram.PrepShare
			states[op.Aggregator], ps, err = h.PrepInit(&key, &nonce, op.Aggregator,
				histogram.PublicShare(r.PublicShare), in)
			if err == nil {
				b, err := ps.MarshalBinary()
				require.NoError(t, err)
				require.Equal(t, []byte(r.VerifierShares[0][op.Aggregator]), b)
				shares[op.Aggregator] = *ps
			}
		case "verifier_shares_to_message":
			_, err = h.PrepSharesToPrep(shares)
		case "verify_next":
			var m histogram.PrepMessage
			require.NoError(t, m.New(&params).UnmarshalBinary(r.VerifierMessages[0]))
			_, err = h.PrepNext(states[op.Aggregator], &m)
		default:
			t.Fatalf("unknown operation %q", op.Operation)
		}
		if err != nil {
			return name
		}
	}
	return ""
}
