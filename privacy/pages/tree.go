package pages

import (
	"bytes"
	"encoding/binary"
)

const (
	elementSize = 16 // of a branch page and of a leaf page
	bucketSize  = 16 // of a bucket's header
	bucketFlag  = 0x01
	maxDepth    = 32 // with two keys a page it would hold more than any disk
)

// bucket is the one that is walked; the file's own has no name.
type bucket struct {
	name     string
	sequence uint64
}

// tree walks a tree from a page and returns its first and last key.
func (w *walker) tree(id uint64, of bucket, depth int) (first, last []byte, err error) {
	if depth > maxDepth {
		return nil, nil, damaged("a tree is too deep")
	}
	b, flags, count, err := w.page(id)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case flags == leafPage:
		return w.leaf(b, count, of)
	case flags != branchPage || count == 0:
		return nil, nil, damaged("page %d is of no kind", id)
	}
	b = bytes.Clone(b) // its children are read before its end is
	le, c := binary.LittleEndian, content{b, headerSize + count*elementSize}
	if c.next > len(b) {
		return nil, nil, damaged("page %d is too full", id)
	}
	for i := range count {
		e := headerSize + i*elementSize
		key, ok := c.cut(e, le.Uint32(b[e:]), uint64(le.Uint32(b[e+4:])))
		if !ok {
			return nil, nil, damaged("page %d has an element out of its place", id)
		}
		low, high, err := w.tree(le.Uint64(b[e+8:]), of, depth+1)
		if err != nil {
			return nil, nil, err
		}
		if low == nil || bytes.Compare(key, low) > 0 || i > 0 && bytes.Compare(last, key) >= 0 {
			return nil, nil, damaged("page %d has keys out of order", id)
		}
		if i == 0 {
			first = low
		}
		last = high
	}
	return first, last, nil
}

// leaf visits the pairs of a leaf, and descends into the buckets of the file's own.
func (w *walker) leaf(b []byte, count int, of bucket) (first, last []byte, err error) {
	le := binary.LittleEndian
	buckets := of.name == ""
	if buckets {
		b = bytes.Clone(b) // they are read before its end is
	}
	c := content{b, headerSize + count*elementSize}
	if c.next > len(b) {
		return nil, nil, damaged("a leaf is too full")
	}
	if count == 0 && len(bytes.Trim(b[headerSize:], "\x00")) > 0 {
		return nil, nil, damaged("a leaf has lost its count")
	}
	for i := range count {
		e := headerSize + i*elementSize
		flags, size := le.Uint32(b[e:]), uint64(le.Uint32(b[e+8:]))
		pair, ok := c.cut(e, le.Uint32(b[e+4:]), size+uint64(le.Uint32(b[e+12:])))
		if !ok || size == 0 {
			return nil, nil, damaged("a leaf has an element out of its place")
		}
		key, value := pair[:size:size], pair[size:]
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return nil, nil, damaged("a leaf has keys out of order")
		}
		if i == 0 {
			first = bytes.Clone(key)
		}
		last = append(last[:0], key...)
		switch {
		case buckets && flags == bucketFlag:
			err = w.bucket(string(key), value)
		case !buckets && flags == 0:
			err = w.visit(of.name, of.sequence, key, value)
		default:
			err = damaged("a leaf has an element of a wrong kind")
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return first, last, nil
}

// bucket walks a bucket by its header. A small one has its only page behind that.
func (w *walker) bucket(name string, value []byte) error {
	if len(value) < bucketSize {
		return damaged("a bucket has no header")
	}
	le := binary.LittleEndian
	root, of := le.Uint64(value), bucket{name, le.Uint64(value[8:])}
	if err := w.visit(of.name, of.sequence, nil, nil); err != nil {
		return err
	}
	if root != 0 {
		_, _, err := w.tree(root, of, 0)
		return err
	}
	page := value[bucketSize:]
	if len(page) < headerSize || le.Uint16(page[8:]) != leafPage {
		return damaged("a bucket's page is not a leaf")
	}
	_, _, err := w.leaf(page, int(le.Uint16(page[10:])), of)
	return err
}

// content is a page's keys and values. bbolt writes each behind the one before, the first
// behind the elements: a page whose count was flipped is found by that, which would
// otherwise only have fewer pairs.
type content struct {
	page []byte
	next int
}

// cut returns the n bytes at at+offset, if that is where the next ones are.
func (c *content) cut(at int, offset uint32, n uint64) ([]byte, bool) {
	from := uint64(at) + uint64(offset)
	to := from + n
	if from != uint64(c.next) || to > uint64(len(c.page)) {
		return nil, false
	}
	c.next = int(to)
	return c.page[from:to:to], true
}
