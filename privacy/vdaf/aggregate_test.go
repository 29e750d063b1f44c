package vdaf

import (
	"bytes"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoisySumsDecode(t *testing.T) {
	p := Params{Length: 8, Weight: 3, Chunk: 3}
	out, err := verify(p, makeUpload(t, p, rand.NewChaCha8([32]byte{1}), 0, 1, 7), testKey, testKey)
	require.NoError(t, err)
	leader, helper := NewAggregateShare(p.Length), NewAggregateShare(p.Length)
	require.NoError(t, leader.Add(out[0]))
	require.NoError(t, helper.Add(out[1]))
	require.NoError(t, leader.AddNoise([]int64{-1, -5, 0, 9, -31, 1 << 40, span - 1, -span}))
	require.NoError(t, helper.AddNoise([]int64{0, -6, -1, -9, 30, -(1 << 40), 0, -1}))
	got, err := Unshard(leader, helper)
	require.NoError(t, err)
	require.Equal(t, []int64{0, -10, -1, 0, -1, 0, span - 1, -span}, got)
}

// TestNoiseIsExact compares the stored bytes with math/big's, on every edge of
// int64 and of the field.
func TestNoiseIsExact(t *testing.T) {
	prime := new(big.Int).Lsh(big.NewInt(1), 128)
	prime.Sub(prime, new(big.Int).Lsh(big.NewInt(7), 66)).Add(prime, big.NewInt(1))
	encode := func(x *big.Int) []byte {
		b := x.FillBytes(make([]byte, 16))
		slices.Reverse(b)
		return b
	}
	for _, x := range []*big.Int{
		big.NewInt(0), big.NewInt(1), new(big.Int).Sub(prime, big.NewInt(1)),
		new(big.Int).Lsh(big.NewInt(1), 63), new(big.Int).Rsh(prime, 1),
	} {
		for _, n := range []int64{0, 1, -1, 247, -247, span, -span, math.MaxInt64, math.MinInt64, math.MinInt64 + 1} {
			a, err := UnmarshalAggregateShare(1, encode(x))
			require.NoError(t, err)
			require.NoError(t, a.AddNoise([]int64{n}))
			got, err := a.MarshalBinary()
			require.NoError(t, err)
			want := new(big.Int).Add(x, big.NewInt(n))
			require.Equal(t, encode(want.Mod(want, prime)), got, "%v + %d", x, n)
		}
	}
}

func TestUnshardRange(t *testing.T) {
	for n, want := range map[int64]error{
		0: nil, -span: nil, span - 1: nil, span: ErrRange, -span - 1: ErrRange,
		math.MaxInt64: ErrRange, math.MinInt64: ErrRange, math.MaxInt64 - span: ErrRange,
	} {
		a := NewAggregateShare(3)
		require.NoError(t, a.AddNoise([]int64{0, 0, n}))
		got, err := Unshard(NewAggregateShare(3), a)
		require.ErrorIs(t, err, want, "%d", n)
		if want == nil {
			require.Equal(t, []int64{0, 0, n}, got)
		} else {
			require.Nil(t, got)
		}
	}
	// One aggregator's share without the other's is no sum.
	out, err := verify(testParams, makeUpload(t, testParams, rand.NewChaCha8([32]byte{2}), 1), testKey, testKey)
	require.NoError(t, err)
	a := NewAggregateShare(testParams.Length)
	require.NoError(t, a.Add(out[0]))
	_, err = Unshard(a, NewAggregateShare(testParams.Length))
	require.ErrorIs(t, err, ErrRange)
}

// TestMergeIsOrderless: partitions summed apart, stored, read back and merged
// give the bytes of one sum over all.
func TestMergeIsOrderless(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{3})
	p := testParams
	whole := NewAggregateShare(p.Length)
	parts := []*AggregateShare{NewAggregateShare(p.Length), NewAggregateShare(p.Length), NewAggregateShare(p.Length)}
	for i := range 9 {
		out, err := verify(p, makeUpload(t, p, rng, i, i+5), testKey, testKey)
		require.NoError(t, err)
		require.NoError(t, whole.Add(out[1]))
		require.NoError(t, parts[i%3].Add(out[1]))
	}
	merged := NewAggregateShare(p.Length)
	for _, i := range []int{2, 0, 1} {
		b, err := parts[i].MarshalBinary()
		require.NoError(t, err)
		require.Len(t, b, 16*p.Length)
		part, err := UnmarshalAggregateShare(p.Length, b)
		require.NoError(t, err)
		require.NoError(t, merged.Merge(part))
	}
	want, err := whole.MarshalBinary()
	require.NoError(t, err)
	got, err := merged.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// TestAddKeepsNoHold: adding a share to itself or changing a sum leaves the
// output share as it was.
func TestAddKeepsNoHold(t *testing.T) {
	out, err := verify(testParams, makeUpload(t, testParams, rand.NewChaCha8([32]byte{4}), 2), testKey, testKey)
	require.NoError(t, err)
	a, b := NewAggregateShare(testParams.Length), NewAggregateShare(testParams.Length)
	for range 3 {
		require.NoError(t, a.Add(out[0]))
		require.NoError(t, b.Add(out[1]))
	}
	require.NoError(t, a.Merge(a))
	require.NoError(t, b.Merge(b))
	got, err := Unshard(a, b)
	require.NoError(t, err)
	want := make([]int64, testParams.Length)
	want[2] = 6
	require.Equal(t, want, got)
}

func TestLengthsMustAgree(t *testing.T) {
	a := NewAggregateShare(3)
	require.NoError(t, a.AddNoise([]int64{1, 2, 3}))
	require.ErrorIs(t, a.AddNoise([]int64{1, 2}), ErrLength)
	require.ErrorIs(t, a.AddNoise(nil), ErrLength)
	require.ErrorIs(t, a.Merge(NewAggregateShare(4)), ErrLength)
	require.ErrorIs(t, a.Add(OutputShare{}), ErrLength)
	_, err := Unshard(a, NewAggregateShare(2))
	require.ErrorIs(t, err, ErrLength)
	got, err := Unshard(a, NewAggregateShare(3))
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3}, got, "a refused operation changed the sum")
}

func TestUnmarshalAggregateShareRefuses(t *testing.T) {
	prime := []byte{1, 0, 0, 0, 0, 0, 0, 0, 0xe4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	below := bytes.Clone(prime)
	below[0] = 0
	zero := make([]byte, 16)
	for name, c := range map[string]struct {
		length int
		b      []byte
		want   error
	}{
		"zeros":            {2, make([]byte, 32), nil},
		"largest element":  {1, below, nil},
		"the prime":        {1, prime, ErrDecode},
		"all ones":         {1, bytes.Repeat([]byte{255}, 16), ErrDecode},
		"prime at the end": {2, append(bytes.Clone(zero), prime...), ErrDecode},
		"short":            {2, make([]byte, 31), ErrDecode},
		"long":             {2, make([]byte, 33), ErrDecode},
		"one cell less":    {2, zero, ErrDecode},
		"nil":              {1, nil, ErrDecode},
		"negative length":  {-1, nil, ErrDecode},
		"nothing at all":   {0, nil, nil},
	} {
		a, err := UnmarshalAggregateShare(c.length, c.b)
		require.ErrorIs(t, err, c.want, name)
		if c.want == nil {
			b, err := a.MarshalBinary()
			require.NoError(t, err)
			require.True(t, bytes.Equal(c.b, b), name)
			require.Equal(t, c.length, a.Len())
		}
	}
}
