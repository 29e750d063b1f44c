// Package soak runs collector, leader and helper as three real processes under a
// load of real sealed reports, kills them with SIGKILL at random moments, lets their
// disks fill up and lets strangers hold and flood their connections, and then shows
// that nothing that was acknowledged is lost and nothing is counted twice.
//
// # What is shown, and from what
//
// A load generator keeps a log of its own (book.go): of each report that it may have
// sent whether the collector acknowledged it (202), refused it, or left it open
// because the connection broke. Every batch is released at the end. Then each
// aggregator's store is read for what it counted in each of the 256 partitions: a
// number, and a hash that chains over (ID, revision, nonce) of the counted reports in
// the order of their IDs. From the log alone follows what each chain
// may be:
//
//   - an ID of which a revision was acknowledged stands in it once, at the highest
//     acknowledged revision or at a later one that was sent and left open;
//   - an ID of which all that was sent was left open stands in it once or not at all;
//   - nothing else stands in it.
//
// All chains that this allows are computed, usually one a partition and a handful
// where something was left open, until one is both aggregators'. A lost report, a
// lower revision, an ID counted twice or a report that was refused makes a chain that
// is none of them; a hash that comes out equal by chance would be a SHA-256 collision.
// The noised sums are not looked at, and the collector's word for what it holds is not
// taken.
//
// # What is not shown
//
// SIGKILL leaves what the kernel has taken, so a commit that is not synced survives it:
// package spool and the stores are tested apart for what is on disk at a power failure.
// The moments of the kills come from a seed, but what a process is doing then comes
// from the machine: a failing run is looked into by its folders, not by running it
// again.
//
// The tests run short forms; make soak runs the whole ones, with SOAK_SEED=N at other
// moments. Each prints what it found as one JSON object.
package soak
