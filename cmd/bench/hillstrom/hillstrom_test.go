package hillstrom_test

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/bench/hillstrom"
	"github.com/stretchr/testify/require"
)

func data(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("DUNLIN_DATA")
	if dir == "" {
		require.Empty(t, os.Getenv("CI"), "CI needs DUNLIN_DATA")
		t.Skip("DUNLIN_DATA is not set")
	}
	return dir
}

// Facts of the file that its publisher states: 64,000 customers in three arms of
// about a third, 14.7 % visits, .9 % conversions.
func TestReadsTheWholeFile(t *testing.T) {
	c, err := hillstrom.Read(data(t), 0)
	require.NoError(t, err)
	require.Len(t, c, 64000)
	sum := hillstrom.Exact(c)
	require.Len(t, sum, hillstrom.Cells)
	require.EqualValues(t, 64000, sum[0])
	var visits, arms int64
	for i := range 9 {
		arms += sum[4+i]
		visits += sum[13+i]
	}
	require.EqualValues(t, 64000, arms)
	require.EqualValues(t, 9394, visits)
	var bought int64
	for _, n := range sum[22:] {
		bought += n
	}
	require.EqualValues(t, 578, bought)
}

func TestMissingAndShortData(t *testing.T) {
	_, err := hillstrom.Read("", 0)
	require.ErrorIs(t, err, hillstrom.ErrNoData)
	_, err = hillstrom.Read(t.TempDir(), 0)
	require.ErrorIs(t, err, hillstrom.ErrNoData)
	_, err = hillstrom.Read(data(t), 64001)
	require.ErrorContains(t, err, "64001 customers wanted, the file has 64000")
}

func TestInventedCustomersAreTheSameForASeed(t *testing.T) {
	require.Equal(t, hillstrom.Invent(100, 1), hillstrom.Invent(100, 1))
	require.NotEqual(t, hillstrom.Invent(100, 1), hillstrom.Invent(100, 2))
}

func TestJudgeAndRedraw(t *testing.T) {
	exact := hillstrom.Exact(hillstrom.Invent(64000, 1))
	d := hillstrom.Judge(exact, exact, 206)
	require.Zero(t, d.WorstZ)
	off := append([]int64(nil), exact...)
	off[7] -= 29 // about two standard deviations
	d = hillstrom.Judge(off, exact, 206)
	require.InDelta(t, 2.02, d.WorstZ, .01)
	require.Equal(t, 7, d.WorstCell)

	r, err := hillstrom.Redraw(exact, 300, rand.NewChaCha8([32]byte{3}))
	require.NoError(t, err)
	require.Less(t, r.Median, .03)
	require.Greater(t, r.P95, r.Median)
	require.InDelta(t, .95, r.Coverage, .03) // 2,700 pooled: standard error .004
}
