package choose_test

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// rows returns rates of the given shape, no two the same.
func rows(segments, columns int) [][]choose.Rate {
	out := make([][]choose.Rate, segments)
	n := uint32(0)
	for s := range out {
		for range columns {
			n++
			out[s] = append(out[s], choose.Rate{Mean: float64(n) / (1 << 20), Strength: n * 11 % choose.MaxStrength})
		}
	}
	return out
}

func sample() choose.Priors {
	return choose.Priors{Version: 1_795_392_000, Plan: plan.Digest{7}, Places: []choose.PlacePriors{
		{Place: choose.Place{Kind: choose.Slot, Index: 1}, Rates: rows(3, 2)},
		{Place: choose.Place{Kind: choose.Slot, Index: 15}, Rates: rows(1, 63)},
		{Place: choose.Place{Kind: choose.Campaign, Index: 0}, Rates: rows(64, 5)},
		{Place: choose.Place{Kind: choose.Campaign, Index: 15}, Rates: [][]choose.Rate{{
			{Mean: 1.0 / (1 << 32), Strength: 1}, {Mean: 1 - 1.0/(1<<32), Strength: choose.MaxStrength}}}},
	}}
}

func encoded(t testing.TB, p choose.Priors) []byte {
	t.Helper()
	b, err := choose.Encode(p)
	require.NoError(t, err)
	return b
}

// The layout of doc.go, byte by byte.
func TestPriorsLayout(t *testing.T) {
	got := encoded(t, choose.Priors{Version: 300, Plan: plan.Digest{0xab, 31: 0xcd}, Places: []choose.PlacePriors{
		{Place: choose.Place{Kind: choose.Slot, Index: 3}, Rates: [][]choose.Rate{{{Mean: .5, Strength: 1}, {Mean: .25, Strength: 129}}}},
		{Place: choose.Place{Kind: choose.Campaign, Index: 0}, Rates: [][]choose.Rate{
			{{Mean: .125, Strength: 2}, {Mean: 1.0 / (1 << 32), Strength: 3}},
			{{Mean: .75, Strength: 4}, {Mean: 1 - 1.0/(1<<32), Strength: 1 << 20}},
		}},
	}})
	want := "444c5052" + "01" + "ac02" + "ab" + strings.Repeat("00", 30) + "cd" + "02" +
		"00" + "03" + "01" + "02" + "80000000" + "01" + "40000000" + "8101" +
		"01" + "00" + "02" + "02" + "20000000" + "02" + "00000001" + "03" + "c0000000" + "04" + "ffffffff" + "808040"
	require.Equal(t, want, hex.EncodeToString(got))

	with, err := choose.Append([]byte("kept"), sample())
	require.NoError(t, err)
	require.Equal(t, append([]byte("kept"), encoded(t, sample())...), with)
}

func TestDecodeIsTheInverse(t *testing.T) {
	for name, p := range map[string]choose.Priors{
		"sample":         sample(),
		"no place":       {Version: 1, Plan: plan.Digest{1}},
		"latest version": {Version: 1 << 36},
	} {
		b := encoded(t, p)
		again, err := choose.Decode(b)
		require.NoError(t, err, name)
		require.Equal(t, p, *again, name)
		digest := choose.DigestOf(b)
		require.Equal(t, plan.DigestOf(b).String(), digest.String())
		clear(b)
		require.Equal(t, p, *again, "%s: a reference to the bytes", name)
	}
}

// Any mean between 0 and 1 is written as the nearest one that has bytes.
func TestMeansAreRounded(t *testing.T) {
	const step = 1.0 / (1 << 32)
	for mean, want := range map[float64]float64{
		math.SmallestNonzeroFloat64: step,
		.4 * step:                   step,
		1.4 * step:                  step,
		1.5 * step:                  2 * step,
		.1:                          429496730 * step,
		1 - .1*step:                 1 - step,
		math.Nextafter(1, 0):        1 - step,
	} {
		p := choose.Priors{Version: 1, Places: []choose.PlacePriors{{Rates: [][]choose.Rate{{{Mean: mean, Strength: 1}, {Mean: .5, Strength: 1}}}}}}
		again, err := choose.Decode(encoded(t, p))
		require.NoError(t, err)
		require.Equal(t, want, again.Places[0].Rates[0][0].Mean)
	}
}

