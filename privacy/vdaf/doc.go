// Package vdaf is the aggregators' side of Prio3MultihotCountVec
// (draft-irtf-cfrg-vdaf-13) over github.com/cloudflare/circl: prepare an input
// share, combine both aggregators' prep shares, sum output shares, and read the
// noised sum. Shard, the device's side, is privacy/share. Servers only.
//
// One report's way, at each aggregator:
//
//	nonce, public share, own input share
//	   -> Prepare -> State (kept in memory), prep share (sent to the helper)
//	   -> Combine, of both prep shares: the check that the measurement is valid
//	   -> prep message (32 bytes) -> Finish -> OutputShare -> AggregateShare.Add
//
// Wire forms; an element is 16 bytes, little endian, below the field's prime:
//
//	prep share       elements (2 + 2*Chunk) | joint randomness part (32)
//	prep message     joint randomness seed (32)
//	aggregate share  elements (Length)
//
// # What is checked where
//
// Prepare checks that the input share, nonce and context are those that the
// public share was made from. Combine checks the proof: entries 0 or 1, weight
// at most Params.Weight. Finish checks only that the message belongs to the
// same joint randomness, not the proof: a message from anybody else than one's
// own Combine proves nothing. So the helper receives the leader's prep share
// over an authenticated channel and runs Combine itself (PRIVACY.md section 2).
//
// An aggregator alone learns nothing about a valid measurement if the other is
// honest. The package draws no noise and holds no other secret than the verify
// key, which devices and the collector must not know. Values print redacted.
package vdaf
