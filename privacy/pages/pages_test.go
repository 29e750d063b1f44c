package pages_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/privacy/pages"
)

// content is a file's pairs by bucket, with the buckets' sequences.
type content map[string]map[string]string

func walk(b []byte) (content, error) {
	all := content{}
	last := ""
	return all, pages.Walk(bytes.NewReader(b), int64(len(b)), func(bucket string, sequence uint64, key, value []byte) error {
		if key == nil {
			all[bucket] = map[string]string{"": fmt.Sprint(sequence)}
			last = ""
			return nil
		}
		if string(key) <= last {
			return fmt.Errorf("%q after %q", key, last)
		}
		last = string(key)
		all[bucket][last] = string(value)
		return nil
	})
}

func ExampleWalk() {
	dir, _ := os.MkdirTemp("", "pages")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "x.db")
	db, _ := bolt.Open(path, 0o600, nil)
	_ = db.Update(func(tx *bolt.Tx) error {
		b, _ := tx.CreateBucket([]byte("ducks"))
		return b.Put([]byte("mallard"), []byte("anas platyrhynchos"))
	})
	_ = db.Close()
	whole, _ := os.ReadFile(path)
	fmt.Println(pages.Walk(bytes.NewReader(whole), int64(len(whole)), func(bucket string, _ uint64, key, value []byte) error {
		if key != nil {
			fmt.Printf("%s: %s, %s\n", bucket, key, value)
		}
		return nil
	}))
	whole[1] ^= 1 // the number of the first page
	fmt.Println(errors.Is(pages.Walk(bytes.NewReader(whole), int64(len(whole)), nil), pages.ErrDamaged))
	// Output:
	// ducks: mallard, anas platyrhynchos
	// <nil>
	// true
}

// Whatever bbolt writes is whole, and is what it says that it wrote: buckets that come and
// go, keys put and deleted in any order, values of many pages.
func TestWhatBboltWrites(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			path := filepath.Join(t.TempDir(), "x.db")
			db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true, PageSize: 1024 << seed})
			require.NoError(t, err)
			defer db.Close()
			want := content{}
			for range 60 {
				require.NoError(t, db.Update(func(tx *bolt.Tx) error { return change(tx, rnd, want) }))
				b, err := os.ReadFile(path)
				require.NoError(t, err)
				have, err := walk(b)
				require.NoError(t, err)
				require.Equal(t, want, have)
			}
		})
	}
}

func change(tx *bolt.Tx, rnd *rand.Rand, want content) error {
	name := fmt.Sprint("bucket ", rnd.IntN(4))
	if want[name] != nil && rnd.IntN(12) == 0 {
		delete(want, name)
		return tx.DeleteBucket([]byte(name))
	}
	b, err := tx.CreateBucketIfNotExists([]byte(name))
	if err != nil {
		return err
	}
	if want[name] == nil {
		want[name] = map[string]string{}
	}
	sequence := rnd.Uint64N(1000)
	want[name][""] = fmt.Sprint(sequence)
	err = b.SetSequence(sequence)
	for range rnd.IntN(120) {
		key := fmt.Sprint("key ", rnd.IntN(300))
		if rnd.IntN(3) == 0 {
			delete(want[name], key)
			err = errors.Join(err, b.Delete([]byte(key)))
			continue
		}
		value := bytes.Repeat([]byte{byte(rnd.IntN(256))}, rnd.IntN(1<<rnd.IntN(14)))
		want[name][key] = string(value)
		err = errors.Join(err, b.Put([]byte(key), value))
	}
	return err
}

