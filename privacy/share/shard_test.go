package share

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/cloudflare/circl/vdaf/prio3/mhcv"
	"github.com/stretchr/testify/require"
)

// circlShares are the shares of circl, encoded.
func circlShares(t testing.TB, p Params, context []byte, measurement []bool,
	nonce [NonceSize]byte, random []byte) (public, leader, helper []byte) {
	t.Helper()
	v, err := mhcv.New(2, uint(p.Length), uint(p.Weight), uint(p.Chunk), context)
	require.NoError(t, err)
	n := mhcv.Nonce(nonce)
	pub, in, err := v.Shard(measurement, &n, random)
	require.NoError(t, err)
	public, err = pub.MarshalBinary()
	require.NoError(t, err)
	leader, err = in[0].MarshalBinary()
	require.NoError(t, err)
	helper, err = in[1].MarshalBinary()
	require.NoError(t, err)
	return public, leader, helper
}

func randomBytes(rng *rand.ChaCha8, n int) []byte {
	b := make([]byte, n)
	rng.Read(b)
	return b
}

// randomMeasurement has exactly ones ones, at places drawn uniformly.
func randomMeasurement(rng *rand.ChaCha8, length, ones int) []bool {
	m := make([]bool, length)
	for _, i := range rand.New(rng).Perm(length)[:ones] {
		m[i] = true
	}
	return m
}

// parameterSets: every power of two up to 128 points, chunks that divide and
// that do not, the extremes of each parameter.
var parameterSets = []Params{
	{1, 1, 1}, {1, 1, 2}, {2, 1, 3}, {3, 3, 1}, {4, 2, 2}, {7, 7, 4}, {16, 16, 21},
	{31, 5, 8}, {64, 4, 10}, {64, 64, 5}, {97, 12, 1}, {128, 4, 9}, {200, 9, 13},
	{256, 12, 18}, {512, 12, 17}, {512, 12, 35}, {512, 512, 74}, {513, 15, 519 - 2},
	{1000, 31, 15}, {1024, 12, 34}, {1024, 1024, 69}, {1024, 1, 1025},
}

func TestShardIsByteIdenticalToCircl(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{1})
	for _, p := range parameterSets {
		t.Run(fmt.Sprintf("L%d_w%d_c%d", p.Length, p.Weight, p.Chunk), func(t *testing.T) {
			s, err := New(p)
			require.NoError(t, err)
			var got Shares // reused, so that what an earlier Shard left would show
			rounds := 4 + 400/p.Length
			for i := range rounds {
				ones := i % (p.Weight + 1)
				if i == 1 {
					ones = p.Weight
				}
				m := randomMeasurement(rng, p.Length, ones)
				context := randomBytes(rng, i*37%400)
				nonce := [NonceSize]byte(randomBytes(rng, NonceSize))
				random := randomBytes(rng, RandSize)
				public, leader, helper := circlShares(t, p, context, m, nonce, random)

				require.NoError(t, s.Shard(&got, context, m, &nonce, (*[RandSize]byte)(random)))
				require.True(t, bytes.Equal(public, got.Public[:]), "public share, round %d", i)
				require.True(t, bytes.Equal(leader, got.Leader), "leader's share, round %d", i)
				require.True(t, bytes.Equal(helper, got.Helper[:]), "helper's share, round %d", i)
				require.Len(t, got.Leader, s.LeaderSize())
			}
		})
	}
}

func TestLongContexts(t *testing.T) {
	p := Params{5, 2, 3}
	s, err := New(p)
	require.NoError(t, err)
	var nonce [NonceSize]byte
	var random [RandSize]byte
	m := make([]bool, p.Length)
	var got Shares
	for _, n := range []int{115, 116, 117, 125, 157, 158, 159, 168, 336, MaxContext} {
		context := bytes.Repeat([]byte{0xa5}, n)
		public, leader, _ := circlShares(t, p, context, m, nonce, random[:])
		require.NoError(t, s.Shard(&got, context, m, &nonce, &random))
		require.Equal(t, public, got.Public[:], "context of %d bytes", n)
		require.Equal(t, leader, got.Leader, "context of %d bytes", n)
	}
	require.ErrorIs(t, s.Shard(&got, make([]byte, MaxContext+1), m, &nonce, &random), ErrContext)
}

