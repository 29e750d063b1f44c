package vdaf

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// upload is what a device sends, opened.
type upload struct {
	nonce   [16]byte
	context []byte
	public  []byte
	leader  []byte
	helper  []byte
}

func (u upload) clone() upload {
	u.context = bytes.Clone(u.context)
	u.public, u.leader, u.helper = bytes.Clone(u.public), bytes.Clone(u.leader), bytes.Clone(u.helper)
	return u
}

var (
	testKey     = VerifyKey{1, 2, 3}
	testContext = []byte("dunlin v1|digest|period")
	testParams  = Params{Length: 20, Weight: 5, Chunk: 6}
)

func params(length, weight, chunk int) Params {
	return Params{Length: length, Weight: weight, Chunk: chunk}
}

func makeUpload(t testing.TB, p Params, rng *rand.ChaCha8, ones ...int) upload {
	t.Helper()
	s, err := share.New(p)
	require.NoError(t, err)
	m := make([]bool, p.Length)
	for _, i := range ones {
		m[i] = true
	}
	u := upload{context: testContext}
	var random [share.RandSize]byte
	rng.Read(u.nonce[:])
	rng.Read(random[:])
	var shares share.Shares
	require.NoError(t, s.Shard(&shares, u.context, m, &u.nonce, &random))
	u.public, u.leader, u.helper = shares.Public[:], shares.Leader, shares.Helper[:]
	return u.clone()
}

// verify runs the whole preparation as leader and helper do, each with its own
// key, and returns both output shares.
func verify(p Params, u upload, leaderKey, helperKey VerifyKey) (out [2]OutputShare, err error) {
	leader, err := New(p, u.context, leaderKey, Leader)
	if err != nil {
		return out, err
	}
	helper, err := New(p, u.context, helperKey, Helper)
	if err != nil {
		return out, err
	}
	leaderState, leaderShare, err := leader.Prepare(u.nonce, u.public, u.leader)
	if err != nil {
		return out, err
	}
	helperState, helperShare, err := helper.Prepare(u.nonce, u.public, u.helper)
	if err != nil {
		return out, err
	}
	message, err := helper.Combine(leaderShare, helperShare)
	if err != nil {
		return out, err
	}
	if out[1], err = helper.Finish(helperState, message); err != nil {
		return out, err
	}
	out[0], err = leader.Finish(leaderState, message)
	return out, err
}

func TestSumOfDevices(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{1})
	for _, p := range []Params{params(1, 1, 1), params(20, 5, 6), params(64, 4, 10), params(200, 200, 30)} {
		sums := [2]*AggregateShare{NewAggregateShare(p.Length), NewAggregateShare(p.Length)}
		want := make([]int64, p.Length)
		for range 12 {
			ones := rand.New(rng).Perm(p.Length)[:rand.New(rng).IntN(p.Weight+1)]
			for _, i := range ones {
				want[i]++
			}
			out, err := verify(p, makeUpload(t, p, rng, ones...), testKey, testKey)
			require.NoError(t, err)
			require.NoError(t, sums[0].Add(out[0]))
			require.NoError(t, sums[1].Add(out[1]))
		}
		got, err := Unshard(sums[0], sums[1])
		require.NoError(t, err)
		require.Equal(t, want, got, "%+v", p)
	}
}

// TestEveryFlippedBitIsRefused flips each byte of everything a report or an
// aggregator holds, one bit at a time, the bits in turn.
func TestEveryFlippedBitIsRefused(t *testing.T) {
	p := testParams
	u := makeUpload(t, p, rand.NewChaCha8([32]byte{2}), 0, 3, 19)
	_, err := verify(p, u, testKey, testKey)
	require.NoError(t, err, "the report is refused before anything is flipped")

	for name, field := range map[string]func(*upload) []byte{
		"public share":   func(u *upload) []byte { return u.public },
		"leader's share": func(u *upload) []byte { return u.leader },
		"helper's share": func(u *upload) []byte { return u.helper },
		"nonce":          func(u *upload) []byte { return u.nonce[:] },
		"context":        func(u *upload) []byte { return u.context },
	} {
		for i := range field(&u) {
			c := u.clone()
			field(&c)[i] ^= 1 << (i % 8)
			_, err := verify(p, c, testKey, testKey)
			require.Error(t, err, "%s, byte %d", name, i)
			require.NotErrorIs(t, err, ErrInternal, "%s, byte %d", name, i)
		}
	}
	for i := range testKey {
		other := testKey
		other[i] ^= 1 << (i % 8)
		_, err := verify(p, u, testKey, other)
		require.ErrorIs(t, err, ErrProof, "verify key, byte %d", i)
	}
	// Shares of two valid reports do not mix.
	v := makeUpload(t, p, rand.NewChaCha8([32]byte{3}), 0, 3, 19)
	mixed := u.clone()
	mixed.helper = v.helper
	_, err = verify(p, mixed, testKey, testKey)
	require.ErrorIs(t, err, ErrJointRand)
	copy(mixed.public[32:], v.public[32:])
	mixed.nonce = v.nonce
	_, err = verify(p, mixed, testKey, testKey)
	require.Error(t, err)
}

