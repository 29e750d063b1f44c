// Package simulation plays collector, leader and helper, the real packages, in one
// process, with devices, a network and a clock that it moves, and holds what comes
// of it against a plain map. A seed gives a schedule; the same seed gives the same
// schedule again.
//
// # What may happen
//
// To messages (network.go): each may be lost on its way there or back, arrive twice,
// late, late and once more, or torn in the middle of the answer.
//
// To services (service.go): each may die before or after any durable step, or over
// any message, and starts again from its folder, the leader with another chunk size.
// Their clocks differ by up to 20 seconds.
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
//   - the collector acknowledged nothing outside a report's period.
package simulation
