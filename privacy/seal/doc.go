// Package seal closes an input share so that one aggregator alone can open it:
// it is age (filippo.io/age) with one X25519 recipient and a fixed size.
//
// A sealed share is a plain age file, openable with `age -d -i KEYFILE`:
//
//	  0  22  "age-encryption.org/v1\n"
//	 22  54  "-> X25519 " | ephemeral share, 43 characters of base64 | "\n"
//	 76  44  wrapped file key, 43 characters of base64 | "\n"
//	120  48  "--- " | header MAC, 43 characters of base64 | "\n"
//	168  16  payload nonce
//	184   n  plaintext, encrypted (one STREAM chunk)
//	  .  16  tag
//
// So its size is the plaintext's and 200 bytes, for every device of a plan. Open
// demands exactly this shape before it hands a byte to age: a file with other
// recipients, many stanzas, a passphrase, armor, a long header or bytes after
// its end is refused for the price of looking at it. How many files an Identity
// decrypts at once is bounded, because age allocates 64 KB for each.
//
// Key files, of age identities and others, may lie under a passphrase (Passphrase):
// then they are age files too, by scrypt with N = 2^17, openable with `age -d`.
//
// The package knows nothing of reports. age has no associated data: what a
// plaintext belongs to stands inside it (privacy/report, PRIVACY.md section 3,
// rule 8). It never prints a key, and neither do its types when formatted.
package seal
