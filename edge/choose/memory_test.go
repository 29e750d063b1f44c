package choose_test

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

func readMemory(in []byte) (choose.Memory, error) {
	r := wire.NewReader(in)
	var m choose.Memory
	m.Decode(r)
	return m, r.Close()
}

// lot returns the randomness that draws a seed of zeros and this lot.
func lot(n uint32) *[choose.LotSize]byte {
	b := [choose.LotSize]byte(append(make([]byte, 16), byte(n>>24), byte(n>>16), byte(n>>8), byte(n)))
	return &b
}

// situation is one at an instant of a visit that began an hour before.
func situation(now plan.Time) *choose.Situation {
	var p profile.Profile
	return &choose.Situation{Now: now, Date: plan.Date(now / plan.Day), Visit: now - 3600, Last: now, View: p.At(now, profile.NamesOf(&plan.Plan{}))}
}

func placeOf(kind choose.Kind, name profile.Key, columns ...profile.Key) *choose.PlaceNames {
	return &choose.PlaceNames{Place: choose.Place{Kind: kind}, Name: name, Columns: columns,
		Topics: make([]uint64, len(columns)), Terms: choose.Terms{Reward: 1}}
}

// A memory after two choices, and the bytes that doc.go draws for it.
const (
	memoryHead   = "01" + "00112233445566778899aabbccddeeff" + "fffefdfc" + "ac02" + "02"
	memorySlot   = "00" + "0000000000000007" + "0000000000000101" + "c0a907" + "01"
	memoryBanner = "01" + "0000000000000003" + "0000000000000202" + "c1a907" + "01"
)

func memory(t testing.TB) *choose.Memory {
	var m choose.Memory
	random := [choose.LotSize]byte{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xff, 0xfe, 0xfd, 0xfc}
	m.Draw(&random)
	require.NoError(t, m.Accept(300))
	var d choose.Decision
	var e choose.Evidence
	// One column to pick makes the bytes known; the campaign is chosen first and stands last.
	m.Choose(&d, placeOf(choose.Campaign, 3, 0x202), &e, situation(120_001))
	m.Choose(&d, placeOf(choose.Slot, 7, 0x101), &e, situation(120_000))
	return &m
}

func TestMemoryBytes(t *testing.T) {
	require.Equal(t, "00000000", hex.EncodeToString((&choose.Memory{}).Append(nil)))
	m := memory(t)
	require.Equal(t, memoryHead+memorySlot+memoryBanner+"00", hex.EncodeToString(m.Append(nil)))
	back, err := readMemory(m.Append(nil))
	require.NoError(t, err)
	require.Equal(t, *m, back)
}

