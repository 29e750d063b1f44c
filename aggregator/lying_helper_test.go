package aggregator_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// lie has the helper's answers to one verb changed on their way.
func (w *world) lie(verb string, change func([]byte) []byte) {
	w.servers[1].Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		a := httptest.NewRecorder()
		w.live.Load().ServeHTTP(a, r)
		b := a.Body.Bytes()
		if strings.HasSuffix(r.URL.Path, "/"+verb) && a.Code == http.StatusOK {
			b = change(b)
		}
		rw.Header().Set("Content-Type", a.Header().Get("Content-Type"))
		rw.WriteHeader(a.Code)
		_, _ = rw.Write(b)
	})
}

// A helper that lies gets no release signed, and the leader draws no noise for a
// batch on which they do not agree. Told the truth again, the batch goes on.
func TestHelperThatLies(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 70, 9)
	for range 101 {
		crowd.add(nil)
	}
	tally := func(change func(*message.Tally)) func([]byte) []byte {
		return func(b []byte) []byte {
			m, err := message.ParseTally(b)
			require.NoError(t, err)
			change(&m)
			return m.Append(nil)
		}
	}
	prepared := func(change func(*message.Prepared)) func([]byte) []byte {
		return func(b []byte) []byte {
			m, err := message.ParsePrepared(b)
			require.NoError(t, err)
			change(&m)
			return m.Append(nil)
		}
	}
	exchange := func(change func(*message.Exchange)) func([]byte) []byte {
		return func(b []byte) []byte {
			m, err := message.ParseExchange(b)
			require.NoError(t, err)
			change(&m)
			return m.Append(nil)
		}
	}
	for _, lie := range []struct {
		name, verb string
		change     func([]byte) []byte
		want       error
		state      batch.State
		after      error // told the truth again; nil: the release
	}{
		{"garbage", "prepare", func(b []byte) []byte { return b[:len(b)-1] }, leader.ErrAnswer, batch.Open, nil},
		{"the answer to another chunk", "prepare", prepared(func(m *message.Prepared) { m.Request[0]++ }), leader.ErrAnswer, batch.Open, nil},
		{"about fewer reports", "prepare", prepared(func(m *message.Prepared) { m.Outcomes = m.Outcomes[1:] }), leader.ErrAnswer, batch.Open, nil},
		// What it says of a proof stands: the leader counts fewer than the helper.
		{"a good report called bad", "prepare", prepared(func(m *message.Prepared) { m.Outcomes[0] = message.Outcome{Reason: message.Proof} }), nil, batch.Released, nil},
		{"another report's prep message", "prepare", prepared(func(m *message.Prepared) { m.Outcomes[0].Message[0]++ }), nil, batch.Released, nil},
		{"count of a partition", "finish", tally(func(m *message.Tally) { m.Count++ }), batch.ErrDisagree, batch.Open, nil},
		{"hash of a partition", "finish", tally(func(m *message.Tally) { m.Hash[0]++ }), batch.ErrDisagree, batch.Open, nil},
		{"count of the batch", "close", tally(func(m *message.Tally) { m.Count-- }), batch.ErrDisagree, batch.Open, nil},
		{"hash of the batch", "close", tally(func(m *message.Tally) { m.Hash[31]++ }), batch.ErrDisagree, batch.Open, nil},
		{"share of another length", "exchange", exchange(func(m *message.Exchange) { m.Share = m.Share[16:] }), vdaf.ErrDecode, batch.Closed, nil},
		{"share of another batch", "exchange", exchange(func(m *message.Exchange) { m.Share[9] ^= 0x40 }), vdaf.ErrRange, batch.Closed, nil},
		{"another batch's name", "exchange", exchange(func(m *message.Exchange) { m.Date++ }), leader.ErrAnswer, batch.Closed, nil},
		{"signature", "sign", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, release.ErrSignature, batch.Exchanged, nil},
		// A share that fits but is not the one that the helper keeps: they sign
		// different records, so there is none.
		{"share with a count more", "exchange", exchange(func(m *message.Exchange) {
			a, err := vdaf.UnmarshalAggregateShare(c.layout.Cells, m.Share)
			require.NoError(t, err)
			require.NoError(t, a.AddNoise(append([]int64{1}, make([]int64, c.layout.Cells-1)...)))
			m.Share, err = a.MarshalBinary()
			require.NoError(t, err)
		}), problem.Signature, batch.Exchanged, problem.Signature},
	} {
		t.Run(lie.name, func(t *testing.T) {
			w := newWorld(t, c, crowd.reports, func(w *world) { w.chunk = 60 })
			w.addPlan()
			lies := 1
			w.lie(lie.verb, func(b []byte) []byte {
				if lies--; lies < 0 {
					return b
				}
				return lie.change(b)
			})
			_, err := w.Leader.Step(context.Background())
			require.ErrorIs(t, err, lie.want)
			r, err := w.batches[0].Record(c.batch)
			require.NoError(t, err)
			require.Equal(t, lie.state, r.State)
			if lie.state != batch.Released {
				_, err = w.releases[0].Get(c.digest, firstDay)
				require.ErrorIs(t, err, release.ErrNotFound)
				_, err = w.Leader.Step(context.Background())
				require.ErrorIs(t, err, lie.after)
			}
			switch {
			case lie.after != nil:
				for role := range w.releases {
					_, err = w.releases[role].Get(c.digest, firstDay)
					require.ErrorIs(t, err, release.ErrNotFound)
				}
			case lie.verb == "prepare" && lie.want == nil:
				r, err = w.batches[0].Record(c.batch)
				require.NoError(t, err)
				require.EqualValues(t, 100, r.Tally.Count)
				require.EqualValues(t, 1, r.Rejects.Total())
				h, err := w.batches[1].Record(c.batch)
				require.NoError(t, err)
				require.Equal(t, r.Tally, h.Tally, "a report without both verdicts counts on neither side")
				require.EqualValues(t, 1, h.Rejects[message.PeerRefused])
			default:
				w.expect(crowd.oracle)
			}
		})
	}
}
