package spool

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/dunlin-analytics/dunlin/privacy/pages"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// written makes a batch file of n reports and returns its path with the reports
// in the order in which a frozen batch hands them out.
func written(t *testing.T, key Key, n int, frozen bool) (path string, reports [][]byte) {
	s := open(t, t.TempDir())
	for i := range n {
		b := raw(t, key, uint64(i)<<50, 1, fmt.Sprintf("%03000d", i))
		require.NoError(t, s.Append(key, b))
		reports = append(reports, b)
	}
	if frozen {
		_, err := s.Freeze(key)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())
	return s.File(key), reports
}

// used returns how many bytes of a file its pages take; the rest is a hole.
func used(t *testing.T, path string) int64 {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var high uint64 // of both meta pages, as privacy/pages draws them
	for i := range int64(2) {
		var b [8]byte
		_, err := f.ReadAt(b[:], i*pageSize+16+40)
		require.NoError(t, err)
		high = max(high, binary.LittleEndian.Uint64(b[:]))
	}
	return int64(high) * pageSize
}

// within opens a damaged copy next to a healthy batch. It must be refused with
// an error that names it, or be whole; the healthy one must go on either way.
func within(t *testing.T, key Key, content []byte, reports [][]byte) (refused bool) {
	dir := t.TempDir()
	s := open(t, dir)
	healthy := testKey(key.Period + 1)
	path := s.File(key)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	b := raw(t, healthy, 1, 1, "")
	require.NoError(t, s.Append(healthy, b))

	_, err := s.Freeze(key)
	if err == nil {
		require.Equal(t, reports, all(t, s, key, 100), "what opens is whole")
	} else {
		require.ErrorIs(t, err, ErrDamaged)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "remove this file")
		require.ErrorIs(t, s.Append(key, raw(t, key, 1, 1, "")), ErrDamaged)
		_, err = s.Page(key, 0, nil, 1, 1, nil)
		require.ErrorIs(t, err, ErrDamaged)
		require.Len(t, s.Damaged(), 1)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, after, "a damaged file is left as it was found")
	}
	_, freezing := s.Freeze(healthy)
	require.NoError(t, freezing)
	require.Equal(t, [][]byte{b}, all(t, s, healthy, 10))
	require.NoError(t, s.Close())

	if err != nil {
		// The remedy works: without the file the others go on, and nobody takes an
		// empty batch for this one.
		require.NoError(t, os.Remove(path))
		s = open(t, dir)
		require.ErrorIs(t, s.Append(key, raw(t, key, 1, 1, "")), ErrLost)
		_, err := s.Freeze(key)
		require.ErrorIs(t, err, ErrLost)
		require.ErrorIs(t, s.Prepare(key), ErrLost)
		require.Len(t, s.Damaged(), 1)
		require.ErrorContains(t, s.Damaged()[0], path)
		require.NoFileExists(t, path)
		require.Equal(t, [][]byte{b}, all(t, s, healthy, 10))
		require.NoError(t, s.Close())
	}
	return err != nil
}

func TestTruncatedFile(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		key := testKey(5)
		path, reports := written(t, key, 30, frozen)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		size := used(t, path)
		random := rand.New(rand.NewPCG(1, 1))
		lengths := []int64{0, 1, 15, 80, 4096, pageSize - 1, pageSize, pageSize + 80, 2 * pageSize, size - pageSize, size - 1, size}
		for range 12 {
			lengths = append(lengths, random.Int64N(size))
		}
		for _, n := range lengths {
			refused := within(t, key, content[:n], reports)
			require.Equal(t, n < size, refused, "%d of %d bytes", n, size)
		}
	}
}

// pairs returns all pairs of a file that can be walked.
func pairs(t *testing.T, content []byte) map[string]string {
	out := make(map[string]string)
	require.NoError(t, pages.Walk(bytes.NewReader(content), int64(len(content)), func(bucket string, _ uint64, key, value []byte) error {
		out[bucket+"/"+string(key)] = string(value)
		return nil
	}))
	return out
}

// Each byte of headers, elements, keys and values is covered by a check; what is
// not covered (padding, free pages) does not matter. Whatever a flip hits, the
// batch is refused or whole.
func TestFlippedBytes(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		key := testKey(5)
		path, reports := written(t, key, 12, frozen)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		size := used(t, path)
		content = content[:size]
		random := rand.New(rand.NewPCG(2, 2))
		var at []int64
		for page := int64(0); page < size; page += pageSize {
			for i := range int64(96) { // header and first elements
				if random.IntN(3) == 0 {
					at = append(at, page+i)
				}
			}
		}
		for range 1000 {
			at = append(at, random.Int64N(size))
		}
		refused, opened := 0, 0
		want := pairs(t, content)
		for _, i := range at {
			bit := byte(1) << random.IntN(8)
			content[i] ^= bit
			if checkFile(bytes.NewReader(content), size, key) != nil {
				refused++
			} else {
				require.Equal(t, want, pairs(t, content), "byte %d", i)
				if opened++; opened < 20 { // for good: that costs some fsyncs
					require.False(t, within(t, key, content, reports), "byte %d", i)
				}
			}
			content[i] ^= bit
		}
		t.Logf("%d of %d flips refused", refused, len(at))
		require.Greater(t, refused, len(at)/4)
	}
}

