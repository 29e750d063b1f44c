package link

import (
	"bytes"
	"errors"
	"fmt"
)

// DefaultGap is how many zeros in a row Merge keeps inside a segment: the value
// that gave the fewest bytes after brotli for a module of Go 1.26 (figures in
// RATIONALE.md beside this file).
const DefaultGap = 128

// MaxGap bounds Options.Gap: one page. Longer runs of zeros only make the
// file longer.
const MaxGap = pageSize

// ErrGap: Options.Gap is negative or over MaxGap.
var ErrGap = errors.New("wasm/link: gap out of range")

// errImage: the merged module would start with other memory than the given one.
var errImage = errors.New("wasm/link: merging changed the initial memory")

// Options of Merge.
type Options struct {
	// Gap is the most zero bytes in a row that a segment may hold, 0 to MaxGap.
	// Required: zero means that every zero splits. Commands take DefaultGap.
	Gap int
	// DropLines clears the tables of files and lines, which only a traceback reads. The
	// module must then be one of Go, of a version whose table of functions is known.
	DropLines bool
}

// Merge returns the module with its data segments joined and without the custom
// sections that only tools read. The argument is left as it is.
//
// Claim:  same initial memory (but for what DropLines clears), same
// code, same imports and exports; merging the result again with the same options returns the same bytes.
// Errors: ErrGap, ErrFormat, ErrUnsupported.
func Merge(module []byte, o Options) ([]byte, error) {
	if o.Gap < 0 || o.Gap > MaxGap {
		return nil, fmt.Errorf("%w: %d, accepted are 0 to %d", ErrGap, o.Gap, MaxGap)
	}
	in, err := layOut(module)
	if err != nil {
		return nil, err
	}
	if o.DropLines {
		if err := dropLines(in.image); err != nil {
			return nil, err
		}
	}
	merged := append(make([]byte, 0, len(module)), header...)
	for _, s := range in.sections {
		if s.id == sectionData {
			s.payload = appendSegments(nil, split(in.image, o.Gap))
		}
		merged = appendSection(merged, s)
	}
	// The compiler's work is about to be replaced by ours: read it back.
	out, err := layOut(merged)
	if err != nil {
		return nil, fmt.Errorf("read the merged module: %w", err)
	}
	if out.memory != in.memory || !bytes.Equal(trimZeros(out.image), trimZeros(in.image)) {
		return nil, errImage
	}
	return merged, nil
}

// layout is a module split into sections, with its initial memory laid out.
type layout struct {
	sections []section
	segments int
	memory   uint64 // bytes of initial memory
	image    []byte // its beginning; the rest is zero
	imports  []Import
	exports  []Export
}

// layOut reads everything of a module that this package looks at, so that every
// entry point refuses the same files.
func layOut(module []byte) (*layout, error) {
	all, err := sections(module)
	if err != nil {
		return nil, err
	}
	l := &layout{sections: all}
	if l.imports, err = readImports(find(all, sectionImport)); err != nil {
		return nil, err
	}
	if l.exports, err = readExports(find(all, sectionExport)); err != nil {
		return nil, err
	}
	if l.memory, err = memorySize(find(all, sectionMemory)); err != nil {
		return nil, err
	}
	if data := find(all, sectionData); data != nil {
		segs, err := segments(data, l.memory)
		if err != nil {
			return nil, err
		}
		l.segments, l.image = len(segs), image(segs)
	}
	return l, nil
}

// trimZeros drops the zeros at the end: memory beyond an image is zero anyway.
func trimZeros(b []byte) []byte { return bytes.TrimRight(b, "\x00") }
