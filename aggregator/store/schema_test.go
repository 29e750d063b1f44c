package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// old opens a store of format 1, in the bucket "old".
func old(path string) store.Options {
	return store.Options{Path: path, Advice: advice, Schema: 1, Buckets: []string{"old"}}
}

// third opens the same store in format 3: in 2 each value is turned around, in 3 the
// bucket is called "new".
func third(path string) store.Options {
	return store.Options{Path: path, Advice: advice, Schema: 3, Buckets: []string{"new"}, Name: "x", Migrate: []func(*bolt.Tx) error{
		func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte("old"))
			var keys, values [][]byte
			_ = b.ForEach(func(k, v []byte) error {
				keys, values = append(keys, bytes.Clone(k)), append(values, turned(v))
				return nil
			})
			for i := range keys {
				if err := b.Put(keys[i], values[i]); err != nil {
					return err
				}
			}
			return nil
		},
		func(tx *bolt.Tx) error {
			to, err := tx.CreateBucket([]byte("new"))
			if err != nil {
				return err
			}
			if err := tx.Bucket([]byte("old")).ForEach(to.Put); err != nil {
				return err
			}
			return tx.DeleteBucket([]byte("old"))
		},
	}}
}

func turned(v []byte) []byte {
	out := make([]byte, len(v))
	for i := range v {
		out[len(v)-1-i] = v[i]
	}
	return out
}

func value(i int) []byte {
	v := bytes.Repeat([]byte{'.'}, 3000)
	copy(v, fmt.Sprintf("secret %d,", i))
	return v
}

// first makes a store of format 1 as the first programs did, without a word of its
// format: 600 values, more than one piece of a copy.
func first(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.db")
	db, err := bolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket([]byte("old"))
		for i := range 600 {
			err = errors.Join(err, b.Put(fmt.Appendf(nil, "key %d", i), value(i)))
		}
		return errors.Join(err, b.SetSequence(7))
	}))
	require.NoError(t, db.Close())
	return path
}

func content(t testing.TB, o store.Options, bucket string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, o.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(bucket)).ForEach(func(k, v []byte) error {
			all[string(k)] = string(v)
			return nil
		})
	}))
	return all
}

func requireThird(t testing.TB, path string) {
	t.Helper()
	all := content(t, third(path), "new")
	require.Len(t, all, 600)
	for i := range 600 {
		require.Equal(t, string(turned(value(i))), all[fmt.Sprintf("key %d", i)])
	}
}

// The old format's bytes are nowhere in the file that is left, its free pages included.
func TestMigrate(t *testing.T) {
	path := first(t)
	_, err := third(path).OpenRead()
	require.ErrorIs(t, err, store.ErrOlder)
	require.ErrorContains(t, err, "start the service")
	former := path + ".former" // a second name
	require.NoError(t, os.Link(path, former))
	for range 2 {
		require.NoError(t, third(path).Make())
		requireThird(t, path)
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "secret")
	require.Contains(t, string(raw), "terces")
	overwritten, err := os.ReadFile(former)
	require.NoError(t, err)
	require.Greater(t, len(overwritten), 600*3000)
	require.Equal(t, make([]byte, len(overwritten)), overwritten)
	require.NoError(t, os.Remove(former))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
}

// What fails in the middle leaves the file as it was, to the last byte.
func TestMigrationFails(t *testing.T) {
	path := first(t)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	no := errors.New("no")
	for name, change := range map[string]func(*store.Options){
		"migration": func(o *store.Options) {
			second := o.Migrate[1]
			o.Migrate[1] = func(tx *bolt.Tx) error { return errors.Join(second(tx), no) }
		},
		"crash": func(o *store.Options) {
			o.Step = func(point string) error {
				require.Equal(t, "x.migrate before", point)
				return no
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := third(path)
			change(&o)
			_, err := o.Open()
			require.ErrorIs(t, err, no)
			require.ErrorContains(t, err, "from format 1 to 3")
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(before, after))
			db, err := old(path).OpenRead()
			require.NoError(t, err)
			require.NoError(t, db.Close())
		})
	}
	o := third(path)
	o.Buckets = []string{"new", "other"}
	_, err = o.Open()
	require.ErrorIs(t, err, store.ErrDamaged, "a migration that leaves other buckets than it should")
	o = third(path)
	o.Step = func(point string) error {
		if point == "x.migrate after" {
			return no
		}
		return nil
	}
	// A crash leaves the second file, too.
	require.NoError(t, os.WriteFile(path+".migrated", []byte("half made"), 0o600))
	_, err = o.Open()
	require.ErrorIs(t, err, no)
	requireThird(t, path)
}

