package share

// prove writes the proof that every encoded cell m is 0 or 1: the wires' seeds,
// then the coefficients of the gadget polynomial.
//
// Gadget call i takes, for the j-th cell of its chunk, the pair
// (r_i^(j+1) * m, m - 1) and sums the products (section 7.3.1.1 and 7.4.5). The
// polynomial through a wire's seed and its values of all calls has its values
// at the powers of w; the gadget polynomial is the sum over the pairs of the
// product of their two polynomials. Its degree is below 2P - 1, so its values at the
// 2P-th roots of unity fix it.
//
// Half of those values are free: at the even points w^i the wires are known,
// and since m*(m-1) = 0 the products vanish there but for the seeds' at w^0. So
// each wire is carried to the odd points alone, P values instead of 2P.
//
// Source: draft-irtf-cfrg-vdaf-13, section 7.3.3.
func (s *Sharder) prove(out []byte) {
	c, t := &s.scratch, &s.transform
	clear(c.gadget)
	for i := range c.powers {
		c.powers[i] = montOne
	}
	copy(out, c.seeds)

	var first element // the gadget polynomial at w^0
	for j := range s.params.Chunk {
		s.loadWires(j)
		first = add(first, mul(c.left[0], c.right[0]))
		t.odd(c.left)
		t.odd(c.right)
		for i := range c.gadget {
			c.gadget[i] = add(c.gadget[i], mul(c.left[i], c.right[i]))
		}
	}

	// Write the polynomial as low(x) + x^P high(x). At even points x^P is 1 and
	// low+high takes the value first at w^0 and 0 elsewhere: each of its
	// coefficients is first/P. At odd points x^P is -1: low-high comes from the
	// odd values.
	t.interpolate(c.gadget)
	sum := mul(first, t.half)
	points := len(c.gadget)
	coefficients := out[len(c.seeds):]
	for i := range c.gadget {
		difference := mul(c.gadget[i], t.untwist[i])
		k := t.reversed(i)
		fromMont(add(sum, difference)).put(coefficients[elementSize*k:])
		if k += points; k < 2*points-1 { // the last one is 0 and not sent
			fromMont(sub(sum, difference)).put(coefficients[elementSize*k:])
		}
	}
}

// loadWires sets left and right to the values of the j-th pair of wires: the
// seeds, one value a gadget call, zeros.
func (s *Sharder) loadWires(j int) {
	c := &s.scratch
	c.left[0] = toMont(read(c.seeds[elementSize*2*j:]))
	c.right[0] = toMont(read(c.seeds[elementSize*(2*j+1):]))
	left, right := c.left[1:], c.right[1:]
	for i, r := range c.jointRand {
		r = mul(r, c.powers[i])
		c.powers[i] = r
		cell := c.cells[i*s.params.Chunk+j]
		left[i] = masked(r, cell)
		right[i] = masked(minusOne, ^cell)
	}
	clear(left[len(c.jointRand):])
	clear(right[len(c.jointRand):])
}
