package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDeletedBatchIsGoneForGood(t *testing.T) {
	key, other := testKey(20000), testKey(20001)
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Append(key, raw(t, key, 1, 1, "")))
	require.NoError(t, s.Append(other, raw(t, other, 1, 1, "")))
	_, err := s.Freeze(key)
	require.NoError(t, err)
	require.ErrorIs(t, s.Forget(key), ErrOpen, "only what was deleted can be forgotten")
	require.FileExists(t, s.File(key))
	check := func() {
		for range 2 {
			require.NoError(t, s.Delete(key), "again it does nothing")
			require.True(t, s.Deleted(key))
			require.NotContains(t, s.batches, key, "nothing of it runs")
			require.NoFileExists(t, s.File(key))
			require.ErrorIs(t, s.Append(key, raw(t, key, 2, 1, "")), ErrDeleted)
			_, err := s.Freeze(key)
			require.ErrorIs(t, err, ErrDeleted)
			_, err = s.Page(key, 0, nil, 10, 1<<20, nil)
			require.ErrorIs(t, err, ErrDeleted)
			_, err = s.Report(key, [16]byte{})
			require.ErrorIs(t, err, ErrDeleted)
			require.ErrorIs(t, s.Prepare(key), ErrDeleted)
			require.NoFileExists(t, s.File(key), "asking makes no empty one")
		}
	}
	check()
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Delete(key), ErrClosed)
	s = open(t, dir)
	check()
	require.Empty(t, s.Damaged())
	require.NoError(t, s.Append(other, raw(t, other, 2, 1, "")), "other batches go on")

	never := testKey(3)
	require.NoError(t, s.Delete(never), "a batch that never was can end too")
	_, err = s.Freeze(never)
	require.ErrorIs(t, err, ErrDeleted)

	require.NoError(t, s.Forget(key))
	require.False(t, s.Deleted(key))
	keys, err := s.Keys()
	require.NoError(t, err)
	require.ElementsMatch(t, []Key{other, never}, keys)
}

// A batch whose file is gone is not taken for one that never had a report.
func TestLostFileIsNotAnEmptyBatch(t *testing.T) {
	key, empty := testKey(20000), testKey(20001)
	dir, marks := t.TempDir(), t.TempDir()
	start := func() *Spool {
		s, err := Open(Options{Dir: dir, Marks: marks})
		require.NoError(t, err)
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s := start()
	require.NoError(t, s.Append(key, raw(t, key, 1, 1, "")))
	require.NoError(t, s.Close())
	aside := filepath.Join(t.TempDir(), "aside")
	require.NoError(t, os.Rename(s.File(key), aside))

	s = start()
	sum, err := s.Freeze(empty)
	require.NoError(t, err)
	require.Zero(t, sum.Reports, "one that never had a report can be closed")
	_, err = s.Freeze(key)
	require.ErrorIs(t, err, ErrLost)
	require.ErrorContains(t, err, s.File(key))
	require.ErrorIs(t, s.Append(key, raw(t, key, 2, 1, "")), ErrLost)
	_, err = s.Page(key, 0, nil, 10, 1<<20, nil)
	require.ErrorIs(t, err, ErrLost)
	require.NoFileExists(t, s.File(key))
	require.Len(t, s.Damaged(), 1)
	all, err := s.Standings()
	require.NoError(t, err)
	require.Contains(t, all, Standing{Key: key, State: Lost})

	require.NoError(t, os.Rename(aside, s.File(key)))
	require.Empty(t, s.Damaged())
	sum, err = s.Freeze(key)
	require.NoError(t, err, "the file was put back")
	require.EqualValues(t, 1, sum.Reports)

	require.NoError(t, os.Remove(s.File(key)))
	require.NoError(t, s.Delete(key))
	require.Empty(t, s.Damaged(), "its end is its end")
}

// The folder of a collector from before there were marks: what has a file is missed
// when it goes.
func TestFilesWithoutMarks(t *testing.T) {
	key := testKey(5)
	path, _ := written(t, key, 3, false)
	require.NoError(t, os.Remove(strings.TrimSuffix(path, extension)+string(begun)))
	s := open(t, filepath.Dir(path))
	require.NoError(t, s.Prepare(key))
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(path))
	s = open(t, filepath.Dir(path))
	_, err := s.Freeze(key)
	require.ErrorIs(t, err, ErrLost)
}

