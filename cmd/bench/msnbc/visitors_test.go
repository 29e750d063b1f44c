package msnbc

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	got, err := parse(strings.NewReader(strings.Join([]string{
		"7\t0\t1 1 1 2 2 1", // repeats collapse, but a category may come back
		"8\t13\t17 1 2 3 4 5 6",
		"9\t3\t4 4 4 4", // no transition: no decision
		"10\t3\t",
		"11\t4\t5  6",
	}, "\n")), maxDecisions+1, 2)
	require.NoError(t, err)
	require.Equal(t, []Visitor{
		{ID: 7, Day: 0, Path: []int{0, 1, 0}},
		{ID: 8, Day: 13, Path: []int{16, 0, 1, 2, 3}}, // four decisions at most
		{ID: 11, Day: 4, Path: []int{4, 5}},
	}, got)
	v := got[0]
	require.Equal(t, 2, v.Decisions())
	require.Equal(t, []int{None, 0, 1}, []int{v.Prev(0), v.Last(0), v.Next(0)})
	require.Equal(t, []int{0, 1, 0}, []int{v.Prev(1), v.Last(1), v.Next(1)})
}

// Whoever looks at whole visits gets those of one page too, and all pages of the others.
func TestParseWhole(t *testing.T) {
	got, err := parse(strings.NewReader("8\t13\t17 1 2 3 4 5 6\n9\t3\t4 4 4 4\n10\t3\t\n"), math.MaxInt, 1)
	require.NoError(t, err)
	require.Equal(t, []Visitor{{ID: 8, Day: 13, Path: []int{16, 0, 1, 2, 3, 4, 5}}, {ID: 9, Day: 3, Path: []int{3}}}, got)
}

func TestBadLinesAreNamed(t *testing.T) {
	const good = "1\t0\t1 2\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "no visitor with a transition"},
		{"nobody who moves", "1\t0\t3\n", "no visitor with a transition"},
		{"no tabs", good + "1 0 1 2\n", "line 2: wanted uid, day (0 to 13) and categories, with tabs between"},
		{"no categories", good + good + "1\t0\n", "line 3: wanted uid"},
		{"an empty line", good + "\n" + good, "line 2: wanted uid"},
		{"a name for an id", "x\t0\t1 2\n", "line 1: wanted uid"},
		{"a day before the first", good + "1\t-1\t1 2\n", "line 2: wanted uid, day (0 to 13)"},
		{"a day after the last", good + "1\t14\t1 2\n", "line 2: wanted uid, day (0 to 13)"},
		{"category 0", good + "1\t0\t1 0\n", `line 2: category "0" is not 1 to 17`},
		{"category 18", good + "1\t0\t18 1\n", `line 2: category "18" is not 1 to 17`},
		{"a bad one beyond the last decision", good + "1\t0\t1 2 3 4 5 6 7 99\n", `line 2: category "99" is not 1 to 17`},
		{"a word", "1\t0\t1 sports\n", `line 1: category "sports" is not 1 to 17`},
		{"a line without end", good + "1\t0\t" + strings.Repeat("1 ", 3<<20), "token too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(strings.NewReader(c.text), maxDecisions+1, 2)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestReadCompressedOrNot(t *testing.T) {
	const text = "1\t0\t1 2\n2\t9\t3 4 5\n"
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "plain.tsv"), filepath.Join(dir, File)
	require.NoError(t, os.WriteFile(plain, []byte(text), 0o600))
	require.NoError(t, os.Mkdir(filepath.Dir(packed), 0o700))
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, errors.Join(err, z.Close()))
	require.NoError(t, os.WriteFile(packed, b.Bytes(), 0o600))

	want := []Visitor{{ID: 1, Day: 0, Path: []int{0, 1}}, {ID: 2, Day: 9, Path: []int{2, 3, 4}}}
	for _, c := range []struct{ dir, file string }{{dir, ""}, {"", packed}, {"", plain}, {"elsewhere", plain}} {
		got, err := Read(c.dir, c.file)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}

	_, err = Read("", "")
	require.ErrorIs(t, err, ErrNoData)
	_, err = Read(t.TempDir(), "")
	require.ErrorIs(t, err, ErrNoData)
	_, err = Read(dir, filepath.Join(dir, "none"))
	require.ErrorIs(t, err, ErrNoData)
	require.ErrorContains(t, err, "none is missing")
	_, err = Read(dir, dir)
	require.Error(t, err)
	require.NoError(t, os.WriteFile(packed, b.Bytes()[:b.Len()-9], 0o600))
	_, err = Read(dir, "")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NoError(t, os.WriteFile(plain, []byte("1\t0\t1 2\nx\n"), 0o600))
	_, err = Read("", plain)
	require.ErrorContains(t, err, "plain.tsv: line 2: ")
}
