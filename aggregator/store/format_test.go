package store

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// The example of docs/formats.md.
func TestFormatExample(t *testing.T) {
	f := format{schema: 2, program: "dunlin v1.2.3", stamped: true}
	b := f.append(nil)
	require.Equal(t, "0000000000000002"+"0d"+"64756e6c696e2076312e322e33"+"33d9224f", hex.EncodeToString(b))
	back, err := parseFormat(b)
	require.NoError(t, err)
	require.Equal(t, f, back)
}

// What a store says of its format is read as it was written, or not at all.
func FuzzFormat(f *testing.F) {
	for _, one := range []format{{schema: 1}, {schema: 2, program: "dunlin v1.2.3"}, {schema: 1 << 63, program: string(make([]byte, mostProgram))}} {
		f.Add(one.append(nil))
	}
	f.Add([]byte{})
	f.Add(make([]byte, 13))
	f.Fuzz(func(t *testing.T, in []byte) {
		one, err := parseFormat(in)
		if err != nil {
			require.ErrorIs(t, err, errFormat)
			return
		}
		require.NotZero(t, one.schema)
		require.True(t, one.stamped)
		require.Equal(t, in, one.append(nil))
	})
}

func TestProgram(t *testing.T) {
	require.NotEmpty(t, program())
	require.LessOrEqual(t, len(program()), mostProgram)
}
