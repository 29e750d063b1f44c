package main

// stackDepth is more than any operation uses of the stack below call.
const stackDepth = 24 << 10

// scrub overwrites what earlier calls left on the stack below the caller: copies
// of randomness, heads and events that no variable names any more. The first
// call of an instance runs it too, so that the stack has its final size before
// anything secret is on it (a stack that grows is copied, and the old one stays
// in memory as it was).
//
//go:noinline
func scrub() {
	var frame [stackDepth]byte // zeroed by the compiler
	keep(&frame)
}

// keep makes the compiler believe that the frame is used.
//
//go:noinline
func keep(*[stackDepth]byte) {}
