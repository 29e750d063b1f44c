// Command guest is a module that leans on what merging could break: tables that
// the compiler laid out, maps, strings, floats, panics, types, the collector.
package main

import (
	"errors"
	"math/bits"
	"runtime"
	"slices"
	"strconv"
	"unsafe"
)

//go:wasmimport wasi_snapshot_preview1 random_get
func randomGet(buf unsafe.Pointer, n uint32) uint32

type shape interface{ area() float64 }

type (
	square struct{ side float64 }
	strip  struct{ long, wide float64 }
)

func (s square) area() float64 { return s.side * s.side }
func (s strip) area() float64  { return s.long * s.wide }

var (
	errOdd = errors.New("odd")
	words  = [...]string{"avocet", "curlew", "dunlin", "godwit", "knot", "plover", "ruff", "whimbrel"}
	counts = map[string]int{"one": 1, "two": 2, "three": 3}
	sparse = [512]uint32{3: 7, 200: 11, 511: 13} // zeros that segments skip
	salt   [8]byte
)

// odd panics for odd numbers; the recover walks the function tables.
func odd(n uint32) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	if n&1 == 1 {
		panic(errOdd)
	}
	return nil
}

// churn computes for a while and returns a digest of everything it saw.
//
//go:wasmexport churn
func churn(seed, rounds uint32) uint64 {
	randomGet(unsafe.Pointer(&salt[0]), uint32(len(salt)))
	digest := uint64(14695981039346656037)
	add := func(s string) {
		for _, b := range []byte(s) {
			digest = bits.RotateLeft64((digest^uint64(b))*1099511628211, 9)
		}
	}
	add(string(salt[:]))
	for i := range rounds {
		n := seed + i*2654435761
		var s shape = square{float64(n) / 3}
		if odd(n) != nil {
			s = strip{float64(n), 0.125}
		}
		counts[words[n%8]] += int(n % 17)
		kept := make([]string, 0, len(counts))
		for name, c := range counts {
			kept = append(kept, name+strconv.Itoa(c))
		}
		slices.Sort(kept)
		add(kept[int(n)%len(kept)])
		add(strconv.FormatFloat(s.area(), 'g', -1, 64))
		add(strconv.Itoa(int(sparse[n%512])))
		sparse[i%512]++
		if i%64 == 0 {
			runtime.GC()
		}
		// Which function it is, and not the line: those are dropped from a built module.
		if pc, _, _, ok := runtime.Caller(0); ok {
			add(runtime.FuncForPC(pc).Name())
		}
	}
	return digest
}

func main() {}
