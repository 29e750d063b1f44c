package link

import (
	"fmt"
	"slices"
)

// segment is bytes that stand at an address of memory 0 before any code runs.
type segment struct {
	address uint32
	bytes   []byte
}

func (s segment) end() uint64 { return uint64(s.address) + uint64(len(s.bytes)) }

const (
	pageSize = 65536
	// maxPages bounds the initial memory that is laid out here, 16 MiB: Go's
	// runtime starts with about 2, a device may hold 8 in all.
	maxPages = 256
)

// Instructions of a segment's address.
const (
	opI32Const = 0x41
	opEnd      = 0x0b
)

// memorySize reads the bytes of initial memory from the memory section.
//
// Errors: ErrFormat; ErrUnsupported unless there is exactly one memory, plain
// (32-bit, not shared) and of at most maxPages.
func memorySize(payload []byte) (uint64, error) {
	if payload == nil {
		return 0, fmt.Errorf("%w: no memory", ErrUnsupported)
	}
	c := cursor{rest: payload}
	count := c.u32()
	if c.err == nil && count != 1 {
		return 0, fmt.Errorf("%w: %d memories", ErrUnsupported, count)
	}
	flags := c.byte()
	if c.err == nil && flags > 1 {
		return 0, fmt.Errorf("%w: memory flags %#x", ErrUnsupported, flags)
	}
	least := c.u32()
	if flags == 1 {
		if most := c.u32(); c.err == nil && most < least {
			return 0, fmt.Errorf("memory section: %w: at least %d pages, at most %d", ErrFormat, least, most)
		}
	}
	if err := c.end(); err != nil {
		return 0, fmt.Errorf("memory section: %w", err)
	}
	if least > maxPages {
		return 0, fmt.Errorf("%w: %d pages of initial memory, at most %d", ErrUnsupported, least, maxPages)
	}
	return uint64(least) * pageSize, nil
}

// segments reads the data section: by address, none empty.
//
// Errors: ErrFormat; ErrUnsupported where a segment is not active in memory 0 at
// a constant address inside memory, or two overlap (the later one would win, and
// a compiler has no reason to write that).
func segments(payload []byte, memory uint64) ([]segment, error) {
	c := cursor{rest: payload}
	var all []segment
	for i, n := uint32(0), c.u32(); i < n && c.err == nil; i++ {
		if kind := c.u32(); c.err == nil && kind != 0 {
			return nil, fmt.Errorf("%w: data segment %d is of kind %d, not active in memory 0", ErrUnsupported, i, kind)
		}
		if op := c.byte(); c.err == nil && op != opI32Const {
			return nil, fmt.Errorf("%w: address of data segment %d is not a constant", ErrUnsupported, i)
		}
		address := uint32(c.s32())
		if op := c.byte(); c.err == nil && op != opEnd {
			return nil, fmt.Errorf("%w: address of data segment %d is not one constant", ErrUnsupported, i)
		}
		s := segment{address: address, bytes: c.take(c.u32())}
		if c.err == nil && s.end() > memory {
			return nil, fmt.Errorf("%w: data segment %d ends at %d, outside the initial memory of %d", ErrUnsupported, i, s.end(), memory)
		}
		if len(s.bytes) > 0 {
			all = append(all, s)
		}
	}
	if err := c.end(); err != nil {
		return nil, fmt.Errorf("data section: %w", err)
	}
	slices.SortFunc(all, func(a, b segment) int { return int(int64(a.address) - int64(b.address)) })
	for i := 1; i < len(all); i++ {
		if all[i-1].end() > uint64(all[i].address) {
			return nil, fmt.Errorf("%w: data segments overlap at %d", ErrUnsupported, all[i].address)
		}
	}
	return all, nil
}

// image lays segments out: the initial memory up to its last given byte.
func image(sorted []segment) []byte {
	if len(sorted) == 0 {
		return nil
	}
	b := make([]byte, sorted[len(sorted)-1].end())
	for _, s := range sorted {
		copy(b[s.address:], s.bytes)
	}
	return b
}

// split writes an image as segments that begin and end with a byte that is not
// zero, and of which none holds more than gap zeros in a row.
func split(image []byte, gap int) []segment {
	var all []segment
	first, last := 0, -1 // of the segment being collected; none while last < first
	flush := func() {
		if last >= first {
			all = append(all, segment{address: uint32(first), bytes: image[first : last+1]})
		}
	}
	for at, b := range image {
		if b == 0 {
			continue
		}
		if last < first || at-last-1 > gap {
			flush()
			first = at
		}
		last = at
	}
	flush()
	return all
}

// appendSegments appends the payload of a data section.
func appendSegments(b []byte, all []segment) []byte {
	b = appendU32(b, uint32(len(all)))
	for _, s := range all {
		b = append(b, 0, opI32Const)
		b = appendS32(b, int32(s.address))
		b = append(b, opEnd)
		b = appendU32(b, uint32(len(s.bytes)))
		b = append(b, s.bytes...)
	}
	return b
}
