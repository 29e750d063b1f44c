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
// Keys change without a restart: Server, Connect and Admit ask at each handshake or
// request who they are (Self) and whom they know (a function that gives Keys), and a
// Source reads its identity file again when another is renamed over it. Whoever
// changes its key has the others list both for a while:
//
//  1. the new key is made, and the others list it beside the old
//  2. the new file takes the old one's place
//  3. the others take the old key off their lists: from then on it is refused, on
//     open connections too
//
// An identity file is PKCS #8 in PEM ("PRIVATE KEY"). A public key is written
// "dunlin-peer1" and 64 hexadecimal digits.
package peer
