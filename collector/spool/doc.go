// Package spool keeps sealed reports on disk from their arrival until their batch
// ends: one bbolt file for each batch (plan digest, period).
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
// The version is 1, the first that was released. A file of a later one is refused
// with ErrNewer and left as it is.
//
// # Ends
//
// A batch is deleted as a whole, and what was deleted never comes back. Beside its
// file it has marks, empty files whose names say all:
//
//	<plan digest>-<date>.begun     it has had a file; made before its first report
//	                               is acknowledged
//	<plan digest>-<date>.deleted   it is gone for good; made before its file goes
//
//	mark deleted -> ErrDeleted     begun, and no file -> LostError
//	no mark, no file -> a batch that never had a report: it can be frozen, empty
//
// So a file that was lost, with the reports that were acknowledged in it, does not
// look like a period without visitors. In Options.Marks, a folder beside Dir, marks
// outlive the loss of all of Dir; nothing here notices the loss of both.
//
// # A full disk
//
// Reports are refused while the disk has less left than Options.KeepFree, so that
// closing and deleting batches, which makes room, still can write. A commit that the
// disk refuses closes the file, as nobody knows what it holds then; the next one
// checks and opens it again.
//
// # Memory
//
// bbolt reads a file through a memory map. What was touched of it would stay in this
// process until the system is short of memory, so after every 32 MiB that were written
// or read its pages are given back (on Linux). Freezing holds 32 bytes of each report,
// and 24 of its index until that is committed.
//
// # Damage
//
// bbolt panics on damaged pages, and a file that was cut off raises SIGBUS in
// its memory map. So before bbolt sees a file, Check reads all of it: each page
// must be reachable or free, once; each key in order; each checksum right. What
// fails is a DamageError that names the file and what to do; other batches go on.
// Once the damaged file is removed, its batch is a lost one.
package spool
