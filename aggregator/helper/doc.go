// Package helper is the privacy officer's aggregator: an http.Handler that the
// leader alone may reach (the caller authenticates both sides, see privacy/peer).
// It believes its own key, clock and counts and nothing that the leader says.
//
//	leader                                             helper
//	PUT  /v1/plans/{digest}         signed plan    ->  officer's signature, own key,
//	                                                   own recipient, own floors
//	POST /v1/pair, /v1/pair/reveal                 ->  see aggregator/pair
//
//	for each partition, chunk by chunk, ascending by report ID:
//	POST /v1/batches/{digest}/{date}/prepare
//	     reports with the leader's prep shares     ->  opens its own shares, verifies
//	     verdicts on the chunk before                  each proof, stores chunk, answer
//	                          reasons, prep messages   and last ID, then answers
//	POST .../finish
//	     verdicts on the last chunk                ->  counts what both accept
//	                           its count and hash
//	once:
//	POST .../close     leader's count and hash     ->  equal to its own? min batch?
//	                           its count and hash      draws noise, drops exact sums
//	POST .../exchange  leader's noised share       ->  stores it
//	                             its noised share
//	POST .../sign      leader's signature          ->  checks it against the record that
//	                                its signature      it computes, stores the record
//	GET  .../release                               ->  the signed record, for a leader
//	                                                   that lost its own
//	GET  /v1/status                                ->  exact counters, for operators
//
// The last request of each partition is answered again, byte for byte, when it is
// repeated; another request in its place is refused, so no report is prepared
// twice with different inputs. An ID at or below the last is a replay. A report
// counts only if the helper accepted it and the leader's verdict says the same.
//
// It sees one input share of each report and one noised share; never a
// measurement, never a sum without the leader's noise in it.
package helper
