package spool

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// BenchmarkLayout is the measurement behind the choice of one sequence for a
// whole batch (doc.go): commits of 32 reports, into one bucket in arrival order
// or into the bucket of each report's partition.
func BenchmarkLayout(b *testing.B) {
	for _, size := range []int{2500, 6000, 13500} {
		for _, layout := range []string{"sequence", "partitions"} {
			b.Run(fmt.Sprintf("%s/%d", layout, size), func(b *testing.B) {
				benchmarkLayout(b, layout == "partitions", size, fileOptions())
			})
		}
	}
}

// BenchmarkPageSize is the measurement behind pageSize.
func BenchmarkPageSize(b *testing.B) {
	for _, size := range []int{2500, 6000, 13500} {
		for _, page := range []int{4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10} {
			b.Run(fmt.Sprintf("%d/%d", size, page), func(b *testing.B) {
				o := fileOptions()
				o.PageSize = page
				benchmarkLayout(b, false, size, o)
			})
		}
	}
}

func benchmarkLayout(b *testing.B, partitions bool, size int, o *bolt.Options) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "layout"), 0o600, o)
	require.NoError(b, err)
	defer db.Close()
	random := rand.New(rand.NewPCG(1, 2))
	value := make([]byte, size)
	seq := uint64(0)
	const each = 32
	b.ResetTimer()
	for range b.N {
		require.NoError(b, db.Update(func(tx *bolt.Tx) error {
			for range each {
				name := []byte{0}
				if partitions {
					name[0] = byte(random.Uint32())
				}
				bucket, err := tx.CreateBucketIfNotExists(name)
				if err != nil {
					return err
				}
				bucket.FillPercent = 1
				seq++
				if err := bucket.Put(binary.BigEndian.AppendUint64(nil, seq), value); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N*each)/b.Elapsed().Seconds(), "reports/s")
	require.NoError(b, db.View(func(tx *bolt.Tx) error {
		b.ReportMetric(float64(tx.Size())/float64(b.N*each), "file-B/report")
		return nil
	}))
}

// BenchmarkBatch tells what a restart (Check), closing and pulling cost for each
// report of a batch of 6 KB reports.
func BenchmarkBatch(b *testing.B) {
	const n, each = 20000, 100
	s := open(b, b.TempDir())
	key := testKey(1)
	require.NoError(b, s.Prepare(key))
	batch := &batch{key: key, path: s.File(key), log: s.log}
	r := raw(b, key, 1, 1, string(make([]byte, 6000)))
	for i := range n / each {
		var items []*item
		for j := range each {
			v := append(make([]byte, 0, len(r)+Headroom), r...)
			binary.BigEndian.PutUint64(v[40:], uint64(i*each+j)*0x9E3779B97F4A7C15)
			items = append(items, &item{raw: v})
		}
		require.NoError(b, batch.commit(items))
	}
	per := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/report") }
	b.Run("check", func(b *testing.B) {
		for range b.N {
			require.NoError(b, check(batch.path, key))
		}
		per(b)
	})
	b.Run("freeze", func(b *testing.B) {
		for range b.N { // as if for the first time
			require.NoError(b, guarded(batch.path, func() error {
				return batch.db.Update(func(tx *bolt.Tx) error {
					all, err := arrivals(tx, batch.path, &mapped{})
					if err != nil {
						return err
					}
					counted, summary := count(all)
					return writeIndex(tx, counted, &summary)
				})
			}))
		}
		per(b)
	})
	_, err := batch.freeze()
	require.NoError(b, err)
	// freeze above wrote the mark; this batch is read as a restarted one would.
	require.NoError(b, batch.closeFile())
	require.NoError(b, batch.open())
	b.Run("pull", func(b *testing.B) {
		for range b.N {
			for p := range Partitions {
				_, err := batch.page(byte(p), nil, n, 1<<40, func([]byte) error { return nil })
				require.NoError(b, err)
			}
		}
		per(b)
	})
	require.NoError(b, batch.closeFile())
}