func TestRefusals(t *testing.T) {
	for _, p := range []Params{
		{0, 1, 1}, {-1, 1, 1}, {MaxLength + 1, 1, 1}, {4, 0, 1}, {4, -1, 1}, {4, 5, 1},
		{4, 2, 0}, {4, 2, -3}, {4, 2, 7}, {},
	} {
		_, err := New(p)
		require.ErrorIs(t, err, ErrParams, "%+v", p)
	}

	s, err := New(Params{6, 2, 2})
	require.NoError(t, err)
	var nonce [NonceSize]byte
	var random [RandSize]byte
	before := Shares{Leader: []byte{1, 2, 3}}
	for name, c := range map[string]struct {
		m    []bool
		want error
	}{
		"none":      {nil, ErrLength},
		"short":     {make([]bool, 5), ErrLength},
		"long":      {make([]bool, 7), ErrLength},
		"one over":  {[]bool{true, false, true, false, true, false}, ErrWeight},
		"all ones":  {[]bool{true, true, true, true, true, true}, ErrWeight},
		"last over": {[]bool{true, true, false, false, false, true}, ErrWeight},
	} {
		dst := before
		require.ErrorIs(t, s.Shard(&dst, nil, c.m, &nonce, &random), c.want, name)
		require.Equal(t, before, dst, "%s: shares written in spite of the error", name)
		requireWiped(t, s)
	}
	// A refused measurement disturbs nothing that comes after it.
	ok := []bool{false, true, false, false, false, true}
	public, leader, _ := circlShares(t, s.params, nil, ok, nonce, random[:])
	var got Shares
	require.NoError(t, s.Shard(&got, nil, ok, &nonce, &random))
	require.Equal(t, public, got.Public[:])
	require.Equal(t, leader, got.Leader)
}

// requireWiped walks the whole scratch, spare capacity included, whatever its
// fields are called: a field that wipe forgets fails.
func requireWiped(t *testing.T, s *Sharder) {
	t.Helper()
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Slice:
			require.Equal(t, v.Len(), v.Cap(), path)
			require.NotZero(t, v.Len(), path)
			fallthrough
		case reflect.Array:
			for i := range v.Len() {
				walk(path, v.Index(i))
			}
		default:
			require.True(t, v.IsZero(), "%s is not zero", path)
		}
	}
	walk("scratch", reflect.ValueOf(s.scratch))
}

func TestScratchIsZeroAfterShard(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{2})
	for _, p := range []Params{{1, 1, 1}, {64, 4, 10}, {200, 9, 13}} {
		s, err := New(p)
		require.NoError(t, err)
		requireWiped(t, s)
		nonce := [NonceSize]byte(randomBytes(rng, NonceSize))
		random := [RandSize]byte(randomBytes(rng, RandSize))
		var got Shares
		require.NoError(t, s.Shard(&got, []byte("context"), randomMeasurement(rng, p.Length, p.Weight), &nonce, &random))
		requireWiped(t, s)
	}
}

func TestShardAllocatesNothing(t *testing.T) {
	p := Params{512, 12, DefaultChunk(512, 12)}
	s, err := New(p)
	require.NoError(t, err)
	var got Shares
	var nonce [NonceSize]byte
	var random [RandSize]byte
	m := make([]bool, p.Length)
	context := make([]byte, 50)
	shard := func() {
		if err := s.Shard(&got, context, m, &nonce, &random); err != nil {
			t.Fatal(err)
		}
	}
	shard()
	require.Zero(t, testing.AllocsPerRun(20, shard))
}

func TestSharesHideThemselves(t *testing.T) {
	secret := Shares{Leader: []byte("leader's secret")}
	copy(secret.Helper[:], "helper's secret")
	for _, text := range []string{
		secret.String(), secret.GoString(), fmt.Sprint(secret), fmt.Sprint(&secret),
		fmt.Sprintf("%+v", secret), fmt.Sprintf("%#v", secret),
	} {
		require.Equal(t, "share.Shares(redacted)", text)
	}
}

func FuzzShard(f *testing.F) {
	f.Add(uint16(1), uint16(1), uint16(1), []byte{}, []byte("seed"), []byte{1})
	f.Add(uint16(4), uint16(2), uint16(2), []byte("some application"), []byte{}, []byte{6})
	f.Add(uint16(100), uint16(7), uint16(9), []byte("c"), []byte("x"), []byte{3, 0, 128})
	f.Add(uint16(257), uint16(256), uint16(300), bytes.Repeat([]byte{7}, 200), []byte("y"), bytes.Repeat([]byte{255}, 40))
	f.Fuzz(func(t *testing.T, length, weight, chunk uint16, context, seed, cells []byte) {
		p := Params{int(length % 300), int(weight), int(chunk)}
		s, err := New(p)
		if err != nil {
			require.ErrorIs(t, err, ErrParams)
			return
		}
		var key [32]byte
		copy(key[:], seed)
		rng := rand.NewChaCha8(key)
		nonce := [NonceSize]byte(randomBytes(rng, NonceSize))
		random := randomBytes(rng, RandSize)
		m := make([]bool, p.Length)
		ones := 0
		for i := range m {
			if i/8 < len(cells) && cells[i/8]>>(i%8)&1 == 1 {
				m[i] = true
				ones++
			}
		}
		var got Shares
		err = s.Shard(&got, context, m, &nonce, (*[RandSize]byte)(random))
		if len(context) > MaxContext {
			require.ErrorIs(t, err, ErrContext)
			return
		}
		if ones > p.Weight {
			require.ErrorIs(t, err, ErrWeight)
			return
		}
		require.NoError(t, err)
		public, leader, helper := circlShares(t, p, context, m, nonce, random)
		require.Equal(t, public, got.Public[:])
		require.Equal(t, leader, got.Leader)
		require.Equal(t, helper, got.Helper[:])
		requireWiped(t, s)
	})
}
