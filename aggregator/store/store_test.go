package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

const advice = "restore it from the peer"

// at is the store of these tests.
func at(path string) store.Options {
	return store.Options{Path: path, Advice: advice, Schema: 1, Buckets: []string{"b"}}
}

func filled(t testing.TB) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.db")
	db, err := at(path).Open()
	require.NoError(t, err)
	for round := range 3 {
		require.NoError(t, db.Update(func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte("b"))
			for i := range 60 {
				if err := b.Put(fmt.Appendf(nil, "key %d %d", round, i), make([]byte, 900)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	require.NoError(t, db.Close())
	content, err = os.ReadFile(path)
	require.NoError(t, err)
	return path, content
}

// whole requires that nothing of what filled wrote is missing.
func whole(t testing.TB, db *bolt.DB) {
	t.Helper()
	require.NoError(t, db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte("b"))
		for round := range 3 {
			for i := range 60 {
				require.Equal(t, make([]byte, 900), b.Get(fmt.Appendf(nil, "key %d %d", round, i)))
			}
		}
		return nil
	}))
}

// refused requires an error with the file's name and what to do.
func refused(t testing.TB, path string) {
	t.Helper()
	for _, open := range []func() (*bolt.DB, error){at(path).Open, at(path).OpenRead} {
		_, err := open()
		require.ErrorIs(t, err, store.ErrDamaged)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, advice)
	}
}

// Cut anywhere, to nothing too, the file is refused with its name and advice; or
// the cut was beyond the pages in use and nothing is missing.
func TestCutOffStore(t *testing.T) {
	path, content := filled(t)
	n, bad := 0, 0
	for ; n < len(content); n += 2003 {
		require.NoError(t, os.WriteFile(path, content[:n], 0o600))
		db, err := at(path).Open()
		if err != nil {
			bad++
			refused(t, path)
			continue
		}
		whole(t, db)
		require.NoError(t, db.Close())
	}
	require.Greater(t, bad, 20)
}

func TestDamagedPages(t *testing.T) {
	path, content := filled(t)
	page := os.Getpagesize()
	bad := 0
	for n := 0; n+page <= len(content); n += page {
		b := append([]byte(nil), content...)
		clear(b[n : n+page])
		require.NoError(t, os.WriteFile(path, b, 0o600))
		db, err := at(path).Open()
		if err != nil {
			bad++
			require.ErrorIs(t, err, store.ErrDamaged, "page %d", n/page)
			continue
		}
		whole(t, db) // it was a free page
		require.NoError(t, db.Close())
	}
	require.Greater(t, bad, 30)
	require.NoError(t, os.WriteFile(path, []byte("this is no database, but somebody's letter"), 0o600))
	refused(t, path)
}

// One damaged meta page would have bbolt go back to the transaction before, and
// an aggregator with it to before it drew its noise.
func TestDamagedMetaPage(t *testing.T) {
	path, content := filled(t)
	page := os.Getpagesize()
	for _, at := range []int{0, page} {
		for i := range 16 + 64 {
			if i >= 10 && i < 16 {
				continue // count and overflow of a meta page: bbolt reads neither
			}
			b := append([]byte(nil), content...)
			b[at+i] ^= 0x10
			require.NoError(t, os.WriteFile(path, b, 0o600))
			refused(t, path)
		}
	}
	require.NoError(t, os.WriteFile(path, content, 0o600))
	db, err := at(path).Open()
	require.NoError(t, err)
	whole(t, db)
	require.NoError(t, db.Close())
}

// Both meta pages sound, but one of them from an older copy: the newer state that
// stood in its place is gone.
func TestMetaPageOfAnOlderCopy(t *testing.T) {
	path, before := filled(t)
	page := os.Getpagesize()
	db, err := at(path).Open()
	require.NoError(t, err)
	for range 4 {
		require.NoError(t, db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("b")).Put([]byte("noise"), []byte("drawn")) }))
	}
	require.NoError(t, db.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, at := range []int{0, page} {
		require.NotEqual(t, before[at:at+page], after[at:at+page])
		b := append([]byte(nil), after...)
		copy(b[at:at+page], before[at:])
		require.NoError(t, os.WriteFile(path, b, 0o600))
		refused(t, path)
	}
}

// A store is sound from the moment that it has a name, and what a crash left of
// one that was being made is no store.
func TestNewStore(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	require.NoError(t, os.WriteFile(path+".new", []byte("half made"), 0o600))
	_, err := at(path).OpenRead()
	require.ErrorIs(t, err, os.ErrNotExist)
	for range 2 { // before its first transaction too
		db, err := at(path).Open()
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
	db, err := at(path).OpenRead()
	require.NoError(t, err)
	require.NoError(t, db.Close())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// A reader beside a writer sees a sound store or a locked one, never a damaged one.
func TestReadersBesideAWriter(t *testing.T) {
	path, _ := filled(t)
	done := make(chan error)
	go func() {
		for i := range 40 {
			db, err := at(path).Open()
			if err == nil {
				err = db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("b")).Put([]byte{byte(i)}, make([]byte, 20_000)) })
				err = errors.Join(err, db.Close())
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		select {
		case err := <-done:
			require.NoError(t, err)
			return
		default:
		}
		db, err := at(path).OpenRead()
		require.NoError(t, err)
		whole(t, db)
		require.NoError(t, db.Close())
		time.Sleep(10 * time.Millisecond) // or the writer would never find the file unlocked
	}
}

func TestLockedStore(t *testing.T) {
	path, _ := filled(t)
	db, err := at(path).Open()
	require.NoError(t, err)
	defer db.Close()
	_, err = at(path).Open()
	require.ErrorIs(t, err, store.ErrLocked)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
}
