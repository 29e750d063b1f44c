package link

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/andybalholm/brotli"
)

// Report is what a reader wants to know of a module.
type Report struct {
	Imports  []Import // in the file's order, repeats and all
	Exports  []Export // in the file's order
	Segments int      // data segments that hold a byte
	Memory   uint64   // bytes of initial memory
	Size     int      // bytes of the file
	Brotli   int      // bytes on the wire: see BrotliSize
}

// Inspect reads a module, strictly: what Merge refuses, Inspect does.
//
// Errors: ErrFormat, ErrUnsupported.
func Inspect(module []byte) (*Report, error) {
	l, err := layOut(module)
	if err != nil {
		return nil, err
	}
	return &Report{
		Imports: l.imports, Exports: l.exports, Segments: l.segments,
		Memory: l.memory, Size: len(module), Brotli: BrotliSize(module),
	}, nil
}

// ErrBudget: a module is larger on the wire than it may be.
var ErrBudget = errors.New("wasm/link: over the size budget")

// CheckSize holds a size after brotli to a budget, both in bytes.
//
// Errors: ErrBudget.
func CheckSize(brotli, budget int) error {
	if brotli > budget {
		return fmt.Errorf("%w: %d bytes of brotli, %d allowed, %d too many", ErrBudget, brotli, budget, brotli-budget)
	}
	return nil
}

// Brotli returns b under brotli at quality 11, window 2^22: the strongest setting
// that every browser takes, and what a server sends. The same b gives the same bytes.
func Brotli(b []byte) []byte {
	var packed bytes.Buffer
	w := brotli.NewWriterOptions(&packed, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 22})
	// A buffer takes everything, and so the writer does not fail.
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return packed.Bytes()
}

// BrotliSize returns the bytes of b on the wire: the length of Brotli.
func BrotliSize(b []byte) int { return len(Brotli(b)) }
