package aggregator_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// All three services, from the device's POST to the release: revisions, repeats
// and every attack that the collector cannot see through.
func TestFromUploadToRelease(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 40)
	var w *world
	var upload func([]byte) int
	var last leader.Progress
	clock := func() time.Time { return time.Unix(int64(w.now), 0) }
	w = newWorld(t, c, nil, func(world *world) {
		w = world
		world.now = c.plan.Periods[0].Start + plan.Hour
		col, err := collector.Open(collector.Options{Dir: t.TempDir(), Verify: c.verify, Clock: clock, SealedSize: seal.SealedSize})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, col.Close()) })
		world.inner = col.Inner()
		world.progress = func(p leader.Progress) { last = p }
		public := httptest.NewServer(col.Public())
		t.Cleanup(public.Close)
		upload = func(b []byte) int {
			res, err := http.Post(public.URL+"/v1/reports", "application/octet-stream", bytes.NewReader(b))
			require.NoError(t, err)
			_ = res.Body.Close()
			return res.StatusCode
		}
	})
	w.addPlan()

	for i := range 300 {
		crowd.add(nil)
		require.Equal(t, http.StatusAccepted, upload(crowd.reports[len(crowd.reports)-1]))
		if how := &attacks[i%len(attacks)]; i < 3*len(attacks) && how.bytes == nil && how.head == nil {
			crowd.add(how)
			require.Equal(t, http.StatusAccepted, upload(crowd.reports[len(crowd.reports)-1]))
		}
	}
	for _, b := range crowd.reports[:20] {
		require.Equal(t, http.StatusAccepted, upload(b), "sent twice")
		r, err := report.Parse(bytes.Clone(b))
		require.NoError(t, err)
		if r.Revision > 1 {
			r.Revision--
			old, err := r.Append(nil)
			require.NoError(t, err)
			require.Equal(t, http.StatusAccepted, upload(old), "an older revision")
		}
	}
	id := plan.ReportID(crowd.reports[0][40:56])
	sealed := func() ([]byte, error) {
		return leader.SealedShare(context.Background(), leader.Service{URL: w.servers[0].URL, Client: http.DefaultClient}, c.batch, id, report.Helper)
	}
	b, err := sealed()
	require.NoError(t, err)
	_, help := c.layout.InputShareSizes(int(c.plan.Chunk))
	_, err = c.helper.Open(b, report.PlainHead+help)
	require.NoError(t, err)

	w.now = c.plan.Periods[0].End + 1
	o := step(t, w)
	require.NoError(t, o.Err)
	require.Equal(t, batch.Released, o.State)
	w.expect(crowd.oracle)
	require.Equal(t, leader.Progress{Batch: c.batch, Done: uint64(len(crowd.reports)), Total: uint64(len(crowd.reports))}, last)
	for role, views := range []func() ([]batch.View, error){w.Leader.Operator, w.live.Load().Operator} {
		v, err := views()
		require.NoError(t, err)
		require.EqualValues(t, 300, v[0].Accepted)
		require.Equal(t, crowd.want[role], v[0].Rejected)
	}
	require.NotEqual(t, http.StatusAccepted, upload(crowd.reports[0]), "late")
	_, err = sealed()
	require.ErrorIs(t, err, problem.BatchDeleted, "at release the sealed copies go")
}

// What a collector out of its mind answers stops the batch or is counted; it
// never counts twice and never panics.
func TestCollectorOutOfItsMind(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 41, 77)
	for range 105 {
		crowd.add(nil)
	}
	for name, spoil := range map[string]func(*spool){
		"descending":        func(s *spool) { s.parts[77][3], s.parts[77][4] = s.parts[77][4], s.parts[77][3] },
		"twice the same":    func(s *spool) { s.parts[77][4] = s.parts[77][3] },
		"another partition": func(s *spool) { s.parts[78], s.parts[77] = s.parts[77], nil },
		"too long": func(s *spool) {
			s.parts[77][9] = append(s.parts[77][9], make([]byte, report.MaxSize)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c, crowd.reports)
			w.addPlan()
			spoil(w.spool)
			_, err := w.Leader.Step(context.Background())
			require.ErrorIs(t, err, leader.ErrAnswer)
		})
	}
	t.Run("not even a head", func(t *testing.T) {
		w := newWorld(t, c, crowd.reports)
		w.addPlan()
		p := w.spool.parts[77]
		w.spool.parts[77] = append(append(append([][]byte{}, p[:5]...), []byte("DLR9, and then nothing more of a report, but an ID may lie here")), p[5:]...)
		require.NoError(t, step(t, w).Err)
		w.expect(crowd.oracle)
		r, err := w.batches[0].Record(c.batch)
		require.NoError(t, err)
		require.Equal(t, message.Rejects{message.Malformed: 1}, r.Rejects)
	})
}
