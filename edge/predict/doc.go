// Package predict estimates two chances on the device: that the visitor stays away for
// longer than the plan's periods (lapse_risk), and that there is an order in the period
// (buy_chance). Each joins what everyone's released sums say of the visitor's bin, the
// first of the plan's bins whose rule matches, with what the device itself went through:
// its own periods of activity, and which of them came out so.
//
// It never sees who the visitor is and sends nothing. What a device says of its own
// outcomes to others is package measure's State and Outcome, and nothing of this
// package's Memory.
//
// # Own outcomes
//
// A period of activity is a trial of both. It is settled when the next one begins: the
// visitor was away for more than Within periods or was not, and there was an order in it
// or was not. Trials halve in HalfLife days. The released rate weighs as many trials as
// it is worth, but at most PriorWeight: by then the visitor's own habit is the better
// guide, whatever thousands of others in the same bin do. Without a released rate it
// takes Enough own trials before anything is said.
//
// # Bytes
//
// In privacy/wire's terms, at most 64 bytes:
//
//	0, or
//	1, date of the last period of activity uvarint, 1 if there was an order in it or 0,
//	of both predictions: trials uvarint, outcomes uvarint (package decay's sums, of
//	which the origin is the date 0)
package predict
