// Package link makes the Go-compiled module smaller without changing what it
// does, and holds the gates that the built module must pass.
//
// Use [Merge] after the Go linker, [Inspect] to read who a module can call and
// what it offers, [CheckImports] and [CheckSize] as gates.
//
// # Why merge
//
// Go's linker writes a module's initial memory as tens of thousands of short
// active data segments, skipping each run of zeros. Each segment carries its own
// address and length, which brotli can't predict; zeros it compresses to almost
// nothing. Merge therefore writes one segment where the zeros between two are
// few, and drops the custom sections that only tools read.
//
//	module   = "\0asm" 01 00 00 00 section*
//	section  = id:byte size:u32 payload[size]       id 0 may stand anywhere; the
//	                                                others once each, ascending
//	custom   = name payload                         id 0
//	data     = count:u32 segment*                   id 11, the only one rewritten
//	segment  = 00 41 address:s32 0b size:u32 bytes  active, memory 0, i32.const
//	u32, s32 = LEB128 of at most 5 bytes
//
// # What it trusts
//
// Nothing about the file: whatever this package doesn't understand is refused
// with [ErrFormat] or [ErrUnsupported], never passed through and never
// guessed. Refused are unknown sections (the data count section too: without it
// no instruction can name a segment by its number, so segments may be joined),
// custom sections outside a known list, passive segments, addresses that aren't
// constants, overlapping segments, data outside the initial memory, a start
// section, and any number of memories but one. Sections other than custom and
// data are copied byte for byte; their insides are the engine's to validate.
//
// The result has the same initial memory as the input: Merge lays out both and
// compares them before it returns. Merging again changes nothing.
package link
