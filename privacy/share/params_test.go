package share

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDefaultChunk(t *testing.T) {
	for _, c := range []struct{ length, weight, want int }{
		{64, 4, 10}, {64, 12, 10}, {128, 4, 9}, {256, 12, 18}, {512, 12, 35}, {1024, 12, 34},
		{1, 1, 2}, {0, 1, 0}, {4, 5, 0}, {4, 0, 0}, {MaxLength + 1, 1, 0},
	} {
		require.Equal(t, c.want, DefaultChunk(c.length, c.weight), "length %d, weight %d", c.length, c.weight)
	}
}

// TestDefaultChunkIsNearTheSmallest searches every chunk length there is.
func TestDefaultChunkIsNearTheSmallest(t *testing.T) {
	for length := 1; length <= MaxLength; length += 1 + length/40 {
		for _, weight := range []int{1, 4, 12, length} {
			if weight > length {
				continue
			}
			p := Params{length, weight, DefaultChunk(length, weight)}
			require.NoError(t, p.Check())
			got, smallest := p.LeaderSize(), p.LeaderSize()
			for p.Chunk = 1; p.Check() == nil; p.Chunk++ {
				smallest = min(smallest, p.LeaderSize())
			}
			require.LessOrEqual(t, 100*got, 101*smallest, "length %d, weight %d", length, weight)
		}
	}
}

// TestSizes: the figures of PRIVACY and DESIGN, by hand.
func TestSizes(t *testing.T) {
	p := Params{512, 12, 35}
	require.Equal(t, 516, p.encoded())
	require.Equal(t, 15, p.calls())
	require.Equal(t, 16, p.points())
	require.Equal(t, 2*35+31, p.proof())
	require.Equal(t, 16*(516+101)+32, p.LeaderSize())
	s, err := New(p)
	require.NoError(t, err)
	require.Equal(t, p.LeaderSize(), s.LeaderSize())
}
