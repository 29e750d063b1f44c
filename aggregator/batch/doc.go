// Package batch is one aggregator's memory of its batches (batches.db): sums not
// yet noised, what was counted, and how each batch ended. Leader and helper use
// the same store, each its own file; nothing in it leaves the aggregator but the
// noised share.
//
//	         each report's verdicts                min batch, both tallies equal
//	Open  ------------------------>  Open  -------------------------+----> Closed
//	256 partitions: last ID, share,                                 |   noised share only
//	tally, rejects, last request                                    |        |
//	and its answer, pending chunk                   count too small |        | peer's noised share
//	                                                                v        v
//	                                                             Short    Exchanged
//	                                                                         | record stored
//	                                                                         v
//	                                                                      Released
//
// The step from Open is Settle, one transaction: it draws the noise, stores the
// noised share and drops every partition with its exact share, so that no retry
// can see a second draw and no exact share outlives the batch (PRIVACY.md section
// 3, rule 1). No state is ever left backwards, so each (plan, period) is released
// at most once (rule 2); a short batch is dropped, not merged (rule 4).
//
// A store that was lost and begun anew cannot know what the one before it drew. So
// it notes when it accepted a plan, and both aggregators abandon every period that
// was over by then unless both have signed its release (Accepted.Knows).
//
// What is stored, in privacy/wire's terms, each value followed by its checksum u32
// (CRC-32C over key and value):
//
//	bucket plans:      plan digest -> when accepted, Unix seconds u64 | signed plan
//	bucket batches:    plan digest 32 | date u32 -> "DLPB" version=1, state byte,
//	                   count uvarint, hash 32, rejects, own blob, peer blob
//	bucket partitions: plan digest 32 | date u32 | partition byte ->
//	                   "DLPK" version=1, begun bool, last ID 16, sequence uvarint, finished bool,
//	                   count uvarint, hash 32, rejects, share blob,
//	                   request 32, answer blob, pending blob,
//	                   sent bool, upto ID 16, limit uvarint, verdicts
//	rejects:           count uvarint, then each reason's uvarint
package batch
