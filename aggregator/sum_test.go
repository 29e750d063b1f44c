package aggregator_test

import (
	"context"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

func step(t testing.TB, w *world) leader.Outcome {
	t.Helper()
	all, err := w.Leader.Step(context.Background())
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

// 300 good reports with every known attack among them, twice over: the release
// is the sum of the good ones with both noises, to the last unit.
func TestSumOfManyAmongHostile(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 1)
	for i := range 300 {
		crowd.add(nil)
		if i < 2*len(attacks) {
			crowd.add(&attacks[i%len(attacks)])
		}
	}
	w := newWorld(t, c, crowd.reports, func(w *world) { w.chunk = 2 })
	w.addPlan()
	w.addPlan() // again: harmless
	o := step(t, w)
	require.NoError(t, o.Err)
	require.Equal(t, batch.Released, o.State)
	signed := w.expect(crowd.oracle)

	for role, views := range []func() ([]batch.View, error){w.Leader.Operator, w.live.Load().Operator} {
		v, err := views()
		require.NoError(t, err)
		r, err := w.batches[role].Record(c.batch)
		require.NoError(t, err)
		want := batch.View{Plan: c.digest, Period: firstDay.String(), State: batch.Released, Accepted: 300, Rejected: crowd.want[role], Hash: hex.EncodeToString(r.Tally.Hash[:])}
		if role == 0 {
			want.Cleared = true // at the collector, as the leader has heard
		} else {
			want.Owner = batch.FormerOwner
		}
		require.Equal(t, []batch.View{want}, v)
	}
	// Twice asked, nothing is drawn or stored again.
	all, err := w.Leader.Step(context.Background())
	require.NoError(t, err)
	require.Empty(t, all)
	require.Equal(t, signed, w.expect(crowd.oracle))

	// A later report finds the batch closed at the helper.
	m := message.Prepare{Batch: c.batch, Partition: 0, Items: []message.Item{{Head: report.Head{Plan: c.digest, Period: firstDay, Revision: 1}, Sealed: []byte("x"), PrepShare: []byte("x")}}}
	require.ErrorIs(t, w.ask("prepare", m.Append(nil)).err, problem.BatchClosed)
	require.ErrorIs(t, w.releases[0].Put(release.Signed{Record: signed.Record}), release.ErrConflict)
}

// One attack at a time, so that none hides behind another.
func TestEveryAttackAlone(t *testing.T) {
	c := newCast(t)
	base := newCrowd(t, c, 2, 3)
	for range 100 {
		base.add(nil)
	}
	for i := range attacks {
		t.Run(attacks[i].name, func(t *testing.T) {
			t.Parallel()
			crowd := *base
			crowd.t, crowd.rnd = t, rand.New(rand.NewPCG(2, uint64(i)+100))
			crowd.reports = append([][]byte(nil), base.reports...)
			crowd.want = [2]message.Rejects{}
			crowd.add(&attacks[i])
			w := newWorld(t, c, crowd.reports)
			w.addPlan()
			require.NoError(t, step(t, w).Err)
			w.expect(base.oracle)
			l, err := w.batches[0].Record(c.batch)
			require.NoError(t, err)
			h, err := w.batches[1].Record(c.batch)
			require.NoError(t, err)
			require.Equal(t, crowd.want, [2]message.Rejects{l.Rejects, h.Rejects})
			require.EqualValues(t, 100, l.Tally.Count)
			require.Equal(t, l.Tally, h.Tally)
			require.EqualValues(t, 1, l.Rejects.Total())
		})
	}
}

// 99 good reports and many bad ones are not 100: dropped at both, for good.
func TestShortBatch(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 3, 1, 2, 200)
	for i := range 99 {
		crowd.add(nil)
		crowd.add(&attacks[i%len(attacks)])
	}
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	o := step(t, w)
	require.Equal(t, batch.Short, o.State)
	var short *leader.ShortError
	require.ErrorAs(t, o.Err, &short)
	require.EqualValues(t, 99, short.Count)
	require.EqualValues(t, 100, short.Need)
	require.ErrorContains(t, short, "longer period")
	for role := range w.batches {
		_, err := w.releases[role].Get(c.digest, firstDay)
		require.ErrorIs(t, err, release.ErrNotFound)
		r, err := w.batches[role].Record(c.batch)
		require.NoError(t, err)
		require.Equal(t, batch.Short, r.State)
		require.Empty(t, r.Own, "no share is left")
		for n := range batch.Partitions {
			p, err := w.batches[role].Partition(c.batch, byte(n))
			require.NoError(t, err)
			require.Empty(t, p.Share)
			require.Empty(t, p.Pending)
		}
	}
	all, err := w.Leader.Step(context.Background())
	require.NoError(t, err)
	require.Empty(t, all, "and it is not tried again")
	x := message.Exchange{Batch: c.batch, Share: make([]byte, 16*c.layout.Cells)}
	require.ErrorIs(t, w.ask("exchange", x.Append(nil)).err, problem.BatchClosed)
}

func TestOpenPeriodWaits(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 4, 9)
	for range 100 {
		crowd.add(nil)
	}
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	w.now = c.plan.Periods[0].End - 1
	all, err := w.Leader.Step(context.Background())
	require.NoError(t, err)
	require.Empty(t, all, "not due by the leader's own clock")

	// The leader's clock is ahead of the collector's: it waits, and says so.
	w.spool.end = c.plan.Periods[0].End + 100
	w.now = c.plan.Periods[0].End
	o := step(t, w)
	require.ErrorIs(t, o.Err, problem.PeriodOpen)
	require.Equal(t, batch.Open, o.State)
	w.now += 100
	require.NoError(t, step(t, w).Err)
	w.expect(crowd.oracle)
}

// A sealed share goes out of the spool as the age file that it is.
func TestSealedShare(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 5)
	id := crowd.add(nil)
	w := newWorld(t, c, crowd.reports)
	s := leader.Service{URL: w.servers[0].URL, Client: http.DefaultClient}
	b, err := leader.SealedShare(context.Background(), s, c.batch, id, report.Leader)
	require.NoError(t, err)
	lead, help := c.layout.InputShareSizes(int(c.plan.Chunk))
	_, err = c.leader.Open(b, report.PlainHead+lead)
	require.NoError(t, err)
	b, err = leader.SealedShare(context.Background(), s, c.batch, id, report.Helper)
	require.NoError(t, err)
	_, err = c.helper.Open(b, report.PlainHead+help)
	require.NoError(t, err)
	_, err = leader.SealedShare(context.Background(), s, c.batch, plan.ReportID{1}, report.Helper)
	require.Error(t, err)
	_, err = leader.SealedShare(context.Background(), s, c.batch, id, report.Role(7))
	require.ErrorIs(t, err, leader.ErrOptions)
}

func TestOptions(t *testing.T) {
	_, err := leader.New(leader.Options{})
	require.True(t, errors.Is(err, leader.ErrOptions))
}
