package link

import (
	"fmt"
	"unicode/utf8"
)

// cursor reads a byte slice from front to back. The first failure sticks, so a
// caller may read a whole structure and ask once.
type cursor struct {
	rest []byte
	err  error
}

// fail keeps the first error only.
func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err, c.rest = err, nil
	}
}

func (c *cursor) byte() byte {
	if len(c.rest) == 0 {
		c.fail(fmt.Errorf("%w: it ends early", ErrFormat))
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

// take returns the next n bytes, a part of the input and not a copy.
func (c *cursor) take(n uint32) []byte {
	if uint64(n) > uint64(len(c.rest)) {
		c.fail(fmt.Errorf("%w: %d bytes announced, %d left", ErrFormat, n, len(c.rest)))
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

// u32 reads an unsigned LEB128 number. Padding up to five bytes is the
// standard's, and Go's linker uses it for sizes it fills in later.
func (c *cursor) u32() uint32 {
	var v uint32
	for shift := 0; shift < 35; shift += 7 {
		b := c.byte()
		if shift == 28 && b > 0x0f {
			break // a sixth byte, or bits beyond the 32nd
		}
		v |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	c.fail(fmt.Errorf("%w: not a 32-bit unsigned number", ErrFormat))
	return 0
}

// s32 reads a signed LEB128 number.
func (c *cursor) s32() int32 {
	var v uint32
	for shift := 0; shift < 35; shift += 7 {
		b := c.byte()
		if shift == 28 && (b > 0x07 && b < 0x78 || b > 0x7f) {
			break // a sixth byte, or bits 32 to 34 unlike the sign
		}
		v |= uint32(b&0x7f) << shift
		if b < 0x80 {
			if b&0x40 != 0 && shift < 28 {
				v |= ^uint32(0) << (shift + 7)
			}
			return int32(v)
		}
	}
	c.fail(fmt.Errorf("%w: not a 32-bit signed number", ErrFormat))
	return 0
}

func (c *cursor) name() string {
	b := c.take(c.u32())
	if !utf8.Valid(b) {
		c.fail(fmt.Errorf("%w: a name is not UTF-8", ErrFormat))
		return ""
	}
	return string(b)
}

// end fails when bytes are left over.
func (c *cursor) end() error {
	if c.err == nil && len(c.rest) > 0 {
		c.fail(fmt.Errorf("%w: %d bytes left over", ErrFormat, len(c.rest)))
	}
	return c.err
}

// appendU32 appends v in the fewest bytes.
func appendU32(b []byte, v uint32) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

// appendS32 appends v in the fewest bytes.
func appendS32(b []byte, v int32) []byte {
	for v < -0x40 || v > 0x3f {
		b = append(b, byte(v)&0x7f|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7f)
}
