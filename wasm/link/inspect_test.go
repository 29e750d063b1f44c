package link

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"
)

func TestBrotliSize(t *testing.T) {
	noise := make([]byte, 10_000)
	rand.NewChaCha8([32]byte{}).Read(noise)
	for name, b := range map[string][]byte{
		"nothing": nil,
		"zeros":   make([]byte, 100_000),
		"noise":   noise,
		"text":    bytes.Repeat([]byte("see the flock, never the bird. "), 99),
	} {
		t.Run(name, func(t *testing.T) {
			var sent bytes.Buffer
			w := brotli.NewWriterLevel(&sent, 11)
			_, err := w.Write(b)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			require.Equal(t, sent.Len(), BrotliSize(b), "what a writer at level 11 sends")
			got, err := io.ReadAll(brotli.NewReader(&sent))
			require.NoError(t, err)
			require.True(t, bytes.Equal(b, got))
		})
	}
	require.Less(t, BrotliSize(make([]byte, 100_000)), 50)
	require.Greater(t, BrotliSize(noise), len(noise))
}

func TestCheckSize(t *testing.T) {
	require.NoError(t, CheckSize(450, 450))
	require.NoError(t, CheckSize(0, 0))
	err := CheckSize(451, 450)
	require.ErrorIs(t, err, ErrBudget)
	require.ErrorContains(t, err, "1 too many")
}
