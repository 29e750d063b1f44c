package aggregator_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/prepare"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/settle"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// liar drives the helper by hand, as a leader could that has its own ideas. Its
// batch is 100 good reports and one with a false proof, in partition 5.
type liar struct {
	*world
	part  byte
	items []message.Item
	begun []prepare.Begun
	work  *prepare.Worker
	crowd *crowd
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	c := newCast(t)
	crowd := newCrowd(t, c, 8, 5)
	for i := range attacks {
		if attacks[i].name == "proof changed" {
			crowd.add(&attacks[i])
		}
	}
	for range 100 {
		crowd.add(nil)
	}
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	l := liarOf(t, w, 5)
	require.Len(t, l.items, 101)
	l.crowd = crowd
	return l
}

// liarOf is a leader with all reports of a partition that its own share opens of.
func liarOf(t *testing.T, world *world, part byte) *liar {
	t.Helper()
	c, l := world.cast, &liar{world: world, part: part}
	w, err := prepare.NewWorker(prepare.Spec{Batch: c.batch, Role: report.Leader, Params: c.params(), Identity: c.leader, Key: c.key})
	require.NoError(t, err)
	l.work = w
	for _, b := range l.spool.parts[part] {
		r, err := report.Parse(b)
		if err != nil {
			continue
		}
		begun, reason := w.Begin(&r.Head, r.Leader)
		if reason != message.None {
			continue
		}
		l.begun = append(l.begun, begun)
		l.items = append(l.items, message.Item{Head: r.Head, Sealed: r.Helper, PrepShare: begun.PrepShare})
	}
	return l
}

func (l *liar) chunk(sequence uint64, v message.Verdicts, from, to int) message.Prepare {
	return message.Prepare{Batch: l.batch, Partition: l.part, Sequence: sequence, Verdicts: v, Items: l.items[from:to]}
}

// send posts a chunk and returns honest verdicts.
func (l *liar) prepare(m message.Prepare) ([]byte, message.Verdicts, []message.Outcome) {
	l.t.Helper()
	a := l.ask("prepare", m.Append(nil))
	require.NoError(l.t, a.err)
	made, err := message.ParsePrepared(a.body)
	require.NoError(l.t, err)
	v := make(message.Verdicts, len(made.Outcomes))
	for i, o := range made.Outcomes {
		v[i] = o.Reason == message.None
	}
	return a.body, v, made.Outcomes
}

func TestLiesAboutChunks(t *testing.T) {
	l := newLiar(t)
	first := l.chunk(0, nil, 0, 40)
	refused := func(kind problem.Type, m message.Prepare) {
		t.Helper()
		require.ErrorIs(t, l.ask("prepare", m.Append(nil)).err, kind)
	}
	refused(problem.Pending, func() message.Prepare { m := l.chunk(3, message.Verdicts{true}, 0, 5); return m }())
	answer, v, _ := l.prepare(first)
	again, _, _ := l.prepare(first)
	require.Equal(t, answer, again, "a repeated request has the stored answer")
	l.startHelper()
	again, _, _ = l.prepare(first)
	require.Equal(t, answer, again, "after a crash too")

	changed := first
	changed.Items = append([]message.Item(nil), first.Items...)
	changed.Items[7].PrepShare = append([]byte(nil), changed.Items[7].PrepShare...)
	changed.Items[7].PrepShare[0] ^= 1
	refused(problem.Pending, changed)
	refused(problem.Pending, l.chunk(0, nil, 0, 39))
	refused(problem.Replay, l.chunk(1, v, 39, 60))
	refused(problem.Replay, l.chunk(1, v, 0, 40))
	refused(problem.Disagreement, l.chunk(1, v[:39], 40, 60))
	refused(problem.Disagreement, l.chunk(1, nil, 40, 60))

	_, v, _ = l.prepare(l.chunk(1, v, 40, 101))
	finish := message.Finish{Batch: l.batch, Partition: 5, Sequence: 2, Verdicts: v}
	tooEarly := message.Close{Batch: l.batch}
	require.ErrorIs(t, l.ask("close", tooEarly.Append(nil)).err, problem.Unfinished)

	done := l.ask("finish", finish.Append(nil))
	require.NoError(t, done.err)
	require.Equal(t, done.body, l.ask("finish", finish.Append(nil)).body)
	other := finish
	other.Verdicts = make(message.Verdicts, len(v))
	require.ErrorIs(t, l.ask("finish", other.Append(nil)).err, problem.Finished)
	refused(problem.Finished, l.chunk(2, nil, 90, 101))
	tally, err := message.ParseTally(done.body)
	require.NoError(t, err)
	require.EqualValues(t, 100, tally.Count)
}

