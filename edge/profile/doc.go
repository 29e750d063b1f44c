// Package profile is what a device knows about its visitor: counts, money,
// recency, frequency, interest in the plan's topics and the attributes that the
// site declared. It never leaves the device; the only thing that is ever computed
// from it for others is the index of a segment (plan.Rule reads it through View).
//
// The package keeps exactly the definitions of docs/plan.md. An activity is taken
// in by Touch (visit, first and last time, active day) before the period's segment
// is decided, and by Count (its own effect) and Interested (the topics that it was
// about) afterwards. A counter or a sum that is full stays full.
//
// # Interests
//
// Every topic has five sums, one for each kind of event that shows interest, each of
// which fades with a half-life of its own (package decay: integers alone, order
// does not matter):
//
//	view 1, half-life 7 days           cart  4, 21 days
//	dwell 1 a minute, 7 days           order 8, 60 days
//	click 2, 14 days
//
// One dwell event counts for five minutes at most. An event about several topics
// counts for each of them in full. A topic's strength is the sum of its five; its
// affinity is its strength by the strength of all topics and 1; the top topic is the
// strongest. Beside them stands what the latest events were about: each event with a
// topic, but a dwell, halves it for all topics and adds 1 to its own. Time does not
// change it; choices weigh it against affinity (plan.Policy.Recent), and take interest
// that is not on record for the usual one (UsualMatch). A topic all of
// whose sums have faded to zero is forgotten. While the clock is set back nothing fades.
//
// # A clock that is set back
//
// An activity earlier than the one before it says that the clock was wrong then
// or is wrong now; nobody can tell which. Every instant on record that is later
// than now becomes now, and active days in what is now the future are forgotten.
// So no age is ever negative, a clock that was a year ahead for an hour heals at
// the next activity, and a clock set back by a minute changes next to nothing. A
// clock set forward looks like an absence of that length.
//
// # Bytes
//
// In privacy/wire's terms; ages are in seconds and counted back from the last
// activity, so that no encoded profile can hold an instant out of order:
//
//	visits uvarint
//	if visits > 0:
//	  views, clicks, carts, orders   uvarint, at most 2^32-1
//	  last activity                  uvarint, Unix seconds
//	  age of the visit's start       uvarint
//	  if visits > 1: from the start of the visit before to this one's, from the
//	    first activity to that start  uvarint, uvarint
//	  active days                    uvarint, bit i: i UTC days before the last activity's
//	  if orders > 0: age of the latest order, revenue, its value   uvarint each, minor units
//	  if carts > 0: age of the latest cart event                   uvarint
//	  topics of interest             uvarint, at most 64
//	  if any:
//	    clocks of 7, 14, 21 and 60 days   uvarint each, seconds below the half-life
//	    ascending by key: key u64, sums of view, dwell, click, cart and order
//	      uvarint each, at most 2^32-1, at least one above 0; recent uvarint, below 2^13
//	attributes: count uvarint, then ascending by key
//	  key u64, type byte, value: flag byte | number f64 | choice u64, the key of its value's name
//
// Attributes and topics are kept under the Key of their name, not under their index,
// so that they survive a plan that lists them in another order. The bytes of the
// interests are at most 2,254.
package profile
