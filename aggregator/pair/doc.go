// Package pair makes the VDAF verify key of a draft plan between the two
// aggregators, by commit and reveal, and keeps it.
//
//	leader                                         helper
//	a = 32 random bytes
//	     POST /v1/pair          SHA-256(label | a)  -->
//	                                                b = 32 random bytes
//	                            <--  b
//	     POST /v1/pair/reveal   SHA-256(label | a) | a  -->
//	                                                checks, keeps the key and a
//	                                                fresh age identity for the plan
//	                            <--  commitment | recipient
//	checks, keeps the key and a
//	fresh age identity of its own
//
//	key        = SHA-256("dunlin verify key v1" | a | b)
//	commitment = SHA-256("dunlin verify key commitment v1" | key)
//
// The leader is bound to a before it sees b, and the helper chooses b before it
// sees a, so neither can choose the key. (The leader could break off after it
// has seen b and begin anew; each try shows at the helper, and what it could
// gain is a key with a few bits to its liking, while the key only has to be
// unknown to devices and collector.) Both roles travel over the authenticated
// channel between the aggregators, which the caller provides.
//
// The commitment is published in the plan; the helper's side signs or accepts
// only a plan whose commitment is of a key that it holds, and takes the plan from the
// leader that the key was made with, so that no other leader can use it up.
//
// Files, mode 0600:
//
//	verify-<commitment>.key   "dunlin-verify1" and the key in hexadecimal; at the helper
//	                          a second line, "leader " and its name
//	age-<commitment>.age      the plan's age identity, as age-keygen writes it, or that
//	                          under a passphrase (KeyOptions.Lock)
//
// Both are destroyed when the plan's last period is done with (Keys.Destroy).
package pair