// What no fit gives has no bytes.
func TestEncodeRefuses(t *testing.T) {
	rate := func(mean float64, strength uint32) func(p *choose.Priors) {
		return func(p *choose.Priors) { p.Places[0].Rates[2][1] = choose.Rate{Mean: mean, Strength: strength} }
	}
	for name, change := range map[string]func(p *choose.Priors){
		"strength 0":             rate(.5, 0),
		"strength above the max": rate(.5, choose.MaxStrength+1),
		"mean 0":                 rate(0, 1),
		"mean below 0":           rate(-.1, 1),
		"mean 1":                 rate(1, 1),
		"mean above 1":           rate(1.5, 1),
		"mean not a number":      rate(math.NaN(), 1),
		"mean infinite":          rate(math.Inf(1), 1),
		"version 0":              func(p *choose.Priors) { p.Version = 0 },
		"version too late":       func(p *choose.Priors) { p.Version = 1<<36 + 1 },
		"unknown kind":           func(p *choose.Priors) { p.Places[3].Place.Kind = 9 },
		"slot 16":                func(p *choose.Priors) { p.Places[1].Place.Index = 16 },
		"campaign 16":            func(p *choose.Priors) { p.Places[3].Place.Index = 16 },
		"a place twice":          func(p *choose.Priors) { p.Places[1].Place = p.Places[0].Place },
		"places out of order":    func(p *choose.Priors) { p.Places[0], p.Places[2] = p.Places[2], p.Places[0] },
		"no row":                 func(p *choose.Priors) { p.Places[0].Rates = nil },
		"65 rows":                func(p *choose.Priors) { p.Places[0].Rates = rows(65, 2) },
		"one column":             func(p *choose.Priors) { p.Places[0].Rates = rows(3, 1) },
		"64 columns":             func(p *choose.Priors) { p.Places[0].Rates = rows(1, 64) },
		"a shorter row":          func(p *choose.Priors) { p.Places[0].Rates[1] = p.Places[0].Rates[1][:1] },
		"a longer row":           func(p *choose.Priors) { p.Places[0].Rates[1] = rows(1, 3)[0] },
		"more than MaxPriors":    func(p *choose.Priors) { p.Places[0].Rates, p.Places[1].Rates = rows(64, 63), rows(64, 63) },
	} {
		t.Run(name, func(t *testing.T) {
			p := sample()
			change(&p)
			b, err := choose.Append([]byte("kept"), p)
			require.ErrorIs(t, err, choose.ErrPriors)
			require.Equal(t, "kept", string(b))
		})
	}
}

