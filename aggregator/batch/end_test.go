package batch

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// folder opens a store whose file and keys a test can look at.
func folder(t testing.TB, change ...func(*Options)) (s *Store, dir string) {
	t.Helper()
	dir = t.TempDir()
	return reopened(t, dir, change...), dir
}

func reopened(t testing.TB, dir string, change ...func(*Options)) *Store {
	t.Helper()
	o := Options{Path: filepath.Join(dir, "batches.db")}
	for _, f := range change {
		f(&o)
	}
	s, err := OpenStore(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.CloseStore() })
	return s
}

func keyFiles(t testing.TB, dir string) int {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(dir, KeysFolder))
	require.NoError(t, err)
	return len(files)
}

// settled fills a batch so far that it is Closed, or Short.
func settled(t testing.TB, s *Store, b message.Batch, reports uint64) Record {
	t.Helper()
	fill(t, s, b, exactOf(t, int64(reports), 0, 0, 0), reports)
	tally, err := s.Tally(b, 4)
	require.NoError(t, err)
	r, err := s.Settle(b, sampleTerms, tally, source())
	require.NoError(t, err)
	return r
}

// Rule 10: the key is there while something of the batch is, and goes with its end,
// whichever that is. What the file still holds does not open any more.
func TestKeyEndsWithTheBatch(t *testing.T) {
	for name, end := range map[string]func(*Store) (Record, error){
		"released": func(s *Store) (Record, error) {
			settled(t, s, sampleBatch, 120)
			_, err := s.SetPeer(sampleBatch, exactOf(t, 1, 1, 1, 1))
			require.NoError(t, err)
			return s.SetReleased(sampleBatch)
		},
		"short":     func(s *Store) (Record, error) { return settled(t, s, sampleBatch, 99), nil },
		"abandoned": func(s *Store) (Record, error) { settled(t, s, sampleBatch, 120); return s.Abandon(sampleBatch) },
		"abandoned while it is summed": func(s *Store) (Record, error) {
			fill(t, s, sampleBatch, exactOf(t, 1, 2, 3, 4), 100)
			return s.Abandon(sampleBatch)
		},
		"taken from the peer": func(s *Store) (Record, error) { settled(t, s, sampleBatch, 120); return s.Recover(sampleBatch) },
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := folder(t)
			other := message.Batch{Plan: sampleBatch.Plan, Date: sampleBatch.Date + 1}
			fill(t, s, other, exactOf(t, 5, 0, 0, 0), 5)
			r, err := end(s)
			require.NoError(t, err)
			require.True(t, r.State.Final())
			require.Empty(t, r.Own)
			require.Empty(t, r.Peer)
			require.Equal(t, 1, keyFiles(t, dir), "the other batch's")
			r, err = s.Record(sampleBatch)
			require.NoError(t, err)
			require.False(t, r.Lost)
			p, err := s.Partition(other, 0)
			require.NoError(t, err)
			require.EqualValues(t, 5, p.Tally.Count)
		})
	}
}

// No share lies in the file in the clear, in none of its pages.
func TestNoShareInTheFile(t *testing.T) {
	s, dir := folder(t)
	exact := exactOf(t, 120, 7, 1<<40, 3)
	secret := bytes.Repeat([]byte("secret"), 20)
	require.NoError(t, s.Update(sampleBatch, 0, func(p *Partition) error {
		p.Tally.Count, p.Share, p.Pending, p.Answer = 120, exact, secret, secret
		p.Begun, p.Finished = true, true
		return nil
	}))
	look := func() {
		t.Helper()
		file, err := os.ReadFile(filepath.Join(dir, "batches.db"))
		require.NoError(t, err)
		require.NotContains(t, string(file), string(secret[:12]))
		require.NotContains(t, string(file), string(exact[:16]), "a cell of the exact share")
	}
	look()
	tally, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	r, err := s.Settle(sampleBatch, sampleTerms, tally, source())
	require.NoError(t, err)
	look()
	file, err := os.ReadFile(filepath.Join(dir, "batches.db"))
	require.NoError(t, err)
	require.NotContains(t, string(file), string(r.Own[:16]), "the noised share")
}

