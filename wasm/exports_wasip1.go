//go:build wasip1

package main

import (
	"unsafe"

	"github.com/dunlin-analytics/dunlin/edge"
)

// The two exports, and the one import that is ours beside the runtime's own
// (which has it too, so it adds no name).

//go:wasmimport wasi_snapshot_preview1 random_get
func randomGet(buf unsafe.Pointer, n uint32) uint32

type hostRandom struct{}

// Read fills b from the host's random source.
func (hostRandom) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if errno := randomGet(unsafe.Pointer(&b[0]), uint32(len(b))); errno != 0 {
		return 0, edge.ErrRandom
	}
	return len(b), nil
}

var instance = guest{random: hostRandom{}}

//go:wasmexport buffer
func buffer() uint32 { return uint32(uintptr(unsafe.Pointer(&instance.buffer))) }

//go:wasmexport call
func call(op, n uint32) int32 { return instance.call(op, n) }

// main is never called: a module of this kind (a reactor) is started by
// _initialize and then only answers calls.
func main() {}
