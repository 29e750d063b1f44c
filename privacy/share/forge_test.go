package share_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// prepare is the servers' whole verification; it returns the sum of the two
// output shares.
func prepare(t *testing.T, p share.Params, context []byte, nonce [share.NonceSize]byte, s *share.Shares) ([]int64, error) {
	t.Helper()
	key := vdaf.VerifyKey{9}
	leader, err := vdaf.New(p, context, key, vdaf.Leader)
	require.NoError(t, err)
	helper, err := vdaf.New(p, context, key, vdaf.Helper)
	require.NoError(t, err)
	// The forger makes everything consistent but the proof, so both Prepares
	// must pass: it is Combine that is on trial.
	leaderState, leaderShare, err := leader.Prepare(nonce, s.Public[:], s.Leader)
	require.NoError(t, err)
	helperState, helperShare, err := helper.Prepare(nonce, s.Public[:], s.Helper[:])
	require.NoError(t, err)
	message, err := helper.Combine(leaderShare, helperShare)
	if err != nil {
		return nil, err
	}
	sums := [2]*vdaf.AggregateShare{vdaf.NewAggregateShare(p.Length), vdaf.NewAggregateShare(p.Length)}
	out, err := leader.Finish(leaderState, message)
	require.NoError(t, err)
	require.NoError(t, sums[0].Add(out))
	out, err = helper.Finish(helperState, message)
	require.NoError(t, err)
	require.NoError(t, sums[1].Add(out))
	return vdaf.Unshard(sums[0], sums[1])
}

// TestForgedMeasurements: a device that runs its own program gets nothing past
// the proof. Weight 5 of 12 has three weight bits, so the offset is 2 and a
// vector of weight w claims w+2 in binary.
func TestForgedMeasurements(t *testing.T) {
	p := share.Params{Length: 12, Weight: 5, Chunk: 4}
	context := []byte("forger")
	bits := func(v int64) []int64 { return []int64{v & 1, v >> 1 & 1, v >> 2 & 1} }
	cells := func(ones int, rest ...int64) []int64 {
		c := make([]int64, p.Length)
		copy(c, rest)
		for i := range ones {
			c[p.Length-1-i] = 1
		}
		return c
	}
	for _, c := range []struct {
		name    string
		cells   []int64
		claim   []int64
		allowed bool
	}{
		{"nothing", cells(0), bits(2), true},
		{"one", cells(1), bits(3), true},
		{"full weight", cells(5), bits(7), true},

		{"one over, claims full weight", cells(6), bits(7), false},
		{"one over, claims what wraps to 0", cells(6), bits(0), false},
		{"all ones", cells(12), bits(7), false},
		{"claims less than there is", cells(3), bits(4), false},
		{"claims more than there is", cells(3), bits(6), false},
		{"one over, a weight bit of 2", cells(6), []int64{0, 0, 2}, false},
		{"one over, a weight bit of 3", cells(6), []int64{0, 2, 1}, false},
		{"an entry of 2, weight right", cells(0, 2), bits(4), false},
		{"an entry of 2, claims 1", cells(0, 2), bits(3), false},
		{"an entry of -1", cells(0, -1), bits(1), false},
		{"2 and -1", cells(0, 2, -1), bits(3), false},
		{"-1 to make room for a sixth", cells(6, -1), bits(7), false},
		{"a huge entry", cells(0, 1<<40), []int64{1 << 40, 1, 0}, false},
		{"a negative weight bit", cells(3), []int64{-1, 1, 1}, false},
	} {
		for _, cheat := range []bool{false, true} {
			rng := rand.NewChaCha8([32]byte{6})
			for range 5 {
				var nonce [share.NonceSize]byte
				var random [share.RandSize]byte
				rng.Read(nonce[:])
				rng.Read(random[:])
				forged, err := share.Forge(p, context, append(append([]int64{}, c.cells...), c.claim...), cheat, &nonce, &random)
				require.NoError(t, err)
				sum, err := prepare(t, p, context, nonce, forged)
				if !c.allowed {
					require.ErrorIs(t, err, vdaf.ErrProof, "%s, cheat %v", c.name, cheat)
					continue
				}
				require.NoError(t, err, "%s, cheat %v", c.name, cheat)
				require.Equal(t, c.cells, sum)
			}
		}
	}
}

// TestShardAgainstTheDefinition: for a valid measurement the naive prover and
// Shard write the same bytes, without circl between them.
func TestShardAgainstTheDefinition(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{7})
	for _, p := range []share.Params{{Length: 12, Weight: 5, Chunk: 4}, {Length: 3, Weight: 3, Chunk: 5}, {Length: 30, Weight: 1, Chunk: 1}} {
		s, err := share.New(p)
		require.NoError(t, err)
		m := make([]bool, p.Length)
		m[p.Length/2] = true
		encoded := make([]int64, p.Length)
		encoded[p.Length/2] = 1
		width := 0
		for 1<<width <= p.Weight {
			width++
		}
		for i := range width {
			encoded = append(encoded, int64(1<<width-1-p.Weight+1)>>i&1)
		}
		var nonce [share.NonceSize]byte
		var random [share.RandSize]byte
		rng.Read(nonce[:])
		rng.Read(random[:])
		var want share.Shares
		require.NoError(t, s.Shard(&want, nil, m, &nonce, &random))
		got, err := share.Forge(p, nil, encoded, false, &nonce, &random)
		require.NoError(t, err)
		require.Equal(t, want.Leader, got.Leader)
		require.Equal(t, want, *got)
	}
}
