package link

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The table of functions that Go's linker lays into the data (runtime.pclntab, of which
// debug/gosym and runtime/symtab.go know the form) says for each function where its stack
// frame is, what of it is live, and from which file and line every instruction came. The
// collector needs the former; the latter only a traceback that nobody sees here: the
// module answers a panic with a code, and a browser's console has no Go source.

// The form of Go 1.20 to 1.26. Another one is refused: dropLines must be read again then.
const (
	tableMagic  = 0xfffffff1
	tableHead   = 8 + 9*8     // magic, pads, least instruction, size of a pointer; nine words
	functionLen = 4*10 + 4    // of a function's entry, before its offsets into the tables
	noTable     = uint32(0)   // an offset that stands for no table
	mostTables  = 16          // of a function; Go 1.26 has 5
	leastShare  = 100         // functions that a Go program has at least
	wordsBefore = 8           // bytes before the words of the head
	ptrSize     = byte(8)     // of GOARCH=wasm, although addresses have 32 bits
	leastLength = byte(1)     // of an instruction
	mostOffset  = 64 << 20    // of anything in the table
	fieldStack  = 16          // pcsp: kept
	fieldFile   = 20          // pcfile: dropped
	fieldLine   = 24          // pcln: dropped
	fieldTables = 28          // npcdata
	fieldUnit   = 32          // cuOffset: dropped
	fieldStart  = 36          // startLine: dropped
	fieldCounts = functionLen // where the offsets begin
)

// dropLines clears, in the initial memory of a Go program, the tables of files and lines
// and what refers to them. The runtime takes offset 0 for no table, and says "?:0".
//
// Errors: ErrUnsupported where there is not exactly one table of the known form.
func dropLines(image []byte) error {
	at, err := findTable(image)
	if err != nil {
		return err
	}
	t := image[at:]
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(t[wordsBefore+8*i:]) }
	functions, units, files, tables, entries := word(0), word(4), word(5), word(6), word(7)
	if functions < leastShare || units < tableHead || files < units || tables < files || entries < tables ||
		entries > mostOffset || entries+functions*8+4 > uint64(len(t)) {
		return fmt.Errorf("%w: the table of functions has another form", ErrUnsupported)
	}
	table := t[tables:entries]
	kept := make([]bool, len(table))
	kept[0] = true // offset 0 is no table's
	for i := range functions {
		offset := binary.LittleEndian.Uint32(t[entries+8*i+4:])
		if entries+uint64(offset)+functionLen > uint64(len(t)) {
			return fmt.Errorf("%w: function %d lies outside of the table", ErrUnsupported, i)
		}
		f := t[entries+uint64(offset):]
		n := binary.LittleEndian.Uint32(f[fieldTables:])
		if n > mostTables || fieldCounts+4*int(n) > len(f) {
			return fmt.Errorf("%w: function %d has %d tables", ErrUnsupported, i, n)
		}
		keep := []uint32{binary.LittleEndian.Uint32(f[fieldStack:])}
		for k := range n {
			keep = append(keep, binary.LittleEndian.Uint32(f[fieldCounts+4*k:]))
		}
		for _, offset := range keep {
			if offset == noTable {
				continue
			}
			if err := mark(kept, table, offset); err != nil {
				return fmt.Errorf("function %d: %w", i, err)
			}
		}
		for _, field := range []int{fieldFile, fieldLine, fieldUnit, fieldStart} {
			clear(f[field : field+4])
		}
	}
	for i := range table {
		if !kept[i] {
			table[i] = 0
		}
	}
	clear(t[units:tables]) // units and names of files
	return nil
}

// findTable returns where the table begins.
func findTable(image []byte) (int, error) {
	head := binary.LittleEndian.AppendUint32(nil, tableMagic)
	head = append(head, 0, 0, leastLength, ptrSize)
	at := bytes.Index(image, head)
	if at < 0 || at+tableHead > len(image) {
		return 0, fmt.Errorf("%w: no table of functions as Go 1.20 to 1.26 write it", ErrUnsupported)
	}
	if bytes.Contains(image[at+1:], head) {
		return 0, fmt.Errorf("%w: more than one table of functions", ErrUnsupported)
	}
	return at, nil
}

// mark marks the bytes of one table: pairs of varints, ended by a first one that is 0 and
// not the table's very first.
func mark(kept []bool, table []byte, offset uint32) error {
	at := int(offset)
	for first := true; ; first = false {
		for part := range 2 {
			from := at
			for at < len(table) && table[at]&0x80 != 0 {
				at++
			}
			if at >= len(table) {
				return fmt.Errorf("%w: a table without an end at %d", ErrUnsupported, offset)
			}
			at++
			for i := from; i < at; i++ {
				kept[i] = true
			}
			if part == 0 && !first && at-from == 1 && table[from] == 0 {
				return nil
			}
		}
	}
}
