package spool

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// The files in testdata were written by the collector of version 1's first release
// (commit 6a306fe): of 40 arrivals each, two revisions of 20 reports.
func TestVersion1IsRead(t *testing.T) {
	for name, frozen := range map[string]bool{"version1-open": false, "version1-frozen": true} {
		t.Run(name, func(t *testing.T) {
			packed, err := os.ReadFile("testdata/" + name + ".spool.gz")
			require.NoError(t, err)
			z, err := gzip.NewReader(bytes.NewReader(packed))
			require.NoError(t, err)
			content, err := io.ReadAll(z)
			require.NoError(t, err)
			key := testKey(20001)
			if frozen {
				key = testKey(20000)
			}
			s := open(t, t.TempDir())
			require.NoError(t, os.WriteFile(s.File(key), content, 0o600))
			require.NoError(t, Check(s.File(key)))

			err = s.Append(key, raw(t, key, 1<<63, 1, "new"))
			more := uint64(1)
			if frozen {
				require.ErrorIs(t, err, ErrFrozen)
				more = 0
			} else {
				require.NoError(t, err)
			}
			sum, err := s.Freeze(key)
			require.NoError(t, err)
			require.Equal(t, []uint64{20 + more, 0, 20}, []uint64{sum.Reports, sum.Repeated, sum.Superseded})
			got := all(t, s, key, 7)
			require.Len(t, got, int(sum.Reports))
			for _, b := range got {
				r, err := report.Parse(b)
				require.NoError(t, err)
				if r.ID == (plan.ReportID{0x80}) {
					continue
				}
				i := 2 * uint64(r.ID[7])
				want := max(i%3, (i+1)%3)
				require.EqualValues(t, 1+want, r.Revision)
				if want != i%3 {
					i++
				}
				require.Equal(t, strings.Repeat(fmt.Sprint("leader ", i, " "), 100), string(r.Leader))
			}
		})
	}
}

// A file of a newer version is told from a damaged one, and left as it is.
func TestNewerVersionIsLeftAlone(t *testing.T) {
	key := testKey(5)
	path, _ := written(t, key, 3, false)
	db, err := bolt.Open(path, 0o600, fileOptions())
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error {
		head := key.head()
		head[0] = version + 1
		if _, err := tx.CreateBucket([]byte("what nobody knows yet")); err != nil {
			return err
		}
		return tx.Bucket(bucketBatch).Put(keyHead, seal(keyHead, head))
	}))
	require.NoError(t, db.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	s := open(t, strings.TrimSuffix(path, key.file()))
	for range 2 {
		err = s.Append(key, raw(t, key, 9, 1, ""))
		require.ErrorIs(t, err, ErrNewer)
		require.NotErrorIs(t, err, ErrDamaged)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "start the newer Dunlin again")
		require.NotContains(t, err.Error(), "remove")
	}
	_, err = s.Freeze(key)
	require.ErrorIs(t, err, ErrNewer)
	require.Len(t, s.Damaged(), 1)
	require.NoError(t, s.Close())
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, now)
}
