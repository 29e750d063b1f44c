// Package leader is the analytics team's aggregator: it pulls closed periods
// from the collector, prepares its own shares, asks the helper to prepare the
// other ones, and releases the noised sum together with it.
//
//	collector            leader                                     helper
//	   <- close period      freezes the input
//	   <- page of reports   opens and prepares its shares
//	                        stores the chunk's bounds, digest
//	                        prepare: prep shares, last verdicts  ->
//	                                       reasons, prep messages <-
//	                        stores sum, count, hash, verdicts
//	   ... every partition, in order of report ID ...
//	                        finish: last verdicts                ->
//	                                              count and hash <-  equal?
//	                        close: count and hash                ->  min batch, noise
//	                                              count and hash <-
//	                        min batch, noise, exact sums dropped
//	                        exchange: noised share               ->
//	                                                noised share <-
//	                        sign: signature of the record        ->  record stored
//	                                                   signature <-
//	                        record stored
//	                        fit priors from the releases
//	   <- priors by SHA-256
//	   <- they are the plan's
//
// Step does whatever is due and may be broken off at any point: each arrow is
// repeated with the same bytes after a crash, which the helper answers with the
// same bytes, and what was counted once is never counted again. Partitions are
// worked on side by side, the chunks of one partition one after the other.
//
// Priors are opaque bytes here: whoever opens the leader says how they are fitted
// (Options.Fit), and devices judge what is in them. They are fitted after each
// release, at the first Step, and when the collector no longer serves the last
// ones. A failure is returned and tried again; it holds no release up.
//
// It trusts the collector with nothing but availability (a frozen period that
// answers differently the second time is noticed). It trusts the helper with the
// check of each proof: a helper that lies can spoil the numbers, but learns no
// more by it. It sees one input share of each report and never a sum without the
// helper's noise in it.
package leader
