package share

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func benchmarkShard(b *testing.B, p Params) {
	rng := rand.NewChaCha8([32]byte{3})
	s, err := New(p)
	if err != nil {
		b.Fatal(err)
	}
	m := randomMeasurement(rng, p.Length, p.Weight)
	context := randomBytes(rng, 50)
	nonce := [NonceSize]byte(randomBytes(rng, NonceSize))
	random := [RandSize]byte(randomBytes(rng, RandSize))
	var got Shares
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Shard(&got, context, m, &nonce, &random); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(PublicSize+HelperSize+s.LeaderSize()), "report-B")
}

func BenchmarkShard(b *testing.B) {
	for _, length := range []int{64, 256, 512, 1024} {
		b.Run(fmt.Sprint(length), func(b *testing.B) {
			benchmarkShard(b, Params{length, 12, DefaultChunk(length, 12)})
		})
	}
}

// BenchmarkShardChunk is the device's side of DefaultChunk's choice.
func BenchmarkShardChunk(b *testing.B) {
	for _, length := range []int{64, 128, 256, 512, 1024} {
		for k := 2; k <= 7; k++ {
			p := Params{length, 12, 1}
			p.Chunk = (p.encoded() + 1<<k - 2) / (1<<k - 1)
			b.Run(fmt.Sprintf("L%d_points%d_chunk%d", length, 1<<k, p.Chunk), func(b *testing.B) {
				benchmarkShard(b, p)
			})
		}
	}
}

func BenchmarkNew(b *testing.B) {
	p := Params{512, 12, DefaultChunk(512, 12)}
	for b.Loop() {
		if _, err := New(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPermute(b *testing.B) {
	var a [25]uint64
	for b.Loop() {
		permute(&a)
	}
}

func BenchmarkMul(b *testing.B) {
	x := montSquare
	for b.Loop() {
		x = mul(x, montSquare)
	}
	sink = x
}

var sink element
