// Package peer is how Dunlin's services know each other: each has an Ed25519
// identity of its own, and each is told the public keys of those it may talk to.
// There are no certificate authorities and no host names to trust: both ends of
// a connection present a self-signed certificate over their identity, TLS 1.3
// proves that they hold it, and the key is compared with the one that was
// pinned.
//
// What it gives: whoever answers holds the pinned key, nobody in between reads or
// changes anything. What it does not: it says nothing of what the peer does.
//
// An identity file is PKCS #8 in PEM ("PRIVATE KEY"). A public key is written
// "dunlin-peer1" and 64 hexadecimal digits.
package peer
