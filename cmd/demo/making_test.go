package demo

import (
	"context"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Three days of a small shop through the real path, written, and read again.
func TestMake(t *testing.T) {
	if testing.Short() {
		t.Skip("its goroutines are those of a day of the demo")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var heard []uint64
	o := MakeOptions{Dir: t.TempDir(), Visitors: 9000, Days: 3, Commit: "c0ffee", Log: io.Discard, Day: func(done, days int, _ string, accepted uint64) {
		require.Equal(t, 3, days)
		heard = append(heard, accepted)
		require.Len(t, heard, done)
	}}
	h, err := Make(ctx, o)
	require.NoError(t, err)
	require.Len(t, h.Releases, 3)
	require.Equal(t, heard[0]+heard[1]+heard[2], h.Label.Reports)
	require.Equal(t, slices.Min(heard), h.Label.Least)
	require.Equal(t, slices.Max(heard), h.Label.Most)
	require.EqualValues(t, heard[0], h.Exact[h.Label.First][0], "everyone who reported was present")

	dir := t.TempDir()
	require.NoError(t, h.Write(dir))
	again, err := ReadHistory(os.DirFS(dir))
	require.NoError(t, err)
	require.Equal(t, h, again)

	o.Dir, o.Day = t.TempDir(), func(int, int, string, uint64) { cancel() }
	_, err = Make(ctx, o)
	require.ErrorIs(t, err, context.Canceled)
}
