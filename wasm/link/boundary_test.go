package link

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// ten imports in the order of Go's linker, and random_get once more.
func ten() []Import {
	var all []Import
	for _, name := range []string{
		"random_get", "sched_yield", "proc_exit", "args_get", "args_sizes_get", "clock_time_get",
		"environ_get", "environ_sizes_get", "fd_write", "random_get", "poll_oneoff",
	} {
		all = append(all, Import{Module: "wasi_snapshot_preview1", Name: name})
	}
	return all
}

func TestCheckImports(t *testing.T) {
	require.NoError(t, CheckImports(ten()))
	tests := map[string]struct {
		imports []Import
		names   string // what the error must tell
	}{
		"none":                {nil, "missing: args_get"},
		"one missing":         {slices.DeleteFunc(ten(), func(i Import) bool { return i.Name == "fd_write" }), "missing: fd_write"},
		"an eleventh":         {append(ten(), Import{Host, "sock_send"}), "not allowed: wasi_snapshot_preview1.sock_send"},
		"a file opened":       {append(ten(), Import{Host, "path_open"}), "not allowed: wasi_snapshot_preview1.path_open"},
		"another host":        {append(ten(), Import{"env", "fd_write"}), "not allowed: env.fd_write"},
		"another wasi":        {append(ten(), Import{"wasi_unstable", "fd_write"}), "not allowed: wasi_unstable.fd_write"},
		"nine and a stranger": {append(ten()[1:9], Import{"env", "random_get"}), "missing: random_get"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := CheckImports(test.imports)
			require.ErrorIs(t, err, ErrImports)
			require.ErrorContains(t, err, test.names)
		})
	}
}

func TestInspect(t *testing.T) {
	module := wasm(
		sec(1, 1, 0x60, 0, 0),
		sec(2, 2, 1, 'h', 1, 'f', 0, 0, 1, 'h', 1, 'f', 0, 0),
		onePage(),
		sec(7, 2, 1, 'f', 0, 0, 1, 'm', 2, 0),
		data(seg(8, 1), seg(9), seg(20, 2)),
	)
	r, err := Inspect(module)
	require.NoError(t, err)
	require.Equal(t, &Report{
		Imports:  []Import{{"h", "f"}, {"h", "f"}},
		Exports:  []Export{{"f", Func}, {"m", Memory}},
		Segments: 2, Memory: 65536, Size: len(module), Brotli: BrotliSize(module),
	}, r)
}

func TestKinds(t *testing.T) {
	for kind, want := range map[Kind]string{Func: "func", Table: "table", Memory: "memory", Global: "global", 4: "kind 4"} {
		require.Equal(t, want, kind.String())
	}
}
