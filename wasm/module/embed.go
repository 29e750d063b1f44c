// Package module holds the built device module, dunlin.wasm, for whoever serves
// it (collector) or runs it (wasm/device).
//
// The module is built, not committed: `make module` writes it to the folder
// built, beside a README that keeps the folder in a fresh clone. The package
// trusts the build; the module's SHA-256 is what pages pin.
package module

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dunlin-analytics/dunlin/privacy/sha256"
)

//go:embed built
var built embed.FS

const file = "built/dunlin.wasm"

// ErrMissing: the program was built before the module was.
var ErrMissing = errors.New("wasm/module: built/dunlin.wasm is missing: run make module, then build again")

// Bytes returns the built module; the caller may change the slice.
//
// Errors: ErrMissing.
func Bytes() ([]byte, error) { return read(built) }

// Brotli returns the built module under brotli, or nil where only the module was
// built: it saves whoever serves the module the compressing, and is not needed.
func Brotli() []byte {
	b, err := fs.ReadFile(built, file+".br")
	if err != nil {
		return nil
	}
	return b
}

func read(files fs.FS) ([]byte, error) {
	b, err := fs.ReadFile(files, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("read the built module: %w", err)
	}
	return b, nil
}

// Digest is the SHA-256 of a module's bytes: its address at the collector and
// what a page's integrity attribute pins.
type Digest [sha256.Size]byte

// DigestOf returns the digest of module bytes.
func DigestOf(module []byte) Digest { return sha256.Sum(module) }
