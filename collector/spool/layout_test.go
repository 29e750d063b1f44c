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
