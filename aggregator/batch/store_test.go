package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

var (
	sampleBatch = message.Batch{Plan: plan.Digest{1, 2}, Date: 20000}
	sampleTerms = Terms{Cells: 4, Sigma2: 97, MinBatch: 100}
)

func exactOf(t testing.TB, counts ...int64) []byte {
	t.Helper()
	a := vdaf.NewAggregateShare(len(counts))
	require.NoError(t, a.AddNoise(counts)) // a sum like any other
	b, err := a.MarshalBinary()
	require.NoError(t, err)
	return b
}

func source() io.Reader { return rand.NewChaCha8([32]byte{42}) }

// broken fails the test when it is read.
type broken struct{ t *testing.T }

func (b broken) Read([]byte) (int, error) {
	b.t.Error("noise was drawn a second time")
	return 0, io.ErrUnexpectedEOF
}

func TestSettleDrawsOnce(t *testing.T) {
	s := quick(t)
	exact := exactOf(t, 120, 0, 7, 3)
	fill(t, s, sampleBatch, exact, 120)
	tally, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	require.EqualValues(t, 120, tally.Count)

	_, err = s.Settle(sampleBatch, sampleTerms, message.Tally{Count: 120}, broken{t})
	require.ErrorIs(t, err, ErrDisagree)
	r, err := s.Settle(sampleBatch, sampleTerms, tally, source())
	require.NoError(t, err)
	require.Equal(t, Closed, r.State)
	drawn, err := noise.NewSource(source()).Vector(4, 97)
	require.NoError(t, err)
	require.Equal(t, drawn, minus(t, r.Own, exact))

	again, err := s.Settle(sampleBatch, sampleTerms, tally, broken{t})
	require.NoError(t, err)
	require.Equal(t, r, again, "the same bytes")
	_, err = s.Settle(sampleBatch, sampleTerms, message.Tally{}, broken{t})
	require.ErrorIs(t, err, ErrDisagree)
	p, err := s.Partition(sampleBatch, 0)
	require.NoError(t, err)
	require.Empty(t, p.Share, "the exact share is gone with the same transaction")
	require.ErrorIs(t, s.Update(sampleBatch, 9, func(*Partition) error { return nil }), ErrClosed)
	after, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	require.Equal(t, tally, after)

	_, err = s.SetReleased(sampleBatch)
	require.ErrorIs(t, err, ErrState)
	_, err = s.SetPeer(sampleBatch, exact)
	require.NoError(t, err)
	_, err = s.SetPeer(sampleBatch, exact)
	require.NoError(t, err)
	_, err = s.SetPeer(sampleBatch, r.Own)
	require.ErrorIs(t, err, ErrConflict)
	for range 2 {
		r, err = s.SetReleased(sampleBatch)
		require.NoError(t, err)
		require.Equal(t, Released, r.State)
		require.Empty(t, r.Own)
		require.Empty(t, r.Peer)
	}
	_, err = s.SetPeer(sampleBatch, exact)
	require.ErrorIs(t, err, ErrState)
	require.True(t, r.State.Final())
}

func TestSettleRefusesShortAndUnfinished(t *testing.T) {
	s := quick(t)
	fill(t, s, sampleBatch, exactOf(t, 99, 1, 1, 1), 99)
	require.NoError(t, s.Update(sampleBatch, 7, func(p *Partition) error {
		p.Begun = true
		return nil
	}))
	_, err := s.Tally(sampleBatch, 4)
	require.ErrorIs(t, err, ErrUnfinished)
	_, err = s.Settle(sampleBatch, sampleTerms, message.Tally{}, broken{t})
	require.ErrorIs(t, err, ErrUnfinished)
	require.NoError(t, s.Update(sampleBatch, 7, func(p *Partition) error {
		p.Finished = true
		p.Rejects[message.Proof] = 4
		return nil
	}))
	v, err := s.Views()
	require.NoError(t, err)
	require.Equal(t, []View{{Plan: sampleBatch.Plan, Period: "2024-10-04", Accepted: 99, Begun: 2, Finished: 2, Rejected: message.Rejects{message.Proof: 4}}}, v)
	tally, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	r, err := s.Settle(sampleBatch, sampleTerms, tally, broken{t})
	require.NoError(t, err)
	require.Equal(t, Short, r.State)
	require.Empty(t, r.Own)
	_, err = s.SetPeer(sampleBatch, exactOf(t, 1, 1, 1, 1))
	require.ErrorIs(t, err, ErrState)
	v, err = s.Views()
	require.NoError(t, err)
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.Contains(t, string(b), `"state":"short","accepted":99`)
	require.Contains(t, string(b), `"invalid_proof":4`)
}

