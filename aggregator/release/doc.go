// Package release is what the aggregators let out: for each plan and period one
// record of raw signed sums, signed by both aggregators, in a store of its own.
//
// A record holds every declared cell, empty ones too, as it came out of the sum
// of both noised shares: nothing is clamped, rounded or left out here. The exact
// count of reports is not in it (PRIVACY.md section 3, rule 6). The bytes, in
// privacy/wire's terms:
//
//	body:     "DLRL" version=1
//	          plan digest 32
//	          period: date u32, start varint, length in seconds uvarint
//	          aggregators uvarint (2), weight uvarint, sigma^2 uvarint
//	          cells: count uvarint, each varint
//	record:   body blob | leader's signature 64 | helper's signature 64
//
// Each signature is Ed25519 over "dunlin release v1\n" and the body. The record
// of a plan and period is one sequence of bytes, the same at both aggregators
// for ever: whoever wants a second one is refused.
//
// The package holds no share, no report and no key, and imports nothing that
// does; it trusts nobody's bytes. What reads releases reads this package alone.
package release
