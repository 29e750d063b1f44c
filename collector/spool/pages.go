package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
)

// walker reads a bbolt file as bytes, without bbolt. It ends with an error, never
// with a panic or a loop, whatever the bytes.
//
// Source: bbolt 1.5, internal/common/page.go, meta.go, inode.go. Integers are in
// the machine's own order, which is little endian wherever Dunlin is built.
type walker struct {
	file  io.ReaderAt
	high  uint64 // pages at or above it were never written
	seen  []bool // by page: claimed by the tree or by the free list
	visit func(bucket string, sequence uint64, key, value []byte) error
	held  []byte // the page at hand
}

const (
	headerSize   = 16 // page: id u64, flags u16, count u16, overflow u32
	elementSize  = 16
	metaSize     = 64
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagMeta     = 0x04
	flagFreelist = 0x10
	flagBucket   = 0x01 // of a leaf's element
	maxDepth     = 32
)

var errPages = errors.New("its pages are inconsistent")

func inconsistent(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errPages, fmt.Sprintf(format, args...))
}

type meta struct {
	root, freelist, high, txid uint64
}

// walk checks the whole structure of a file of size bytes and hands each pair to
// visit, in the order of keys; each bucket first, with no key.
func walk(file io.ReaderAt, size int64, visit func(bucket string, sequence uint64, key, value []byte) error) error {
	if size < 2*pageSize {
		return inconsistent("%d bytes are too few for any file", size)
	}
	var newest meta
	for i := range uint64(2) {
		// bbolt would fall back on the other one, and with it lose the newest
		// commit silently. They are 80 bytes of one sector, which disks write
		// whole: a bad one is damage, not a commit that power failure cut short.
		m, err := readMeta(file, i)
		if err != nil {
			return err
		}
		if i == 0 || m.txid > newest.txid {
			newest = m
		}
	}
	if newest.high < 2 || newest.high > uint64(size/pageSize) {
		return inconsistent("it was cut off: %d bytes of %d", size, newest.high*pageSize)
	}
	w := &walker{file: file, high: newest.high, seen: make([]bool, newest.high), visit: visit}
	w.seen[0], w.seen[1] = true, true
	if err := w.free(newest.freelist); err != nil {
		return err
	}
	if _, _, err := w.tree(newest.root, "", 0, 0); err != nil {
		return err
	}
	for id, seen := range w.seen {
		if !seen {
			return inconsistent("page %d is neither used nor free", id)
		}
	}
	return nil
}

func readMeta(file io.ReaderAt, id uint64) (meta, error) {
	var b [headerSize + metaSize]byte
	if _, err := file.ReadAt(b[:], int64(id*pageSize)); err != nil {
		return meta{}, err
	}
	le := binary.LittleEndian
	m := b[headerSize:]
	sum := fnv.New64a()
	sum.Write(m[:metaSize-8])
	if le.Uint64(b[:]) != id || le.Uint16(b[8:]) != flagMeta || le.Uint32(m) != metaMagic || le.Uint32(m[4:]) != metaVersion ||
		le.Uint32(m[8:]) != pageSize || le.Uint64(m[56:]) != sum.Sum64() {
		return meta{}, inconsistent("header %d is not one of this spool's", id)
	}
	return meta{root: le.Uint64(m[16:]), freelist: le.Uint64(m[32:]), high: le.Uint64(m[40:]), txid: le.Uint64(m[48:])}, nil
}

// page claims and reads one page with what overflows it. The bytes are valid
// until the next call.
func (w *walker) page(id uint64) (b []byte, flags uint16, count int, err error) {
	if id < 2 || id >= w.high {
		return nil, 0, 0, inconsistent("page %d does not exist", id)
	}
	first := w.room(pageSize)
	if _, err := w.file.ReadAt(first, int64(id*pageSize)); err != nil {
		return nil, 0, 0, err
	}
	le := binary.LittleEndian
	overflow := uint64(le.Uint32(first[12:]))
	if le.Uint64(first) != id || overflow >= w.high-id {
		return nil, 0, 0, inconsistent("page %d has a wrong header", id)
	}
	for i := id; i <= id+overflow; i++ {
		if err := w.claim(i); err != nil {
			return nil, 0, 0, err
		}
	}
	b = first
	if overflow > 0 {
		b = w.room((1 + overflow) * pageSize)
		if _, err := w.file.ReadAt(b[pageSize:], int64((id+1)*pageSize)); err != nil {
			return nil, 0, 0, err
		}
	}
	return b, le.Uint16(b[8:]), int(le.Uint16(b[10:])), nil
}

// room returns n bytes that begin with what the page at hand begins with.
func (w *walker) room(n uint64) []byte {
	w.held = slices.Grow(w.held[:min(uint64(len(w.held)), n)], int(n))[:n]
	return w.held
}

