// Command wasm is the device module, dunlin.wasm: package edge behind the boundary
// of package abi, and nothing else. It has no rule of its own.
//
// What this room does: it keeps the one buffer, decodes messages, lets the
// device act, and hands out a report in two steps: the plaintexts with their
// recipients and the state to store, then, against the same head, the finished
// bytes around what the host has sealed. It overwrites what passed through it
// once that is no longer needed.
//
// What it trusts: its host, for the time, for randomness, for having verified the
// plan's signature and for sealing. It takes nothing else from the host: the
// digest, the recipients and the caps are its own. What it never sees: a network,
// a file, a clock.
//
// A host starts it with _initialize and the environment
//
//	GOGC=25                  a small heap, close to what is alive
//	GODEBUG=gcstoptheworld=1 collect at once, inside the call that needs it
//
// Without the second the collector would work in the background, where a module
// that only answers calls gives it no time: it never finishes, and memory grows
// until the instance traps. (The build may set it as the default, by
// -ldflags=-X=runtime.godebugDefault=gcstoptheworld=1.)
//
// wasm/build.sh builds it, wasm/link shrinks and checks it, wasm/device hosts it
// in Go, the web SDK's Worker in browsers.
package main