// When the draw fails the transaction falls with it.
func TestSettleWithoutNoise(t *testing.T) {
	s := quick(t)
	exact := exactOf(t, 100, 0, 0, 0)
	fill(t, s, sampleBatch, exact, 100)
	tally, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	_, err = s.Settle(sampleBatch, sampleTerms, tally, bytes.NewReader(nil))
	require.Error(t, err)
	p, err := s.Partition(sampleBatch, 0)
	require.NoError(t, err)
	require.Equal(t, exact, p.Share)
	r, err := s.Record(sampleBatch)
	require.NoError(t, err)
	require.Equal(t, Open, r.State)
}

// The tally depends on the partition, the batch and every counted report.
func TestTalliesDiffer(t *testing.T) {
	seen := map[message.Tally]bool{}
	for _, b := range []message.Batch{sampleBatch, {Plan: plan.Digest{9}, Date: 20000}, {Plan: sampleBatch.Plan, Date: 20001}} {
		for n := range Partitions {
			seen[EmptyTally(b, byte(n))] = true
		}
	}
	require.Len(t, seen, 3*Partitions)
}

// The hash is over ID, revision and nonce of each counted report, in their order:
// two aggregators that count as many reports, but not the same ones, disagree.
func TestHashSeesEveryCountedReport(t *testing.T) {
	report1 := report.Head{ID: plan.ReportID{3, 1}, Revision: 1, Nonce: [16]byte{1}}
	report2 := report.Head{ID: plan.ReportID{3, 2}, Revision: 1, Nonce: [16]byte{2}}
	tally := func(heads ...report.Head) message.Tally {
		p := Partition{Tally: EmptyTally(sampleBatch, 3)}
		for i := range heads {
			require.NoError(t, p.Count(&heads[i], vdaf.NewAggregateShare(0), vdaf.OutputShare{}))
		}
		return p.Tally
	}
	want := tally(report1, report2)
	require.EqualValues(t, 2, want.Count)
	require.Equal(t, want, tally(report1, report2))
	for name, change := range map[string]func(*report.Head){
		"ID":       func(h *report.Head) { h.ID[15]++ },
		"revision": func(h *report.Head) { h.Revision++ },
		"nonce":    func(h *report.Head) { h.Nonce[15]++ },
	} {
		for i := range 2 {
			heads := []report.Head{report1, report2}
			change(&heads[i])
			require.NotEqual(t, want.Hash, tally(heads...).Hash, "%s of report %d", name, i+1)
		}
	}
	require.NotEqual(t, want.Hash, tally(report2, report1).Hash)
	require.NotEqual(t, want.Hash, tally(report1).Hash)
}

func TestFailedUpdateStoresNothing(t *testing.T) {
	s := quick(t)
	no := errors.New("no")
	require.ErrorIs(t, s.Update(sampleBatch, 1, func(p *Partition) error {
		p.Sequence = 99
		return no
	}), no)
	p, err := s.Partition(sampleBatch, 1)
	require.NoError(t, err)
	require.Equal(t, Partition{Tally: EmptyTally(sampleBatch, 1)}, p)
}

func TestPlans(t *testing.T) {
	s := quick(t)
	_, err := s.Plan(plan.Digest{})
	require.ErrorIs(t, err, ErrNotFound)
	require.NoError(t, s.PutPlan(plan.Digest{1}, []byte("one"), 100, "shop"))
	require.NoError(t, s.PutPlan(plan.Digest{1}, []byte("one"), 200, "shop"))
	require.ErrorIs(t, s.PutPlan(plan.Digest{1}, []byte("two"), 100, "shop"), ErrConflict)
	all, err := s.Plans()
	require.NoError(t, err)
	require.Equal(t, map[plan.Digest]Accepted{{1}: {[]byte("one"), 100, "shop"}}, all, "the first time stands")
	a, err := s.Plan(plan.Digest{1})
	require.NoError(t, err)
	require.Equal(t, all[plan.Digest{1}], a)
	require.True(t, a.Knows(plan.Period{End: 101}))
	require.False(t, a.Knows(plan.Period{End: 100}))
}

// Cut off, or with a value that is none: an error that says what to do.
func TestDamagedStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "batches.db")
	s, err := OpenStore(Options{Path: path})
	require.NoError(t, err)
	fill(t, s, sampleBatch, exactOf(t, 1, 2, 3, 4), 100)
	require.NoError(t, s.update("test", func(tx txn) error {
		key, err := tx.key(sampleBatch)
		require.NoError(t, err)
		at := partitionKey(sampleBatch, 3)
		return tx.Bucket(bucketPartitions).Put(at, key.Seal(at, []byte("DLPK\x02 nonsense")))
	}))
	_, err = s.Partition(sampleBatch, 3)
	require.ErrorIs(t, err, ErrStored)
	_, err = s.Tally(sampleBatch, 4)
	require.ErrorIs(t, err, ErrStored)
	require.NoError(t, s.CloseStore())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, whole[:len(whole)*2/3], 0o600))
	_, err = OpenStore(Options{Path: path})
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "releases lie in a file of their own")
}

