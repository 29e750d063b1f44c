package link

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind is what is imported or exported.
type Kind byte

// The kinds of the core specification, section 5.5.5.
const (
	Func Kind = iota
	Table
	Memory
	Global
)

// String returns the kind as WebAssembly's text format writes it.
func (k Kind) String() string {
	if names := [...]string{"func", "table", "memory", "global"}; int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("kind %d", byte(k))
}

// Import is one function that a module asks its host for. (Other imports are
// refused: the module owns its memory.)
type Import struct{ Module, Name string }

// String returns module.name.
func (i Import) String() string { return i.Module + "." + i.Name }

// Export is one thing that a module offers its host.
type Export struct {
	Name string
	Kind Kind
}

// Host is the one module that anything may be imported from.
const Host = "wasi_snapshot_preview1"

// allowed are the imports that Go's runtime itself needs. None of them reaches a
// network or a file: fd_write only writes to descriptors that the host opened.
var allowed = []string{
	"args_get", "args_sizes_get", "clock_time_get", "environ_get", "environ_sizes_get",
	"fd_write", "poll_oneoff", "proc_exit", "random_get", "sched_yield",
}

// ErrImports: a module imports something beyond the ten names, or lacks one.
var ErrImports = errors.New("wasm/link: unexpected imports")

// CheckImports holds a module to the ten functions of wasi_snapshot_preview1
// that Go's runtime needs: each of them there, and nothing else. A name may
// stand twice (random_get does: the runtime's and ours).
//
// Errors: ErrImports, naming every name too many and every one missing.
func CheckImports(imports []Import) error {
	seen := map[string]bool{}
	var wrong []string
	for _, i := range imports {
		if i.Module != Host || !slices.Contains(allowed, i.Name) {
			wrong = append(wrong, "not allowed: "+i.String())
		}
		if i.Module == Host {
			seen[i.Name] = true
		}
	}
	for _, name := range allowed {
		if !seen[name] {
			wrong = append(wrong, "missing: "+name)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %s", ErrImports, strings.Join(wrong, "; "))
	}
	return nil
}

func readImports(payload []byte) ([]Import, error) {
	if payload == nil {
		return nil, nil
	}
	c := cursor{rest: payload}
	var all []Import
	for i, n := uint32(0), c.u32(); i < n && c.err == nil; i++ {
		m := Import{Module: c.name(), Name: c.name()}
		kind := Kind(c.byte())
		if c.err == nil && kind != Func {
			return nil, fmt.Errorf("%w: import %s is a %s, not a function", ErrUnsupported, m, kind)
		}
		c.u32() // the number of its type
		all = append(all, m)
	}
	if err := c.end(); err != nil {
		return nil, fmt.Errorf("import section: %w", err)
	}
	return all, nil
}

func readExports(payload []byte) ([]Export, error) {
	if payload == nil {
		return nil, nil
	}
	c := cursor{rest: payload}
	var all []Export
	for i, n := uint32(0), c.u32(); i < n && c.err == nil; i++ {
		e := Export{Name: c.name(), Kind: Kind(c.byte())}
		if c.err == nil && e.Kind > Global {
			return nil, fmt.Errorf("%w: export %q is of %s", ErrUnsupported, e.Name, e.Kind)
		}
		c.u32() // its number
		all = append(all, e)
	}
	if err := c.end(); err != nil {
		return nil, fmt.Errorf("export section: %w", err)
	}
	return all, nil
}
