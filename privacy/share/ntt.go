package share

import "math/bits"

// transform holds the tables for P points, all in Montgomery form. w is the
// principal root of unity of order P, psi that of order 2P.
type transform struct {
	forward []element // w^i, i < P/2
	inverse []element // w^-i, i < P/2
	twist   []element // psi^i / P, i bit-reversed
	untwist []element // psi^-i / 2P, i bit-reversed
	half    element   // 1 / 2P
}

// newTransform computes the tables for p points, a power of two from 2 on.
func newTransform(p int) transform {
	k := bits.Len(uint(p)) - 1
	t := transform{
		forward: make([]element, p/2), inverse: make([]element, p/2),
		twist: make([]element, p), untwist: make([]element, p),
	}
	psi := rootOfUnity(k + 1)
	psiInverse := power(psi, uint64(2*p-1))
	w, wInverse := mul(psi, psi), mul(psiInverse, psiInverse)
	x, y := montOne, montOne
	for i := range t.forward {
		t.forward[i], t.inverse[i] = x, y
		x, y = mul(x, w), mul(y, wInverse)
	}
	x = power(montHalf, uint64(k))
	y = mul(x, montHalf)
	t.half = y
	for i := range p {
		j := t.reversed(i)
		t.twist[j], t.untwist[j] = x, y
		x, y = mul(x, psi), mul(y, psiInverse)
	}
	return t
}

// reversed returns i, below P, with its bits in reverse order.
func (t *transform) reversed(i int) int {
	k := bits.Len(uint(len(t.twist))) - 1
	return int(bits.Reverse(uint(i)) >> (bits.UintSize - k))
}

// odd replaces the values of a polynomial of degree below P at the powers of w
// by its values at psi*w^i, in the same order: at the points that lie between
// them. Together they are its values at all 2P-th roots of unity.
func (t *transform) odd(v []element) {
	t.interpolate(v)
	for i := range v {
		v[i] = mul(v[i], t.twist[i])
	}
	t.evaluate(v)
}

// interpolate replaces values at w^i by P times the coefficients, in
// bit-reversed order (decimation in frequency).
func (t *transform) interpolate(v []element) {
	p := len(v)
	for h, stride := p/2, 1; h > 0; h, stride = h/2, stride*2 {
		for s := 0; s < p; s += 2 * h {
			a, b := v[s:s+h:s+h], v[s+h:s+2*h:s+2*h]
			a[0], b[0] = add(a[0], b[0]), sub(a[0], b[0])
			for i := 1; i < len(a); i++ {
				x, y := a[i], b[i]
				a[i] = add(x, y)
				b[i] = mul(sub(x, y), t.inverse[i*stride])
			}
		}
	}
}

// evaluate replaces coefficients in bit-reversed order by the values at w^i, in
// order (decimation in time).
func (t *transform) evaluate(v []element) {
	p := len(v)
	for h, stride := 1, p/2; h < p; h, stride = h*2, stride/2 {
		for s := 0; s < p; s += 2 * h {
			a, b := v[s:s+h:s+h], v[s+h:s+2*h:s+2*h]
			a[0], b[0] = add(a[0], b[0]), sub(a[0], b[0])
			for i := 1; i < len(a); i++ {
				x, y := a[i], mul(b[i], t.forward[i*stride])
				a[i], b[i] = add(x, y), sub(x, y)
			}
		}
	}
}
