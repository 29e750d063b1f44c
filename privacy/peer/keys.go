package peer

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Keys are the public identities that one peer has, has had or is about to have:
// while it changes its key, those who know it list the new one beside the old.
type Keys []Key

// Has reports whether k is one of them.
func (ks Keys) Has(k Key) bool { return slices.Contains(ks, k) }

// Verify reports whether sig is the signature of any of them over message.
func (ks Keys) Verify(message, sig []byte) bool {
	return slices.ContainsFunc(ks, func(k Key) bool { return k.Verify(message, sig) })
}

// Fixed returns a function that always gives these keys, for Server, Connect and
// Admit where a set does not change.
func Fixed(keys ...Key) func() Keys { return func() Keys { return keys } }

// Fingerprint is what two people compare by voice, in place of the keys: four
// groups of five hexadecimal digits. Whoever wants to be taken for the owner of
// these keys needs others with the same 80 bits, which is out of reach. The order
// of the keys does not matter.
func (ks Keys) Fingerprint() string {
	sorted := slices.Clone(ks)
	slices.SortFunc(sorted, func(a, b Key) int { return slices.Compare(a[:], b[:]) })
	h := sha256.New()
	h.Write([]byte("dunlin peer fingerprint v1"))
	for _, k := range slices.Compact(sorted) {
		h.Write(k[:])
	}
	digits := hex.EncodeToString(h.Sum(nil)[:10])
	return strings.Join([]string{digits[:5], digits[5:10], digits[10:15], digits[15:]}, "-")
}
