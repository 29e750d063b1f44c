package share

import "math/bits"

// Shares is a measurement split in two. Both input shares together are the
// measurement.
type Shares struct {
	Public [PublicSize]byte // for both aggregators
	Leader []byte           // LeaderSize bytes, for the leader alone; reused if it has the room
	Helper [HelperSize]byte // for the helper alone
}

// String hides the shares from logs.
func (Shares) String() string { return "share.Shares(redacted)" }

// GoString hides the shares from logs.
func (Shares) GoString() string { return "share.Shares(redacted)" }

// A Sharder splits measurements of one set of parameters. It holds tables and
// scratch memory and is not safe for concurrent use.
type Sharder struct {
	params    Params
	transform transform
	scratch   scratch
}

// scratch is what one Shard leaves behind: secret, wiped before it returns.
type scratch struct {
	xof       xof
	cells     []uint64  // the encoded measurement as masks, padded to calls*Chunk
	helper    []byte    // the helper's measurement share, then its proof share
	seeds     []byte    // the wires' prove randomness
	rand      []byte    // joint randomness, encoded
	jointRand []element // one a gadget call, in Montgomery form
	powers    []element // and its running power
	left      []element // values of the two wires of one multiplication
	right     []element
	gadget    []element // values of the gadget polynomial at the odd points
	seed      [seedSize]byte
}

// New returns a Sharder for p, its tables computed.
//
// Errors: ErrParams.
func New(p Params) (*Sharder, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	calls, points := p.calls(), p.points()
	return &Sharder{
		params:    p,
		transform: newTransform(points),
		scratch: scratch{
			cells:     make([]uint64, calls*p.Chunk),
			helper:    make([]byte, elementSize*max(p.encoded(), p.proof())),
			seeds:     make([]byte, elementSize*2*p.Chunk),
			rand:      make([]byte, elementSize*calls),
			jointRand: make([]element, calls),
			powers:    make([]element, calls),
			left:      make([]element, points),
			right:     make([]element, points),
			gadget:    make([]element, points),
		},
	}, nil
}

// LeaderSize is the length in bytes of the leader's input share.
func (s *Sharder) LeaderSize() int { return s.params.LeaderSize() }

// Shard splits measurement into one input share for each aggregator.
//
// Shape:  measurement has Params.Length cells, at most Params.Weight of them
// true; context is at most MaxContext bytes, the same at both aggregators.
// Claim:  one input share alone is independent of the measurement if rand is
// uniform, secret and used once; nonce is public and used once.
// Errors: ErrLength, ErrWeight, ErrContext; dst is then untouched.
// Source: draft-irtf-cfrg-vdaf-13, section 7.2.1.2 (with joint randomness).
func (s *Sharder) Shard(dst *Shares, context []byte, measurement []bool,
	nonce *[NonceSize]byte, rand *[RandSize]byte) error {
	if len(measurement) != s.params.Length {
		return ErrLength
	}
	if len(context) > MaxContext {
		return ErrContext
	}
	fits := s.encode(measurement)
	if fits {
		s.split(dst, context, nonce, rand)
	}
	// Not deferred: the module is smaller without, and its host drops an
	// instance that panicked.
	s.scratch.wipe()
	if !fits {
		return ErrWeight
	}
	return nil
}

// split is Shard of the encoded measurement in scratch.
func (s *Sharder) split(dst *Shares, context []byte, nonce *[NonceSize]byte, rand *[RandSize]byte) {
	helperSeed, helperBlind := rand[:32], rand[32:64]
	leaderBlind, proveSeed := rand[64:96], rand[96:128]

	if size := s.LeaderSize(); cap(dst.Leader) < size {
		dst.Leader = make([]byte, size)
	} else {
		dst.Leader = dst.Leader[:size]
	}
	split := elementSize * s.params.encoded()
	measurementShare, rest := dst.Leader[:split], dst.Leader[split:]
	proofShare, blind := rest[:len(rest)-seedSize], rest[len(rest)-seedSize:]

	s.splitMeasurement(measurementShare, context, helperSeed)
	x := &s.scratch.xof
	x.jointRandPart(dst.Public[32:], context, helperBlind, 1, nonce, s.scratch.helper[:split])
	x.jointRandPart(dst.Public[:32], context, leaderBlind, 0, nonce, measurementShare)

	s.drawRandomness(context, proveSeed, dst.Public[:])
	s.prove(proofShare)
	s.splitProof(proofShare, context, helperSeed)
	copy(blind, leaderBlind)
	copy(dst.Helper[:], rand[:HelperSize])
}

