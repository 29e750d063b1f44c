package choose_test

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

func stopping(stopped uint64) choose.Priors {
	return choose.Priors{Version: 1, Plan: plan.Digest{7}, Places: []choose.PlacePriors{
		{Place: choose.Place{Kind: choose.Slot, Index: 1}, Rates: rows(1, 3), Stopped: stopped}, placed(choose.Items, 7, 2, 3),
	}}
}

func TestStopsHaveOneEncoding(t *testing.T) {
	none, some := encoded(t, stopping(0)), encoded(t, stopping(6))
	require.Equal(t, []byte{2, 3}, []byte{none[4], some[4]})
	head := "444c5052" + "03" + "01" + "07" + strings.Repeat("00", 31) + "02" + "00" + "01" + "01" + "03"
	require.True(t, strings.HasPrefix(hex.EncodeToString(some), head))
	at := len(head)/2 + 3*5
	require.Equal(t, byte(6), some[at], "after the place's rates")
	again, err := choose.Decode(some)
	require.NoError(t, err)
	require.Equal(t, stopping(6), *again)

	slots := stopping(2)
	slots.Places = slots.Places[:1]
	again, err = choose.Decode(encoded(t, slots))
	require.NoError(t, err)
	require.Equal(t, slots, *again)

	for name, stopped := range map[string]uint64{"the default": 1, "the default too": 7, "no column": 8} {
		_, err := choose.Encode(stopping(stopped))
		require.ErrorIs(t, err, choose.ErrPriors, name)
		bad := append([]byte(nil), some...)
		bad[at] = byte(stopped)
		_, err = choose.Decode(bad)
		require.ErrorIs(t, err, choose.ErrPriors, name)
	}
	nothing := append([]byte(nil), some...)
	nothing[at] = 0
	_, err = choose.Decode(nothing)
	require.ErrorIs(t, err, choose.ErrPriors, "format 3 of nothing stopped")
	items := stopping(0)
	items.Places[1].Stopped = 2
	_, err = choose.Encode(items)
	require.ErrorIs(t, err, choose.ErrPriors, "items are not stopped")
}

// A stopped variant is never shown, by drawing or by exploring, however good its prior;
// who was being shown it is not any more; all others go on as before.
func TestStopped(t *testing.T) {
	n := choose.PlaceNames{Name: 7, Columns: []profile.Key{1, 2, 3}, Topics: make([]uint64, 3), Terms: choose.Terms{Reward: 1}, Sticky: plan.StickAlways}
	priors := choose.Priors{Version: 1, Places: []choose.PlacePriors{{Rates: [][]choose.Rate{{{Mean: .1, Strength: 1000}, {Mean: .9, Strength: 1000}, {Mean: .2, Strength: 1000}}}}}}
	stopped := choose.Priors{Version: 1, Places: []choose.PlacePriors{{Rates: priors.Places[0].Rates, Stopped: 2}}}
	var before, after [3]int
	for i := range 2000 {
		m := drawnMemory(rand.New(rand.NewPCG(uint64(i), 7)))
		s := promoAt(promoStart, nil)
		s.Policy.Explore, s.Priors = 3000, &priors
		var d choose.Decision
		m.Choose(&d, &n, &choose.Evidence{}, s)
		before[d.Column]++
		first := d.Column
		require.False(t, d.Options[1].Barred)

		s.Seen = choose.Sight{Any: true, Column: first, At: promoStart}
		m.Choose(&d, &n, &choose.Evidence{}, s)
		require.True(t, d.Kept)
		s.Priors = &stopped
		m.Choose(&d, &n, &choose.Evidence{}, s)
		after[d.Column]++
		require.Equal(t, []bool{false, true, false}, []bool{d.Options[0].Barred, d.Options[1].Barred, d.Options[2].Barred})
		require.Equal(t, first != 1, d.Kept, "what stands and is not stopped goes on")
	}
	require.Greater(t, before[1], 1000)
	require.Zero(t, after[1])
	require.Greater(t, after[2], after[0])
	require.Greater(t, after[0], 0)

	// All but the default: personalization is off.
	off := choose.Priors{Version: 1, Places: []choose.PlacePriors{{Rates: priors.Places[0].Rates, Stopped: 6}}}
	for i := range 500 {
		m := drawnMemory(rand.New(rand.NewPCG(uint64(i), 8)))
		s := promoAt(promoStart, nil)
		s.Policy.Explore, s.Priors = 3000, &off
		var d choose.Decision
		m.Choose(&d, &n, &choose.Evidence{}, s)
		require.Zero(t, d.Column)
	}
}

// A stop stays beside the ladder's.
func TestStoppedOnTheLadder(t *testing.T) {
	places := promotions(plan.Promotion{Ladder: []plan.Rule{nil, {plan.OpFalse}, {plan.OpTrue}}})
	priors := choose.Priors{Version: 1, Places: []choose.PlacePriors{{Place: places[0].Place, Rates: rows(1, 3), Stopped: 4}}}
	for i := range 500 {
		m := drawnMemory(rand.New(rand.NewPCG(uint64(i), 9)))
		s := promoAt(promoStart, places)
		s.Policy.Explore, s.Priors = 5000, &priors
		d := ask(m, &places[0], s)
		require.Zero(t, d.Column)
		require.Equal(t, []bool{false, true, true}, []bool{d.Options[0].Barred, d.Options[1].Barred, d.Options[2].Barred})
	}
}
