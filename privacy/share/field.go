package share

import (
	"encoding/binary"
	"math/bits"
)

// The field of Prio3MultihotCountVec has p = 2^128 - 7*2^66 + 1 elements: in
// 64-bit words, least first, (primeLo, primeHi).
const (
	primeLo = 1
	primeHi = 0xffffffffffffffe4

	// p-1 = 2^66 * cofactor, and 7 generates the group.
	generator  = 7
	cofactor   = 4611686018427387897
	rootsOrder = 66
)

// An element is a residue below p, either plain or in Montgomery form, that is
// multiplied by 2^128. add and sub serve both. It is a struct and no array
// because Go keeps only structs in registers.
type element struct{ lo, hi uint64 }

var (
	// montOne is 1 in Montgomery form: 2^128 mod p.
	montOne = element{0xffffffffffffffff, 0x1b}
	// montSquare is 2^256 mod p: toMont multiplies by it.
	montSquare = element{0xfffffffffffffcf1, 0x5587}
	// minusOne is p-1 in Montgomery form: -2^128 mod p.
	minusOne = element{0x2, 0xffffffffffffffc8}
	// montHalf is 1/2 in Montgomery form.
	montHalf = element{0, 1 << 63}
)

// add returns x+y mod p.
func add(x, y element) element {
	lo, c := bits.Add64(x.lo, y.lo, 0)
	hi, c := bits.Add64(x.hi, y.hi, c)
	// The sum less p, kept if it did not underflow.
	slo, b := bits.Sub64(lo, primeLo, 0)
	shi, b := bits.Sub64(hi, primeHi, b)
	keep := c - b // 0: take the difference; all ones: the sum was below p
	return element{slo ^ keep&(slo^lo), shi ^ keep&(shi^hi)}
}

// sub returns x-y mod p.
func sub(x, y element) element {
	lo, b := bits.Sub64(x.lo, y.lo, 0)
	hi, b := bits.Sub64(x.hi, y.hi, b)
	lo, c := bits.Add64(lo, primeLo&-b, 0)
	hi, _ = bits.Add64(hi, primeHi&-b, c)
	return element{lo, hi}
}

// mul returns x*y/2^128 mod p: the Montgomery form of the product of two
// elements in Montgomery form.
func mul(x, y element) element {
	h00, t0 := bits.Mul64(x.lo, y.lo)
	h01, l01 := bits.Mul64(x.lo, y.hi)
	h10, l10 := bits.Mul64(x.hi, y.lo)
	h11, l11 := bits.Mul64(x.hi, y.hi)
	t1, c := bits.Add64(h00, l01, 0)
	t2, c := bits.Add64(h01, l11, c)
	t3 := h11 + c
	t1, c = bits.Add64(t1, l10, 0)
	t2, c = bits.Add64(t2, h10, c)
	t3 += c
	return reduce(t0, t1, t2, t3)
}

// reduce returns t/2^128 mod p for t < p*2^128.
//
// Since p = 1 mod 2^64, t - t0*p ends in a zero word, so nothing need be
// multiplied to find the quotient; and since p = 1 + 2^64*(2^64-28), what is
// taken off the words above is t0*2^64 - 28*t0. Twice that leaves a number
// above -p and below p.
func reduce(t0, t1, t2, t3 uint64) element {
	dlo, dhi := times28(t0)
	dlo, b := bits.Sub64(0, dlo, 0)
	dhi, _ = bits.Sub64(t0, dhi, b)
	t1, b = bits.Sub64(t1, dlo, 0)
	t2, b = bits.Sub64(t2, dhi, b)
	t3, under := bits.Sub64(t3, 0, b)

	dlo, dhi = times28(t1)
	dlo, b = bits.Sub64(0, dlo, 0)
	dhi, _ = bits.Sub64(t1, dhi, b)
	t2, b = bits.Sub64(t2, dlo, 0)
	t3, b = bits.Sub64(t3, dhi, b)
	under = -(under | b) // at most one of them: the result is above -p

	lo, c := bits.Add64(t2, primeLo&under, 0)
	hi, _ := bits.Add64(t3, primeHi&under, c)
	return element{lo, hi}
}

// times28 returns 28*x in 128 bits by shifts: WebAssembly has no wide product.
func times28(x uint64) (lo, hi uint64) {
	lo, b := bits.Sub64(x<<5, x<<2, 0)
	return lo, x>>59 - x>>62 - b
}

// toMont takes a plain residue into Montgomery form.
func toMont(x element) element { return mul(x, montSquare) }

// fromMont takes x out of Montgomery form.
func fromMont(x element) element { return reduce(x.lo, x.hi, 0, 0) }

// power returns x^e for x in Montgomery form. The exponent is public.
func power(x element, e uint64) element {
	r := montOne
	for i := bits.Len64(e) - 1; i >= 0; i-- {
		r = mul(r, r)
		if e>>i&1 == 1 {
			r = mul(r, x)
		}
	}
	return r
}

// rootOfUnity returns the principal root of order 2^k, k at most rootsOrder, in
// Montgomery form.
func rootOfUnity(k int) element {
	w := power(toMont(element{generator, 0}), cofactor)
	for range rootsOrder - k {
		w = mul(w, w)
	}
	return w
}

// masked returns x if mask is all ones and 0 if it is 0.
func masked(x element, mask uint64) element { return element{x.lo & mask, x.hi & mask} }

// read decodes 16 bytes, little endian, unchecked.
func read(b []byte) element {
	return element{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
}

// canonical tells whether the residue is below p.
func canonical(x element) bool {
	return x.hi < primeHi || x.hi == primeHi && x.lo < primeLo
}

// put encodes a plain residue in 16 bytes, little endian.
func (x element) put(b []byte) {
	binary.LittleEndian.PutUint64(b, x.lo)
	binary.LittleEndian.PutUint64(b[8:], x.hi)
}
