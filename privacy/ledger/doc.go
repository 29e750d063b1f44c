// Package ledger is a device's privacy budget: what its reports have cost so
// far, in integer nano-rho (1e-9 zCDP), against caps that are compiled in. It
// runs in the visitors' module.
//
// There is one Ledger for an origin, whatever plans or site IDs that origin
// serves. It is charged once a period, before the period's first revision
// leaves, with a price that the device computes from weight and sigma^2 (Charge);
// no plan can state or raise one. A period belongs to the site-local date of its
// start, and both caps count such dates. See PRIVACY.md, section 7.
//
// Two caps: CapDay for one date, Cap30 for any 30 dates in a row. At delta 1e-6
// they are epsilon 1.000 and 6.48. When a cap is reached nothing is sent;
// nothing is sent with less noise, or less weight, or later.
//
// Every doubt ends in sending nothing. Dates only go forward: a clock that
// jumped ahead and was charged there leaves a ledger that refuses all dates up
// to that one. A ledger whose bytes are damaged is replaced by Exhausted, which
// refuses every date whose window could hold a forgotten charge. What the
// package cannot notice is a clock that is wrong without ever having gone back,
// or storage cleared by the visitor; the host compares clocks with the collector.
//
// The ledger also keeps the highest plan serial seen, because both survive
// erasure together.
//
// The package trusts its caller to store what it encodes before anything is
// sent, and nobody about the bytes that come back. It never sees measurements,
// reports or plans. All integers of the encoding are big endian:
//
//	  0   4  "DLLG"
//	  4   1  version, 1
//	  5   1  state: 0 nothing charged yet, 1 charged, 2 barred (Exhausted)
//	  6   4  last date, days since 1970-01-01, two's complement; 0 in state 0
//	 10   8  highest plan serial seen
//	 18 120  nano-rho charged on last, last-1, ... last-29, 4 bytes each; all 0
//	         in states 0 and 2, the first above 0 in state 1
//	138   4  CRC-32 (IEEE) of bytes 0 to 137
package ledger
