package pages

import (
	"encoding/binary"
	"hash/fnv"
	"io"
)

const (
	headerSize  = 16 // of a page
	metaPage    = 0x04
	metaSize    = 64
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	minPage     = 1 << 10
	maxPage     = 64 << 10
)

// meta is what a meta page says.
type meta struct{ pageSize, root, freelist, pages, transaction uint64 }

// readNewest returns the last transaction's meta page.
//
// bbolt writes each transaction's to the page whose number is its own modulo 2, so a sound
// file holds those of the last two. One damaged page is damage: bbolt would silently go
// back to the transaction before. It is 80 bytes of one sector, which disks write whole, so
// no power failure explains it. Pages that are not of successive transactions mean the
// same: one of them is not what was written last.
func readNewest(file io.ReaderAt, size int64) (newest meta, err error) {
	if size == 0 {
		return meta{}, damaged("the file is empty, and none ever is")
	}
	first, ok, err := readMeta(file, 0, 0)
	if err != nil {
		return meta{}, err
	}
	if !ok {
		return meta{}, damaged("the first of its two meta pages is damaged, and the second alone may be older")
	}
	second, ok, err := readMeta(file, int64(first.pageSize), 1)
	if err != nil {
		return meta{}, err
	}
	newest, older := first, second
	if second.transaction > first.transaction {
		newest, older = second, first
	}
	switch {
	case !ok || second.pageSize != first.pageSize:
		return meta{}, damaged("the second of its two meta pages is damaged, and the first alone may be older")
	case first.transaction%2 != 0 || second.transaction%2 != 1 || newest.transaction-older.transaction != 1:
		return meta{}, damaged("its meta pages are of transactions %d and %d, not of the last two", first.transaction, second.transaction)
	case newest.pages < 2:
		return meta{}, damaged("it has no room for its meta pages")
	case newest.pages > uint64(size)/newest.pageSize:
		return meta{}, damaged("it is cut off: %d bytes of at least %d pages of %d", size, newest.pages, newest.pageSize)
	}
	return newest, nil
}

// readMeta reads the meta page of a number at an offset; ok says whether it is whole.
func readMeta(file io.ReaderAt, at int64, number uint64) (m meta, ok bool, err error) {
	var page [headerSize + metaSize]byte
	if n, err := file.ReadAt(page[:], at); n < len(page) {
		if err == io.EOF {
			err = nil // too short to have it
		}
		return m, false, err
	}
	b, le := page[headerSize:], binary.LittleEndian
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8]) // a hash never fails
	m = meta{uint64(le.Uint32(b[8:])), le.Uint64(b[16:]), le.Uint64(b[32:]), le.Uint64(b[40:]), le.Uint64(b[48:])}
	// bbolt reads neither count nor overflow of a meta page.
	ok = le.Uint64(page[:]) == number && le.Uint16(page[8:]) == metaPage && le.Uint32(b) == metaMagic && le.Uint32(b[4:]) == metaVersion &&
		le.Uint64(b[56:]) == sum.Sum64() && m.pageSize >= minPage && m.pageSize <= maxPage && m.pageSize&(m.pageSize-1) == 0
	return m, ok, nil
}
