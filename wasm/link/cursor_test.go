package link

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumbers(t *testing.T) {
	for _, v := range []uint32{0, 1, 127, 128, 16383, 16384, 1 << 28, math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32} {
		c := cursor{rest: appendU32(nil, v)}
		require.Equal(t, v, c.u32())
		require.NoError(t, c.end())
		c = cursor{rest: appendS32(nil, int32(v))}
		require.Equal(t, int32(v), c.s32())
		require.NoError(t, c.end())
	}
	for _, v := range []int32{-1, -64, -65, -8192, -8193, math.MinInt32} {
		c := cursor{rest: appendS32(nil, v)}
		require.Equal(t, v, c.s32())
		require.NoError(t, c.end())
	}
}

func TestNumbersOfTheStandard(t *testing.T) {
	// Bytes and values of the core specification, section 5.2.2, and of its text
	// on padding and unused bits.
	unsigned := map[string]struct {
		bytes string
		want  uint32
		bad   bool
	}{
		"three":                    {"\x03", 3, false},
		"three, padded":            {"\x83\x00", 3, false},
		"three, padded to five":    {"\x83\x80\x80\x80\x00", 3, false},
		"largest":                  {"\xff\xff\xff\xff\x0f", math.MaxUint32, false},
		"sixth byte":               {"\x83\x80\x80\x80\x80\x00", 0, true},
		"bit beyond the 32nd":      {"\x83\x80\x80\x80\x10", 0, true},
		"cut off":                  {"\x83", 0, true},
		"cut off after five":       {"\x83\x80\x80\x80\x80", 0, true},
		"nothing":                  {"", 0, true},
		"a fifth byte of all bits": {"\xff\xff\xff\xff\x7f", 0, true},
	}
	for name, test := range unsigned {
		t.Run("unsigned "+name, func(t *testing.T) {
			c := cursor{rest: []byte(test.bytes)}
			got := c.u32()
			if test.bad {
				require.ErrorIs(t, c.err, ErrFormat)
				return
			}
			require.NoError(t, c.end())
			require.Equal(t, test.want, got)
		})
	}
	signed := map[string]struct {
		bytes string
		want  int32
		bad   bool
	}{
		"minus two":                 {"\x7e", -2, false},
		"minus two, padded":         {"\xfe\x7f", -2, false},
		"minus two, padded to five": {"\xfe\xff\xff\xff\x7f", -2, false},
		"sixty-four takes two":      {"\xc0\x00", 64, false},
		"smallest":                  {"\x80\x80\x80\x80\x78", math.MinInt32, false},
		"largest":                   {"\xff\xff\xff\xff\x07", math.MaxInt32, false},
		"positive with sign bits":   {"\xff\xff\xff\xff\x77", 0, true},
		"negative without":          {"\x80\x80\x80\x80\x08", 0, true},
		"sixth byte":                {"\x80\x80\x80\x80\x80\x00", 0, true},
		"cut off":                   {"\xfe", 0, true},
	}
	for name, test := range signed {
		t.Run("signed "+name, func(t *testing.T) {
			c := cursor{rest: []byte(test.bytes)}
			got := c.s32()
			if test.bad {
				require.ErrorIs(t, c.err, ErrFormat)
				return
			}
			require.NoError(t, c.end())
			require.Equal(t, test.want, got)
		})
	}
}

func TestFirstFailureSticks(t *testing.T) {
	c := cursor{rest: []byte{5, 'a'}}
	require.Empty(t, c.name())
	first := c.err
	require.ErrorIs(t, first, ErrFormat)
	require.Zero(t, c.byte())
	require.Zero(t, c.u32())
	require.Nil(t, c.take(1))
	require.Equal(t, first, c.end())

	c = cursor{rest: []byte{1, 0xff}}
	require.Empty(t, c.name(), "names are UTF-8")
	require.ErrorIs(t, c.end(), ErrFormat)
}
