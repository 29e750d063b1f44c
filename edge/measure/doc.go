// Package measure turns a period's events into the measurement: the vector of 0
// and 1 that is shared between the aggregators, by exactly the counting rules of
// docs/plan.md. It never sees who the visitor is, sends nothing and keeps two
// things, both on the device:
//
//   - Log, what happened in one period that the plan's metrics ask for. A new
//     period starts a new one.
//   - Memory, the last exposure of each campaign, slot, list and message, kept across
//     periods, because a conversion is credited to it up to the attribution window later;
//     and when the last period of activity was, for whether the visitor came back.
//
// The plan's own order decides nothing: metrics of one source count
// independently.
//
// A device of the holdout is exposed and credited as any other. Only its cells differ:
// under a metric that has the holdout's column it is counted there and in no variant's.
// Who is of the holdout package edge decides.
//
// # Bytes
//
// In privacy/wire's terms. Names stand under their profile.Key, so that the
// memory survives a plan that lists them in another order; a log belongs to one
// plan and uses its indices:
//
//	memory: campaigns, slots, lists, messages, each:
//	  count uvarint, then ascending by source
//	    source key u64, key of its last arm, variant or channel u64 (of a list the empty
//	    name's), exposed at uvarint
//	    goals credited: count uvarint, then their keys u64, ascending
//	  last period of activity: 0, or 1, key of its bin of lapse_risk u64, date uvarint
//	log: 0, or
//	  1, plan digest 32, period's date uvarint, segment byte, deepest stage + 1 byte,
//	  metrics: count uvarint, then a bit set of columns for each, uvarint; or
//	  2, the same, then what only some plans ask for, not all of it zero:
//	    moves between topics: count uvarint, at most 8, then from byte, to byte
//	    bin + 1 of each of two predictions, byte
//	    named items tried, of each of eight lists: bit set uvarint; or
//	  3, the same as 2, then the bin + 1 of each of 16 dimensions that sort at the start,
//	    byte, not all of them 0; or
//	  4, the same as 3, which may be all 0, then the die of the revenues u32, above 0, and of
//	    each of 8 the sum uvarint, minor units, and the arm of the latest order byte
package measure
