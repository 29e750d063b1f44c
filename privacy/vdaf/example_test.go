package vdaf_test

import (
	"crypto/rand"
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// Three devices, both aggregators, noise, release.
func Example() {
	params := vdaf.Params{Length: 4, Weight: 2, Chunk: share.DefaultChunk(4, 2)}
	context := []byte("dunlin v1|plan|period")
	var key vdaf.VerifyKey
	rand.Read(key[:])
	leader, _ := vdaf.New(params, context, key, vdaf.Leader)
	helper, _ := vdaf.New(params, context, key, vdaf.Helper)
	leaderSum, helperSum := vdaf.NewAggregateShare(4), vdaf.NewAggregateShare(4)

	sharder, _ := share.New(params)
	for _, measurement := range [][]bool{
		{true, true, false, false}, {true, false, false, true}, {true, false, false, false},
	} {
		// On the device.
		var nonce [share.NonceSize]byte
		var random [share.RandSize]byte
		rand.Read(nonce[:])
		rand.Read(random[:])
		var shares share.Shares
		if err := sharder.Shard(&shares, context, measurement, &nonce, &random); err != nil {
			panic(err)
		}

		// At the leader, at the helper, and between them.
		leaderState, leaderShare, _ := leader.Prepare(nonce, shares.Public[:], shares.Leader)
		helperState, helperShare, _ := helper.Prepare(nonce, shares.Public[:], shares.Helper[:])
		message, err := helper.Combine(leaderShare, helperShare)
		if err != nil {
			continue // an invalid report: counted and skipped
		}
		leaderOut, _ := leader.Finish(leaderState, message)
		helperOut, _ := helper.Finish(helperState, message)
		_ = leaderSum.Add(leaderOut)
		_ = helperSum.Add(helperOut)
	}

	// Noise written down here; privacy/noise draws it.
	_ = leaderSum.AddNoise([]int64{0, -2, 1, 0})
	_ = helperSum.AddNoise([]int64{1, 0, -2, 0})
	sums, err := vdaf.Unshard(leaderSum, helperSum)
	fmt.Println(sums, err, key)
	// Output: [4 -1 -1 1] <nil> vdaf.VerifyKey(redacted)
}
