package link_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/dunlin-analytics/dunlin/wasm/link"
)

// buildGuest builds testdata/guest as the device module is built: by the script.
// It returns the Go linker's own module and the script's.
func buildGuest(t *testing.T) (linked, built []byte) {
	t.Helper()
	dir := t.TempDir()
	out, before := filepath.Join(dir, "guest.wasm"), filepath.Join(dir, "linked.wasm")
	log, err := exec.Command("../build.sh", "./testdata/guest", out, before).CombinedOutput()
	require.NoError(t, err, "%s", log)
	linked, err = os.ReadFile(before)
	require.NoError(t, err)
	built, err = os.ReadFile(out)
	require.NoError(t, err)
	return linked, built
}

// history is all that a host can see of a module: its memory before any code
// ran, each answer, and its memory at the end.
type history struct {
	initial []byte
	answers []uint64
	final   []byte
}

// live runs a module through a fixed life. wazero's clock and random source
// stand still by default, so two lives of the same program are the same.
func live(t *testing.T, module []byte) history {
	t.Helper()
	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	defer func() { require.NoError(t, runtime.Close(ctx)) }()
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	m, err := runtime.InstantiateWithConfig(ctx, module, wazero.NewModuleConfig().WithStartFunctions())
	require.NoError(t, err)
	memory := func() []byte {
		b, ok := m.Memory().Read(0, m.Memory().Size())
		require.True(t, ok)
		return append([]byte(nil), b...)
	}
	h := history{initial: memory()}
	_, err = m.ExportedFunction("_initialize").Call(ctx)
	require.NoError(t, err)
	for seed := range uint64(8) {
		answer, err := m.ExportedFunction("churn").Call(ctx, seed, 100)
		require.NoError(t, err)
		h.answers = append(h.answers, answer...)
	}
	h.final = memory()
	return h
}

func TestBuiltModule(t *testing.T) {
	linked, built := buildGuest(t)
	t.Run("lives the same life", func(t *testing.T) { sameLife(t, linked, built) })
	t.Run("passes the gates", func(t *testing.T) { passesGates(t, linked, built) })
}

func sameLife(t *testing.T, linked, built []byte) {
	merged, err := link.Merge(linked, link.Options{Gap: link.DefaultGap})
	require.NoError(t, err)
	dropped, err := link.Merge(linked, link.Options{Gap: link.DefaultGap, DropLines: true})
	require.NoError(t, err)
	require.True(t, string(dropped) == string(built), "the script merges with the defaults, and drops the lines")
	require.Less(t, len(built), len(merged))

	before, after := live(t, linked), live(t, merged)
	require.Equal(t, before.answers, live(t, built).answers)
	// An assertion on megabytes would print them: compare as strings of yes and no.
	require.True(t, string(before.initial) == string(after.initial), "initial memory differs")
	require.NotEmpty(t, before.answers)
	require.Equal(t, before.answers, after.answers)
	require.True(t, string(before.final) == string(after.final), "final memory differs")
	require.False(t, string(before.initial) == string(before.final), "the guest did nothing")
	distinct := map[uint64]bool{}
	for _, a := range before.answers {
		distinct[a] = true
	}
	require.Len(t, distinct, len(before.answers), "answers depend on the seed")
}

func passesGates(t *testing.T, linked, built []byte) {
	before, err := link.Inspect(linked)
	require.NoError(t, err)
	after, err := link.Inspect(built)
	require.NoError(t, err)

	require.NoError(t, link.CheckImports(after.Imports))
	require.Equal(t, before.Imports, after.Imports)
	require.Equal(t, before.Exports, after.Exports)
	require.Contains(t, after.Exports, link.Export{Name: "churn", Kind: link.Func})
	require.Equal(t, before.Memory, after.Memory)
	require.Greater(t, before.Segments, 1000, "Go's linker still writes many segments")
	require.Less(t, after.Segments, 100)
	// What merging is for. It saves 36 KB here; less than half of that fails.
	require.Less(t, after.Brotli, before.Brotli-17_000)
}
