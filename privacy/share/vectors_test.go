package share

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// octets is a hex string of a vector file.
type octets []byte

func (o *octets) UnmarshalText(b []byte) (err error) {
	*o, err = hex.DecodeString(string(b))
	return err
}

// vectors are the official files of the draft that come inside the circl
// module. Where there is none the test fails: it would prove nothing.
func vectors(t *testing.T, pattern string) []string {
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

func load(t *testing.T, file string, v any) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	require.NoError(t, json.NewDecoder(z).Decode(v))
}

func TestOfficialShardVectors(t *testing.T) {
	files := vectors(t, "Prio3MultihotCountVec_*.json.gz")
	checked := 0
	for _, file := range files {
		var v struct {
			Chunk  int    `json:"chunk_length"`
			Length int    `json:"length"`
			Weight int    `json:"max_weight"`
			Shares int    `json:"shares"`
			Ctx    octets `json:"ctx"`
			Prep   []struct {
				Measurement []bool   `json:"measurement"`
				Nonce       octets   `json:"nonce"`
				Rand        octets   `json:"rand"`
				Public      octets   `json:"public_share"`
				Input       []octets `json:"input_shares"`
			} `json:"prep"`
		}
		load(t, file, &v)
		if v.Shares != 2 {
			t.Logf("%s is for %d aggregators", filepath.Base(file), v.Shares)
			continue
		}
		s, err := New(Params{v.Length, v.Weight, v.Chunk})
		require.NoError(t, err, file)
		require.NotEmpty(t, v.Prep, file)
		for _, r := range v.Prep {
			var got Shares
			require.NoError(t, s.Shard(&got, v.Ctx, r.Measurement,
				(*[NonceSize]byte)(r.Nonce), (*[RandSize]byte)(r.Rand)), file)
			require.Equal(t, []byte(r.Public), got.Public[:], file)
			require.Equal(t, []byte(r.Input[0]), got.Leader, file)
			require.Equal(t, []byte(r.Input[1]), got.Helper[:], file)
			checked++
		}
	}
	require.NotZero(t, checked, "every vector was for another number of aggregators")
}

func TestOfficialXofVector(t *testing.T) {
	var v struct {
		Binder  octets `json:"binder"`
		Seed    octets `json:"seed"`
		Dst     octets `json:"dst"`
		Derived octets `json:"derived_seed"`
		Vector  octets `json:"expanded_vec_field128"`
		Length  int    `json:"length"`
	}
	for _, file := range vectors(t, "XofTurboShake128.json.gz") {
		load(t, file, &v)
	}
	require.Len(t, v.Vector, elementSize*v.Length)

	// The vector's tag is no Prio3 tag, so it is absorbed by hand.
	start := func() *xof {
		var x xof
		x.write([]byte{byte(len(v.Dst)), byte(len(v.Dst) >> 8)})
		x.write(v.Dst)
		x.writeByte(byte(len(v.Seed)))
		x.write(v.Seed)
		x.write(v.Binder)
		x.squeeze()
		return &x
	}
	seed := make([]byte, len(v.Derived))
	start().read(seed)
	require.Equal(t, []byte(v.Derived), seed)
	elements := make([]byte, len(v.Vector))
	start().readElements(elements)
	require.Equal(t, []byte(v.Vector), elements)
	// However it is cut, output is one stream.
	x := start()
	var pieces []byte
	for n := 0; len(pieces) < len(v.Vector); n = (n + 13) % 190 {
		piece := make([]byte, min(n, len(v.Vector)-len(pieces)))
		x.read(piece)
		pieces = append(pieces, piece...)
	}
	require.Equal(t, []byte(v.Vector), pieces)
}

// TestTurboShake128 holds the sponge to RFC 9861's own test vectors (section
// 5), with their domain byte 0x1f in place of the XOF's 1.
func TestTurboShake128(t *testing.T) {
	ptn := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i % 0xfb)
		}
		return b
	}
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{nil, "1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c"},
		{ptn(1), "55cedd6f60af7bb29a4042ae832ef3f58db7299f893ebb9247247d856958daa9"},
		{ptn(17), "9c97d036a3bac819db70ede0ca554ec6e4c2a1a4ffbfd9ec269ca6a111161233"},
		{ptn(17 * 17), "96c77c279e0126f7fc07c9b07f5cdae1e0be60bdbe10620040e75d7223a624d2"},
	} {
		var x xof
		x.write(c.in)
		x.squeezeWith(0x1f)
		got := make([]byte, 32)
		x.read(got)
		require.Equal(t, c.want, hex.EncodeToString(got), "%d bytes", len(c.in))
	}
}

// squeezeWith ends the input under another domain byte: the padding is linear,
// so the difference is absorbed with the last block.
func (x *xof) squeezeWith(b byte) {
	if x.n == rate {
		x.absorb()
	}
	x.state[x.n/8] ^= uint64(b^domain) << (8 * (x.n % 8))
	x.squeeze()
}

// TestRejection primes the output block with values that are no elements.
func TestRejection(t *testing.T) {
	over := bytes.Repeat([]byte{0xff}, elementSize)
	p := make([]byte, elementSize)
	element{primeLo, primeHi}.put(p)
	below := make([]byte, elementSize)
	element{0, primeHi}.put(below)

	for name, stream := range map[string][][]byte{
		"none":           {below, below, below},
		"first":          {over, below},
		"two in a row":   {below, over, p, below},
		"last of a read": {below, below, below, p},
		"many":           {p, p, over, below, over, p, below, over},
	} {
		var x xof
		x.n = rate
		var want []byte
		for i := len(stream) - 1; i >= 0; i-- {
			x.n -= copy(x.block[x.n-elementSize:], stream[i])
		}
		for _, b := range stream {
			if canonical(read(b)) {
				want = append(want, b...)
			}
		}
		// What follows the primed block, taken from a copy.
		rest := x
		rest.n = rate
		more := make([]byte, 2*rate)
		rest.read(more)
		want = append(want, more...)

		got := make([]byte, 4*elementSize)
		x.readElements(got)
		require.Equal(t, want[:len(got)], got, name)
	}
}