// Only what Append writes is read; what is refused leaves the zero value.
func TestMemoryIsReadStrictly(t *testing.T) {
	whole := memoryHead + memorySlot + memoryBanner
	for name, in := range map[string]string{
		"nothing":                    "",
		"longer":                     whole + "00",
		"drawn is no truth":          strings.Replace(whole, "01", "02", 1),
		"a seed cut short":           "01001122",
		"a version in a longer form": strings.Replace(whole, "ac02", "ac8200", 1),
		"a version past the last":    "00" + "818080808002" + "00",
		"one choice too few":         strings.Replace(whole, "ac0202", "ac0203", 1),
		"one too many":               strings.Replace(whole, "ac0202", "ac0201", 1),
		"33 choices":                 memoryHead[:len(memoryHead)-2] + "21" + strings.Repeat(memorySlot, 33),
		"out of order":               memoryHead + memoryBanner + memorySlot,
		"twice the same place":       memoryHead + memorySlot + memorySlot,
		"places out of order":        memoryHead + memorySlot + strings.Replace(memorySlot, "07", "06", 1),
		"a kind of place unknown":    memoryHead + memorySlot + "02" + memoryBanner[2:],
		"an instant past the last":   memoryHead + memorySlot + strings.Replace(memoryBanner, "c1a907", "818080808002", 1),
		"no reason":                  memoryHead + memorySlot + memoryBanner[:len(memoryBanner)-2] + "00",
		"a slot's of the holdout":    memoryHead + memorySlot[:len(memorySlot)-2] + "03" + memoryBanner,
		"a slot's of a promotion":    memoryHead + memorySlot[:len(memorySlot)-2] + "04" + memoryBanner,
		"an unknown reason":          memoryHead + memorySlot + memoryBanner[:len(memoryBanner)-2] + "08",
		"showings without their day": whole + "01" + "0000000000000003" + "c1a907" + "02" + "01",
		"a day of no showings":       whole + "01" + "0000000000000003" + "c1a907" + "01" + "00",
		"a day before the span":      whole + "01" + "0000000000000003" + "c1a907" + "8180808004" + "0101",
	} {
		if !strings.HasPrefix(in, whole) || name == "longer" {
			in += "00" // no showings
		}
		b, err := hex.DecodeString(in)
		require.NoError(t, err, name)
		m, err := readMemory(b)
		require.Error(t, err, name)
		if name != "longer" && name != "one too many" { // those are read, and something is left
			require.Equal(t, choose.Memory{}, m, name)
		}
	}
	b, _ := hex.DecodeString(whole + "00")
	for i := range b {
		_, err := readMemory(b[:i])
		require.Error(t, err)
	}
	b, _ = hex.DecodeString(memoryHead + memorySlot + memoryBanner[:len(memoryBanner)-2] + "0200")
	_, err := readMemory(b)
	require.NoError(t, err, "explored")
	// What another device chose is there before the own lot is drawn.
	b, _ = hex.DecodeString("00" + "00" + "01" + memorySlot + "01" + "0000000000000003" + "c1a907" + "8180808002" + "0203")
	m, err := readMemory(b)
	require.NoError(t, err)
	require.Equal(t, b, m.Append(nil))
}

