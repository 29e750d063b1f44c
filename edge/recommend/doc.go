// Package recommend orders the items of a public catalogue for one visitor, on the
// visitor's device. The catalogue is the same for everyone and fetched whole, everyone's
// sums come with the priors (package choose), and what is the visitor's own comes from
// the profile and from Memory, what was done with which item. Nothing of it leaves the
// device but the list itself, which the page sees, and what package measure counts of it.
//
// The host's catalogue is trusted as far as its bounds go: Decode refuses whatever is
// not one.
//
// # The score
//
// Every item gets the sum of five parts, each a weight of rank.go by a number from 0 to 1
// (rotation: from -1 to 0):
//
//	interest  the item's topics against what the latest pages were about and against
//	          lasting affinity, as cosines would have it; and against the page at hand
//	popular   how likely it is to be taken up next, by everyone's sums: how much its topic
//	          is wanted (after the page's topic, where moves are released), by the
//	          item's part in the topic, as the square root of its ratio to the largest
//	price     how near its price tier is to the visitor's usual one
//	fresh     1 on the day it is added, 0 from FreshDays on
//	rotation  how often it was shown since it was last picked or viewed; bought or solved
//	          items are at the full penalty, which wears off in RestDays
//
// The best of them are then taken one by one, each weighed against its likeness to those
// before (maximal marginal relevance), with at most List.PerTopic about one topic. The
// item at hand is never taken. A device of the holdout gets the order of popularity
// alone, with the same bound a topic.
//
// # Lists of exercises
//
// In place of price stands the level: how near the chance that the visitor solves the
// exercise is to Target (Rasch's model, profile.Expected). It outweighs all else, and
// exercises within Band of the target that were not solved lately come before all others.
// Difficulties are the catalogue's, corrected by what was released of tries that were
// right at first (level.go).
//
// # Order of the same
//
// Arithmetic is that of IEEE 754 alone (package approx) and ties go by the catalogue's
// order, so that native Go and the module list the same.
//
// # Bytes
//
// In privacy/wire's terms. A catalogue, at most MaxCatalogueBytes:
//
//	items: count uvarint, at most MaxCatalogue; then each, none twice:
//	  key u64, above 0 (profile.KeyOf of the item's id); topics uvarint, bits of the plan's
//	  price uvarint, minor units, at most profile.MaxMoney, 0 if it has none
//	  added uvarint, UTC day of the epoch, at most 2^20, 0 if it is not known
//	  skill byte, index in Plan.Skills + 1, 0 if it has none
//	  if any: difficulty f64, in logits, from -MaxDifficulty to MaxDifficulty
//
// Memory, at most MaxMemory bytes:
//
//	items: count uvarint, at most MaxItems; then, if there are any:
//	  phase of the clock uvarint, below 7 days in seconds (package decay)
//	  ascending by key: key u64, above 0; flags byte (1 in the cart, 2 bought or solved)
//	  showings uvarint, at most 2^20-1: package decay's sum
//	  last touched uvarint, Unix seconds; if bought or solved: on which UTC day, uvarint
package recommend
