// Package pages reads a bbolt file as bytes, without bbolt and without mapping it, and
// tells whether its structure is whole: collector, aggregators and console ask before
// they let bbolt open a file.
//
// bbolt trusts its file. It maps it into memory and follows the numbers in it: one
// flipped bit in an offset, or a file that was cut off, ends the process with a fault that
// no recover catches, in Tx.Check too. A damaged meta page has it go back to the
// transaction before, silently. Walk refuses all of that with an error. Whatever the bytes,
// it ends, it does not panic, and it holds one page in memory for each level of a tree.
//
// It does not see a flipped bit in a key or a value: give those checksums of their own.
//
//	file         page 0 and 1: meta; from 2: trees, the free list, free pages
//	page         number u64 | flags u16 | count u16 | overflow u32 (pages that follow it
//	             and belong to it) | content
//	meta page    magic u32 | version u32 | page size u32 | flags u32 | root bucket 16
//	             free list u64 | pages ever used u64 | transaction u64 | FNV-1a 64 of these
//	branch page  count times: offset u32 | key length u32 | page u64;  keys
//	leaf page    count times: flags u32 | offset u32 | key length u32 | value length u32;
//	             keys with values behind them. Offsets are from where they stand
//	bucket       its root page u64 | sequence u64 | its only page, if its root page is 0
//	free list    count times: page u64; a count of 65535 says that a u64 of it comes first
//
// Source: bbolt 1.5, internal/common (page.go, meta.go, inode.go, bucket.go). Integers are
// in the machine's order, little endian on all that Dunlin runs on.
package pages