// A verdict that a rejected report counts is found out wherever it lies.
func TestLieThatARejectedReportCounts(t *testing.T) {
	l := newLiar(t)
	_, v, outcomes := l.prepare(l.chunk(0, nil, 0, 101))
	for i := range v {
		if outcomes[i].Reason != message.None {
			require.Equal(t, message.Proof, outcomes[i].Reason)
			v[i] = true
		}
	}
	finish := message.Finish{Batch: l.batch, Partition: 5, Sequence: 1, Verdicts: v}
	require.ErrorIs(t, l.ask("finish", finish.Append(nil)).err, problem.Disagreement)
}

// summed takes the liar through an honest sum of all but leave reports.
func (l *liar) summed(leave int) (sum *vdaf.AggregateShare, t message.Tally) {
	l.t.Helper()
	_, v, outcomes := l.prepare(l.chunk(0, nil, 0, 101))
	sum = vdaf.NewAggregateShare(l.layout.Cells)
	p := batch.Partition{Tally: batch.EmptyTally(l.batch, 5)}
	for i := range v {
		if !v[i] {
			continue
		}
		if leave > 0 {
			leave--
			v[i] = false
			continue
		}
		out, reason := l.work.Finish(l.begun[i], outcomes[i].Message)
		require.Equal(l.t, message.None, reason)
		require.NoError(l.t, p.Count(&l.items[i].Head, sum, out))
	}
	finish := message.Finish{Batch: l.batch, Partition: 5, Sequence: 1, Verdicts: v}
	a := l.ask("finish", finish.Append(nil))
	require.NoError(l.t, a.err)
	require.Equal(l.t, p.Tally.Append(nil), a.body)
	t, err := l.batches[1].Tally(l.batch, l.layout.Cells)
	require.NoError(l.t, err)
	return sum, t
}

