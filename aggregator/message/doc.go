// Package message is what leader and helper say to each other about a batch, as
// bytes: strict, canonical, bounded, in privacy/wire's terms. The leader asks,
// the helper answers; both names and paths are in aggregator/helper.
//
//	batch      plan digest 32 | date u32
//	verdicts   count uvarint, then count bits, first bit first, padded with 0
//	tally      count uvarint | hash 32
//
//	Prepare    "DLPP" version=1 | batch | partition byte | sequence uvarint
//	           verdicts of the chunk before
//	           count uvarint (1 to MaxChunk); each:
//	             report ID 16 | revision u32 | nonce 16 | public share 64
//	             sealed blob (the helper's input share) | leader's prep share blob
//	Prepared   "DLPA" version=1 | SHA-256 of the request 32
//	           count uvarint; each: reason byte, and for 0 a prep message 32
//	Finish     "DLPF" version=1 | batch | partition byte | sequence uvarint
//	           verdicts of the last chunk
//	Close      "DLPC" version=1 | batch | tally
//	Tally      "DLPT" version=1 | tally         answers Finish and Close
//	Exchange   "DLPX" version=1 | batch | noised share blob; answered alike
//	Sign       "DLPG" version=1 | batch | signature 64; answered alike
//
// A chunk's sequence number is the number of chunks before it in its partition.
// The package holds no state and trusts no byte.
package message
