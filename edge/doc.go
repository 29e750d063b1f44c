// Package edge is the device's mind: it keeps the visitor's profile, counts what
// the plan asks for, decides the period's segment, and makes the two shares of
// the measurement. It runs in the visitor's browser inside the module, and in Go
// for tests, simulation and audit; both give the same bytes.
//
// Time and randomness are arguments. The package does no I/O, starts nothing and
// remembers nothing but what AppendState returns. It trusts its host to have
// verified the officer's signature on the plan, to give the true time, to give
// uniform secret randomness, to store the state before it sends a report, and to
// seal the two plaintexts. It trusts neither the page (every event is checked
// against the plan) nor the stored state (checksummed, decoded strictly).
//
// # What is chosen
//
// Choose picks what a place shows from everyone's sums (UsePriors), the device's own
// evidence and the visitor's interests; package choose says how. Whether a visitor is
// of the holdout is drawn once, at the first choice, and erased with the rest.
//
// # What may be sent
//
// At most one report a period, revised until the period closes: the same report
// ID, a higher revision, fresh nonce and randomness. The ledger is charged once a
// period, before the first revision leaves. Whatever is in doubt errs towards
// sending nothing (PRIVACY.md section 7):
//
//   - No activity in the period, no report. No period, no report.
//   - A date at or before the last one charged is past, unless it is the period
//     of the running report. So neither a clock set back nor another plan gives a
//     second report for a date.
//   - A plan that replaces one under which the running period was reported takes
//     effect when that period ends; until then the profile learns and nothing is
//     measured. If nothing was reported yet, the log is dropped and begins anew
//     under the new plan at the next activity: one report either way.
//   - After Forget, a period that was reported offers all-zero revisions of that
//     report and nothing else until it ends, whatever the visitor does in it.
//     Without a report there is nothing to take back, and activity counts anew.
//   - If randomness fails nothing is charged. Once charged, a charge stays.
//
// # Clock
//
// An instant outside 0 to 2^36 seconds is taken as the nearer end. Periods go by
// the clock as given; what a clock set back does to the profile stands in package
// profile. A log is dropped when an activity falls into another period that may
// still be reported; what was reported of it then stands, unrevised.
//
// # State
//
// At most MaxState bytes, in privacy/wire's terms:
//
//	0  4  "DLST"
//	4  1  version, 3
//	5  2  length n of the guard, big endian
//	7  n  guard:  ledger 142 (privacy/ledger)
//	              year: newest block of 28 days uvarint, date / 28; nano-rho charged in it
//	                and in the twelve before, uvarint each
//	              running report: 0, or 1, plan digest 32, date uvarint, end of the
//	                period uvarint, report ID 16, revision uvarint, erased 0 or 1
//	.  8  FNV-1a 64 of everything before
//	.  .  body:   profile (package profile), choices, own evidence (package choose),
//	              memory, log (package measure)
//	.  8  FNV-1a 64 of everything before
//
// The guard has a checksum of its own: a damaged body costs the profile and further
// revisions of the running report, and the ledger goes on; a damaged guard costs
// everything and exhausts the ledger. Of a state of version 1 or 2 the guard is read, which
// had no year, and the body set aside, but for the profile of version 2. FNV-1a is a
// permutation of
// its sum at every byte, so that no change of a single byte goes unnoticed. It
// is no defence against a visitor who writes a state: that is theirs to do, and
// the proof bounds what it can distort.
//
// # Events
//
// A message of the page is one kind byte and what the kind needs:
//
//	1 view         topics; or topics, item, tier
//	2 click        0, or slot + 1 (slot at most 254); topics
//	3 cart         as view
//	4 order        value, topics; or value, topics, purchase
//	5 custom       event
//	6 exposure     slot, variant
//	7 assign       campaign, arm
//	8 declare      attribute, value f64
//	9 dwell        seconds uvarint, at most 65,535; topics
//	10 search      topics
//	11 social      act (0 like, 1 share, 2 comment, 3 follow), network + 1 or 0, sentiment
//	               (0 not judged, 1 negative, 2 neutral, 3 positive; of a comment), topics
//	12 media       quarters played, 0 to 4; topics
//	13 refund      value, topics
//	14 answer      survey, answer uvarint
//	15 asked       survey
//	16 attempt     skill, item, difficulty f64, right bool, topics
//	17 arrive      channel, device, region, entry page's group + 1 or 0, minutes ahead of
//	               UTC varint, within 840
//	18 history     age uvarint, value, purchase, topics
//	19 listed      list, 1 to 10, so many items
//	20 picked      list, item, topics
//	21 reached     message, channel
//	22 responded   message, channel
//
// Indices are single bytes and the plan's; topics are a uvarint, bit i the plan's topic i.
// A value is a uvarint in minor units; an item a u64, the key of its id (profile.KeyOf), 0
// for none; a tier a byte, 1 low to 3 high, 0 where it is not known; a purchase is quantity
// uvarint at most 65,535, discount uvarint, payment + 1 or 0, tier. Of two forms the
// longer is for what the shorter cannot say.
package edge