// A crash between the end and the key's destruction is made good at the next start.
func TestCrashBeforeTheKeyIsDestroyed(t *testing.T) {
	crash := errors.New("crash")
	var at string
	s, dir := folder(t, func(o *Options) {
		o.Step = func(point string) error {
			if point == at {
				return crash
			}
			return nil
		}
	})
	settled(t, s, sampleBatch, 120)
	at = "period-key.destroy before"
	_, err := s.Abandon(sampleBatch)
	require.ErrorIs(t, err, crash)
	require.Equal(t, 1, keyFiles(t, dir))
	require.NoError(t, s.CloseStore())
	s = reopened(t, dir)
	require.Zero(t, keyFiles(t, dir))
	r, err := s.Record(sampleBatch)
	require.NoError(t, err)
	require.Equal(t, Abandoned, r.State)
}

// A store whose keys are gone, as one that was put together from copies, can finish
// nothing, draws nothing, and says so.
func TestLost(t *testing.T) {
	s, dir := folder(t)
	closed := message.Batch{Plan: sampleBatch.Plan, Date: sampleBatch.Date + 1}
	settled(t, s, closed, 120)
	fill(t, s, sampleBatch, exactOf(t, 120, 0, 0, 0), 120)
	tally, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	require.NoError(t, s.CloseStore())
	require.NoError(t, os.RemoveAll(filepath.Join(dir, KeysFolder)))
	s = reopened(t, dir)
	for _, b := range []message.Batch{sampleBatch, closed} {
		r, err := s.Record(b)
		require.NoError(t, err)
		require.True(t, r.Lost)
		require.Empty(t, r.Own)
	}
	require.ErrorIs(t, s.Update(sampleBatch, 3, func(*Partition) error { return nil }), ErrLost)
	_, err = s.Settle(sampleBatch, sampleTerms, tally, broken{t})
	require.ErrorIs(t, err, ErrLost)
	_, err = s.SetPeer(closed, exactOf(t, 1, 1, 1, 1))
	require.ErrorIs(t, err, ErrLost)
	views, err := s.Views()
	require.NoError(t, err)
	require.Len(t, views, 2)
	for _, v := range views {
		require.True(t, v.Lost, v.Period)
	}
	require.Zero(t, keyFiles(t, dir), "no new key for old shares")
	for _, b := range []message.Batch{sampleBatch, closed} {
		r, err := s.Abandon(b)
		require.NoError(t, err)
		require.Equal(t, Abandoned, r.State)
	}
}

// A store that was replaced by an older copy of itself, beside its keys, does not take
// a batch for open whose noise was drawn.
func TestOlderCopyOfTheStore(t *testing.T) {
	s, dir := folder(t)
	path := filepath.Join(dir, "batches.db")
	fill(t, s, sampleBatch, exactOf(t, 120, 0, 0, 0), 120)
	tally, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	require.NoError(t, s.CloseStore())
	older, err := os.ReadFile(path)
	require.NoError(t, err)
	s = reopened(t, dir)
	_, err = s.Settle(sampleBatch, sampleTerms, tally, source())
	require.NoError(t, err)
	require.NoError(t, s.CloseStore())
	require.NoError(t, os.WriteFile(path, older, 0o600))
	s = reopened(t, dir)
	r, err := s.Record(sampleBatch)
	require.NoError(t, err)
	require.True(t, r.Lost)
	_, err = s.Settle(sampleBatch, sampleTerms, tally, broken{t})
	require.ErrorIs(t, err, ErrLost)
}

// A crash between the draw and the mark is no such copy: the same share again.
func TestCrashBeforeTheMark(t *testing.T) {
	crash := errors.New("crash")
	s, dir := folder(t, func(o *Options) {
		o.Step = func(point string) error {
			if point == "period-key.close before" {
				return crash
			}
			return nil
		}
	})
	fill(t, s, sampleBatch, exactOf(t, 120, 0, 0, 0), 120)
	tally, err := s.Tally(sampleBatch, 4)
	require.NoError(t, err)
	_, err = s.Settle(sampleBatch, sampleTerms, tally, source())
	require.ErrorIs(t, err, crash)
	_, err = s.Record(sampleBatch)
	require.ErrorIs(t, err, crash, "nobody hears of the share before the mark")
	require.NoError(t, s.CloseStore())
	s = reopened(t, dir)
	r, err := s.Settle(sampleBatch, sampleTerms, tally, broken{t})
	require.NoError(t, err)
	require.Equal(t, Closed, r.State)
	require.NotEmpty(t, r.Own)
}