// Bytes are refused for the same reasons, and for not being the one form.
func TestDecodeRefuses(t *testing.T) {
	const version, digest, places = 5, 6, 38 // offsets, with a version of one byte
	head := func(count ...byte) []byte {
		return append(encoded(t, choose.Priors{Version: 1})[:places:places], count...)
	}
	place := func(kind, index byte, segments, columns uint64, rates ...byte) []byte {
		b := wire.AppendUvarint(wire.AppendUvarint([]byte{kind, index}, segments), columns)
		return append(b, rates...)
	}
	good := []byte{0x80, 0, 0, 0, 1, 0x40, 0, 0, 0, 1}
	join := func(parts ...[]byte) (out []byte) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	ok := join(head(1), place(0, 0, 1, 2, good...))
	_, err := choose.Decode(ok)
	require.NoError(t, err, "the bytes that the cases break")

	for name, b := range map[string][]byte{
		"empty":                    nil,
		"another magic":            join([]byte("DLPS"), ok[4:]),
		"format 0":                 join(ok[:4], []byte{0}, ok[5:]),
		"format 2 of format 1's":   join(ok[:4], []byte{2}, ok[5:]),
		"format 2 of nothing":      join(head()[:4], []byte{2}, head(0)[5:]),
		"format 3":                 join(ok[:4], []byte{3}, ok[5:]),
		"version in a longer form": join(ok[:version], []byte{0x81, 0}, ok[digest:]),
		"version 0":                join(ok[:version], []byte{0}, ok[digest:]),
		"version too late":         join(ok[:version], wire.AppendUvarint(nil, 1<<36+1), ok[digest:]),
		"33 places":                head(33),
		"fewer places than bytes":  join(ok, []byte{0}),
		"fewer bytes than places":  join(head(2), place(0, 0, 1, 2, good...)),
		"a place twice":            join(head(2), place(0, 1, 1, 2, good...), place(0, 1, 1, 2, good...)),
		"slots out of order":       join(head(2), place(0, 1, 1, 2, good...), place(0, 0, 1, 2, good...)),
		"campaign before slot":     join(head(2), place(1, 0, 1, 2, good...), place(0, 1, 1, 2, good...)),
		"unknown kind":             join(head(1), place(9, 0, 1, 2, good...)),
		"format 1 of a new kind":   join(head(1), place(2, 0, 1, 2, good...)),
		"slot 16":                  join(head(1), place(0, 16, 1, 2, good...)),
		"campaign 16":              join(head(1), place(1, 16, 1, 2, good...)),
		"no segment":               join(head(1), place(0, 0, 0, 2)),
		"65 segments":              join(head(1), place(0, 0, 65, 2)),
		"one column":               join(head(1), place(0, 0, 2, 1, good...)),
		"64 columns":               join(head(1), place(0, 0, 1, 64)),
		"more rates than bytes":    join(head(1), place(0, 0, 64, 63, good...)),
		"mean 0":                   join(head(1), place(0, 0, 1, 2, 0, 0, 0, 0, 1, 0x40, 0, 0, 0, 1)),
		"strength 0":               join(head(1), place(0, 0, 1, 2, 0x80, 0, 0, 0, 0, 0x40, 0, 0, 0, 1)),
		"strength too large":       join(head(1), place(0, 0, 1, 2, 0x80, 0, 0, 0, 0x81, 0x80, 0x40, 0x40, 0, 0, 0, 1)),
		"strength in longer form":  join(head(1), place(0, 0, 1, 2, 0x80, 0, 0, 0, 0x81, 0, 0x40, 0, 0, 0, 1)),
		"more than MaxPriors":      make([]byte, choose.MaxPriors+1),
	} {
		t.Run(name, func(t *testing.T) {
			p, err := choose.Decode(b)
			require.ErrorIs(t, err, choose.ErrPriors)
			require.Nil(t, p)
		})
	}
	whole := encoded(t, sample())
	for n := range whole {
		_, err := choose.Decode(whole[:n])
		require.ErrorIs(t, err, choose.ErrPriors, "cut to %d bytes", n)
	}
}

// Whatever a hostile collector serves, room is made only for what the bytes hold.
func TestDecodeMakesLittleRoom(t *testing.T) {
	b := append(encoded(t, choose.Priors{Version: 1})[:38], 1, 0, 0, 64, 63, 0x80, 0, 0, 0, 1)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if _, err := choose.Decode(b); err == nil {
			t.Error("accepted")
		}
	}), 1.0, "the priors themselves and no rates")
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, sample()))
	f.Add(encoded(f, choose.Priors{Version: 300, Plan: plan.Digest{1}}))
	one := encoded(f, choose.Priors{Version: 1, Places: []choose.PlacePriors{{Rates: rows(2, 2)}}})
	f.Add(one)
	f.Add(encoded(f, choose.Priors{Version: 9, Places: []choose.PlacePriors{
		placed(choose.Slot, 0, 2, 2), placed(choose.Items, 7, 2, 3), placed(choose.Next, 0, 3, 3), placed(choose.Predicted, 1, 1, 1), placed(choose.Response, 0, 1, 8),
	}}))
	f.Add(encoded(f, stopping(6)))
	f.Add(append(one, 0))
	f.Add(one[:len(one)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := choose.Decode(b)
		if err != nil {
			require.ErrorIs(t, err, choose.ErrPriors)
			require.Nil(t, p)
			return
		}
		require.Equal(t, b, encoded(t, *p))
		for _, at := range p.Places {
			for _, row := range at.Rates {
				for _, r := range row {
					require.True(t, r.Mean > 0 && r.Mean < 1 && r.Strength >= 1 && r.Strength <= choose.MaxStrength)
				}
			}
		}
	})
}