func FuzzMemory(f *testing.F) {
	f.Add(memory(f).Append(nil))
	f.Add((&choose.Memory{}).Append(nil))
	var full choose.Memory
	full.Draw(lot(1))
	var d choose.Decision
	var e choose.Evidence
	for i := range profile.Key(plan.MaxSlots) {
		full.Choose(&d, placeOf(choose.Campaign, 99-i, 1, 2, 3), &e, situation(profile.MaxTime))
		full.Choose(&d, placeOf(choose.Slot, i*i, 4, 5), &e, situation(plan.Time(i)))
	}
	f.Add(full.Append(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := readMemory(in)
		if err != nil {
			return
		}
		require.Equal(t, in, m.Append(nil))
		// Whatever it is, it can be adopted, rewound and chosen with.
		places := []choose.PlaceNames{*placeOf(choose.Slot, 7, 0x101, 0x102), *placeOf(choose.Campaign, 3, 0x202, 0x203)}
		m.Adopt(places)
		once := m.Append(nil)
		m.Adopt(places)
		require.Equal(t, once, m.Append(nil))
		if !m.Drawn() {
			m.Draw(lot(5))
		}
		m.Rewind(120_000)
		var d choose.Decision
		var e choose.Evidence
		for i := range places {
			m.Choose(&d, &places[i], &e, situation(120_010))
			require.Less(t, d.Column, 2)
			require.GreaterOrEqual(t, d.Column, 0)
		}
		again, err := readMemory(m.Append(nil))
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

// The lot decides by its size alone: exactly the share of all lots is held, and a
// larger holdout holds all that a smaller one does.
func TestHeldIsTheSmallLots(t *testing.T) {
	require.False(t, (&choose.Memory{}).Held(plan.MaxShare), "no lot yet")
	// At 10 % the first lot that is not held is ceil(2^32/10).
	for n, want := range map[uint32]bool{0: true, 429_496_729: true, 429_496_730: false, 1<<32 - 1: false} {
		var m choose.Memory
		m.Draw(lot(n))
		require.Equal(t, want, m.Held(1000), "%d", n)
		require.False(t, m.Held(0))
		require.True(t, m.Held(plan.Whole))
		if want {
			require.True(t, m.Held(1001))
		}
	}
}

func TestAcceptVersions(t *testing.T) {
	var m choose.Memory
	require.NoError(t, m.Accept(10))
	require.NoError(t, m.Accept(10))
	require.ErrorIs(t, m.Accept(9), choose.ErrOlder)
	back, err := readMemory(m.Append(nil))
	require.NoError(t, err)
	require.ErrorIs(t, back.Accept(9), choose.ErrOlder)
	require.NoError(t, back.Accept(11))
}

// Adopt keeps the choices of places and columns that the plan names, wherever they
// stand in it.
func TestMemoryAdopts(t *testing.T) {
	for name, c := range map[string]struct {
		places []choose.PlaceNames
		want   string
	}{
		"both, turned around": {[]choose.PlaceNames{*placeOf(choose.Campaign, 3, 9, 0x202), *placeOf(choose.Slot, 7, 9, 0x101)}, "02" + memorySlot + memoryBanner},
		"a column gone":       {[]choose.PlaceNames{*placeOf(choose.Slot, 7, 9, 8), *placeOf(choose.Campaign, 3, 0x202)}, "01" + memoryBanner},
		"a place gone":        {[]choose.PlaceNames{*placeOf(choose.Slot, 7, 0x101)}, "01" + memorySlot},
		"of another kind":     {[]choose.PlaceNames{*placeOf(choose.Campaign, 7, 0x101), *placeOf(choose.Slot, 3, 0x202)}, "00"},
		"nothing":             {nil, "00"},
	} {
		m := memory(t)
		m.Adopt(c.places)
		require.Equal(t, memoryHead[:len(memoryHead)-2]+c.want+"00", hex.EncodeToString(m.Append(nil)), name)
		back, err := readMemory(m.Append(nil))
		require.NoError(t, err)
		require.Equal(t, *m, back, "no trace in the room")
	}
}

func TestNamesOf(t *testing.T) {
	goal := plan.Trigger{Kind: plan.View}
	p := &plan.Plan{
		Policy: plan.Policy{Lift: 4},
		Topics: []string{"a", "b", "c"},
		Campaigns: []plan.Campaign{
			{Name: "mail", Mode: plan.Assigned, Arms: []string{"x", "y"}},
			{Name: "hero", Mode: plan.Chosen, Arms: []string{"x", "y"}},
		},
		Slots: []plan.Slot{{Name: "hero", Goal: goal, Reward: 3, Variants: []plan.Variant{{Name: "x"}, {Name: "y", Topics: []uint8{0, 2}, Cost: .5}}}},
	}
	names := choose.NamesOf(p)
	require.Len(t, names, 2, "the site's campaign is not the device's to pick for")
	x, y := profile.KeyOf("x"), profile.KeyOf("y")
	require.Equal(t, choose.PlaceNames{
		Place: choose.Place{Kind: choose.Slot}, Name: profile.KeyOf("hero"), Columns: []profile.Key{x, y}, Topics: []uint64{0, 5},
		Terms: choose.Terms{Lift: 4, Reward: 3, Costs: []float64{0, .5}},
	}, names[0])
	require.Equal(t, choose.Place{Kind: choose.Campaign, Index: 1}, names[1].Place)
	require.NotEqual(t, names[0].Name, names[1].Name, "of one name, and yet two")
	require.Equal(t, choose.Terms{Reward: 1, Costs: []float64{0, 0}}, names[1].Terms)
	require.Equal(t, []uint64{0, 0}, names[1].Topics)
	require.True(t, slices.Equal(names[0].Columns, names[1].Columns))
}
