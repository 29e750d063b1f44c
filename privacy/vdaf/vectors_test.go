package vdaf

import (
	"bytes"
	"compress/gzip"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudflare/circl/vdaf/prio3/count"
	"github.com/cloudflare/circl/vdaf/prio3/histogram"
	"github.com/cloudflare/circl/vdaf/prio3/mhcv"
	"github.com/cloudflare/circl/vdaf/prio3/sum"
	"github.com/cloudflare/circl/vdaf/prio3/sumvec"
	"github.com/stretchr/testify/require"
)

// octets is a hex string of a vector file.
type octets []byte

func (o *octets) UnmarshalText(b []byte) (err error) {
	*o, err = hex.DecodeString(string(b))
	return err
}

// vector is a file of the draft's official test vectors.
type vector[M, A any] struct {
	Shares    uint8    `json:"shares"`
	Ctx       octets   `json:"ctx"`
	VerifyKey octets   `json:"verify_key"`
	AggShares []octets `json:"agg_shares"`
	AggResult A        `json:"agg_result"`
	Length    int      `json:"length"`
	Weight    int      `json:"max_weight"`
	Chunk     int      `json:"chunk_length"`
	Bits      uint     `json:"bits"`
	MaxMeas   uint64   `json:"max_measurement"`
	Prep      []struct {
		Measurement  M          `json:"measurement"`
		Nonce        octets     `json:"nonce"`
		Rand         octets     `json:"rand"`
		PublicShare  octets     `json:"public_share"`
		InputShares  []octets   `json:"input_shares"`
		PrepShares   [][]octets `json:"prep_shares"`
		PrepMessages []octets   `json:"prep_messages"`
		OutShares    [][]octets `json:"out_shares"`
	} `json:"prep"`
}

