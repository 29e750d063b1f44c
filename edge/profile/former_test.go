package profile_test

import (
	"encoding/hex"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// Profiles as the code of the former format wrote them: of nobody, of somebody who
// declared a flag, a number and a choice, the same after a view, and after a life.
var former = []string{
	"0000",
	"000312886f9d00055adf024004000000000000807d0fbcae7c4b200101cf83f0f9828551b6033e23e8160039594a",
	"01010000008084bdf206000101000000002d711642b726b04480200000000080200312886f9d00055adf024004000000000000807d0fbcae7c4b200101cf83f0f9828551b6033e23e8160039594a",
	"050301010280fc8ff4060080f7980180813a818080800280f79801b830ba099d999e010380af1a80a43f80996480f8d2012d711642b726b044c035b1050000d9a2028031594e519ae499312bc03400008459d9a202802ca1fce4363854ff88c034b105a01a000080220312886f9d00055adf024004000000000000807d0fbcae7c4b200101cf83f0f9828551b6033e23e8160039594a",
}

func decodeFormer(t *testing.T, text string) (p profile.Profile) {
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	r := wire.NewReader(b)
	p.DecodeFormer(r)
	require.NoError(t, r.Close())
	for i := range b {
		var q profile.Profile
		r := wire.NewReader(b[:i])
		q.DecodeFormer(r)
		require.Error(t, r.Close(), "cut at %d", i)
		require.Zero(t, q)
	}
	return stored(t, p)
}

// What was known of the life is known, as the former code said it on the day after.
func TestDecodeFormer(t *testing.T) {
	require.Zero(t, decodeFormer(t, former[0]))
	p := decodeFormer(t, former[1])
	require.False(t, p.Seen())
	require.Equal(t, 2.5, value(&p, start, plan.VarAttribute+1))
	p = decodeFormer(t, former[2])
	require.Equal(t, []float64{1, 1, .5}, []float64{value(&p, start, plan.VarVisits), value(&p, start, plan.VarViews), value(&p, start, plan.VarAffinity)})

	p = decodeFormer(t, former[3])
	later := start + 41*day
	for index, want := range []float64{5, 3, 1, 1, 2, 62, 31, 12.10, 41, 29, 30, 30, 1, 2} {
		require.Equal(t, want, value(&p, later, index), plan.Variables[index].Name)
	}
	for index, want := range map[int]float64{
		plan.VarAttribute: 1, plan.VarAttribute + 1: 2.5, plan.VarAttribute + 2: 1,
		plan.VarAffinity: 0.3901530291783247, plan.VarAffinity + 1: 0.083580768571918, plan.VarAffinity + 2: 0.4677953520242106,
	} {
		require.InDelta(t, want, value(&p, later, index), 1e-3)
	}
	require.Equal(t, 1.0, value(&p, start+40*day, plan.VarSessions30), "visits weren't kept one by one")
	require.False(t, p.Remember(names, later, profile.Past{At: p.Last - 29*day, Purchase: profile.Purchase{Minor: 1210}}))
}