// TestProofsAreChecked tampers so that the joint randomness still fits: only
// the proof is left to notice.
func TestProofsAreChecked(t *testing.T) {
	p := testParams
	u := makeUpload(t, p, rand.NewChaCha8([32]byte{4}), 7)
	encoded := p.Length + 3
	for i := 16 * encoded; i < len(u.leader)-32; i += 16 {
		c := u.clone()
		c.leader[i] ^= 1
		_, err := verify(p, c, testKey, testKey)
		require.ErrorIs(t, err, ErrProof, "proof element %d", i/16-encoded)
	}

	leader, err := New(p, u.context, testKey, Leader)
	require.NoError(t, err)
	helper, err := New(p, u.context, testKey, Helper)
	require.NoError(t, err)
	_, ls, err := leader.Prepare(u.nonce, u.public, u.leader)
	require.NoError(t, err)
	state, hs, err := helper.Prepare(u.nonce, u.public, u.helper)
	require.NoError(t, err)
	require.Len(t, ls, leader.PrepShareSize())
	for i := 0; i < len(ls)-32; i += 16 {
		bad := bytes.Clone(ls)
		bad[i] ^= 1
		_, err := helper.Combine(bad, hs)
		require.ErrorIs(t, err, ErrProof, "verifier element %d", i/16)
	}
	_, err = helper.Combine(ls, ls)
	require.ErrorIs(t, err, ErrProof)

	// A flipped joint randomness part passes the proof and fails at Finish,
	// which uses the state up.
	bad := bytes.Clone(ls)
	bad[len(bad)-1] ^= 1
	message, err := helper.Combine(bad, hs)
	require.NoError(t, err)
	_, err = helper.Finish(state, message)
	require.ErrorIs(t, err, ErrJointRand)
	good, err := helper.Combine(ls, hs)
	require.NoError(t, err)
	_, err = helper.Finish(state, good)
	require.ErrorIs(t, err, ErrState)
	_, err = helper.Finish(nil, good)
	require.ErrorIs(t, err, ErrState)
}

func TestFinishUsesTheStateUp(t *testing.T) {
	u := makeUpload(t, testParams, rand.NewChaCha8([32]byte{5}), 1)
	for _, size := range []int{0, MessageSize - 1, MessageSize + 1} {
		a, err := New(testParams, u.context, testKey, Leader)
		require.NoError(t, err)
		s, _, err := a.Prepare(u.nonce, u.public, u.leader)
		require.NoError(t, err)
		_, err = a.Finish(s, make([]byte, size))
		require.ErrorIs(t, err, ErrDecode)
		_, err = a.Finish(s, make([]byte, MessageSize))
		require.ErrorIs(t, err, ErrState)
	}
}

func TestTruncatedBytes(t *testing.T) {
	p := testParams
	u := makeUpload(t, p, rand.NewChaCha8([32]byte{6}), 1, 2)
	leader, err := New(p, u.context, testKey, Leader)
	require.NoError(t, err)
	helper, err := New(p, u.context, testKey, Helper)
	require.NoError(t, err)
	_, ls, err := leader.Prepare(u.nonce, u.public, u.leader)
	require.NoError(t, err)
	_, hs, err := helper.Prepare(u.nonce, u.public, u.helper)
	require.NoError(t, err)

	// Every shorter length and one longer.
	each := func(name string, whole []byte, try func([]byte) error) {
		require.NoError(t, try(whole), name)
		for n := range whole {
			require.ErrorIs(t, try(whole[:n]), ErrDecode, "%s cut to %d bytes", name, n)
		}
		require.ErrorIs(t, try(nil), ErrDecode, name)
		require.ErrorIs(t, try(append(bytes.Clone(whole), 0)), ErrDecode, "%s, one byte more", name)
	}
	prepare := func(a *Aggregator, public, input []byte) error {
		s, ps, err := a.Prepare(u.nonce, public, input)
		if err != nil && (s != nil || ps != nil) {
			return fmt.Errorf("results beside the error %w", err)
		}
		return err
	}
	combine := func(ls, hs []byte) error {
		_, err := leader.Combine(ls, hs)
		return err
	}
	each("public share, leader", u.public, func(b []byte) error { return prepare(leader, b, u.leader) })
	each("public share, helper", u.public, func(b []byte) error { return prepare(helper, b, u.helper) })
	each("leader's share", u.leader, func(b []byte) error { return prepare(leader, u.public, b) })
	each("helper's share", u.helper, func(b []byte) error { return prepare(helper, u.public, b) })
	each("leader's prep share", ls, func(b []byte) error { return combine(b, hs) })
	each("helper's prep share", hs, func(b []byte) error { return combine(ls, b) })

	// An element that is not below the prime.
	for i := 0; i < len(u.leader)-32; i += 16 {
		bad := bytes.Clone(u.leader)
		copy(bad[i:], bytes.Repeat([]byte{0xff}, 16))
		require.ErrorIs(t, prepare(leader, u.public, bad), ErrDecode, "element %d", i/16)
	}
	bad := bytes.Clone(ls)
	copy(bad, bytes.Repeat([]byte{0xff}, 16))
	require.ErrorIs(t, combine(bad, hs), ErrDecode)
}

