// Package simulation plays collector, leader and helper, the real packages, in one
// process, with devices, a network and a clock that it moves, and holds what comes
// of it against a plain map. A seed gives a schedule; the same seed gives the same
// schedule again, whatever the keys. SIM_SEED=S SIM_SCHEDULES=N make simulation plays N
// of them from S on; one alone prints its log.
//
// # What may happen
//
// To messages (network.go): each may be lost on its way there or back, arrive twice,
// late, late and once more, or torn in the middle of the answer.
//
// To services (service.go, backup.go): each may die before or after any durable step,
// also while it starts, or over any message, and starts again from its folder, the
// leader with another chunk size. Each may lose its disk and come back from an older
// backup, or from none; aggregators change the identity that they sign with; the leader
// may walk away for longer than the others' patience. Clocks differ by up to 20 seconds.
// A second plan, with verify key and identities of its own, takes the first one's place
// while that is still summed.
//
// From devices (schedule.go, parcel.go): reports, revisions of them, the same bytes
// again, old revisions late, reports after the period's end by seconds and by hours;
// the same with the head of another period, plan, revision or ID; reports that are
// spoiled for both aggregators or for one of them.
//
// # What must come of it
//
// Each device has cells of its own in the plan, one for each parity of its revision,
// so a report that counts twice shows as 2 and one that is lost as 0 (cast.go). The
// book (book.go) knows for each ID which reports may count: of what was acknowledged
// the highest revision, or one above it that arrived unacknowledged. At the end
// (verdict.go):
//
//   - less both sides' noise the released sums are what the book says, to the last
//     unit, and the hash that both sides agreed on is that of the same reports;
//   - both sides have the same record, and the same end of each batch;
//   - each side has shown one noised share of a batch, never two;
//   - a batch is short only if it may be, and unreleased only for a reason;
//   - the collector acknowledged nothing outside a report's period, and refused no
//     sound report within it;
//   - no file of any service holds a sealed share, an exact sum or a key of a batch that
//     has ended, in whatever page of a database, and no backup ever did (search.go).
//
// That the simulation bites is tested too: planted_test.go lists faults, around the
// services and in their source, each of which it finds.
//
// # What is left out
//
// Power failures that tear a write, which bbolt's own tests are about, and the spool's and
// the stores' tests of damage; TLS and who may connect (privacy/peer); real processes,
// load and full disks (cmd/soak); one helper of several leaders. Requests come one after
// the other, or schedules would not replay: races are the race detector's.
package simulation