// encode writes the cells, then the claimed weight in binary, as masks. The
// weight is offset so that exactly 0 to Weight fit into its bits. It reports
// whether the measurement is light enough.
func (s *Sharder) encode(measurement []bool) bool {
	cells := s.scratch.cells
	width := s.params.bits()
	weight := uint64(1)<<width - 1 - uint64(s.params.Weight)
	for i, cell := range measurement {
		var bit uint64
		if cell { // compiled to a move, not to a jump
			bit = 1
		}
		weight += bit
		cells[i] = -bit
	}
	for i := range width {
		cells[s.params.Length+i] = -(weight >> i & 1)
	}
	return bits.Len64(weight) <= width
}

// splitMeasurement expands the helper's share and writes measurement minus
// helper's share to out.
func (s *Sharder) splitMeasurement(out, context, helperSeed []byte) {
	helper := s.scratch.helper[:len(out)]
	x := &s.scratch.xof
	x.init(usageMeasShare, context, helperSeed)
	x.writeByte(1)
	x.squeeze()
	x.readElements(helper)
	for i, j := 0, 0; i < len(out); i, j = i+elementSize, j+1 {
		cell := element{s.scratch.cells[j] & 1, 0}
		sub(cell, read(helper[i:])).put(out[i:])
	}
}

// jointRandPart writes one aggregator's part of the joint randomness, which
// binds its share, the nonce and the context.
func (x *xof) jointRandPart(out, context, blind []byte, aggregator byte,
	nonce *[NonceSize]byte, share []byte) {
	x.init(usageJointRandPart, context, blind)
	x.writeByte(aggregator)
	x.write(nonce[:])
	x.write(share)
	x.squeeze()
	x.read(out)
}

// drawRandomness derives the seeds of the wires and the joint randomness.
func (s *Sharder) drawRandomness(context, proveSeed, public []byte) {
	c, x := &s.scratch, &s.scratch.xof
	x.init(usageProveRand, context, proveSeed)
	x.writeByte(1)
	x.squeeze()
	x.readElements(c.seeds)

	clear(c.seed[:])
	x.init(usageJointRandSeed, context, c.seed[:])
	x.write(public)
	x.squeeze()
	x.read(c.seed[:])

	x.init(usageJointRand, context, c.seed[:])
	x.writeByte(1)
	x.squeeze()
	x.readElements(c.rand)
	for i := range c.jointRand {
		c.jointRand[i] = toMont(read(c.rand[elementSize*i:]))
	}
}

// splitProof takes the helper's share off the proof in out.
func (s *Sharder) splitProof(out, context, helperSeed []byte) {
	helper := s.scratch.helper[:len(out)]
	x := &s.scratch.xof
	x.init(usageProofShare, context, helperSeed)
	x.write([]byte{1, 1})
	x.squeeze()
	x.readElements(helper)
	for i := 0; i < len(out); i += elementSize {
		sub(read(out[i:]), read(helper[i:])).put(out[i:])
	}
}

// wipe zeroes everything that depends on a measurement or on its randomness.
func (c *scratch) wipe() {
	clear(c.xof.state[:])
	clear(c.xof.block[:])
	c.xof.n = 0
	clear(c.cells)
	clear(c.helper)
	clear(c.seeds)
	clear(c.rand)
	clear(c.jointRand)
	clear(c.powers)
	clear(c.left)
	clear(c.right)
	clear(c.gadget)
	clear(c.seed[:])
}
