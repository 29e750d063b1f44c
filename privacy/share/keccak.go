package share

import "math/bits"

// roundConstants are those of the last twelve rounds of Keccak-f[1600].
var roundConstants = [12]uint64{
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
}

// permute is Keccak-p[1600, 12], the permutation of TurboSHAKE (RFC 9861). One
// round is written out: with indices computed it takes three times as long.
func permute(a *[25]uint64) {
	for _, constant := range roundConstants {
		// theta
		c0 := a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]
		c1 := a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]
		c2 := a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]
		c3 := a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]
		c4 := a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]
		d0 := c4 ^ bits.RotateLeft64(c1, 1)
		d1 := c0 ^ bits.RotateLeft64(c2, 1)
		d2 := c1 ^ bits.RotateLeft64(c3, 1)
		d3 := c2 ^ bits.RotateLeft64(c4, 1)
		d4 := c3 ^ bits.RotateLeft64(c0, 1)

		// rho and pi, with theta applied on the way
		b0 := a[0] ^ d0
		b1 := bits.RotateLeft64(a[6]^d1, 44)
		b2 := bits.RotateLeft64(a[12]^d2, 43)
		b3 := bits.RotateLeft64(a[18]^d3, 21)
		b4 := bits.RotateLeft64(a[24]^d4, 14)
		b5 := bits.RotateLeft64(a[3]^d3, 28)
		b6 := bits.RotateLeft64(a[9]^d4, 20)
		b7 := bits.RotateLeft64(a[10]^d0, 3)
		b8 := bits.RotateLeft64(a[16]^d1, 45)
		b9 := bits.RotateLeft64(a[22]^d2, 61)
		b10 := bits.RotateLeft64(a[1]^d1, 1)
		b11 := bits.RotateLeft64(a[7]^d2, 6)
		b12 := bits.RotateLeft64(a[13]^d3, 25)
		b13 := bits.RotateLeft64(a[19]^d4, 8)
		b14 := bits.RotateLeft64(a[20]^d0, 18)
		b15 := bits.RotateLeft64(a[4]^d4, 27)
		b16 := bits.RotateLeft64(a[5]^d0, 36)
		b17 := bits.RotateLeft64(a[11]^d1, 10)
		b18 := bits.RotateLeft64(a[17]^d2, 15)
		b19 := bits.RotateLeft64(a[23]^d3, 56)
		b20 := bits.RotateLeft64(a[2]^d2, 62)
		b21 := bits.RotateLeft64(a[8]^d3, 55)
		b22 := bits.RotateLeft64(a[14]^d4, 39)
		b23 := bits.RotateLeft64(a[15]^d0, 41)
		b24 := bits.RotateLeft64(a[21]^d1, 2)

		// chi and iota
		a[0] = b0 ^ b2&^b1 ^ constant
		a[1] = b1 ^ b3&^b2
		a[2] = b2 ^ b4&^b3
		a[3] = b3 ^ b0&^b4
		a[4] = b4 ^ b1&^b0
		a[5] = b5 ^ b7&^b6
		a[6] = b6 ^ b8&^b7
		a[7] = b7 ^ b9&^b8
		a[8] = b8 ^ b5&^b9
		a[9] = b9 ^ b6&^b5
		a[10] = b10 ^ b12&^b11
		a[11] = b11 ^ b13&^b12
		a[12] = b12 ^ b14&^b13
		a[13] = b13 ^ b10&^b14
		a[14] = b14 ^ b11&^b10
		a[15] = b15 ^ b17&^b16
		a[16] = b16 ^ b18&^b17
		a[17] = b17 ^ b19&^b18
		a[18] = b18 ^ b15&^b19
		a[19] = b19 ^ b16&^b15
		a[20] = b20 ^ b22&^b21
		a[21] = b21 ^ b23&^b22
		a[22] = b22 ^ b24&^b23
		a[23] = b23 ^ b20&^b24
		a[24] = b24 ^ b21&^b20
	}
}
