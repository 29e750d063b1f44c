package pages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrDamaged: the bytes are not those of a whole file in its last state.
var ErrDamaged = errors.New("its pages are damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

// Visit is called with each pair of a file, bucket by bucket and ascending by key, and
// before a bucket's pairs with a nil key for the bucket itself. sequence is the bucket's.
// Key and value are valid until it returns; its error ends the walk.
type Visit func(bucket string, sequence uint64, key, value []byte) error

// Walk reads the last transaction of a bbolt file of size bytes. Buckets must hold pairs
// alone, and the file buckets alone, as in all that Dunlin writes; each page must be part
// of one tree, of the free list, or free. visit may be nil. Nobody may write meanwhile.
//
// Errors: ErrDamaged, visit's, and the file's own.
func Walk(file io.ReaderAt, size int64, visit Visit) error {
	m, err := readNewest(file, size)
	if err != nil {
		return err
	}
	if visit == nil {
		visit = func(string, uint64, []byte, []byte) error { return nil }
	}
	w := &walker{file: file, meta: m, seen: make([]bool, m.pages), visit: visit}
	w.seen[0], w.seen[1] = true, true
	if err := w.free(m.freelist); err != nil {
		return err
	}
	if _, _, err := w.tree(m.root, bucket{}, 0); err != nil {
		return err
	}
	if id := slices.Index(w.seen, false); id >= 0 {
		return damaged("page %d is neither used nor free", id)
	}
	return nil
}

// walker is one walk.
type walker struct {
	file io.ReaderAt
	meta
	seen  []bool // by page: part of a tree or of the free list, or free
	visit Visit
	held  []byte // the page at hand
}

// Flags of a page.
const (
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
)

// page claims and reads one page with what overflows it. The bytes are valid until the
// next call.
func (w *walker) page(id uint64) (b []byte, flags uint16, count int, err error) {
	if id < 2 || id >= w.pages {
		return nil, 0, 0, damaged("page %d does not exist", id)
	}
	if b, err = w.read(id, 0, w.pageSize); err != nil {
		return nil, 0, 0, err
	}
	le := binary.LittleEndian
	overflow := uint64(le.Uint32(b[12:]))
	if le.Uint64(b) != id || overflow >= w.pages-id {
		return nil, 0, 0, damaged("page %d has a wrong header", id)
	}
	for i := id; i <= id+overflow; i++ {
		if err := w.claim(i); err != nil {
			return nil, 0, 0, err
		}
	}
	if overflow > 0 {
		if b, err = w.read(id, w.pageSize, (1+overflow)*w.pageSize); err != nil {
			return nil, 0, 0, err
		}
	}
	return b, le.Uint16(b[8:]), int(le.Uint16(b[10:])), nil
}

// read returns the first size bytes of a page, of which have are at hand already.
func (w *walker) read(id, have, size uint64) ([]byte, error) {
	w.held = slices.Grow(w.held[:have], int(size-have))[:size]
	if n, err := w.file.ReadAt(w.held[have:], int64(id*w.pageSize+have)); uint64(n) < size-have {
		if err == io.EOF {
			err = damaged("page %d is cut off", id)
		}
		return nil, err
	}
	return w.held, nil
}

func (w *walker) claim(id uint64) error {
	if id < 2 || id >= w.pages || w.seen[id] {
		return damaged("page %d is used twice or does not exist", id)
	}
	w.seen[id] = true
	return nil
}

// free claims the free list and the pages in it.
func (w *walker) free(id uint64) error {
	b, flags, count, err := w.page(id)
	if err != nil {
		return err
	}
	ids := b[headerSize:]
	if count == 0xFFFF {
		n := binary.LittleEndian.Uint64(ids)
		ids = ids[8:]
		if n > uint64(len(ids)/8) {
			return damaged("the free list is too long")
		}
		count = int(n)
	}
	if flags != freelistPage || count > len(ids)/8 {
		return damaged("page %d is not a free list", id)
	}
	last := uint64(0)
	for i := range count {
		id := binary.LittleEndian.Uint64(ids[8*i:])
		if id <= last {
			return damaged("the free list is out of order")
		}
		last = id
		if err := w.claim(id); err != nil {
			return err
		}
	}
	return nil
}
