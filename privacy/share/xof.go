package share

import "encoding/binary"

// Usages of the XOF in Prio3 (draft-irtf-cfrg-vdaf-13, section 7.2).
const (
	usageMeasShare     = 1
	usageProofShare    = 2
	usageJointRand     = 3
	usageProveRand     = 4
	usageJointRandSeed = 6
	usageJointRandPart = 7
)

const (
	version     = 12 // of the draft, in every domain separation tag
	algorithmID = 5  // Prio3MultihotCountVec

	rate     = 168 // bytes of TurboSHAKE128's state that are read or written
	domain   = 1   // TurboSHAKE domain byte of XofTurboShake128
	lastByte = 0x80
)

// xof is XofTurboShake128 (section 6.2.1): init, then write, then squeeze,
// then read.
type xof struct {
	state [25]uint64
	block [rate]byte // to be absorbed, or squeezed and not yet read up to n
	n     int
}

// init starts over with a usage, the application context and a seed:
//
//	length of the tag (2, little endian) | version (1) | class 0 (1) |
//	algorithm (4) | usage (2) | context | seed length (1) | seed
func (x *xof) init(usage byte, context, seed []byte) {
	tag := 8 + len(context)
	head := [10]byte{byte(tag), byte(tag >> 8), version, 0, 0, 0, 0, algorithmID, 0, usage}
	x.state = [25]uint64{}
	x.n = 0
	x.write(head[:])
	x.write(context)
	x.writeByte(byte(len(seed)))
	x.write(seed)
}

// spare returns the free part of the block, at least one byte: a full block is
// absorbed first.
func (x *xof) spare() []byte {
	if x.n == rate {
		x.absorb()
	}
	return x.block[x.n:]
}

// write absorbs b.
func (x *xof) write(b []byte) {
	for len(b) > 0 {
		k := copy(x.spare(), b)
		x.n += k
		b = b[k:]
	}
}

// writeByte absorbs one byte.
func (x *xof) writeByte(b byte) {
	x.spare()[0] = b
	x.n++
}

// absorb takes a full block into the state.
func (x *xof) absorb() {
	x.mix()
	permute(&x.state)
	x.n = 0
}

func (x *xof) mix() {
	for i := range rate / 8 {
		x.state[i] ^= binary.LittleEndian.Uint64(x.block[8*i:])
	}
}

// squeeze ends the input: pads the last block, which is never full here or is
// absorbed first, and yields the first block of output.
func (x *xof) squeeze() {
	clear(x.spare())
	x.block[x.n] = domain
	x.block[rate-1] ^= lastByte
	x.mix()
	x.next()
}

// next yields the next block of output.
func (x *xof) next() {
	permute(&x.state)
	for i := range rate / 8 {
		binary.LittleEndian.PutUint64(x.block[8*i:], x.state[i])
	}
	x.n = 0
}

// read fills b with output.
func (x *xof) read(b []byte) {
	for len(b) > 0 {
		if x.n == rate {
			x.next()
		}
		k := copy(b, x.block[x.n:])
		x.n += k
		b = b[k:]
	}
}

// readElements fills b, a multiple of 16 bytes, with field elements: output is
// taken 16 bytes at a time, and what is not below p is skipped (section 6.2,
// next_vec).
func (x *xof) readElements(b []byte) {
	x.read(b)
	for i := 0; i < len(b); {
		if canonical(read(b[i:])) {
			i += elementSize
			continue
		}
		copy(b[i:], b[i+elementSize:])
		x.read(b[len(b)-elementSize:])
	}
}
