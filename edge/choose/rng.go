package choose

import (
	"encoding/binary"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/sha256"
)

// Seed is what a device draws once, and what tells its draws from others'.
type Seed [16]byte

// Stream is a deterministic source of random numbers, good for simulation and not
// for secrets: whoever knows one number knows all that follow. Copies go on apart.
type Stream struct{ state uint64 }

// streamLabel keeps the hash apart from any other use of a seed.
const streamLabel = "DLDR"

// What a place's streams are for.
const (
	purposeExplore byte = 1 // whether to choose uniformly, and which
	purposeDraw    byte = 2 // each variant's rate
)

// NewStream returns the stream of a device for one period, place and purpose. It
// costs a SHA-256 of one block.
func NewStream(seed *Seed, period plan.Date, place profile.Key, purpose byte) Stream {
	var b [len(streamLabel) + len(seed) + 4 + 8 + 1]byte
	n := copy(b[:], streamLabel)
	n += copy(b[n:], seed[:])
	binary.BigEndian.PutUint32(b[n:], uint32(period))
	binary.BigEndian.PutUint64(b[n+4:], uint64(place))
	b[n+12] = purpose
	sum := sha256.Sum(b[:])
	return Stream{binary.BigEndian.Uint64(sum[:])}
}

// Of returns a variant's own stream, which depends on s as it is and on the key
// alone; s does not move. It costs two multiplications and shifts, not a hash.
func (s Stream) Of(variant profile.Key) Stream {
	return Stream{mix(s.state ^ mix(uint64(variant)))}
}

// Uint64 returns the next 64 random bits.
//
// Source: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", OOPSLA 2014; Vigna's constants).
func (s *Stream) Uint64() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix(s.state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Float64 returns a number between 0 and 1, neither of them: one of the 2^53-1
// multiples of 2^-53, each as likely.
func (s *Stream) Float64() float64 {
	for {
		if n := int64(s.Uint64() >> 11); n > 0 {
			return float64(float64(n) * 0x1p-53)
		}
	}
}

// Below returns one of 0 to n-1, each as likely but for 2^-32. n is 1 to 2^31.
func (s *Stream) Below(n int) int {
	return int(s.Uint64() >> 32 * uint64(n) >> 32)
}
