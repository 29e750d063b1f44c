// Package store opens the bbolt files of aggregators and console: it refuses a
// damaged one with an error that says which file and what to do, before bbolt maps
// it, and one whose format is newer than the program; an older one it brings to the
// program's format.
//
// Use Options.Open and Options.OpenRead; OpenRead alone only tells whether a file is whole.
//
// # Damage
//
// What an aggregator must never forget is that it drew a batch's noise and what
// it counted (PRIVACY.md section 3, rules 1 to 3). bbolt by itself would forget:
// a file whose newest meta page is damaged opens at the transaction before, and
// an emptied file opens as a new store. Both are refused here. It also maps its
// file into memory and follows the numbers in it, so that a flipped bit, or a file cut
// off in the middle (a full disk, a copy broken off), would end the process by a fault.
//
// So opening, holding the file's lock, has privacy/pages read the whole file before
// bbolt does. A new file appears under its name only when it is whole, so no crash leaves
// one that is neither new nor sound. What pages cannot tell, a flipped bit in a value or
// an older copy of the whole file put in its place, is for those to find who write it.
//
// # Formats
//
// The version of the content's format is an integer, the schema, in the bucket "meta":
//
//	key "schema":  schema u64 | program blob | checksum u32
//	               (CRC-32C over key and what precedes)
//
// program is the version of dunlin that first wrote the schema there. A store without
// the bucket is of schema 1: the first programs wrote none.
//
// A migration makes a second file, PATH.migrated, with all values in the new format and
// none of the old pages, and puts it in place by renaming. Whatever fails before, the file
// is as it was; afterwards the old one is overwritten and gone, with what its free pages
// still held.
// It takes as much disk again as the store's content, and as much memory as what changes.
//
// # Copies
//
// Backup copies chosen values into a file of their own while the store is in use;
// Restore makes a store of such a copy where there is none.
package store
