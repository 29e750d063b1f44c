package pages_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// Whatever the bytes, the walk ends, and what it lets through bbolt reads the same.
func FuzzWalk(f *testing.F) {
	whole := sample(f)
	f.Add([]byte{})
	f.Add([]byte{2, 0, 0, 0x10, 1})
	f.Add([]byte{0, 8, 8, 0xff})
	dir := f.TempDir()
	// The input says what to change: place (2 bytes in units of a byte), by what, and on.
	f.Fuzz(func(t *testing.T, in []byte) {
		b := bytes.Clone(whole)
		for ; len(in) >= 3; in = in[3:] {
			at := (int(in[0])<<8 | int(in[1])) % len(b)
			b[at] ^= in[2]
		}
		have, err := walk(b)
		if err != nil {
			return
		}
		path := filepath.Join(dir, "x.db")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
		require.NoError(t, err)
		defer db.Close()
		require.NoError(t, db.View(func(tx *bolt.Tx) error {
			for problem := range tx.Check() {
				return problem
			}
			read := content{}
			err := tx.ForEach(func(name []byte, b *bolt.Bucket) error {
				one := map[string]string{"": fmt.Sprint(b.Sequence())}
				read[string(name)] = one
				return b.ForEach(func(k, v []byte) error {
					one[string(k)] = string(v)
					return nil
				})
			})
			require.True(t, maps.EqualFunc(have, read, maps.Equal[map[string]string, map[string]string]))
			return err
		}))
	})
}
