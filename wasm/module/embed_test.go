package module

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestReadSaysHowToBuild(t *testing.T) {
	_, err := read(fstest.MapFS{"built/README.md": {Data: []byte("no module here")}})
	require.ErrorIs(t, err, ErrMissing)
	require.ErrorContains(t, err, "run make module")

	b, err := read(fstest.MapFS{"built/dunlin.wasm": {Data: []byte("\x00asm")}})
	require.NoError(t, err)
	require.Equal(t, "\x00asm", string(b))
}

func TestBytesIsAWasmModule(t *testing.T) {
	b, err := Bytes()
	require.NoError(t, err)
	require.Equal(t, "\x00asm\x01\x00\x00\x00", string(b[:8]))
	b[0] = 1
	again, err := Bytes()
	require.NoError(t, err)
	require.Zero(t, again[0], "a caller's change must not reach the next")
}
