package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

const advice = "restore it from the peer"

func filled(t testing.TB) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.db")
	db, err := store.Open(path, advice)
	require.NoError(t, err)
	for round := range 3 {
		require.NoError(t, db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			for i := range 200 {
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

// Cut anywhere, the file is refused with its name and advice; or the cut was
// beyond the pages in use and nothing is missing.
func TestCutOffStore(t *testing.T) {
	path, content := filled(t)
	refused := 0
	for n := 1; n < len(content); n += 6007 {
		require.NoError(t, os.WriteFile(path, content[:n], 0o600))
		db, err := store.Open(path, advice)
		if err != nil {
			refused++
			require.ErrorIs(t, err, store.ErrDamaged, "%d bytes", n)
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, advice)
			continue
		}
		require.NoError(t, db.View(func(tx *bolt.Tx) error {
			require.Equal(t, 600, tx.Bucket([]byte("b")).Stats().KeyN)
			return nil
		}))
		require.NoError(t, db.Close())
	}
	require.Greater(t, refused, 20)
}

func TestDamagedPages(t *testing.T) {
	path, content := filled(t)
	page := os.Getpagesize()
	refused := 0
	for n := 0; n+page <= len(content); n += 3 * page {
		b := append([]byte(nil), content...)
		clear(b[n : n+page])
		require.NoError(t, os.WriteFile(path, b, 0o600))
		db, err := store.Open(path, advice)
		if err != nil {
			refused++
			require.ErrorIs(t, err, store.ErrDamaged)
			continue
		}
		require.NoError(t, db.Close())
	}
	require.Greater(t, refused, 10)
	require.NoError(t, os.WriteFile(path, []byte("this is no database, but somebody's letter"), 0o600))
	_, err := store.Open(path, advice)
	require.ErrorIs(t, err, store.ErrDamaged)
}

func TestLockedStore(t *testing.T) {
	path, _ := filled(t)
	db, err := store.Open(path, advice)
	require.NoError(t, err)
	defer db.Close()
	_, err = store.Open(path, advice)
	require.ErrorIs(t, err, store.ErrLocked)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
}