// sample is a file with a tree of branches, a bucket within a page, long values and a
// free list.
func sample(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true, PageSize: 1024})
	require.NoError(t, err)
	for round := range 3 {
		require.NoError(t, db.Update(func(tx *bolt.Tx) error {
			small, err := tx.CreateBucketIfNotExists([]byte("small"))
			if err != nil {
				return err
			}
			large, err := tx.CreateBucketIfNotExists([]byte("large"))
			if err != nil {
				return err
			}
			err = errors.Join(small.Put([]byte("k"), []byte("v")), large.Put([]byte("a"), make([]byte, 3000)))
			for i := range 16 {
				err = errors.Join(err, large.Put(fmt.Appendf(nil, "key %d", i), make([]byte, 100+round)))
			}
			return err
		}))
	}
	require.NoError(t, db.Close())
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// pairs counts the pairs of each bucket.
func pairs(b []byte) (count [2]int, err error) {
	at := -1
	return count, pages.Walk(bytes.NewReader(b), int64(len(b)), func(_ string, _ uint64, key, _ []byte) error {
		if key == nil {
			at++
		} else {
			count[at]++
		}
		return nil
	})
}

// One flipped bit in any byte is refused, or the structure is what it was: a key or a
// value has changed, a sequence, or bytes that nothing points to.
func TestEveryByteFlipped(t *testing.T) {
	whole := sample(t)
	want, err := pairs(whole)
	require.NoError(t, err)
	refused := 0
	for at := range whole {
		whole[at] ^= 1 << (at % 8)
		have, err := pairs(whole)
		whole[at] ^= 1 << (at % 8)
		if err != nil {
			refused++
			continue
		}
		require.Equal(t, want, have, "byte %d of page %d", at%1024, at/1024)
	}
	require.Greater(t, refused, 500)
}

func TestCutOff(t *testing.T) {
	whole := sample(t)
	want, err := walk(whole)
	require.NoError(t, err)
	refused := 0
	for n := 0; n < len(whole); n += 61 {
		have, err := walk(whole[:n])
		if err != nil {
			require.ErrorIs(t, err, pages.ErrDamaged)
			refused++
			continue
		}
		require.Equal(t, want, have, "the cut was beyond the pages in use")
	}
	require.Greater(t, refused, 100)
}

// One meta page of an older copy: the state that stood in its place is gone.
func TestMetaPageOfAnOlderCopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true, PageSize: 1024})
	require.NoError(t, err)
	defer db.Close()
	var copies [][]byte
	for i := range 7 {
		require.NoError(t, db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			return errors.Join(err, b.Put([]byte{byte(i)}, []byte("v")))
		}))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = walk(b)
		require.NoError(t, err)
		copies = append(copies, b)
	}
	now := copies[len(copies)-1]
	// Of a copy of two transactions before, one page and one of now are of successive ones.
	for _, at := range []int{0, 1024} {
		for _, older := range copies[:len(copies)-3] {
			b := bytes.Clone(now)
			copy(b[at:at+1024], older[at:])
			_, err := walk(b)
			require.ErrorIs(t, err, pages.ErrDamaged)
		}
	}
}

// Buckets within buckets, which Dunlin never writes, are refused.
func TestNestedBuckets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket([]byte("b"))
		if err == nil {
			_, err = b.CreateBucket([]byte("c"))
		}
		return err
	}))
	require.NoError(t, db.Close())
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = walk(b)
	require.ErrorIs(t, err, pages.ErrDamaged)
}

// An error of the disk is the disk's, one of the visitor the visitor's: neither is damage.
func TestOtherErrors(t *testing.T) {
	whole := sample(t)
	no := errors.New("no")
	calls := 0
	err := pages.Walk(bytes.NewReader(whole), int64(len(whole)), func(string, uint64, []byte, []byte) error {
		calls++
		return no
	})
	require.ErrorIs(t, err, no)
	require.Equal(t, 1, calls)
	for from := 0; from < len(whole); from += 512 {
		err := pages.Walk(failing{bytes.NewReader(whole), int64(from), no}, int64(len(whole)), nil)
		if err != nil {
			require.ErrorIs(t, err, no)
			require.NotErrorIs(t, err, pages.ErrDamaged)
		}
	}
}

// failing cannot read what lies at or beyond a place.
type failing struct {
	io.ReaderAt
	from int64
	err  error
}

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.from {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(b, at)
}
