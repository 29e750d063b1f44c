package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// A file that lost its name while its lock was waited for is not the store any more.
func TestReplacedFile(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "x.db"), filepath.Join(dir, "y.db")
	for _, p := range []string{path, other} {
		db, err := bolt.Open(p, 0o600, nil)
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, checkFile(f, path))
	require.NoError(t, os.Rename(other, path))
	require.ErrorIs(t, checkFile(f, path), errReplaced)
	require.NoError(t, os.Remove(path))
	require.ErrorIs(t, checkFile(f, path), os.ErrNotExist)
}
