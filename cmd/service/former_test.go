package service

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// What a key has signed counts after it was replaced, at both ends; what it signs to
// nobody's knowledge is another matter: it is let in nowhere.
func TestWhatAFormerKeySignedStillCounts(t *testing.T) {
	dir := t.TempDir()
	public, err := GenerateKeys(dir, []string{"helper"}, zeros{})
	require.NoError(t, err)
	path := filepath.Join(dir, "helper.pem")
	c := &Config{}
	now, err := c.identity(path, nil)
	require.NoError(t, err)
	message := []byte("a release")
	early := now.Sign(message)
	own := signedBy(path, now)
	require.True(t, own.Verify(message, early))

	_, next, err := Rotate(dir, "helper", seal.Passphrase{}, ones{})
	require.NoError(t, err)
	_, _, err = Promote(dir, "helper", seal.Passphrase{})
	require.NoError(t, err)
	require.Equal(t, next, now.Public(), "the source has followed its file")
	late := now.Sign(message)
	require.NotEqual(t, early, late)
	require.True(t, own.Verify(message, late))
	require.True(t, own.Verify(message, early))
	require.False(t, own.Verify([]byte("another"), early))

	trust := (&Config{Leader: &LeaderConfig{Helper: Remote{URL: "https://h:1", Keys: peer.Keys{next}, Former: peer.Keys{public.Peers["helper"]}}}}).Trust(slog.New(slog.DiscardHandler))
	require.True(t, trust.HelperSigned().Verify(message, early))
	require.True(t, trust.HelperSigned().Verify(message, late))
	require.Equal(t, peer.Keys{next}, trust.Helper())

	// A list that was damaged is told of where it would be written anew.
	require.NoError(t, os.WriteFile(formerFile(path), []byte("# a comment\n\nnot a key\n"), 0o644))
	require.False(t, own.Verify(message, early))
	_, _, err = Rotate(dir, "helper", seal.Passphrase{}, zeros{})
	require.NoError(t, err)
	_, _, err = Promote(dir, "helper", seal.Passphrase{})
	require.ErrorIs(t, err, peer.ErrKey)
	require.True(t, strings.HasPrefix(err.Error(), formerFile(path)))
}

// zeros and ones are randomness that is none.
type (
	zeros struct{}
	ones  struct{}
)

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func (ones) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 1
	}
	return len(b), nil
}
