// Package aggregator holds the two aggregators' rooms; it has no code itself.
//
//	leader      pulls closed periods, asks the helper, releases; publishes priors as opaque bytes
//	helper      the privacy officer's side, an http.Handler
//	message     what they say to each other, as bytes
//	prepare     one sealed share -> one output share
//	batch       each one's store of sums not yet noised; draws the noise
//	settle      two noised shares -> release record
//	release     signed release records and their store; holds no share
//	pair        the VDAF verify key, by commit and reveal
//	problem     RFC 9457 refusals
//	store       opens bbolt files, refuses damaged ones
//	insight     releases -> numbers and priors; sees release alone
//
// The tests in this folder run both aggregators end to end, with hostile
// reports, lying leaders, lost messages and crashes.
package aggregator