// Deleting races with appending, freezing and reading: none of them finds a half,
// nothing comes back.
func TestDeletingRaces(t *testing.T) {
	key := testKey(1)
	s := open(t, t.TempDir())
	require.NoError(t, s.Append(key, raw(t, key, 0, 1, "")))
	begun := make(chan bool, 4)
	var wg sync.WaitGroup
	for w := range uint64(4) {
		wg.Go(func() {
			for i := uint64(0); ; i++ {
				err := s.Append(key, raw(t, key, w<<60|i, 1, ""))
				if i == 3 {
					begun <- true
				}
				if errors.Is(err, ErrFrozen) {
					_, err = s.Page(key, byte(w<<4), nil, 10, 1<<20, func([]byte) error { return nil })
				}
				if errors.Is(err, ErrDeleted) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 4 {
		<-begun
	}
	_, err := s.Freeze(key)
	require.NoError(t, err)
	require.NoError(t, s.Delete(key))
	wg.Wait()
	require.NoFileExists(t, s.File(key))
}

// A life of two batches, crashed before and after each durable step: what was
// acknowledged is there, a deletion that was begun is finished, one that was not can
// be done, and nothing is lost that is not deleted.
func TestCrashAtEachStep(t *testing.T) {
	key, other := testKey(20000), testKey(20001)
	errCrash := errors.New("crashed")
	type outcome struct{ first, second, frozen, deleted, forgotten bool }
	life := func(dir string, step Step) (o outcome) {
		s, err := Open(Options{Dir: dir, Step: step})
		require.NoError(t, err)
		defer s.Close()
		o.first = s.Append(key, raw(t, key, 1, 1, "")) == nil
		o.second = s.Append(key, raw(t, key, 2, 1, "")) == nil
		_, err = s.Freeze(key)
		o.frozen = err == nil
		if o.frozen {
			o.deleted = s.Delete(key) == nil
		}
		if o.deleted {
			o.forgotten = s.Forget(key) == nil
		}
		return o
	}
	var points []string
	all := life(t.TempDir(), func(point string) error {
		points = append(points, point)
		return nil
	})
	require.Equal(t, outcome{true, true, true, true, true}, all)
	for _, name := range []string{"spool.create", "spool.link", "spool.mark.begun", "spool.commit", "spool.freeze",
		"spool.mark.deleted", "spool.remove", "spool.unmark.begun", "spool.unmark.deleted"} {
		require.Contains(t, points, name+" before")
		require.Contains(t, points, name+" after")
	}
	for at, point := range points {
		t.Run(fmt.Sprint(at, " ", point), func(t *testing.T) {
			dir := t.TempDir()
			taken := 0
			crashed := life(dir, func(string) error {
				if taken++; taken > at {
					return errCrash
				}
				return nil
			})
			require.NotEqual(t, all, crashed)

			s := open(t, dir)
			require.NoError(t, s.Append(other, raw(t, other, 1, 1, "")))
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			for _, e := range entries {
				require.NotContains(t, e.Name(), temporary)
			}
			if _, err := os.Stat(s.File(key)); s.Deleted(key) {
				require.ErrorIs(t, err, os.ErrNotExist, "a deletion that was begun is finished")
			}
			sum, err := s.Freeze(key)
			switch {
			case s.Deleted(key):
				require.True(t, crashed.frozen)
				require.ErrorIs(t, err, ErrDeleted)
			case point == "spool.unmark.deleted after":
				require.NoError(t, err, "forgotten all but for the answer: the caller's to refuse")
			default:
				require.NoError(t, err, "no crash makes a batch look lost")
				require.False(t, crashed.deleted)
				least := 0
				for _, acknowledged := range []bool{crashed.first, crashed.second} {
					if acknowledged {
						least++
					}
				}
				require.GreaterOrEqual(t, sum.Reports, uint64(least))
			}
			require.NoError(t, s.Delete(key))
			require.NoFileExists(t, s.File(key))
			require.NoError(t, s.Forget(key))
		})
	}
}

// Below what is kept free no report is taken, and all else goes on.
func TestDiskIsNotFilled(t *testing.T) {
	key := testKey(1)
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Append(key, raw(t, key, 1, 1, "")))
	require.NoError(t, s.Close())
	s, err := Open(Options{Dir: dir, KeepFree: 1 << 60})
	require.NoError(t, err)
	for range 2 {
		err := s.Append(key, raw(t, key, 2, 1, ""))
		require.ErrorIs(t, err, ErrFull)
		require.ErrorContains(t, err, dir)
	}
	sum, err := s.Freeze(key)
	require.NoError(t, err)
	require.EqualValues(t, 1, sum.Reports)
	require.Len(t, all(t, s, key, 10), 1)
	require.NoError(t, s.Delete(key))
	require.NoError(t, s.Close())
}

func TestStandings(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	taking, frozen, gone := testKey(1), testKey(2), testKey(3)
	for _, key := range []Key{taking, frozen, gone} {
		for i := range uint64(2) {
			require.NoError(t, s.Append(key, raw(t, key, 1, 1+uint32(i), "")))
		}
	}
	_, err := s.Freeze(frozen)
	require.NoError(t, err)
	require.NoError(t, s.Delete(gone))
	states := func() map[Key]Standing {
		all, err := s.Standings()
		require.NoError(t, err)
		out := map[Key]Standing{}
		for _, one := range all {
			require.Positive(t, one.Bytes)
			one.Bytes = 0
			out[one.Key] = one
		}
		require.Len(t, out, len(all))
		return out
	}
	require.Equal(t, map[Key]Standing{
		taking: {Key: taking, State: Taking, Reports: 2},
		frozen: {Key: frozen, State: Frozen, Reports: 2},
	}, states())
	require.NoError(t, s.Close())
	require.NoError(t, os.Truncate(s.File(frozen), 100))
	s = open(t, dir)
	require.Error(t, s.Prepare(frozen))
	require.Equal(t, map[Key]Standing{
		taking: {Key: taking, State: Resting},
		frozen: {Key: frozen, State: Damaged},
	}, states())
	require.NoError(t, s.Delete(frozen), "what is damaged can be deleted")
	require.NoFileExists(t, s.File(frozen))
	require.Empty(t, s.Damaged())
}

// FuzzKey reads names of files: what is read is written the same.
func FuzzKey(f *testing.F) {
	f.Add(testKey(20000).String())
	f.Add(testKey(20000).file())
	f.Add(testKey(20000).String() + string(begun))
	f.Add(strings.ToUpper(testKey(20000).String()) + DeletedMark)
	f.Fuzz(func(t *testing.T, name string) {
		if key, err := ParseKey(name); err == nil {
			require.Equal(t, name, key.String())
		}
		if key, kind, ok := parseMark(name); ok {
			require.Equal(t, name, key.String()+string(kind))
		}
		if key, err := keyOf(name); err == nil {
			require.Equal(t, filepath.Base(name), key.file())
		}
	})
}