func TestFrozenAndCleared(t *testing.T) {
	s, _ := folder(t)
	counts := []uint64{0, 3, 9}
	require.NoError(t, s.SetFrozen(sampleBatch, counts))
	require.NoError(t, s.SetFrozen(sampleBatch, counts))
	require.ErrorIs(t, s.SetFrozen(sampleBatch, []uint64{0, 3, 8}), ErrConflict)
	require.ErrorIs(t, s.SetCleared(sampleBatch), ErrState)
	r := settled(t, s, sampleBatch, 120)
	require.Len(t, r.Partitions, Partitions)
	require.EqualValues(t, 120, r.Partitions[0].Count)
	require.ErrorIs(t, s.SetFrozen(sampleBatch, counts), ErrClosed)
	_, err := s.Abandon(sampleBatch)
	require.NoError(t, err)
	require.NoError(t, s.SetCleared(sampleBatch))
	r, err = s.Record(sampleBatch)
	require.NoError(t, err)
	require.True(t, r.Cleared)
	require.Len(t, r.Partitions, Partitions, "what was counted stays to be compared")
}

// A backup holds plans and ended batches and nothing else; what was restored knows
// nothing of the time since.
func TestBackupAndRestore(t *testing.T) {
	s, dir := folder(t)
	require.NoError(t, s.PutPlan(sampleBatch.Plan, []byte("signed plan"), 7, "shop"))
	secret := bytes.Repeat([]byte("secret"), 20)
	for i := range plan.Date(4) {
		b := message.Batch{Plan: sampleBatch.Plan, Date: sampleBatch.Date + i}
		switch i {
		case 0:
			settled(t, s, b, 120)
			_, err := s.SetPeer(b, exactOf(t, 1, 1, 1, 1))
			require.NoError(t, err)
			_, err = s.SetReleased(b)
			require.NoError(t, err)
		case 1:
			settled(t, s, b, 120)
		case 2:
			require.NoError(t, s.Update(b, 9, func(p *Partition) error { p.Begun, p.Pending = true, secret; return nil }))
		case 3:
			settled(t, s, b, 10)
		}
	}
	var copied bytes.Buffer
	require.NoError(t, s.Backup(&copied))
	require.Equal(t, 2, keyFiles(t, dir))
	keys, err := filepath.Glob(filepath.Join(dir, KeysFolder, "*"))
	require.NoError(t, err)
	for _, path := range keys {
		key, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotContains(t, copied.String(), string(key[14:46]))
	}
	left, err := filepath.Glob(filepath.Join(dir, ".backup*"))
	require.NoError(t, err)
	require.Empty(t, left)

	require.ErrorIs(t, Restore(filepath.Join(dir, "batches.db"), bytes.NewReader(copied.Bytes()), 999), store.ErrExists)
	there := t.TempDir()
	path := filepath.Join(there, "batches.db")
	require.ErrorIs(t, Restore(path, bytes.NewReader(copied.Bytes()[:9000]), 999), store.ErrBackup)
	require.ErrorIs(t, Restore(path, bytes.NewReader([]byte("nonsense")), 999), store.ErrBackup)
	whole, err := os.ReadFile(filepath.Join(dir, "batches.db"))
	require.NoError(t, err)
	require.ErrorIs(t, Restore(path, bytes.NewReader(whole), 999), store.ErrBackup, "a copy of the running file holds shares")
	require.NoError(t, Restore(path, bytes.NewReader(copied.Bytes()), 999))
	again := reopened(t, there)
	a, err := again.Plan(sampleBatch.Plan)
	require.NoError(t, err)
	require.Equal(t, Accepted{[]byte("signed plan"), 999, "shop"}, a)
	for i, want := range []State{Released, Open, Open, Short} {
		r, err := again.Record(message.Batch{Plan: sampleBatch.Plan, Date: sampleBatch.Date + plan.Date(i)})
		require.NoError(t, err)
		require.Equal(t, want, r.State, i)
		require.False(t, r.Lost)
	}
	views, err := again.Views()
	require.NoError(t, err)
	require.Len(t, views, 2)
}
