// Package population is a shop's visitors whose minds are known: who they are,
// when they come, what they look at, and with what probability each of them
// answers each variant of each slot. A simulation of the whole way is judged
// against it.
//
// It plays on any plan that has topics and slots, knows nothing of devices and
// imports none: it emits actions, asks for a choice where a visitor meets a slot,
// and answers whatever variant is then shown. All that a [Visitor] is and does
// follows from (seed, visitor, day) alone. Nothing is stored for a visitor, so
// that a million of them, in any order and in parallel, cost no memory and come
// out the same; the same to the last byte on one architecture, for package math
// differs in the last place between some.
//
// # One visit
//
//	view home, dwell | choose slot 0 [answer] | view page, dwell | choose slot 1 [answer] | ...
//	                                            click, cart, order, own events here and there
//
// Every visit meets each slot once: slot k on its page k, or on the last one.
// Visits lie within their day of the plan, 15 minutes or more from its bounds
// and 30 or more from each other, so that a device counts the same visits. When
// somebody comes and what they look at does not depend on what was shown.
//
// # Response
//
// The probability that a visit reaches the slot's goal, once variant v was shown:
//
//	rate(i, v)   = clip(base(i) * goal * appeal(i, v) * quality(v) * fit(persona, v), MinRate, MaxRate)
//	appeal(i, v) = 1 where v has no topics, else .5 + 2.5 * match
//	match        = the visitor's taste for v's topics, summed, by the root of their number
//
// A banner for something else puts off, so that a plain variant is right for those
// without a strong taste. base is the persona's rate times the visitor's own
// factor, goal makes carts and orders rarer than clicks; quality and fit (a
// persona's liking of an arm beyond its topics) are drawn from the seed. In a Null
// population rate(i, v) is clip(base(i) * goal): every variant is as good as any
// other for everybody, while personas, tastes and habits stay.
//
// Whether a visit answers is one uniform draw for (visitor, day, visit, slot) held
// against the rate of the variant shown: common random numbers. Policies are so
// compared on the same luck, and a better variant never loses a success.
//
// An event that is some slot's goal (other than click, which is the slot's own)
// happens only as an answer to a slot, else the rates would not be the truth. Where
// two slots share such a goal, a device credits an answer to both, while the rates
// here count it for the one that was answered.
package population
