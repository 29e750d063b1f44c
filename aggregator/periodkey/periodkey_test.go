package periodkey_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/periodkey"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var batch = message.Batch{Plan: plan.Digest{1, 2}, Date: 20000}

func open(t *testing.T, dir string) *periodkey.Keys {
	t.Helper()
	k, err := periodkey.Open(periodkey.Options{Dir: dir, Rand: rand.Reader})
	require.NoError(t, err)
	return k
}

func TestKeyOutlivesTheProcessAndNotTheBatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	keys := open(t, dir)
	_, err := keys.Get(batch)
	require.ErrorIs(t, err, periodkey.ErrGone)
	key, err := keys.Make(batch)
	require.NoError(t, err)
	place, value := []byte("here"), []byte("a share")
	sealed := key.Seal(place, value)
	require.NotContains(t, string(sealed), "share")

	keys = open(t, dir)
	again, err := keys.Make(batch)
	require.NoError(t, err)
	got, ok := again.Open(place, sealed)
	require.True(t, ok)
	require.Equal(t, value, got)
	_, ok = again.Open([]byte("elsewhere"), sealed)
	require.False(t, ok, "moved to another place")
	sealed[len(sealed)-1] ^= 1
	_, ok = again.Open(place, sealed)
	require.False(t, ok, "damaged")
	sealed[len(sealed)-1] ^= 1
	all, err := keys.Batches()
	require.NoError(t, err)
	require.Equal(t, []message.Batch{batch}, all)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	info, err := files[0].Info()
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())

	// A second link stands for a disk that was read before: its bytes are zeros.
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Link(filepath.Join(dir, files[0].Name()), link))
	require.NoError(t, keys.Destroy(batch))
	require.NoError(t, keys.Destroy(batch), "again")
	left, err := os.ReadFile(link)
	require.NoError(t, err)
	require.Equal(t, make([]byte, info.Size()), left)
	_, err = keys.Get(batch)
	require.ErrorIs(t, err, periodkey.ErrGone)
	fresh, err := keys.Make(batch)
	require.NoError(t, err)
	_, ok = fresh.Open(place, sealed)
	require.False(t, ok, "another key")
}

func TestDamagedKeyFile(t *testing.T) {
	dir := t.TempDir()
	keys := open(t, dir)
	_, err := keys.Make(batch)
	require.NoError(t, err)
	path := filepath.Join(dir, batch.Plan.String()+"-"+batch.Date.String()+".key")
	for _, text := range []string{"", "dunlin-period1", "dunlin-period1" + batch.Plan.String()[:10], batch.Plan.String()} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err = open(t, dir).Make(batch)
		require.ErrorIs(t, err, periodkey.ErrFile, text)
	}
}

func TestCrashBeforeAndAfterEachStep(t *testing.T) {
	crash := errors.New("crash")
	for _, at := range []string{"period-key.make before", "period-key.make after", "period-key.destroy before", "period-key.destroy after"} {
		dir := t.TempDir()
		keys, err := periodkey.Open(periodkey.Options{Dir: dir, Rand: rand.Reader, Step: func(point string) error {
			if point == at {
				return crash
			}
			return nil
		}})
		require.NoError(t, err)
		_, made := keys.Make(batch)
		destroyed := keys.Destroy(batch)
		require.True(t, errors.Is(made, crash) != errors.Is(destroyed, crash) || at == "period-key.make before", at)
		left, err := open(t, dir).Batches()
		require.NoError(t, err)
		require.Equal(t, at == "period-key.destroy before", len(left) == 1, at)
	}
}