// One flipped bit in any stored value is found before the value is used: a batch
// that has drawn its noise does not open again.
func TestFlippedBits(t *testing.T) {
	s := quick(t)
	require.NoError(t, s.PutPlan(sampleBatch.Plan, []byte("signed plan"), 7, ""))
	closed := message.Batch{Plan: sampleBatch.Plan, Date: 20001}
	fill(t, s, closed, exactOf(t, 100, 0, 0, 0), 100)
	tally, err := s.Tally(closed, 4)
	require.NoError(t, err)
	_, err = s.Settle(closed, sampleTerms, tally, source())
	require.NoError(t, err)
	fill(t, s, sampleBatch, exactOf(t, 1, 2, 3, 4), 100)
	for _, c := range []struct {
		bucket, key []byte
		read        func() error
	}{
		{bucketPlans, sampleBatch.Plan[:], func() error { _, err := s.Plan(sampleBatch.Plan); return err }},
		{bucketPlans, sampleBatch.Plan[:], func() error { _, err := s.Plans(); return err }},
		{bucketPlans, sampleBatch.Plan[:], func() error { return s.PutPlan(sampleBatch.Plan, []byte("signed plan"), 9, "") }},
		{bucketBatches, batchKey(closed), func() error { _, err := s.Record(closed); return err }},
		{bucketBatches, batchKey(closed), func() error { _, err := s.Settle(closed, sampleTerms, tally, broken{t}); return err }},
		{bucketBatches, batchKey(closed), func() error { _, err := s.Views(); return err }},
		{bucketPartitions, partitionKey(sampleBatch, 0), func() error { _, err := s.Partition(sampleBatch, 0); return err }},
		{bucketPartitions, partitionKey(sampleBatch, 0), func() error { _, err := s.Tally(sampleBatch, 4); return err }},
		{bucketPartitions, partitionKey(sampleBatch, 0), func() error { _, err := s.Views(); return err }},
	} {
		require.NoError(t, c.read())
		var whole []byte
		require.NoError(t, s.db.View(func(tx *bolt.Tx) error {
			whole = bytes.Clone(tx.Bucket(c.bucket).Get(c.key))
			return nil
		}))
		store := func(v []byte) {
			require.NoError(t, s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(c.bucket).Put(c.key, v) }))
		}
		for at := range whole {
			spoiled := bytes.Clone(whole)
			spoiled[at] ^= 0x01
			store(spoiled)
			require.ErrorIs(t, c.read(), ErrStored, "%s, byte %d", c.bucket, at)
		}
		store(whole)
	}
}

func samplePartition() Partition {
	return Partition{Begun: true, Last: plan.ReportID{3}, Sequence: 4, Tally: EmptyTally(sampleBatch, 3), Rejects: message.Rejects{0, 1, 2},
		Share: make([]byte, 64), Request: message.Digest{5}, Answer: []byte("answer"), Pending: []byte("pending"),
		Sent: true, Upto: plan.ReportID{3, 9}, Limit: 128, Verdicts: message.Verdicts{true, false}}
}

// Stored state decodes to what was stored, or not at all.
func FuzzStored(f *testing.F) {
	p := samplePartition()
	r := Record{State: Released, Tally: message.Tally{Count: 431}, Rejects: message.Rejects{0, 0, 3}, Partitions: []message.Tally{{Count: 431}}, Cleared: true}
	f.Add(p.append(nil))
	f.Add((&Partition{}).append(nil))
	f.Add(r.append(nil, sampleBatch, nil))
	f.Add((&Record{Frozen: []uint64{1, 2, 900}}).append(nil, sampleBatch, nil))
	f.Add([]byte("DLPK"))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := decodePartition(in)
		if err == nil {
			require.Equal(t, in, p.append(nil))
		} else {
			require.ErrorIs(t, err, ErrStored)
		}
		r, err := decodeRecord(in, sampleBatch, nil)
		if err == nil && !r.Lost { // what is encrypted is not the same twice
			require.Equal(t, in, r.append(nil, sampleBatch, nil))
		} else if err != nil {
			require.ErrorIs(t, err, ErrStored)
		}
	})
}

func TestStoredRoundTrip(t *testing.T) {
	in := samplePartition()
	out, err := decodePartition(in.append(nil))
	require.NoError(t, err)
	require.Equal(t, in, out)
}
