package sha256_test

import (
	std "crypto/sha256"
	"fmt"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/sha256"
	"github.com/stretchr/testify/require"
)

func ExampleSum() {
	fmt.Printf("%x\n", sha256.Sum([]byte("a"), []byte("bc")))
	// Output: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
}

func TestEveryLengthEqualsTheStandardOne(t *testing.T) {
	b := make([]byte, 300)
	for i := range b {
		b[i] = byte(i * 7)
	}
	for n := range b {
		require.Equal(t, std.Sum256(b[:n]), sha256.Sum(b[:n/3], b[n/3:n]), "length %d", n)
	}
}

func FuzzSum(f *testing.F) {
	f.Add([]byte(nil), []byte("x"))
	f.Add(make([]byte, 55), make([]byte, 64))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		require.Equal(t, std.Sum256(append(append([]byte{}, a...), b...)), sha256.Sum(a, b))
	})
}