// A file of another batch, of another program, a directory: refused.
func TestForeignFiles(t *testing.T) {
	key := testKey(5)
	path, reports := written(t, key, 3, true)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	content = content[:used(t, path)]
	require.True(t, within(t, testKey(6), content, reports), "renamed to another period")

	other := filepath.Join(t.TempDir(), "other")
	db, err := bolt.Open(other, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	foreign, err := os.ReadFile(other)
	require.NoError(t, err)
	require.True(t, within(t, key, foreign, nil))
	require.Error(t, Check(other))
}

// Damage that comes while the file is open: cut off under bbolt's memory map,
// which raises SIGBUS, or overwritten. An error, not the end of the process.
func TestDamageUnderARunningSpool(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"cut off": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 3*pageSize)) },
		"overwritten": func(t *testing.T, path string) {
			size := used(t, path)
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			require.NoError(t, err)
			defer f.Close()
			_, err = f.WriteAt(make([]byte, size-2*pageSize), 2*pageSize)
			require.NoError(t, err)
		},
	} {
		for _, frozen := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, frozen %t", name, frozen), func(t *testing.T) {
				s := open(t, t.TempDir())
				key, healthy := testKey(1), testKey(2)
				for i := range uint64(200) {
					require.NoError(t, s.Append(key, raw(t, key, i, 1, fmt.Sprintf("%05000d", i))))
				}
				require.NoError(t, s.Append(healthy, raw(t, healthy, 1, 1, "")))
				if frozen {
					_, err := s.Freeze(key)
					require.NoError(t, err)
				}
				damage(t, s.File(key))
				if frozen {
					_, err := s.Page(key, 0, nil, 1000, 1<<30, func([]byte) error { return nil })
					require.ErrorIs(t, err, ErrDamaged)
				} else {
					_, err := s.Freeze(key)
					require.ErrorIs(t, err, ErrDamaged)
					require.ErrorIs(t, s.Append(key, raw(t, key, 1, 1, "")), ErrDamaged)
				}
				require.NoError(t, s.Append(healthy, raw(t, healthy, 2, 1, "")))
				require.NoError(t, s.Close())
			})
		}
	}
}

// One flipped bit in a report's bytes is found when it would be frozen or served.
func TestChecksumOfAReport(t *testing.T) {
	key := testKey(5)
	sealed := seal(sequenceKey(1), raw(t, key, 1, 1, "x"))
	got, ok := unseal(sequenceKey(1), sealed)
	require.True(t, ok)
	_, err := report.Parse(got)
	require.NoError(t, err)
	_, ok = unseal(sequenceKey(2), sealed)
	require.False(t, ok, "moved to another key")
	for i := range sealed {
		sealed[i] ^= 4
		_, ok := unseal(sequenceKey(1), sealed)
		require.False(t, ok, "byte %d", i)
		sealed[i] ^= 4
	}
	_, ok = unseal(nil, []byte{1, 2, 3})
	require.False(t, ok)
}

// A commit that fails acknowledges nothing and stops nothing: with room again the
// next one succeeds, and what was acknowledged before is there.
func TestFailedCommit(t *testing.T) {
	s := open(t, t.TempDir())
	key := testKey(1)
	require.NoError(t, s.Append(key, raw(t, key, 1, 1, "")))
	s.batches[key].db.MaxSize = 4 * pageSize // a disk of that size, from now on
	big := fmt.Sprintf("%030000d", 0)
	require.ErrorIs(t, s.Append(key, raw(t, key, 2, 1, big)), bolterrors.ErrMaxSizeReached)
	require.Empty(t, s.Damaged())
	require.NoError(t, s.Append(key, raw(t, key, 3, 1, big)), "the file was opened anew, without the limit")
	sum, err := s.Freeze(key)
	require.NoError(t, err)
	require.EqualValues(t, 2, sum.Reports)
	require.Equal(t, [][]byte{raw(t, key, 1, 1, ""), raw(t, key, 3, 1, big)}, all(t, s, key, 9))
}

// FuzzWalk reads any bytes as a file: no panic, no endless loop.
func FuzzWalk(f *testing.F) {
	// Fuzzing with whole files would be slow: the input is patches of 12 bytes
	// (page u16, offset u16, value u64) over a small real file.
	dir := f.TempDir()
	s, err := Open(Options{Dir: dir})
	require.NoError(f, err)
	key := testKey(1)
	for i := range uint64(9) {
		require.NoError(f, s.Append(key, raw(f, key, i, 1, fmt.Sprintf("%04000d", i))))
	}
	_, err = s.Freeze(key)
	require.NoError(f, err)
	require.NoError(f, s.Close())
	content, err := os.ReadFile(s.File(key))
	require.NoError(f, err)
	content = content[:64*pageSize]
	f.Add([]byte{})
	f.Add([]byte{0, 3, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Add([]byte{0, 5, 0, 24, 5, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 24, 5, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, patches []byte) {
		changed := append([]byte(nil), content...)
		for ; len(patches) >= 12; patches = patches[12:] {
			at := int(binary.BigEndian.Uint16(patches))%64*pageSize + int(binary.BigEndian.Uint16(patches[2:]))%(pageSize-8)
			copy(changed[at:], patches[4:12])
		}
		seen := 0
		err := pages.Walk(bytes.NewReader(changed), int64(len(changed)), func(string, uint64, []byte, []byte) error {
			seen++
			return nil
		})
		if err != nil {
			require.ErrorIs(t, err, pages.ErrDamaged)
		}
		require.Less(t, seen, len(changed), "it ends")
		_ = checkFile(bytes.NewReader(changed), int64(len(changed)), key)
	})
}
