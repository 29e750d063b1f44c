package share_test

import (
	"crypto/rand"
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/share"
)

func Example() {
	params := share.Params{Length: 8, Weight: 3, Chunk: share.DefaultChunk(8, 3)}
	sharder, err := share.New(params)
	if err != nil {
		panic(err)
	}

	var nonce [share.NonceSize]byte
	var random [share.RandSize]byte
	rand.Read(nonce[:])
	rand.Read(random[:])
	measurement := []bool{true, false, false, true, false, false, false, true}

	var shares share.Shares
	err = sharder.Shard(&shares, []byte("dunlin v1|plan|period"), measurement, &nonce, &random)
	fmt.Println(err, len(shares.Public), len(shares.Leader) == sharder.LeaderSize(), len(shares.Helper))
	fmt.Println(shares)
	// Output:
	// <nil> 64 true 64
	// share.Shares(redacted)
}
