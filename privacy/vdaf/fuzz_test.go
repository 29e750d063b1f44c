package vdaf

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPrepare gives both roles hostile bytes: an error of the three declared, or
// a report that then goes through Combine and Finish without harm. What differs
// from the valid report never passes the whole way.
func FuzzPrepare(f *testing.F) {
	p := testParams
	good := makeUpload(f, p, rand.NewChaCha8([32]byte{1}), 0, 5)
	f.Add(good.public, good.leader, good.helper)
	f.Add([]byte{}, []byte{}, []byte{})
	f.Add(good.public, good.helper, good.leader)
	f.Add(good.public, good.leader[:len(good.leader)-1], good.helper[:63])
	f.Add(make([]byte, 64), make([]byte, len(good.leader)), make([]byte, 64))
	f.Add(bytes.Repeat([]byte{255}, 64), bytes.Repeat([]byte{255}, len(good.leader)), bytes.Repeat([]byte{255}, 64))
	f.Fuzz(func(t *testing.T, public, leader, helper []byte) {
		u := upload{good.nonce, good.context, public, leader, helper}
		_, err := verify(p, u, testKey, testKey)
		same := bytes.Equal(public, good.public) && bytes.Equal(leader, good.leader) && bytes.Equal(helper, good.helper)
		if same {
			require.NoError(t, err)
			return
		}
		require.True(t, errors.Is(err, ErrDecode) || errors.Is(err, ErrJointRand) || errors.Is(err, ErrProof), "%v", err)
		for _, role := range []Role{Leader, Helper} {
			a, err := New(p, u.context, testKey, role)
			require.NoError(t, err)
			for _, input := range [][]byte{leader, helper} {
				_, _, err = a.Prepare(u.nonce, public, input)
				require.NotErrorIs(t, err, ErrInternal)
			}
		}
	})
}

func FuzzCombine(f *testing.F) {
	p := testParams
	u := makeUpload(f, p, rand.NewChaCha8([32]byte{2}), 3)
	a, err := New(p, u.context, testKey, Leader)
	require.NoError(f, err)
	b, err := New(p, u.context, testKey, Helper)
	require.NoError(f, err)
	_, ls, err := a.Prepare(u.nonce, u.public, u.leader)
	require.NoError(f, err)
	_, hs, err := b.Prepare(u.nonce, u.public, u.helper)
	require.NoError(f, err)
	f.Add(ls, hs)
	f.Add(hs, ls)
	f.Add([]byte{}, []byte{})
	f.Add(ls[:len(ls)-1], hs)
	f.Add(make([]byte, len(ls)), make([]byte, len(hs)))
	f.Add(bytes.Repeat([]byte{255}, len(ls)), hs)
	f.Fuzz(func(t *testing.T, x, y []byte) {
		message, err := b.Combine(x, y)
		if err == nil {
			// Zeros are a valid proof of their own: what Combine cannot know is
			// whose shares these are. A message is all that may come of it.
			require.Len(t, message, MessageSize)
			require.Len(t, x, b.PrepShareSize())
			require.Len(t, y, b.PrepShareSize())
			return
		}
		require.Nil(t, message)
		require.True(t, errors.Is(err, ErrDecode) || errors.Is(err, ErrProof), "%v", err)
		require.False(t, bytes.Equal(x, ls) && bytes.Equal(y, hs), "the valid pair is refused")
	})
}

func FuzzFinish(f *testing.F) {
	u := makeUpload(f, testParams, rand.NewChaCha8([32]byte{3}), 3)
	a, err := New(testParams, u.context, testKey, Helper)
	require.NoError(f, err)
	f.Add([]byte{})
	f.Add(make([]byte, MessageSize))
	f.Add(bytes.Repeat([]byte{255}, MessageSize))
	f.Fuzz(func(t *testing.T, message []byte) {
		s, _, err := a.Prepare(u.nonce, u.public, u.helper)
		require.NoError(t, err)
		_, err = a.Finish(s, message)
		require.True(t, errors.Is(err, ErrDecode) || errors.Is(err, ErrJointRand), "%v", err)
	})
}

func FuzzUnmarshalAggregateShare(f *testing.F) {
	f.Add(2, make([]byte, 32))
	f.Add(1, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0xe4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(1, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0xe4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(0, []byte{})
	f.Add(-1, []byte{1})
	f.Fuzz(func(t *testing.T, length int, b []byte) {
		a, err := UnmarshalAggregateShare(length, b)
		if err != nil {
			require.ErrorIs(t, err, ErrDecode)
			return
		}
		again, err := a.MarshalBinary()
		require.NoError(t, err)
		require.True(t, bytes.Equal(b, again), "decoded and encoded again, %x becomes %x", b, again)
	})
}
