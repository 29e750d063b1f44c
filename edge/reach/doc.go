// Package reach says by which of the site's channels a message best reaches the visitor,
// and when. It goes by what the visitor answered before and by the hours of the visitor's
// week, on the device; everyone's answers (package choose's priors, of kind Response) say
// where to begin. Nothing of it leaves the device but what the page then does, and what
// package measure counts of it.
//
// # The channel
//
// Each of the message's channels has a belief about the rate at which it is answered: the
// prior of everyone, of at most PriorWeight showings, and the own showings and answers by
// this channel, of whichever message, which halve in HalfLife. One draw from each, and the
// largest wins (Thompson 1933), the same all through a period. Without a prior and with
// fewer than Enough own showings in all, the first of the message's channels in the plan's
// order is taken, and Why says so.
//
// # The hour
//
// The visitor's own week says it: the hour of the next 24 in which the visitor has been
// most active, neighbours counted half, the running one if it is at least half as good.
// With fewer than EnoughHours hours of activity on record it is now. Quiet hours, in the
// visitor's own time, are left out in any case.
//
// # Caps
//
// A message that was shown Cap times in its last Every seconds is refused, and so is one
// whose rule does not match.
//
// # Bytes
//
// In privacy/wire's terms, Memory, at most MaxMemory bytes:
//
//	0, or 1 and
//	phase of the clock uvarint, below 84 days in seconds (package decay)
//	channels: count uvarint, at most 8; then each, ascending:
//	  key u64, shown uvarint, answered uvarint: sums, below 2^21
//	messages: count uvarint, at most 8; then each, ascending:
//	  key u64, showings: count uvarint, 1 to 8; the last one's time uvarint, then how much
//	  earlier each one before it was, uvarint
package reach
