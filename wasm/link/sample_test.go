package link

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// Modules made by hand, for tests: each function writes one part of the format
// with no code of the package and none of its checks.

func wasm(sections ...[]byte) []byte {
	return append([]byte("\x00asm\x01\x00\x00\x00"), bytes.Join(sections, nil)...)
}

// sec is a section shorter than 128 bytes.
func sec(id byte, payload ...byte) []byte {
	if len(payload) > 127 {
		panic("sec: too long for one byte of size")
	}
	return append([]byte{id, byte(len(payload))}, payload...)
}

func custom(name string, payload ...byte) []byte {
	return sec(0, append(append([]byte{byte(len(name))}, name...), payload...)...)
}

// onePage is a memory section: one memory of one page.
func onePage() []byte { return sec(5, 1, 0, 1) }

// seg is a data segment at an address below 64.
func seg(address byte, bytes ...byte) []byte {
	return append([]byte{0, 0x41, address, 0x0b, byte(len(bytes))}, bytes...)
}

func data(segments ...[]byte) []byte {
	return sec(11, append([]byte{byte(len(segments))}, bytes.Join(segments, nil)...)...)
}

// runnable has a function that reads memory, exported with the memory:
// (func (export "at") (param i32) (result i32) local.get 0 i32.load8_u).
func runnable(extra ...[]byte) []byte {
	parts := [][]byte{
		sec(1, 1, 0x60, 1, 0x7f, 1, 0x7f),
		sec(3, 1, 0),
		onePage(),
		sec(7, 2, 2, 'a', 't', 0, 0, 1, 'm', 2, 0),
		sec(10, 1, 7, 0, 0x20, 0, 0x2d, 0, 0, 0x0b),
	}
	return wasm(append(parts, extra...)...)
}

// memoryOf lays out a module's first n bytes of memory as an engine does: every
// segment in the file's order.
func memoryOf(t testing.TB, module []byte, n int) []byte {
	t.Helper()
	memory := make([]byte, n)
	rest := module[8:]
	number := func() (v uint64) { // unsigned LEB128, read afresh: no cursor here
		for shift := 0; ; shift += 7 {
			b := rest[0]
			rest = rest[1:]
			v |= uint64(b&0x7f) << shift
			if b < 0x80 {
				return v
			}
		}
	}
	for len(rest) > 0 {
		id := rest[0]
		rest = rest[1:]
		size := number()
		after := rest[size:]
		if id == 11 {
			for range number() {
				require.Zero(t, number())
				require.EqualValues(t, 0x41, rest[0])
				rest = rest[1:]
				at := number() // sign bits beyond memory would panic below
				require.EqualValues(t, 0x0b, rest[0])
				rest = rest[1:]
				length := number()
				require.EqualValues(t, length, copy(memory[at:], rest[:length]))
				rest = rest[length:]
			}
			require.Len(t, rest, len(after))
		}
		rest = after
	}
	return memory
}
