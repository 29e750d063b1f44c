// Package spool keeps sealed reports on disk from their arrival until the
// leader has pulled them: one bbolt file for each batch (plan digest, period).
//
// It trusts the disk only as far as checksums reach, cannot open what it keeps,
// and never sees an address. A report is acknowledged when it is on disk, not
// before; reports that wait at the same time share one commit. When its period
// has closed a batch is frozen: an index of the report that counts for each ID
// is written in the same transaction as the mark after which nothing can be
// appended. One goroutine owns a file's writes, appends and freezing alike, so
// that an acknowledged report is in the index whatever the order of events.
//
// The file <plan digest>-<date>.spool, in bbolt's format with pages of 16 KiB:
//
//	bucket batch     "head"    version=1 | plan digest 32 | period u32
//	                 "frozen"  reports u64 | repeated u64 | superseded u64 | 256 counts u64
//	bucket reports   sequence u64, from 1 without gaps    a report as it arrived
//	bucket index     partition, one byte                  entries ascending by ID:
//	                                                      report ID 16 | sequence u64
//
// Integers are big endian. Each value ends in the CRC-32C (4 bytes) of its key
// and itself. "frozen" and the index appear together, once.
//
// Reports lie in one sequence rather than in a bucket for each partition: a
// commit then rewrites one tail page instead of one for nearly every report of
// it (BenchmarkLayout: two to four times as fast, and smaller files). Writing
// zeros ahead, so that commits skip the file system's journal, was tried and
// made the slowest of a hundred requests slower.
//
// # Damage
//
// bbolt panics on damaged pages, and a file that was cut off raises SIGBUS in
// its memory map. So before bbolt sees a file, Check reads all of it: each page
// must be reachable or free, once; each key in order; each checksum right. What
// fails is a DamageError that names the file and what to do; other batches go on.
package spool
