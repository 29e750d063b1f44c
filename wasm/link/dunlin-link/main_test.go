package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dunlin-link": main})
}

// modules are files that scripts find in their folder: text archives hold none.
func modules() map[string]string {
	imports := ""
	for _, name := range []string{
		"args_get", "args_sizes_get", "clock_time_get", "environ_get", "environ_sizes_get",
		"fd_write", "poll_oneoff", "proc_exit", "random_get", "sched_yield", "random_get",
	} {
		imports += field("wasi_snapshot_preview1") + field(name) + "\x00\x00"
	}
	open := field("env") + field("fetch") + "\x00\x00"
	const (
		magic  = "\x00asm\x01\x00\x00\x00"
		types  = "\x01\x04\x01\x60\x00\x00"
		memory = "\x05\x03\x01\x00\x01"
		export = "\x07\x0a\x01\x06memory\x02\x00"
		data   = "\x0b\x11\x02\x00\x41\x08\x0b\x03one\x00\x41\x10\x0b\x03two"
		built  = "\x00\x0a\x09producers"
	)
	// A size of two bytes: the import section is longer than 127.
	section := func(count byte, body string) string {
		n := len(body) + 1
		return "\x02" + string([]byte{byte(n&0x7f | 0x80), byte(n >> 7), count}) + body
	}
	return map[string]string{
		"good.wasm":    magic + types + section(11, imports) + memory + export + data + built,
		"network.wasm": magic + types + section(12, imports+open) + memory + export + data,
		"start.wasm":   magic + types + memory + "\x08\x01\x00" + data,
		"cut.wasm":     magic + types + memory + data[:9],
	}
}

func field(s string) string { return string([]byte{byte(len(s))}) + s }

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			for name, module := range modules() {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(module), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	})
}
