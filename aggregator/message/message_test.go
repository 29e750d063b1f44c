package message_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var sample = message.Batch{Plan: plan.DigestOf([]byte("plan")), Date: 20000}

func prepareOf(n int) message.Prepare {
	m := message.Prepare{Batch: sample, Partition: 7, Sequence: 3, Verdicts: message.Verdicts{true, false, true}}
	for i := range n {
		h := report.Head{Plan: sample.Plan, Period: sample.Date, ID: plan.ReportID{7, byte(i >> 8), byte(i)}, Revision: uint32(i + 1)}
		m.Items = append(m.Items, message.Item{Head: h, Sealed: []byte("sealed"), PrepShare: []byte("prep share")})
	}
	return m
}

func prepared() message.Prepared {
	return message.Prepared{Request: message.DigestOf(nil), Outcomes: []message.Outcome{
		{Message: [32]byte{1}}, {Reason: message.Proof}, {Reason: message.OpenFailed}, {Message: [32]byte{2}}}}
}

func Example() {
	m := prepareOf(2)
	b := m.Append(nil)
	back, err := message.ParsePrepare(b)
	fmt.Println(len(b), back.Batch, len(back.Items), err)
	// Output: 282 period 2024-10-04 of plan 64879f7d6b96 2 <nil>
}

// codecs are all messages: the bytes of a good one, and parse then append.
func codecs() map[string]struct {
	good  []byte
	again func([]byte) ([]byte, error)
} {
	type codec = struct {
		good  []byte
		again func([]byte) ([]byte, error)
	}
	p, a := prepareOf(5), prepared()
	f := message.Finish{Batch: sample, Partition: 255, Sequence: 9, Verdicts: make(message.Verdicts, 8)}
	c := message.Close{Batch: sample, Tally: message.Tally{Count: 431, Hash: [32]byte{3}}}
	x := message.Exchange{Batch: sample, Share: make([]byte, 64)}
	s := message.Sign{Batch: sample, Signature: [64]byte{5}}
	return map[string]codec{
		"prepare":  {p.Append(nil), func(b []byte) ([]byte, error) { m, err := message.ParsePrepare(b); return m.Append(nil), err }},
		"prepared": {a.Append(nil), func(b []byte) ([]byte, error) { m, err := message.ParsePrepared(b); return m.Append(nil), err }},
		"finish":   {f.Append(nil), func(b []byte) ([]byte, error) { m, err := message.ParseFinish(b); return m.Append(nil), err }},
		"close":    {c.Append(nil), func(b []byte) ([]byte, error) { m, err := message.ParseClose(b); return m.Append(nil), err }},
		"tally":    {c.Tally.Append(nil), func(b []byte) ([]byte, error) { m, err := message.ParseTally(b); return m.Append(nil), err }},
		"exchange": {x.Append(nil), func(b []byte) ([]byte, error) { m, err := message.ParseExchange(b); return m.Append(nil), err }},
		"sign":     {s.Append(nil), func(b []byte) ([]byte, error) { m, err := message.ParseSign(b); return m.Append(nil), err }},
	}
}

func TestEveryMessageIsStrict(t *testing.T) {
	all := codecs()
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			out, err := c.again(c.good)
			require.NoError(t, err)
			require.Equal(t, c.good, out)
			for n := range c.good {
				_, err := c.again(c.good[:n])
				require.ErrorIs(t, err, message.ErrMalformed, "first %d bytes", n)
			}
			_, err = c.again(append(bytes.Clone(c.good), 0))
			require.ErrorIs(t, err, message.ErrMalformed)
			for other, o := range all {
				if other != name {
					_, err := c.again(o.good)
					require.ErrorIs(t, err, message.ErrMalformed, "a %s", other)
				}
			}
		})
	}
}

func TestPrepareIsInOrder(t *testing.T) {
	for name, change := range map[string]func(*message.Prepare){
		"no reports":            func(m *message.Prepare) { m.Items = nil },
		"repeated ID":           func(m *message.Prepare) { m.Items[1].Head.ID = m.Items[0].Head.ID },
		"descending":            func(m *message.Prepare) { m.Items[0], m.Items[1] = m.Items[1], m.Items[0] },
		"another partition":     func(m *message.Prepare) { m.Items[2].Head.ID[0] = 8 },
		"verdicts at the start": func(m *message.Prepare) { m.Sequence = 0 },
		"too many":              func(m *message.Prepare) { *m = prepareOf(message.MaxChunk + 1) },
	} {
		t.Run(name, func(t *testing.T) {
			m := prepareOf(3)
			change(&m)
			_, err := message.ParsePrepare(m.Append(nil))
			require.ErrorIs(t, err, message.ErrMalformed)
		})
	}
	m := prepareOf(message.MaxChunk)
	_, err := message.ParsePrepare(m.Append(nil))
	require.NoError(t, err)
}

func TestVerdicts(t *testing.T) {
	for n := range 40 {
		var v message.Verdicts
		for i := range n {
			v = append(v, i%3 == 0)
		}
		in := wire.NewReader(message.AppendVerdicts(nil, v))
		require.Equal(t, v, message.ReadVerdicts(in))
		require.NoError(t, in.Close())
	}
	in := wire.NewReader([]byte{3, 0b11110000})
	message.ReadVerdicts(in)
	require.Error(t, in.Close(), "padding that is not 0")
}

func TestRejects(t *testing.T) {
	var r message.Rejects
	r[message.Proof], r[message.Unlike] = 3, 1
	r.Add(r)
	require.EqualValues(t, 8, r.Total())
	b, err := json.Marshal(r)
	require.NoError(t, err)
	require.JSONEq(t, `{"malformed":0,"wrong_batch":0,"open_failed":0,"unlike_sealed_head":2,"invalid_proof":6,"refused_by_peer":0}`, string(b))
	require.Equal(t, "invalid_proof", message.Proof.String())
	require.Equal(t, "none", message.Reason(200).String())
}

// Whatever parses is the one encoding of what was parsed; nothing panics.
func FuzzMessages(f *testing.F) {
	all := codecs()
	for _, c := range all {
		f.Add(c.good)
		f.Add(c.good[:len(c.good)-1])
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		parsed := 0
		for _, c := range all {
			out, err := c.again(in)
			if err == nil {
				parsed++
				require.Equal(t, in, out)
			}
		}
		require.LessOrEqual(t, parsed, 1, "no bytes are two messages")
	})
}
