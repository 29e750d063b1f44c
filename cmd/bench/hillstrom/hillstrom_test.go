package hillstrom_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
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

func TestDamagedData(t *testing.T) {
	const head = "recency,history,mens,womens,zip_code,newbie,channel,segment,visit,conversion,spend\n"
	const good = "1,29.99,1,0,Rural,0,Web,No E-Mail,0,0,0\n"
	for _, c := range []struct{ name, text, want string }{
		{"no head", "", "EOF"},
		{"a column is missing", strings.Replace(head, "segment,", "", 1), `no column "segment"`},
		{"no flag", head + "1,29.99,yes,0,Rural,0,Web,No E-Mail,0,0,0\n", `customer 0: mens is "yes", not 0 or 1`},
		{"no newbie", head + "1,29.99,1,0,Rural,,Web,No E-Mail,0,0,0\n", `customer 0: newbie is "", not 0 or 1`},
		{"unknown arm", head + good + "1,29.99,1,0,Rural,0,Web,Letter,0,0,0\n", `customer 1: unknown arm "Letter"`},
		{"no money", head + "1,29.99,1,0,Rural,0,Web,No E-Mail,0,0,much\n", `customer 0: spend is "much"`},
		{"no months", head + good + good + "-1,29.99,1,0,Rural,0,Web,No E-Mail,0,0,0\n", `customer 2: recency is "-1"`},
		{"no history, whose logarithm is taken", head + "1,0,1,0,Rural,0,Web,No E-Mail,0,0,0\n", `customer 0: history is "0"`},
		{"a history that is no number", head + "1,NaN,1,0,Rural,0,Web,No E-Mail,0,0,0\n", `customer 0: history is "NaN"`},
		{"a short row", head + "1,1,0\n", "wrong number of fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(dir, "hillstrom"), 0o700))
			f, err := os.Create(filepath.Join(dir, hillstrom.File))
			require.NoError(t, err)
			z := gzip.NewWriter(f)
			_, err = io.WriteString(z, c.text)
			require.NoError(t, errors.Join(err, z.Close(), f.Close()))
			_, err = hillstrom.Read(dir, 0)
			require.ErrorContains(t, err, c.want)
		})
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "hillstrom"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, hillstrom.File), []byte("recency,mens,womens,segment"), 0o600))
	_, err := hillstrom.Read(dir, 0)
	require.ErrorContains(t, err, "gzip")
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

// With a hundred customers some cells hold nobody: their rates are no numbers,
// and JSON says null.
func TestFewCustomersStillMakeJSON(t *testing.T) {
	exact := hillstrom.Exact(hillstrom.Invent(100, 1)[:20])
	released := make([]int64, hillstrom.Cells)
	b, err := json.Marshal(hillstrom.Rates(released, exact, 206))
	require.NoError(t, err)
	require.Contains(t, string(b), `"private":null`)
	r, err := hillstrom.Redraw(exact, 50, rand.NewChaCha8([32]byte{4}))
	require.NoError(t, err)
	b, err = json.Marshal([]hillstrom.Number{hillstrom.Number(r.Median), hillstrom.Number(r.P95), hillstrom.Number(math.NaN()), .5})
	require.NoError(t, err)
	require.Regexp(t, `,null,0\.5\]$`, string(b))

	nobody, err := hillstrom.Redraw(make([]int64, hillstrom.Cells), 3, rand.NewChaCha8([32]byte{5}))
	require.NoError(t, err)
	require.True(t, math.IsNaN(nobody.Median) && math.IsNaN(nobody.Coverage))
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
