// Package share splits a measurement into two input shares: the Shard
// algorithm of Prio3MultihotCountVec for two aggregators, in plain Go for the
// module that visitors load. Its output is byte-identical to that of
// github.com/cloudflare/circl v1.6.5 (draft-irtf-cfrg-vdaf-13, section 7.4.5,
// algorithm ID 5, version byte 12), which the servers verify with
// (privacy/vdaf) and which would cost the module 288 KB.
//
// What leaves Shard:
//
//	Public  leader's joint randomness part (32) | helper's (32)
//	Leader  measurement share 16*(Length+bits) | proof share 16*proof | blind (32)
//	Helper  seed of its measurement and proof share (32) | blind (32)
//
// with bits = the binary length of Weight, a field element in 16 bytes little
// endian, and proof = 2*Chunk + 2*P - 1 elements, where P is the least power
// of two above ceil((Length+bits)/Chunk).
//
// One input share alone says nothing about the measurement if rand is uniform,
// secret and used once. Both together are the measurement. The package draws no
// randomness, keeps no clock and trusts its caller for both; it never sees a
// key, a site or a plan.
//
// # Side channels
//
// No branch, index or loop bound depends on a cell: cells become masks, and
// their proof is computed for every cell alike. Field arithmetic selects by mask.
// Two things are not constant: ErrWeight (an invalid measurement says so), and
// the rejection of XOF output that is no field element, which depends on rand
// alone and has probability 2^-59 an element. What the compiler makes of a mask
// is not checked, and a browser's engine compiles the module once more.
//
// A Sharder wipes its scratch memory before Shard returns. Copies that the
// compiler spilled to the stack are out of its reach; the caller clears
// measurement, rand and Shares.
package share
