package link

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// built returns the initial memory of the built module, whose lines are dropped.
func built(t *testing.T) []byte {
	module, err := os.ReadFile(filepath.Join("..", "module", "built", "dunlin.wasm"))
	if err != nil {
		t.Skip("the module is not built: run make module")
	}
	l, err := layOut(module)
	require.NoError(t, err)
	return l.image
}

// The built module has no line and no file left, and dropping them again changes nothing.
func TestTheBuiltModuleHasNoLines(t *testing.T) {
	image := built(t)
	before := bytes.Clone(image)
	require.NoError(t, dropLines(image))
	require.True(t, bytes.Equal(before, image))
	require.False(t, bytes.Contains(image, []byte("runtime/proc.go")), "names of files")
	at, err := findTable(image)
	require.NoError(t, err)
	require.Equal(t, 0, at%8)
}

// What is not exactly one table of the known form is refused.
func TestDropLinesRefuses(t *testing.T) {
	whole := built(t)
	at, err := findTable(whole)
	require.NoError(t, err)
	word := func(i int, v uint64) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint64(b[at+wordsBefore+8*i:], v); return b }
	}
	entries := binary.LittleEndian.Uint64(whole[at+wordsBefore+8*7:])
	tables := binary.LittleEndian.Uint64(whole[at+wordsBefore+8*6:])
	first := func() int { return at + int(entries) + int(binary.LittleEndian.Uint32(whole[at+int(entries)+4:])) }
	for name, change := range map[string]func([]byte) []byte{
		"nothing":                  func([]byte) []byte { return nil },
		"another magic":            func(b []byte) []byte { b[at]++; return b },
		"another length":           func(b []byte) []byte { b[at+6] = 4; return b },
		"another pointer":          func(b []byte) []byte { b[at+7] = 4; return b },
		"two":                      func(b []byte) []byte { return append(b, b[at:at+8]...) },
		"a head cut short":         func(b []byte) []byte { return b[:at+20] },
		"few functions":            word(0, 3),
		"more than there are":      word(0, 1<<40),
		"units inside of the head": word(4, 8),
		"files before units":       word(5, 80),
		"tables before files":      word(6, 90),
		"entries before tables":    word(7, tables-1),
		"entries far out":          word(7, 1<<33),
		"a function far out":       func(b []byte) []byte { binary.LittleEndian.PutUint32(b[at+int(entries)+4:], 1<<30); return b },
		"many tables":              func(b []byte) []byte { binary.LittleEndian.PutUint32(b[first()+fieldTables:], 17); return b },
		"a table far out":          func(b []byte) []byte { binary.LittleEndian.PutUint32(b[first()+fieldStack:], 1<<30); return b },
	} {
		require.ErrorIs(t, dropLines(change(bytes.Clone(whole))), ErrUnsupported, name)
	}
}

// A table ends at the first pair that begins with 0 and is not the first.
func TestMark(t *testing.T) {
	table := []byte{9, 0, 1, 2, 0x80, 1, 0, 7, 5}
	kept := make([]bool, len(table))
	require.NoError(t, mark(kept, table, 1))
	require.Equal(t, []bool{false, true, true, true, true, true, true, false, false}, kept)
	require.Error(t, mark(make([]bool, len(table)), table, 7), "no end")
	require.Error(t, mark(make([]bool, len(table)), table, 99), "outside")
}