// Who waited for the file while it was migrated gets the new one.
func TestOpenDuringMigration(t *testing.T) {
	path := first(t)
	o := third(path)
	waiting, opened := make(chan error), make(chan error)
	o.Step = func(point string) error {
		if point == "x.migrate before" {
			go func() {
				close(waiting)
				db, err := third(path).Open()
				if err == nil {
					err = db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("new")).Put([]byte("mine"), []byte("kept")) })
					err = errors.Join(err, db.Close())
				}
				opened <- err
			}()
			<-waiting
		}
		return nil
	}
	db, err := o.Open()
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.NoError(t, <-opened)
	require.Equal(t, "kept", content(t, third(path), "new")["mine"])
}

func TestNewerStore(t *testing.T) {
	path := first(t)
	require.NoError(t, third(path).Make())
	for _, open := range []func() (*bolt.DB, error){old(path).Open, old(path).OpenRead} {
		_, err := open()
		require.ErrorIs(t, err, store.ErrNewer)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "is of format 3, this program's is 1: install at least")
	}
	requireThird(t, path)
}

// A store of the first format stays one, and says so from then on.
func TestFirstFormat(t *testing.T) {
	path := first(t)
	before := content(t, old(path), "old")
	for range 2 {
		db, err := old(path).Open()
		require.NoError(t, err)
		require.NoError(t, db.View(func(tx *bolt.Tx) error {
			require.EqualValues(t, 1, binary.BigEndian.Uint64(tx.Bucket([]byte("meta")).Get([]byte("schema"))))
			return nil
		}))
		require.NoError(t, db.Close())
	}
	require.Equal(t, before, content(t, old(path), "old"))
}

// A store that a program left before its first transaction is a new one: there is
// nothing to migrate.
func TestEmptyStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := bolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	db, err = third(path).Open()
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.Empty(t, content(t, third(path), "new"))
}

func TestAnotherKindOfStore(t *testing.T) {
	path, _ := filled(t)
	for _, open := range []func() (*bolt.DB, error){old(path).Open, old(path).OpenRead} {
		_, err := open()
		require.ErrorIs(t, err, store.ErrKind)
		require.ErrorContains(t, err, path)
	}
}

// A bucket that is gone, or that has lost its name, is damage: to make it anew would
// forget what it held.
func TestBucketsThatAreNotTheStores(t *testing.T) {
	for name, change := range map[string]func(tx *bolt.Tx) error{
		"gone":     func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("new")) },
		"strange":  func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("mfta")); return err },
		"no meta":  func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("meta")) },
		"no value": func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Delete([]byte("schema")) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			o := third(path)
			o.Buckets = append(o.Buckets, "both")
			require.NoError(t, o.Make())
			require.NoError(t, o.Update("put", func(tx *bolt.Tx) error { return tx.Bucket([]byte("both")).Put([]byte("k"), []byte("v")) }))
			require.NoError(t, o.Update("spoil", change))
			o.Migrate[0] = func(*bolt.Tx) error { return errors.New("not of the first format") }
			_, err := o.Open()
			require.Error(t, err)
			if name != "no meta" { // which only the migration can tell from the first format
				require.ErrorIs(t, err, store.ErrDamaged)
			}
			_, err = o.OpenRead()
			require.Error(t, err)
		})
	}
}

// Any change of what the store says of its format is found, before anything is migrated
// or refused because of it.
func TestFlippedFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	o := third(path)
	var whole []byte
	require.NoError(t, o.Make())
	require.NoError(t, o.Update("read", func(tx *bolt.Tx) error {
		whole = bytes.Clone(tx.Bucket([]byte("meta")).Get([]byte("schema")))
		return nil
	}))
	set := func(v []byte) {
		db, err := bolt.Open(path, 0o600, nil)
		require.NoError(t, err)
		require.NoError(t, db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("schema"), v) }))
		require.NoError(t, db.Close())
	}
	refused := func(v []byte) {
		set(v)
		for _, open := range []func() (*bolt.DB, error){o.Open, o.OpenRead} {
			_, err := open()
			require.ErrorIs(t, err, store.ErrDamaged, "%x", v)
		}
	}
	for at := range whole {
		v := bytes.Clone(whole)
		v[at] ^= 1 << (at % 8)
		refused(v)
	}
	for n := range len(whole) {
		refused(whole[:n])
	}
	refused(append(bytes.Clone(whole), 0))
	set(whole)
	require.Empty(t, content(t, o, "new"))
}

func TestOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for name, change := range map[string]func(*store.Options){
		"path": func(o *store.Options) { o.Path = "" }, "advice": func(o *store.Options) { o.Advice = "" },
		"schema": func(o *store.Options) { o.Schema = 0 }, "buckets": func(o *store.Options) { o.Buckets = nil },
		"migrations": func(o *store.Options) { o.Schema = 2 },
		"name":       func(o *store.Options) { o.Name, o.Step = "", func(string) error { return nil } },
	} {
		t.Run(name, func(t *testing.T) {
			o := third(path)
			change(&o)
			_, err := o.Open()
			require.ErrorIs(t, err, store.ErrOptions)
			_, err = o.OpenRead()
			require.ErrorIs(t, err, store.ErrOptions)
			require.ErrorIs(t, store.Restore(o, nil, nil), store.ErrOptions)
		})
	}
}
