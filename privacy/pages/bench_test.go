package pages_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/privacy/pages"
)

// Beside bbolt's own check of the same 10,000 pairs of 1 KB.
func BenchmarkWalk(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
	require.NoError(b, err)
	defer db.Close()
	require.NoError(b, db.Update(func(tx *bolt.Tx) error {
		bucket, err := tx.CreateBucket([]byte("b"))
		for i := range 10_000 {
			if err == nil {
				err = bucket.Put([]byte{byte(i >> 8), byte(i)}, make([]byte, 1024))
			}
		}
		return err
	}))
	whole, err := os.ReadFile(path)
	require.NoError(b, err)
	b.Run("pages", func(b *testing.B) {
		b.SetBytes(int64(len(whole)))
		for b.Loop() {
			require.NoError(b, pages.Walk(bytes.NewReader(whole), int64(len(whole)), nil))
		}
	})
	b.Run("bbolt", func(b *testing.B) {
		b.SetBytes(int64(len(whole)))
		for b.Loop() {
			require.NoError(b, db.View(func(tx *bolt.Tx) error {
				for problem := range tx.Check() {
					return problem
				}
				return nil
			}))
		}
	})
}
