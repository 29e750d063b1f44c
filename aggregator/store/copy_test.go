package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

func backup(t testing.TB, o store.Options, keep store.Keep) []byte {
	t.Helper()
	var w bytes.Buffer
	db, err := o.Open()
	require.NoError(t, err)
	require.NoError(t, store.Backup(db, &w, keep))
	require.NoError(t, db.Close())
	entries, err := os.ReadDir(filepath.Dir(o.Path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside the store")
	return w.Bytes()
}

// A backup is the store as it was when it began, whatever is written meanwhile; what was
// deleted before is nowhere in it.
func TestBackup(t *testing.T) {
	path := first(t)
	o := old(path)
	require.NoError(t, o.Update("delete", func(tx *bolt.Tx) error { return tx.Bucket([]byte("old")).Delete([]byte("key 7")) }))
	want := content(t, o, "old")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(raw), "secret 7,", "in a free page: or this test shows nothing")

	db, err := o.Open()
	require.NoError(t, err)
	var w bytes.Buffer
	touched := false
	err = store.Backup(db, &w, func(bucket, key, _ []byte) (bool, error) {
		require.Equal(t, "old", string(bucket))
		if !touched {
			touched = true
			require.NoError(t, db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucket).Put([]byte("key 9"), []byte("changed")) }))
		}
		return true, nil
	})
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.NotContains(t, w.String(), "secret 7,")
	copied := old(filepath.Join(t.TempDir(), "copy.db"))
	require.NoError(t, store.Restore(copied, &w, func(tx *bolt.Tx) error {
		require.EqualValues(t, 7, tx.Bucket([]byte("old")).Sequence())
		return nil
	}))
	require.Equal(t, want, content(t, copied, "old"))
}

func TestBackupKeeps(t *testing.T) {
	path := first(t)
	b := backup(t, old(path), func(_, key, _ []byte) (bool, error) { return bytes.HasSuffix(key, []byte("1")), nil })
	require.Contains(t, string(b), "secret 11,")
	require.NotContains(t, string(b), "secret 12,")
	copied := old(filepath.Join(t.TempDir(), "copy.db"))
	require.NoError(t, store.Restore(copied, bytes.NewReader(b), nil))
	require.Len(t, content(t, copied, "old"), 60)

	db, err := old(path).Open()
	require.NoError(t, err)
	defer db.Close()
	no := errors.New("no")
	require.ErrorIs(t, store.Backup(db, io.Discard, func(_, _, _ []byte) (bool, error) { return false, no }), no)
	require.ErrorIs(t, store.Backup(db, broken{no}, nil), no)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

type broken struct{ error }

func (b broken) Write([]byte) (int, error) { return 0, b.error }

// A store is restored whole or not at all, and never in another's place.
func TestRestore(t *testing.T) {
	whole := backup(t, old(first(t)), nil)
	no := errors.New("no")
	for name, c := range map[string]struct {
		from   []byte
		change func(*store.Options)
		fix    func(*bolt.Tx) error
		want   error
	}{
		"older":        {from: whole},
		"fails":        {from: whole, fix: func(tx *bolt.Tx) error { return errors.Join(tx.DeleteBucket([]byte("new")), no) }, want: no},
		"crash":        {from: whole, change: func(o *store.Options) { o.Step = func(string) error { return no } }, want: no},
		"cut off":      {from: whole[:len(whole)/2], want: store.ErrBackup},
		"nothing":      {want: store.ErrBackup},
		"no store":     {from: []byte("a letter"), want: store.ErrBackup},
		"another kind": {from: whole, change: func(o *store.Options) { *o = old(o.Path); o.Buckets = []string{"accounts"} }, want: store.ErrBackup},
	} {
		t.Run(name, func(t *testing.T) {
			o := third(filepath.Join(t.TempDir(), "x.db"))
			if c.change != nil {
				c.change(&o)
			}
			require.NoError(t, os.WriteFile(o.Path+".restored", []byte("of a crash"), 0o600))
			err := store.Restore(o, bytes.NewReader(c.from), c.fix)
			entries, e := os.ReadDir(filepath.Dir(o.Path))
			require.NoError(t, e)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				require.ErrorContains(t, err, o.Path)
				require.Empty(t, entries)
				return
			}
			require.NoError(t, err)
			require.Len(t, entries, 1)
			requireThird(t, o.Path)
			require.ErrorIs(t, store.Restore(o, bytes.NewReader(c.from), c.fix), store.ErrExists)
			requireThird(t, o.Path)
		})
	}
	path := first(t)
	newer := backup(t, third(path), nil)
	o := old(filepath.Join(t.TempDir(), "x.db"))
	require.ErrorIs(t, store.Restore(o, bytes.NewReader(newer), nil), store.ErrNewer)
	require.NoFileExists(t, o.Path)
}

// A store that does not say its format is no backup: Backup always writes it.
func TestRestoreOfAnyStore(t *testing.T) {
	raw, err := os.ReadFile(first(t))
	require.NoError(t, err)
	require.ErrorIs(t, store.Restore(old(filepath.Join(t.TempDir(), "x.db")), bytes.NewReader(raw), nil), store.ErrBackup)
}

// Update stores nothing when its first step fails, and has stored when the second does.
func TestSteps(t *testing.T) {
	o := third(filepath.Join(t.TempDir(), "x.db"))
	no := errors.New("no")
	for _, at := range []string{"x.create before", "x.create after"} {
		require.NoFileExists(t, o.Path)
		o.Step = func(point string) error {
			if point == at {
				return no
			}
			return nil
		}
		require.ErrorIs(t, o.Make(), no)
	}
	require.FileExists(t, o.Path)
	for i, at := range []string{"x.put before", "x.put after"} {
		var points []string
		o.Step = func(point string) error {
			points = append(points, point)
			if point == at {
				return no
			}
			return nil
		}
		key := fmt.Sprint(i)
		require.ErrorIs(t, o.Update("put", func(tx *bolt.Tx) error { return tx.Bucket([]byte("new")).Put([]byte(key), []byte("v")) }), no)
		require.Equal(t, []string{"x.put before", "x.put after"}[:i+1], points)
		_, stored := content(t, o, "new")[key]
		require.Equal(t, i == 1, stored)
		// Its own failure comes before either.
		points = nil
		require.ErrorIs(t, o.Update("put", func(*bolt.Tx) error { return os.ErrInvalid }), os.ErrInvalid)
		require.Empty(t, points)
	}
	// Nor is a store that has gone made anew.
	require.NoError(t, os.Remove(o.Path))
	o.Step = nil
	require.ErrorIs(t, o.Update("put", func(*bolt.Tx) error { return nil }), os.ErrNotExist)
	require.NoFileExists(t, o.Path)
}
