package recommend

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// The bytes that docs/formats.md shows.
func TestExamplesOfTheFormats(t *testing.T) {
	guide, err := os.ReadFile("../../docs/formats.md")
	require.NoError(t, err)
	items := []Item{
		{Key: uint64(profile.KeyOf("runner")), Topics: 0b101, Price: 8990, Added: 20_780},
		{Key: uint64(profile.KeyOf("fractions")), Skill: 2, Difficulty: -.5},
	}
	b := Encode(items)
	decoded(t, school(), items)
	require.Contains(t, strings.ReplaceAll(string(guide), " ", ""), hex.EncodeToString(b))

	var m Memory
	m.Shown([]uint64{items[0].Key, items[0].Key}, 1_795_424_400)
	m.Seen(Solved, items[1].Key, 1_795_424_400)
	b = m.Append(nil)
	require.Contains(t, strings.ReplaceAll(string(guide), " ", ""), hex.EncodeToString(b))
	var again Memory
	in := wire.NewReader(b)
	again.Decode(in)
	require.NoError(t, in.Close())
	require.Equal(t, m, again)
}
