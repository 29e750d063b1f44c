package wire_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

func ExampleReader() {
	b := wire.AppendString(nil, "flock")
	b = wire.AppendVarint(b, -3)
	r := wire.NewReader(b)
	fmt.Println(r.String(16), r.Varint(), r.Close())
	// Output: flock -3 <nil>
}

func TestRoundTrip(t *testing.T) {
	b := wire.AppendUvarint(nil, 1<<63)
	b = wire.AppendVarint(b, math.MinInt64)
	b = wire.AppendVarint(b, math.MaxInt64)
	b = wire.AppendBlob(b, []byte{1, 2})
	b = wire.AppendU32(b, 7)
	b = wire.AppendU64(b, 8)
	b = wire.AppendFloat(b, -1.5)
	b = wire.AppendFloat(b, math.Copysign(0, -1))
	b = wire.AppendFloat(b, math.NaN())
	b = wire.AppendBool(b, true)
	r := wire.NewReader(b)
	require.EqualValues(t, uint64(1)<<63, r.Uvarint())
	require.EqualValues(t, math.MinInt64, r.Varint())
	require.EqualValues(t, math.MaxInt64, r.Varint())
	require.Equal(t, []byte{1, 2}, r.Blob(2))
	require.EqualValues(t, 7, r.U32())
	require.EqualValues(t, 8, r.U64())
	require.Equal(t, -1.5, r.Float())
	require.Equal(t, 0.0, r.Float())
	require.Equal(t, 0.0, r.Float())
	require.True(t, r.Bool())
	require.NoError(t, r.Close())
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		in   []byte
		read func(*wire.Reader)
		want error
	}{
		"empty varint":      {nil, func(r *wire.Reader) { r.Uvarint() }, wire.ErrShort},
		"cut varint":        {[]byte{0x80}, func(r *wire.Reader) { r.Uvarint() }, wire.ErrShort},
		"long form":         {[]byte{0x80, 0}, func(r *wire.Reader) { r.Uvarint() }, wire.ErrForm},
		"varint over 64":    {[]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 2}, func(r *wire.Reader) { r.Uvarint() }, wire.ErrForm},
		"count over limit":  {[]byte{5}, func(r *wire.Reader) { r.Count(4) }, wire.ErrForm},
		"blob past the end": {[]byte{5, 1}, func(r *wire.Reader) { r.Blob(9) }, wire.ErrShort},
		"bool 2":            {[]byte{2}, func(r *wire.Reader) { r.Bool() }, wire.ErrForm},
		"negative zero":     {[]byte{0x80, 0, 0, 0, 0, 0, 0, 0}, func(r *wire.Reader) { r.Float() }, wire.ErrForm},
		"nan":               {[]byte{0x7f, 0xf8, 0, 0, 0, 0, 0, 0}, func(r *wire.Reader) { r.Float() }, wire.ErrForm},
		"short u64":         {[]byte{1}, func(r *wire.Reader) { r.U64() }, wire.ErrShort},
		"trailing":          {[]byte{1, 2}, func(r *wire.Reader) { r.Byte() }, wire.ErrTrailing},
		"negative take":     {[]byte{1, 2}, func(r *wire.Reader) { r.Take(-1) }, wire.ErrShort},
	} {
		t.Run(name, func(t *testing.T) {
			r := wire.NewReader(c.in)
			c.read(r)
			require.ErrorIs(t, r.Close(), c.want)
			require.Zero(t, r.Uvarint(), "a failed reader reads nothing more")
			require.Nil(t, r.Rest())
		})
	}
}

// Whatever is read as a varint encodes back to the bytes it came from.
func FuzzVarint(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{0x80, 1})
	f.Add([]byte{0x80, 0})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		u := r.Uvarint()
		if r.Err() == nil {
			require.Equal(t, in[:len(in)-r.Len()], wire.AppendUvarint(nil, u))
		}
		r = wire.NewReader(in)
		v := r.Varint()
		if r.Err() == nil {
			require.Equal(t, in[:len(in)-r.Len()], wire.AppendVarint(nil, v))
		}
		r = wire.NewReader(in)
		if b := r.Blob(100); r.Err() == nil {
			require.Equal(t, in[:len(in)-r.Len()], wire.AppendBlob(nil, b))
		}
	})
}
