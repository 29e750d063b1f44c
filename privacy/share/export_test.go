package share

// Forge is the malicious device: it shares any encoded vector whatever, entries
// given as integers modulo p, with a proof made as the draft's prover would by
// the definition (section 7.3.3) and not by prove's shortcuts. With cheat set it
// instead sends a gadget polynomial that claims 0 for each call's result.
//
// For a valid vector it is a second, naive Shard.
func Forge(p Params, context []byte, encoded []int64, cheat bool,
	nonce *[NonceSize]byte, rand *[RandSize]byte) (*Shares, error) {
	s, err := New(p)
	if err != nil {
		return nil, err
	}
	if len(encoded) != p.encoded() {
		return nil, ErrLength
	}
	m := make([]element, p.calls()*p.Chunk)
	for i, v := range encoded {
		m[i] = small(v)
	}

	out := &Shares{Leader: make([]byte, p.LeaderSize())}
	copy(out.Helper[:], rand[:HelperSize])
	split := elementSize * p.encoded()
	share, proof := out.Leader[:split], out.Leader[split:len(out.Leader)-seedSize]
	copy(out.Leader[len(out.Leader)-seedSize:], rand[64:96])

	// splitMeasurement shares zeros; the vector is added to the leader's part.
	s.splitMeasurement(share, context, rand[:32])
	for i := range encoded {
		b := share[elementSize*i:]
		add(read(b), fromMont(m[i])).put(b)
	}
	x := &s.scratch.xof
	x.jointRandPart(out.Public[32:], context, rand[32:64], 1, nonce, s.scratch.helper[:split])
	x.jointRandPart(out.Public[:32], context, rand[64:96], 0, nonce, share)
	s.drawRandomness(context, rand[96:128], out.Public[:])
	s.proveNaively(proof, m, cheat)
	s.splitProof(proof, context, rand[:32])
	return out, nil
}

// small returns v modulo p in Montgomery form.
func small(v int64) element {
	if v < 0 {
		return sub(element{}, small(-v))
	}
	return toMont(element{uint64(v), 0})
}

func (s *Sharder) proveNaively(out []byte, m []element, cheat bool) {
	p := s.params
	points := p.points()
	copy(out, s.scratch.seeds)
	gadget := make([]element, 2*points-1)
	for j := range p.Chunk {
		left, right := make([]element, points), make([]element, points)
		left[0] = toMont(read(out[elementSize*2*j:]))
		right[0] = toMont(read(out[elementSize*(2*j+1):]))
		for i, r := range s.scratch.jointRand {
			cell := m[i*p.Chunk+j]
			left[i+1] = mul(power(r, uint64(j+1)), cell)
			right[i+1] = sub(cell, montOne)
		}
		l, r := coefficients(left), coefficients(right)
		for a := range l {
			for b := range r {
				gadget[a+b] = add(gadget[a+b], mul(l[a], r[b]))
			}
		}
	}
	if cheat {
		w := rootOfUnity(log2(points))
		values := make([]element, points)
		for i := 1; i <= p.calls(); i++ {
			for k := len(gadget) - 1; k >= 0; k-- {
				values[i] = add(mul(values[i], power(w, uint64(i))), gadget[k])
			}
		}
		for k, c := range coefficients(values) {
			gadget[k] = sub(gadget[k], c)
		}
	}
	for k, c := range gadget {
		fromMont(c).put(out[elementSize*(2*p.Chunk+k):])
	}
}

// coefficients interpolates by the inverse Fourier sum.
func coefficients(values []element) []element {
	n := len(values)
	w := rootOfUnity(log2(n))
	inverse := power(montHalf, uint64(log2(n)))
	c := make([]element, n)
	for k := range c {
		for i, v := range values {
			c[k] = add(c[k], mul(v, power(w, uint64((n-k)*i%n))))
		}
		c[k] = mul(c[k], inverse)
	}
	return c
}

func log2(n int) (k int) {
	for 1<<k < n {
		k++
	}
	return k
}
