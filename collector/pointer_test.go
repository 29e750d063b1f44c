package collector_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var (
	lineA = plan.Digest{0xaa}.String() + "\n"
	lineB = plan.Digest{0xbb}.String() + "\n"
)

// damagedPointers are no pointers, each for a reason of its own.
func damagedPointers() map[string]string {
	return map[string]string{
		"empty": "", "cut off": lineA[:40], "no end of line": lineA[:64], "a second line cut off": lineA + lineB[:63],
		"no end of the second": lineA + lineB[:64], "three lines": lineA + lineB + lineA, "the same twice": lineA + lineA,
		"upper case": strings.ToUpper(lineA), "blanks": " " + lineA, "carriage return": lineA[:64] + "\r\n", "no digits": strings.Repeat("x", 65),
		"a previous of zeros": lineA + strings.Repeat("0", 64) + "\n", "zeros alone": strings.Repeat("0", 64) + "\n", "long": strings.Repeat(lineA, 1000),
	}
}

func TestPointer(t *testing.T) {
	current, previous, _, err := collector.ParsePointer([]byte(lineA))
	require.NoError(t, err)
	require.Equal(t, plan.Digest{0xaa}, current)
	require.Zero(t, previous)
	current, previous, _, err = collector.ParsePointer([]byte(lineA + lineB))
	require.NoError(t, err)
	require.Equal(t, plan.Digest{0xaa}, current)
	require.Equal(t, plan.Digest{0xbb}, previous)
	for name, text := range damagedPointers() {
		_, _, _, err := collector.ParsePointer([]byte(text))
		require.Error(t, err, name)
	}
}

// FuzzPointer: what is accepted is written again byte for byte.
func FuzzPointer(f *testing.F) {
	f.Add([]byte(lineA))
	f.Add([]byte(lineA + lineB))
	for _, text := range damagedPointers() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		current, previous, again, err := collector.ParsePointer(b)
		if err != nil {
			return
		}
		require.Equal(t, b, again)
		require.NotEqual(t, current, previous)
	})
}
