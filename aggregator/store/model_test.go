package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// mostFormat is the last format of the model's store. In each, a value is written with
// the format's number in front, in the bucket "values".
const mostFormat = 5

// inFormat opens the model's store with a program of a format.
func inFormat(path string, n uint64, step func(string) error) store.Options {
	o := store.Options{Path: path, Advice: advice, Schema: n, Buckets: []string{"values"}, Name: "m", Step: step}
	for from := uint64(1); from < n; from++ {
		o.Migrate = append(o.Migrate, func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte("values"))
			if b == nil {
				return errNotOfFormat
			}
			all, err := valuesOf(b, from)
			for k, v := range all {
				err = errors.Join(err, b.Put([]byte(k), inFormatOf(from+1, v)))
			}
			return err
		})
	}
	return o
}

var errNotOfFormat = errors.New("a value is not of its format")

func inFormatOf(n uint64, v string) []byte { return fmt.Appendf(nil, "%d:%s", n, v) }

func valuesOf(b *bolt.Bucket, n uint64) (map[string]string, error) {
	all := map[string]string{}
	return all, b.ForEach(func(k, v []byte) error {
		prefix := inFormatOf(n, "")
		if !bytes.HasPrefix(v, prefix) {
			return fmt.Errorf("%w %d: %q", errNotOfFormat, n, v)
		}
		all[string(k)] = string(v[len(prefix):])
		return nil
	})
}

// Programs of ever newer formats, some older ones among them, write to one store and crash
// at any step; backups are taken, and restored elsewhere. After each step the store holds
// what a map does, and is never of an older format than before.
func TestModel(t *testing.T) {
	rounds := 150
	if n, err := strconv.Atoi(os.Getenv("STORE_ROUNDS")); err == nil {
		rounds = n
	}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { model(t, rand.New(rand.NewPCG(seed, 5)), rounds) })
	}
}

func model(t *testing.T, rnd *rand.Rand, rounds int) {
	path := filepath.Join(t.TempDir(), "m.db")
	want, format := map[string]string{}, uint64(1)
	require.NoError(t, inFormat(path, 1, nil).Make())
	crash := errors.New("crash")
	var copied []byte // a backup, with what it holds
	var copiedWant map[string]string
	check := func(path string, n uint64, want map[string]string) {
		require.NoError(t, inFormat(path, n, nil).View(func(tx *bolt.Tx) error {
			have, err := valuesOf(tx.Bucket([]byte("values")), n)
			require.Equal(t, want, have)
			return err
		}))
	}
	refused, crashed, restored := 0, 0, 0
	for range rounds {
		program := min(format+uint64(rnd.IntN(12)/11), mostFormat)
		if rnd.IntN(10) == 0 {
			program = 1 + rnd.Uint64N(format)
		}
		at, points, last := rnd.IntN(8), 0, ""
		step := func(point string) error {
			if points++; points > at && at < 4 { // for ever, as a process that is gone
				last = point
				return crash
			}
			return nil
		}
		o := inFormat(path, program, step)
		key, value := fmt.Sprint("key ", rnd.IntN(40)), fmt.Sprint(rnd.Uint64())
		put := func(tx *bolt.Tx) error {
			return tx.Bucket([]byte("values")).Put([]byte(key), inFormatOf(program, value))
		}
		err := o.Update("put", put)
		switch {
		case errors.Is(err, store.ErrNewer):
			require.Less(t, program, format)
			refused++
		case err == nil:
			require.GreaterOrEqual(t, program, format)
			want[key], format = value, program
		default:
			require.ErrorIs(t, err, crash)
			crashed++
			switch last {
			case "m.put after":
				want[key], format = value, program
			case "m.put before", "m.migrate after":
				format = program
			case "m.migrate before":
			default:
				t.Fatalf("crashed at %q", last)
			}
		}
		check(path, format, want)
		switch rnd.IntN(12) {
		case 0:
			db, err := inFormat(path, format, nil).Open()
			require.NoError(t, err)
			var w bytes.Buffer
			require.NoError(t, store.Backup(db, &w, nil))
			require.NoError(t, db.Close())
			copied, copiedWant = w.Bytes(), maps.Clone(want)
		case 1:
			if copied != nil {
				elsewhere := filepath.Join(t.TempDir(), "m.db")
				require.NoError(t, store.Restore(inFormat(elsewhere, mostFormat, nil), bytes.NewReader(copied), nil))
				check(elsewhere, mostFormat, copiedWant)
				restored++
			}
		}
	}
	require.EqualValues(t, mostFormat, format)
	require.Greater(t, refused, rounds/60)
	require.Greater(t, crashed, rounds/10)
	require.Positive(t, restored)
}

// Any byte of the pages that hold the buckets' names and what the store says of its format
// may flip: the store is refused, or it holds what it did. It is never taken for another
// format, never begun anew, and nothing panics.
func TestFlippedRoot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.db")
	want := map[string]string{"a": "1", "b": "2"}
	o := inFormat(path, 3, nil)
	require.NoError(t, o.Make())
	require.NoError(t, o.Update("put", func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte("values"))
		for k, v := range want {
			if err := b.Put([]byte(k), inFormatOf(3, v)); err != nil {
				return err
			}
		}
		return b.Put([]byte("large"), append(inFormatOf(3, ""), make([]byte, 5000)...)) // so that the bucket has pages of its own
	}))
	want["large"] = string(make([]byte, 5000))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	refused, same := 0, 0
	for page := 0; page < len(whole); page += os.Getpagesize() {
		if !bytes.Contains(whole[page:page+os.Getpagesize()], []byte("schema")) {
			continue
		}
		end := bytes.LastIndexFunc(whole[page:page+os.Getpagesize()], func(r rune) bool { return r != 0 })
		for at := page; at <= page+end; at++ {
			if at-page > 200 && at-page < end-300 {
				continue // free room within the page
			}
			b := bytes.Clone(whole)
			b[at] ^= 1 << (at % 8)
			require.NoError(t, os.WriteFile(path, b, 0o600))
			db, err := o.Open()
			if err != nil {
				refused++
				continue
			}
			same++
			require.NoError(t, db.View(func(tx *bolt.Tx) error {
				have, err := valuesOf(tx.Bucket([]byte("values")), 3)
				require.NoError(t, err, "byte %d of page %d", at-page, page)
				require.Equal(t, want, have, "byte %d of page %d", at-page, page)
				return nil
			}))
			require.NoError(t, db.Close())
		}
	}
	require.Greater(t, refused, 60)
	require.Positive(t, same)
}
