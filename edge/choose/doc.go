// Package choose picks what a place shows: a slot's variant, or the arm of a
// campaign whose arm the device picks. Everyone's sums say where to begin
// (Priors, the same bytes for every device), the device's own Evidence goes on
// from there, and Beta draws from what both amount to.
//
// The device trusts its priors as far as their bounds go: it takes them from the
// site's collector, checks that they are of the plan in force, well formed and no
// older than those before, and weighs their means by at most PriorWeight own trials. Nothing
// of this package ever leaves the device but the choice itself, which the page
// sees, and what package measure counts of it.
//
// Servers fit priors and encode them with the same code; they have no Evidence.
//
// # Draws
//
// A Stream gives the same numbers wherever it runs: SplitMix64, started by the
// SHA-256 of the device's seed, the period's date, the place's key and a purpose
// byte, and then moved by the variant's key. So the draws of one period do not
// change within it, a variant's draw does not depend on how many others there
// are, and the devices differ.
//
// Arithmetic is that of IEEE 754 alone (package approx), with no fused product:
// native Go and the module draw the same bits.
//
// # Bytes
//
// In privacy/wire's terms. Priors, at most MaxPriors bytes:
//
//	0  4   "DLPR"
//	4  1   format: 3 if anything is stopped, else 1 if all places are of kinds 0 and 1,
//	       else 2
//	.  .   version uvarint, 1 to 2^36
//	.  32  plan digest
//	.  .   places: count uvarint, at most 32, of formats 2 and 3 at most 61; then each,
//	       ascending by kind and index:
//	         kind byte (0 slot, 1 campaign, 2 items, 3 topics, 4 next, 5 leave,
//	           6 predicted, 7 difficulty, 8 response), index byte
//	         rows uvarint, columns uvarint (of kinds 0 and 1 2 to 63, else 1 to 64)
//	         for each row, for each column:
//	           mean u32, in steps of 2^-32, above 0; strength uvarint, 1 to 2^20
//	         of format 3, of kinds 0 and 1: stopped columns uvarint, as bits, never bit 0
//
// Evidence, at most MaxEvidence bytes:
//
//	phase of the clock uvarint, below 28 days in seconds (package decay)
//	newest date that anything was counted on uvarint, at most 2^20
//	entries: count uvarint, at most 192; then each, ascending by place and column:
//	  place key u64, column key u64
//	  shown uvarint, 1 to 2^21-1; won uvarint, at most 2^21-1: package decay's sums
//	  one byte: date of the last trial << 4 | date of the last success, each counted
//	    back from the newest date, 0 to 14; 15: none, or before
//
// Memory, at most 796 bytes; what a place is showing is kept by the keys of names, so
// that it survives a plan that lists them in another order:
//
//	seed and lot: 0, or 1, seed 16, lot u32
//	highest version of priors used uvarint, at most 2^36; 0: none
//	choices: count uvarint, at most 32, 0 before the lot is drawn; then each,
//	ascending by kind and place:
//	  kind byte (0 slot, 1 campaign), place key u64, column key u64
//	  made at uvarint, Unix seconds; reason byte (1 sampled, 2 explored)
//
// The key of a place is its name's; a campaign's has its last bit turned, for a slot
// may have the same name.
package choose
