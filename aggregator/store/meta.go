package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// bbolt's two meta pages are its first two pages; each transaction writes the one
// whose number is its own modulo 2, so a sound file holds the last two
// transactions:
//
//	page p:     8 number | 2 flags | 2 count | 4 overflow
//	meta:       4 magic | 4 version | 4 page size | 4 flags | 16 root
//	            8 freelist | 8 pages in use | 8 transaction | 8 checksum (FNV-1a 64)
//
// Source: bbolt 1.5, internal/common/{page,meta}.go and db.go (init). Integers are
// in the machine's order, little endian on all that Dunlin runs on.
const (
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	pageHeader  = 16
	metaSize    = 64
	minPage     = 1 << 10
	maxPage     = 64 << 10
)

// errMeta: the file's meta pages are not those of a store in its last state.
var errMeta = errors.New("its header is not whole")

type meta struct{ pageSize, pages, transaction uint64 }

// checkMeta refuses a file of which bbolt would take anything but the last
// transaction, or which is shorter than its pages in use.
//
// One damaged page is damage: bbolt would silently go back to the transaction
// before. It is 80 bytes of one sector, which disks write whole, so no power
// failure explains it. Pages that are not of successive transactions mean the
// same: one of them is not what was written last.
func checkMeta(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return fmt.Errorf("%w: the file is empty, and no store ever is", errMeta)
	}
	first, ok, err := readMeta(f, 0, 0)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: the first of its two meta pages is damaged, and the second alone may be older", errMeta)
	}
	second, ok, err := readMeta(f, int64(first.pageSize), 1)
	if err != nil {
		return err
	}
	switch newest := max(first.transaction, second.transaction); {
	case !ok || second.pageSize != first.pageSize:
		return fmt.Errorf("%w: the second of its two meta pages is damaged, and the first alone may be older", errMeta)
	case first.transaction%2 != 0 || second.transaction%2 != 1 || newest-min(first.transaction, second.transaction) != 1:
		return fmt.Errorf("%w: its meta pages are of transactions %d and %d, not of the last two", errMeta, first.transaction, second.transaction)
	}
	pages := first.pages
	if second.transaction > first.transaction {
		pages = second.pages
	}
	if size := uint64(info.Size()); pages > size/first.pageSize {
		return fmt.Errorf("%w: it is cut off: %d bytes of at least %d", errMeta, size, pages*first.pageSize)
	}
	return nil
}

// readMeta reads the meta page of a number at an offset; ok says whether it is
// whole.
func readMeta(f io.ReaderAt, at int64, number uint64) (m meta, ok bool, err error) {
	var page [pageHeader + metaSize]byte
	if _, err := f.ReadAt(page[:], at); err == io.EOF {
		return m, false, nil
	} else if err != nil {
		return m, false, err
	}
	b, le := page[pageHeader:], binary.LittleEndian
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8]) // a hash never fails
	m = meta{pageSize: uint64(le.Uint32(b[8:])), pages: le.Uint64(b[40:]), transaction: le.Uint64(b[48:])}
	ok = le.Uint64(page[:]) == number && le.Uint32(b) == metaMagic && le.Uint32(b[4:]) == metaVersion && le.Uint64(b[56:]) == sum.Sum64() &&
		m.pageSize >= minPage && m.pageSize <= maxPage
	return m, ok, nil
}
