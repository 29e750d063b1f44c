package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// Whatever meets a full disk says so, with what to do. (cmd/soak fills one.)
func TestFullDisk(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "x.db", Err: syscall.ENOSPC}
	path := first(t)
	o := old(path)
	db, err := o.Open()
	require.NoError(t, err)
	for _, step := range []func(string) error{nil, func(string) error { return nil }} {
		err = store.Update(db, step, "x", func(*bolt.Tx) error { return full })
		require.ErrorIs(t, err, store.ErrFull)
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.ErrorContains(t, err, "free some space")
	}
	_, err = store.Take(db, func(_, _, _ []byte) (bool, error) { return false, full })
	require.ErrorIs(t, err, store.ErrFull)
	var w bytes.Buffer
	require.NoError(t, store.Backup(db, &w, nil))
	require.NoError(t, db.Close())

	copied := old(filepath.Join(t.TempDir(), "copy.db"))
	require.ErrorIs(t, store.Restore(copied, &w, func(*bolt.Tx) error { return full }), store.ErrFull)
	newer := third(path)
	newer.Migrate[1] = func(*bolt.Tx) error { return full }
	require.ErrorIs(t, newer.Make(), store.ErrFull)
	require.Len(t, content(t, o, "old"), 600)

	require.ErrorIs(t, o.Update("put", func(*bolt.Tx) error { return syscall.EFBIG }), store.ErrFull)
	require.NotErrorIs(t, o.Update("put", func(*bolt.Tx) error { return errors.New("no") }), store.ErrFull)
}