func TestLiesAboutTheBatch(t *testing.T) {
	l := newLiar(t)
	sum, tally := l.summed(0)
	exact, err := sum.MarshalBinary()
	require.NoError(t, err)
	give := func(verb string, m interface{ Append([]byte) []byte }) answer { return l.ask(verb, m.Append(nil)) }

	x := &message.Exchange{Batch: l.batch, Share: exact}
	sig := &message.Sign{Batch: l.batch}
	require.ErrorIs(t, give("exchange", x).err, problem.BatchOpen, "no noised share before agreement")
	require.ErrorIs(t, give("sign", sig).err, problem.BatchOpen)

	// Counts and hashes: more, fewer, other reports.
	for _, lie := range []message.Tally{{Count: tally.Count + 1, Hash: tally.Hash}, {Count: tally.Count - 1, Hash: tally.Hash}, {Count: tally.Count, Hash: sha256.Sum256(nil)}, {}} {
		require.ErrorIs(t, give("close", &message.Close{Batch: l.batch, Tally: lie}).err, problem.Disagreement)
		r, err := l.batches[1].Record(l.batch)
		require.NoError(t, err)
		require.Equal(t, batch.Open, r.State, "a lie draws no noise")
	}
	closing := &message.Close{Batch: l.batch, Tally: tally}
	a := give("close", closing)
	require.NoError(t, a.err)
	require.Equal(t, a.body, give("close", closing).body)
	require.ErrorIs(t, give("close", &message.Close{Batch: l.batch}).err, problem.Disagreement, "after it too")
	require.ErrorIs(t, give("sign", sig).err, problem.BatchOpen, "shares first")

	// The noised share: one, of this batch, and the same again.
	wild := make([]byte, len(exact))
	for i := range wild {
		wild[i] = 0x55
	}
	require.ErrorIs(t, give("exchange", &message.Exchange{Batch: l.batch, Share: wild}).err, problem.Disagreement)
	require.ErrorIs(t, give("exchange", &message.Exchange{Batch: l.batch, Share: exact[16:]}).err, problem.Disagreement)
	theirs := give("exchange", x)
	require.NoError(t, theirs.err)
	require.Equal(t, theirs.body, give("exchange", x).body)
	require.NoError(t, sum.AddNoise(append([]int64{1}, make([]int64, l.layout.Cells-1)...)))
	second, err := sum.MarshalBinary()
	require.NoError(t, err)
	require.ErrorIs(t, give("exchange", &message.Exchange{Batch: l.batch, Share: second}).err, problem.Conflict)

	// The signature: over the record that the helper computes.
	require.ErrorIs(t, give("sign", sig).err, problem.Signature)
	answered, err := message.ParseExchange(theirs.body)
	require.NoError(t, err)
	record, err := settle.Record(l.batch, l.plan, l.plan.Periods[0], exact, answered.Share)
	require.NoError(t, err)
	record.Cells[0]++
	body, err := record.Append(nil)
	require.NoError(t, err)
	copy(sig.Signature[:], l.peers[0].Sign(release.Message(body)))
	require.ErrorIs(t, give("sign", sig).err, problem.Signature, "a record with one cell changed")
	require.ErrorIs(t, l.send("GET", "/v1/batches/"+l.digest.String()+"/"+firstDay.String()+"/release", nil).err, problem.NotFound)
	record.Cells[0]--
	body, err = record.Append(nil)
	require.NoError(t, err)
	copy(sig.Signature[:], l.peers[0].Sign(release.Message(body)))
	signed := give("sign", sig)
	require.NoError(t, signed.err)
	require.Equal(t, signed.body, give("sign", sig).body)
	l.startHelper()
	require.Equal(t, signed.body, give("sign", sig).body, "after a crash too")
	sig.Signature[0] ^= 1
	require.ErrorIs(t, give("sign", sig).err, problem.Conflict)
	require.ErrorIs(t, give("exchange", x).err, problem.BatchClosed, "no share is left to give")
	first := l.send("GET", "/v1/batches/"+l.digest.String()+"/"+firstDay.String()+"/release", nil)
	require.NoError(t, first.err)
	require.Equal(t, first.body, l.send("GET", "/v1/batches/"+l.digest.String()+"/"+firstDay.String()+"/release", nil).body)
	got, err := release.Parse(first.body)
	require.NoError(t, err)
	require.Equal(t, record, got.Record)
}

// A leader that leaves reports out reaches no release below min batch, whatever
// it says: the helper counts for itself.
func TestLeaderThatLeavesReportsOut(t *testing.T) {
	l := newLiar(t)
	_, tally := l.summed(1)
	require.EqualValues(t, 99, tally.Count)
	lie := message.Close{Batch: l.batch, Tally: message.Tally{Count: 100, Hash: tally.Hash}}
	require.ErrorIs(t, l.ask("close", lie.Append(nil)).err, problem.Disagreement)
	honest := message.Close{Batch: l.batch, Tally: tally}
	require.NoError(t, l.ask("close", honest.Append(nil)).err)
	r, err := l.batches[1].Record(l.batch)
	require.NoError(t, err)
	require.Equal(t, batch.Short, r.State)
	require.EqualValues(t, 1, r.Rejects[message.PeerRefused])
}