// vectorFiles are the official vectors that come inside the circl module.
// Where there is none the test fails: it would prove nothing.
func vectorFiles(t *testing.T, pattern string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/cloudflare/circl").Output()
	require.NoError(t, err)
	dir := strings.TrimSpace(string(out))
	require.NotEmpty(t, dir, "circl is not in the module cache")
	files, err := filepath.Glob(filepath.Join(dir, "vdaf", "prio3", "testdata", pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no vector matches %s", pattern)
	return files
}

func loadVector[M, A any](t *testing.T, file string) (v vector[M, A]) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	require.NoError(t, json.NewDecoder(z).Decode(&v))
	require.NotEmpty(t, v.Prep, file)
	return v
}

// TestOfficialVectors runs the MultihotCountVec vectors through this package:
// every byte that two aggregators exchange and keep.
func TestOfficialVectors(t *testing.T) {
	checked := 0
	for _, file := range vectorFiles(t, "Prio3MultihotCountVec_*.json.gz") {
		v := loadVector[[]bool, []int64](t, file)
		if v.Shares != 2 {
			t.Logf("%s is for %d aggregators: left to circl's own types", filepath.Base(file), v.Shares)
			continue
		}
		checked++
		t.Run(filepath.Base(file), func(t *testing.T) {
			params := Params{Length: v.Length, Weight: v.Weight, Chunk: v.Chunk}
			aggregators, sums := make([]*Aggregator, 2), make([]*AggregateShare, 2)
			for role := range aggregators {
				var err error
				aggregators[role], err = New(params, v.Ctx, VerifyKey(v.VerifyKey), Role(role))
				require.NoError(t, err)
				sums[role] = NewAggregateShare(v.Length)
			}
			for _, r := range v.Prep {
				states, prepShares := make([]*State, 2), make([][]byte, 2)
				for i, a := range aggregators {
					var err error
					states[i], prepShares[i], err = a.Prepare([16]byte(r.Nonce), r.PublicShare, r.InputShares[i])
					require.NoError(t, err)
					require.Equal(t, []byte(r.PrepShares[0][i]), prepShares[i])
					require.Len(t, prepShares[i], a.PrepShareSize())
				}
				for i, a := range aggregators {
					message, err := a.Combine(prepShares[0], prepShares[1])
					require.NoError(t, err)
					require.Equal(t, []byte(r.PrepMessages[0]), message)
					out, err := a.Finish(states[i], message)
					require.NoError(t, err)
					one := NewAggregateShare(v.Length)
					require.NoError(t, one.Add(out))
					b, err := one.MarshalBinary()
					require.NoError(t, err)
					require.Equal(t, join(r.OutShares[i]), b)
					require.NoError(t, sums[i].Add(out))
				}
			}
			for i, s := range sums {
				b, err := s.MarshalBinary()
				require.NoError(t, err)
				require.Equal(t, []byte(v.AggShares[i]), b)
			}
			result, err := Unshard(sums[0], sums[1])
			require.NoError(t, err)
			require.Equal(t, v.AggResult, result)
		})
	}
	require.NotZero(t, checked)
}

func join(parts []octets) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// prio3 is the shape that circl's variants share.
type prio3[M, A, InputShare, State, PrepShare, OutShare, AggShare any] interface {
	Shard(M, *mhcv.Nonce, []byte) (mhcv.PublicShare, []InputShare, error)
	PrepInit(*mhcv.VerifyKey, *mhcv.Nonce, uint8, mhcv.PublicShare, InputShare) (*State, *PrepShare, error)
	PrepSharesToPrep([]PrepShare) (*mhcv.PrepMessage, error)
	PrepNext(*State, *mhcv.PrepMessage) (*OutShare, error)
	AggregateInit() AggShare
	AggregateUpdate(*AggShare, *OutShare)
	Unshard([]AggShare, uint) (*A, error)
}

// TestOfficialVectorsOfCirclsVariants shows that the library which verifies
// here passes the draft's vectors, Shard included, for any number of
// aggregators.
func TestOfficialVectorsOfCirclsVariants(t *testing.T) {
	each := func(name string, run func(t *testing.T, file string)) {
		for _, file := range vectorFiles(t, "Prio3"+name+"_*.json.gz") {
			t.Run(filepath.Base(file), func(t *testing.T) { run(t, file) })
		}
	}
	each("Count", func(t *testing.T, file string) {
		v := loadVector[uint64, uint64](t, file)
		p, err := count.New(v.Shares, v.Ctx)
		require.NoError(t, err)
		runVector(t, p, v, func(m uint64) bool { return m == 1 })
	})
	each("Sum", func(t *testing.T, file string) {
		v := loadVector[uint64, uint64](t, file)
		p, err := sum.New(v.Shares, v.MaxMeas, v.Ctx)
		require.NoError(t, err)
		runVector(t, p, v, same[uint64])
	})
	each("SumVec", func(t *testing.T, file string) {
		v := loadVector[[]uint64, []uint64](t, file)
		p, err := sumvec.New(v.Shares, uint(v.Length), v.Bits, uint(v.Chunk), v.Ctx)
		require.NoError(t, err)
		runVector(t, p, v, same[[]uint64])
	})
	each("Histogram", func(t *testing.T, file string) {
		v := loadVector[uint64, []uint64](t, file)
		p, err := histogram.New(v.Shares, uint(v.Length), uint(v.Chunk), v.Ctx)
		require.NoError(t, err)
		runVector(t, p, v, same[uint64])
	})
	each("MultihotCountVec", func(t *testing.T, file string) {
		v := loadVector[[]bool, []uint64](t, file)
		p, err := mhcv.New(v.Shares, uint(v.Length), uint(v.Weight), uint(v.Chunk), v.Ctx)
		require.NoError(t, err)
		runVector(t, p, v, same[[]bool])
	})
}

func same[T any](x T) T { return x }

func runVector[N, M, A, IS, ST, PS, OS, AS any](t *testing.T, p prio3[M, A, IS, ST, PS, OS, AS],
	v vector[N, A], convert func(N) M) {
	equal := func(want []byte, got any) {
		t.Helper()
		b, err := got.(encoding.BinaryMarshaler).MarshalBinary()
		require.NoError(t, err)
		// The empty public share or message of a variant without joint
		// randomness is nil or empty.
		require.True(t, bytes.Equal(want, b), "%T: %x, want %x", got, b, want)
	}
	key := mhcv.VerifyKey(v.VerifyKey)
	sums := make([]AS, v.Shares)
	for i := range sums {
		sums[i] = p.AggregateInit()
	}
	for _, r := range v.Prep {
		nonce := mhcv.Nonce(r.Nonce)
		public, inputs, err := p.Shard(convert(r.Measurement), &nonce, r.Rand)
		require.NoError(t, err)
		equal(r.PublicShare, &public)
		states, shares := make([]*ST, v.Shares), make([]PS, v.Shares)
		for i := range inputs {
			equal(r.InputShares[i], &inputs[i])
			state, share, err := p.PrepInit(&key, &nonce, uint8(i), public, inputs[i])
			require.NoError(t, err)
			equal(r.PrepShares[0][i], share)
			states[i], shares[i] = state, *share
		}
		message, err := p.PrepSharesToPrep(shares)
		require.NoError(t, err)
		equal(r.PrepMessages[0], message)
		for i := range sums {
			out, err := p.PrepNext(states[i], message)
			require.NoError(t, err)
			equal(join(r.OutShares[i]), out)
			p.AggregateUpdate(&sums[i], out)
		}
	}
	for i := range sums {
		equal(v.AggShares[i], &sums[i])
	}
	result, err := p.Unshard(sums, uint(len(v.Prep)))
	require.NoError(t, err)
	require.Equal(t, v.AggResult, *result)
}