func TestNewRefuses(t *testing.T) {
	for _, p := range []Params{
		{}, params(4, 5, 1), params(4, 2, 0), params(4, 2, 7), params(share.MaxLength+1, 1, 1), params(-1, 1, 1),
	} {
		_, err := New(p, nil, testKey, Leader)
		require.ErrorIs(t, err, ErrParams, "%+v", p)
	}
	_, err := New(testParams, nil, testKey, 2)
	require.ErrorIs(t, err, ErrParams)
	_, err = New(testParams, make([]byte, share.MaxContext+1), testKey, Leader)
	require.ErrorIs(t, err, ErrParams)
}

// TestContextIsCopied: a caller that reuses its buffer changes no aggregator.
func TestContextIsCopied(t *testing.T) {
	u := makeUpload(t, testParams, rand.NewChaCha8([32]byte{7}), 1)
	context := bytes.Clone(u.context)
	a, err := New(testParams, context, testKey, Helper)
	require.NoError(t, err)
	clear(context)
	_, _, err = a.Prepare(u.nonce, u.public, u.helper)
	require.NoError(t, err)
}

// TestPanicsBecomeErrors puts an aggregator without its library in the place of
// a panic on hostile bytes: each step must answer with an error and no result.
func TestPanicsBecomeErrors(t *testing.T) {
	u := makeUpload(t, testParams, rand.NewChaCha8([32]byte{10}), 1)
	whole, err := New(testParams, u.context, testKey, Leader)
	require.NoError(t, err)
	state, prepShare, err := whole.Prepare(u.nonce, u.public, u.leader)
	require.NoError(t, err)

	broken := &Aggregator{params: testParams, role: Leader}
	s, ps, err := broken.Prepare(u.nonce, u.public, u.leader)
	require.ErrorIs(t, err, ErrInternal)
	require.Nil(t, s)
	require.Nil(t, ps)
	message, err := broken.Combine(prepShare, prepShare)
	require.ErrorIs(t, err, ErrInternal)
	require.Nil(t, message)
	out, err := broken.Finish(state, make([]byte, MessageSize))
	require.ErrorIs(t, err, ErrInternal)
	require.Nil(t, out.cells)
	_, err = whole.Finish(state, make([]byte, MessageSize))
	require.ErrorIs(t, err, ErrState, "a state outlived the panic")

	// What was already set is dropped, and the panic's value goes nowhere.
	x, err := func() (x int, err error) {
		defer refuse(&err, func() { x = 0 })
		x = 1
		panic("a share")
	}()
	require.ErrorIs(t, err, ErrInternal)
	require.Zero(t, x)
	require.NotContains(t, err.Error(), "a share")
}

func TestRoleNames(t *testing.T) {
	require.Equal(t, "leader", Leader.String())
	require.Equal(t, "helper", Helper.String())
	require.Equal(t, "unknown role", Role(2).String())
}

// TestOneAWorker: workers with an aggregator each share nothing (make check
// runs it under the race detector).
func TestOneAWorker(t *testing.T) {
	u := makeUpload(t, testParams, rand.NewChaCha8([32]byte{8}), 1, 4)
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() {
			for range 20 {
				if _, err := verify(testParams, u, testKey, testKey); err != nil {
					errs[i] = err
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func TestSecretsHideThemselves(t *testing.T) {
	u := makeUpload(t, testParams, rand.NewChaCha8([32]byte{9}), 1)
	a, err := New(testParams, u.context, testKey, Leader)
	require.NoError(t, err)
	s, _, err := a.Prepare(u.nonce, u.public, u.leader)
	require.NoError(t, err)
	out, err := verify(testParams, u, testKey, testKey)
	require.NoError(t, err)
	sum := NewAggregateShare(testParams.Length)
	require.NoError(t, sum.Add(out[0]))
	for name, values := range map[string][]any{
		"VerifyKey":      {testKey, &testKey},
		"State":          {s, *s},
		"OutputShare":    {out[0], &out[0]},
		"AggregateShare": {sum, *sum},
		"Aggregator":     {a, *a},
	} {
		for _, v := range values {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%08b"} {
				require.Equal(t, "vdaf."+name+"(redacted)", fmt.Sprintf(verb, v), verb)
			}
		}
	}
}
