package link

import (
	"bytes"
	"errors"
	"fmt"
	"math"
)

var (
	// ErrFormat: the bytes are not a WebAssembly module of version 1.
	ErrFormat = errors.New("wasm/link: not a well-formed module")
	// ErrUnsupported: a module perhaps, but with a part that this package doesn't
	// know how to treat; it is refused rather than guessed at.
	ErrUnsupported = errors.New("wasm/link: unsupported module")
)

var header = []byte("\x00asm\x01\x00\x00\x00")

type sectionID byte

// The sections of the core specification, section 5.5.2. Their order in a file
// is the order of their numbers but for the data count section, which is refused.
const (
	sectionCustom sectionID = iota
	sectionType
	sectionImport
	sectionFunction
	sectionTable
	sectionMemory
	sectionGlobal
	sectionExport
	sectionStart
	sectionElement
	sectionCode
	sectionData
	sectionDataCount
)

// section is one section: its payload without number and size.
type section struct {
	id      sectionID
	payload []byte
}

// dropped are the custom sections that only tools read: the engine ignores them
// and every visitor would load them.
var dropped = map[string]bool{
	"go:buildid": true, "go.buildid": true, "producers": true, "target_features": true, "name": true,
}

// sections splits a module. Custom sections are checked and left out, for only
// those are known that nobody needs.
//
// Errors: ErrFormat, ErrUnsupported.
func sections(module []byte) ([]section, error) {
	if uint64(len(module)) > math.MaxUint32 {
		return nil, fmt.Errorf("%w: %d bytes", ErrUnsupported, len(module))
	}
	if !bytes.HasPrefix(module, header) {
		return nil, fmt.Errorf("%w: no magic number and version 1", ErrFormat)
	}
	var all []section
	var last sectionID
	for c := (cursor{rest: module[len(header):]}); len(c.rest) > 0; {
		s := section{id: sectionID(c.byte())}
		s.payload = c.take(c.u32())
		if c.err != nil {
			return nil, fmt.Errorf("section %d: %w", s.id, c.err)
		}
		switch {
		case s.id == sectionCustom:
			p := cursor{rest: s.payload}
			if name := p.name(); p.err != nil {
				return nil, fmt.Errorf("custom section: %w", p.err)
			} else if !dropped[name] {
				return nil, fmt.Errorf("%w: custom section %q", ErrUnsupported, name)
			}
			continue
		case s.id == sectionStart:
			return nil, fmt.Errorf("%w: a start section", ErrUnsupported)
		case s.id == sectionDataCount:
			return nil, fmt.Errorf("%w: a data count section, so code may name segments", ErrUnsupported)
		case s.id > sectionDataCount:
			return nil, fmt.Errorf("%w: section number %d", ErrUnsupported, s.id)
		case s.id <= last:
			return nil, fmt.Errorf("%w: section %d after section %d", ErrFormat, s.id, last)
		}
		last = s.id
		all = append(all, s)
	}
	return all, nil
}

// find returns the payload of a section, nil when the module has none.
func find(all []section, id sectionID) []byte {
	for _, s := range all {
		if s.id == id {
			return s.payload
		}
	}
	return nil
}

// appendSection appends a section with the shortest size.
func appendSection(b []byte, s section) []byte {
	b = append(b, byte(s.id))
	b = appendU32(b, uint32(len(s.payload)))
	return append(b, s.payload...)
}