func (w *walker) claim(id uint64) error {
	if id < 2 || id >= w.high || w.seen[id] {
		return inconsistent("page %d is used twice or does not exist", id)
	}
	w.seen[id] = true
	return nil
}

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
			return inconsistent("the free list is too long")
		}
		count = int(n)
	}
	if flags != flagFreelist || count > len(ids)/8 {
		return inconsistent("page %d is not a free list", id)
	}
	last := uint64(0)
	for i := range count {
		id := binary.LittleEndian.Uint64(ids[8*i:])
		if id <= last {
			return inconsistent("the free list is out of order")
		}
		last = id
		if err := w.claim(id); err != nil {
			return err
		}
	}
	return nil
}

// tree walks the tree of one bucket, the root bucket's name being empty, and
// returns its first and last key.
func (w *walker) tree(id uint64, bucket string, sequence uint64, depth int) (first, last []byte, err error) {
	if depth > maxDepth {
		return nil, nil, inconsistent("the tree is too deep")
	}
	b, flags, count, err := w.page(id)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case flags == flagLeaf:
		return w.leaf(b, count, bucket, sequence)
	case flags != flagBranch || count == 0:
		return nil, nil, inconsistent("page %d is of no kind", id)
	}
	b = bytes.Clone(b) // its children are read before its end is
	for i := range count {
		e := headerSize + i*elementSize
		if e+elementSize > len(b) {
			return nil, nil, inconsistent("page %d is too full", id)
		}
		key, ok := cut(b, e, binary.LittleEndian.Uint32(b[e:]), uint64(binary.LittleEndian.Uint32(b[e+4:])))
		if !ok {
			return nil, nil, inconsistent("page %d has an element out of bounds", id)
		}
		low, high, err := w.tree(binary.LittleEndian.Uint64(b[e+8:]), bucket, sequence, depth+1)
		if err != nil {
			return nil, nil, err
		}
		if low == nil || bytes.Compare(key, low) > 0 || i > 0 && bytes.Compare(last, key) >= 0 {
			return nil, nil, inconsistent("page %d has keys out of order", id)
		}
		if i == 0 {
			first = low
		}
		last = high
	}
	return first, last, nil
}

// leaf visits the pairs of a leaf, and in the root bucket descends into buckets.
func (w *walker) leaf(b []byte, count int, bucket string, sequence uint64) (first, last []byte, err error) {
	le := binary.LittleEndian
	if bucket == "" {
		b = bytes.Clone(b) // buckets are read before its end is
	}
	for i := range count {
		e := headerSize + i*elementSize
		if e+elementSize > len(b) {
			return nil, nil, inconsistent("a leaf is too full")
		}
		pair, ok := cut(b, e, le.Uint32(b[e+4:]), uint64(le.Uint32(b[e+8:]))+uint64(le.Uint32(b[e+12:])))
		size := int(le.Uint32(b[e+8:]))
		if !ok || size == 0 || size > len(pair) {
			return nil, nil, inconsistent("a leaf has an element out of bounds")
		}
		key, value := pair[:size], pair[size:]
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return nil, nil, inconsistent("a leaf has keys out of order")
		}
		if i == 0 {
			first = bytes.Clone(key)
		}
		last = append(last[:0], key...)
		isBucket := le.Uint32(b[e:]) == flagBucket
		if isBucket != (bucket == "") || !isBucket && le.Uint32(b[e:]) != 0 {
			return nil, nil, inconsistent("a leaf has an element of a wrong kind")
		}
		if isBucket {
			err = w.bucket(string(key), value)
		} else {
			err = w.visit(bucket, sequence, key, value)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return first, last, nil
}

// bucket walks a bucket by its header: root page u64 and sequence u64. A small
// bucket has root 0 and its only page, a leaf, behind the header.
func (w *walker) bucket(name string, value []byte) error {
	if len(value) < 16 {
		return inconsistent("a bucket has no header")
	}
	root, sequence := binary.LittleEndian.Uint64(value), binary.LittleEndian.Uint64(value[8:])
	if err := w.visit(name, sequence, nil, nil); err != nil {
		return err
	}
	if root != 0 {
		_, _, err := w.tree(root, name, sequence, 0)
		return err
	}
	inline := value[16:]
	if len(inline) < headerSize || binary.LittleEndian.Uint16(inline[8:]) != flagLeaf {
		return inconsistent("a bucket's page is not a leaf")
	}
	_, _, err := w.leaf(inline, int(binary.LittleEndian.Uint16(inline[10:])), name, sequence)
	return err
}

// cut returns the n bytes at at+offset of b.
func cut(b []byte, at int, offset uint32, n uint64) ([]byte, bool) {
	from := uint64(at) + uint64(offset)
	if to := from + n; to <= uint64(len(b)) {
		return b[from:to:to], true
	}
	return nil, false
}
