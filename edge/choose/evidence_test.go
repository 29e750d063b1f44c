package choose_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

const (
	today    plan.Date = 20_780
	halfLife           = plan.Time(choose.EvidenceHalfLife)
)

func read(t testing.TB, e *choose.Evidence, place, column profile.Key) [2]float64 {
	t.Helper()
	shown, won := e.Read(place, column)
	return [2]float64{shown, won}
}

func bytesOf(t testing.TB, e *choose.Evidence) []byte {
	t.Helper()
	b := e.Append(nil)
	require.LessOrEqual(t, len(b), choose.MaxEvidence)
	r := wire.NewReader(b)
	require.Equal(t, *e, choose.ReadEvidence(r))
	require.NoError(t, r.Close())
	return b
}

func ExampleEvidence() {
	var e choose.Evidence
	hero, shoes := profile.KeyOf("hero"), profile.KeyOf("shoes")
	e.Shown(hero, shoes, 20_780)
	e.Shown(hero, shoes, 20_780) // in the same period: the same trial
	e.Won(hero, shoes, 20_780)
	e.Advance(28 * plan.Day)
	e.Shown(hero, shoes, 20_808)
	fmt.Println(e.Read(hero, shoes))
	// Output: 1.5 0.5
}

func TestOneTrialAndOneSuccessADate(t *testing.T) {
	var e choose.Evidence
	require.Equal(t, [2]float64{}, read(t, &e, 1, 2))
	for range 3 {
		e.Shown(1, 2, today)
	}
	require.Equal(t, [2]float64{1, 0}, read(t, &e, 1, 2))
	for range 3 {
		e.Won(1, 2, today)
	}
	require.Equal(t, [2]float64{1, 1}, read(t, &e, 1, 2))
	e.Shown(1, 2, today-1)
	e.Won(1, 2, today-1)
	require.Equal(t, [2]float64{1, 1}, read(t, &e, 1, 2), "an earlier date")
	e.Shown(1, 2, today+1)
	require.Equal(t, [2]float64{2, 1}, read(t, &e, 1, 2))
	require.Equal(t, [2]float64{}, read(t, &e, 2, 1), "another column")
	e.Shown(1, 3, today)
	require.Equal(t, [2]float64{1, 0}, read(t, &e, 1, 3), "each has dates of its own")
}

// A success may be credited in a period without a trial: it counts, but no rate is
// above 1.
func TestSuccessesAreNeverMoreThanTrials(t *testing.T) {
	var e choose.Evidence
	e.Won(1, 2, today)
	require.Equal(t, [2]float64{}, read(t, &e, 1, 2), "nothing to count it beside")
	e.Shown(1, 2, today)
	e.Won(1, 2, today)
	e.Won(1, 2, today+1)
	e.Won(1, 2, today+2)
	require.Equal(t, [2]float64{1, 1}, read(t, &e, 1, 2))
	e.Shown(1, 2, today+2)
	require.Equal(t, [2]float64{2, 2}, read(t, &e, 1, 2))
	e.Shown(1, 2, today+3)
	e.Shown(1, 2, today+4)
	require.Equal(t, [2]float64{4, 3}, read(t, &e, 1, 2))
}

func TestRewind(t *testing.T) {
	var e choose.Evidence
	e.Shown(1, 2, today+365) // the clock was a year ahead
	e.Won(1, 2, today+365)
	e.Shown(1, 3, today-1)
	e.Rewind(today)
	before := bytesOf(t, &e)
	e.Shown(1, 2, today)
	e.Won(1, 2, today)
	require.Equal(t, before, bytesOf(t, &e), "what was counted in the future was counted today")
	e.Shown(1, 2, today+1)
	e.Won(1, 2, today+1)
	require.Equal(t, [2]float64{2, 2}, read(t, &e, 1, 2), "a year is not waited for")
	e.Rewind(math.MinInt32)
	e.Shown(1, 2, math.MinInt32)
	require.Equal(t, [2]float64{2, 2}, read(t, &e, 1, 2))
	e.Shown(1, 2, math.MaxInt32)
	require.Equal(t, [2]float64{3, 2}, read(t, &e, 1, 2))
	bytesOf(t, &e)
}

// Under a plan of longer periods that replaces one of days, now may lie in a period
// whose date is long before the newest: it is one period all the same, also when the
// bytes were read back.
func TestDatesBeforeTheWindow(t *testing.T) {
	for back := range plan.Date(40) {
		var e choose.Evidence
		e.Shown(1, 1, today)
		for column := range profile.Key(3) {
			e.Shown(1, column, today-back)
			e.Won(1, column, today-back)
			require.Equal(t, [2]float64{1, 1}, read(t, &e, 1, column), "%d days back", back)
		}
		before := bytesOf(t, &e)
		for column := range profile.Key(3) {
			e.Shown(1, column, today-back)
			e.Won(1, column, today-back)
		}
		require.Equal(t, before, bytesOf(t, &e), "%d days back", back)
		e.Shown(1, 2, today+1)
		require.Equal(t, [2]float64{2, 1}, read(t, &e, 1, 2), "%d days back", back)
	}
}

func TestFading(t *testing.T) {
	var e choose.Evidence
	e.Shown(1, 2, today)
	e.Won(1, 2, today)
	e.Advance(-1)
	e.Advance(math.MinInt64)
	require.Equal(t, [2]float64{1, 1}, read(t, &e, 1, 2), "time that runs backwards is none")
	e.Advance(halfLife)
	require.Equal(t, [2]float64{.5, .5}, read(t, &e, 1, 2))
	e.Advance(halfLife / 2)
	got := read(t, &e, 1, 2)
	require.InDelta(t, math.Sqrt2/4, got[0], 1.0/decay.One)
	e.Advance(halfLife * 11)
	require.NotZero(t, read(t, &e, 1, 2)[0])
	e.Advance(halfLife)
	require.Equal(t, [2]float64{}, read(t, &e, 1, 2))
	require.Len(t, bytesOf(t, &e), 3+3+1, "forgotten, with no trace but clock and date")
	e.Won(1, 2, today+180)
	require.Equal(t, [2]float64{}, read(t, &e, 1, 2))
	e.Advance(math.MaxInt64)
	bytesOf(t, &e)
}

// A trial a day for three years comes to what the closed form says, and stays far
// from the largest sum.
func TestATrialADay(t *testing.T) {
	var e choose.Evidence
	for d := range plan.Date(3 * 365) {
		e.Advance(plan.Day)
		e.Shown(1, 2, today+d)
		if d%4 == 0 {
			e.Won(1, 2, today+d)
		}
	}
	got := read(t, &e, 1, 2)
	fade := math.Exp2(-1.0 / 28)
	require.InDelta(t, 1/(1-fade), got[0], .02)
	require.InDelta(t, math.Pow(fade, 2)/(1-math.Pow(fade, 4)), got[1], .02)
}

// Dates alone, without time: the sums stop where their bytes do.
func TestSaturation(t *testing.T) {
	var e choose.Evidence
	e.Advance(halfLife - 1)
	for d := range plan.Date(1000) {
		e.Shown(1, 2, d)
		e.Won(1, 2, d)
	}
	got := read(t, &e, 1, 2)
	require.InDelta(t, 256, got[0], .1)
	require.Equal(t, got[0], got[1])
	bytesOf(t, &e)
}

func TestTheLeastShownMakesRoom(t *testing.T) {
	var e choose.Evidence
	for i := range choose.MaxEntries {
		e.Shown(profile.Key(i%7), profile.Key(i), today)
		e.Shown(profile.Key(i%7), profile.Key(i), today+1)
	}
	full := e
	gone := func(want ...[2]profile.Key) {
		t.Helper()
		missing := [][2]profile.Key(nil)
		for p := range profile.Key(7) {
			for c := range profile.Key(choose.MaxEntries) {
				if shown, _ := full.Read(p, c); shown > 0 {
					if shown, _ := e.Read(p, c); shown == 0 {
						missing = append(missing, [2]profile.Key{p, c})
					}
				}
			}
		}
		require.Equal(t, want, missing)
		bytesOf(t, &e)
	}
	gone()
	e.Shown(50, 1, today+1) // with one trial it is the next to go
	require.Equal(t, [2]float64{1, 0}, read(t, &e, 50, 1))
	gone([2]profile.Key{0, 0})
	e.Shown(3, 1000, today+1)
	require.Equal(t, [2]float64{}, read(t, &e, 50, 1))
	require.Equal(t, [2]float64{1, 0}, read(t, &e, 3, 1000))
	gone([2]profile.Key{0, 0})
	e.Shown(3, 1000, today+2) // now as strong as the others: the lowest keys go
	e.Shown(6, 5, today+2)
	gone([2]profile.Key{0, 0}, [2]profile.Key{0, 7})
	e.Shown(6, 5, today+3)
	e.Shown(51, 1, today+3)
	gone([2]profile.Key{0, 0}, [2]profile.Key{0, 7}, [2]profile.Key{0, 14})
}

func TestAdopt(t *testing.T) {
	var e, want choose.Evidence
	for place := range profile.Key(4) {
		for column := range profile.Key(4) {
			e.Shown(place, column, today)
			e.Won(place, column, today)
			if place == 1 && column != 2 || place == 3 && column == 2 {
				want.Shown(place, column, today)
				want.Won(place, column, today)
			}
		}
	}
	places := []choose.PlaceNames{{Name: 3, Columns: []profile.Key{2, 9}}, {Name: 1, Columns: []profile.Key{3, 1, 0}}, {Name: 8, Columns: []profile.Key{0}}}
	for range 2 {
		e.Adopt(places)
		require.Equal(t, want, e)
	}
	e.Adopt(nil)
	require.Equal(t, [2]float64{}, read(t, &e, 1, 1))
	bytesOf(t, &e)
}

// The layout of doc.go, byte by byte.
func TestEvidenceLayout(t *testing.T) {
	require.Equal(t, "000000", hex.EncodeToString(bytesOf(t, &choose.Evidence{})))
	var e choose.Evidence
	e.Shown(0x0102030405060708, 3, 300-15)
	e.Shown(2, 0xff, 300-14)
	e.Won(2, 0xff, 300-3)
	e.Shown(2, 1, 300)
	e.Advance(200)
	require.Equal(t, "c801"+"ac02"+"03"+
		"0000000000000002"+"0000000000000001"+"8020"+"00"+"0f"+
		"0000000000000002"+"00000000000000ff"+"8020"+"8020"+"e3"+
		"0102030405060708"+"0000000000000003"+"8020"+"00"+"ff", hex.EncodeToString(bytesOf(t, &e)))
}

func TestReadEvidenceRefuses(t *testing.T) {
	head := func(phase, newest, count uint64) []byte {
		return wire.AppendUvarint(wire.AppendUvarint(wire.AppendUvarint(nil, phase), newest), count)
	}
	one := func(place, column, shown, won uint64, dates byte) []byte {
		b := wire.AppendU64(wire.AppendU64(nil, place), column)
		return append(wire.AppendUvarint(wire.AppendUvarint(b, shown), won), dates)
	}
	with := func(b []byte, entries ...[]byte) []byte {
		for _, e := range entries {
			b = append(b, e...)
		}
		return b
	}
	ok := with(head(5, 10, 2), one(1, 2, 3, 4, 0x0a), one(1, 3, 1<<21-1, 1<<21-1, 0xff))
	r := wire.NewReader(ok)
	e := choose.ReadEvidence(r)
	require.NoError(t, r.Close(), "the bytes that the cases break")
	require.Equal(t, ok, bytesOf(t, &e))
	for name, b := range map[string][]byte{
		"empty":               nil,
		"phase of 28 days":    head(uint64(choose.EvidenceHalfLife), 0, 0),
		"date too late":       head(0, 1<<20+1, 0),
		"257 entries":         head(0, 0, 257),
		"shown 0":             with(head(0, 20, 1), one(1, 2, 0, 4, 0)),
		"shown too large":     with(head(0, 20, 1), one(1, 2, 1<<21, 4, 0)),
		"won too large":       with(head(0, 20, 1), one(1, 2, 3, 1<<21, 0)),
		"trial before 1970":   with(head(0, 10, 1), one(1, 2, 3, 4, 0xb0)),
		"success before 1970": with(head(0, 10, 1), one(1, 2, 3, 4, 0x0b)),
		"an entry twice":      with(head(0, 20, 2), one(1, 2, 3, 4, 0), one(1, 2, 3, 4, 0)),
		"columns unordered":   with(head(0, 20, 2), one(1, 3, 3, 4, 0), one(1, 2, 3, 4, 0)),
		"places unordered":    with(head(0, 20, 2), one(2, 2, 3, 4, 0), one(1, 3, 3, 4, 0)),
	} {
		t.Run(name, func(t *testing.T) {
			r := wire.NewReader(b)
			require.Equal(t, choose.Evidence{}, choose.ReadEvidence(r))
			require.Error(t, r.Close())
		})
	}
	for n := range ok {
		r := wire.NewReader(ok[:n])
		require.Equal(t, choose.Evidence{}, choose.ReadEvidence(r))
		require.ErrorIs(t, r.Close(), wire.ErrShort, "cut to %d bytes", n)
	}
}

// The bound is reached, and not passed.
func TestMaxEvidence(t *testing.T) {
	var e choose.Evidence
	for d := range plan.Date(400) { // the largest sums
		for i := range profile.Key(choose.MaxEntries) {
			e.Shown(math.MaxUint64-i, i, 1<<20-400+d)
			e.Won(math.MaxUint64-i, i, 1<<20-400+d)
		}
	}
	e.Advance(halfLife - 1)
	require.Len(t, bytesOf(t, &e), choose.MaxEvidence)
	require.LessOrEqual(t, choose.MaxEvidence, 6<<10)
}

func TestEvidenceMakesNoRoom(t *testing.T) {
	var e choose.Evidence
	b := make([]byte, 0, choose.MaxEvidence)
	date := today
	require.Zero(t, testing.AllocsPerRun(100, func() {
		date++
		for i := range profile.Key(2 * choose.MaxEntries) {
			e.Shown(i%5, i, date)
			e.Won(i%5, i, date)
			e.Read(i%5, i)
		}
		e.Advance(halfLife)
		e.Rewind(date)
		b = e.Append(b[:0])
		if choose.ReadEvidence(wire.NewReader(b)) != e {
			t.Error("another evidence")
		}
	}))
}

func BenchmarkEvidenceRead(b *testing.B) {
	var e choose.Evidence
	for i := range profile.Key(choose.MaxEntries) {
		e.Shown(i%16, i, today)
	}
	b.ReportAllocs()
	for i := profile.Key(0); b.Loop(); i = (i + 1) % choose.MaxEntries {
		e.Read(i%16, i)
	}
}

func FuzzReadEvidence(f *testing.F) {
	var e choose.Evidence
	f.Add(e.Append(nil))
	rng := rand.New(rand.NewPCG(1, 9))
	for range 300 {
		e.Shown(profile.Key(rng.IntN(9)), profile.Key(rng.IntN(40)), today+plan.Date(rng.IntN(30)))
		e.Won(profile.Key(rng.IntN(9)), profile.Key(rng.IntN(40)), today+plan.Date(rng.IntN(30)))
		e.Advance(plan.Time(rng.IntN(plan.Day)))
	}
	f.Add(e.Append(nil))
	f.Add(e.Append(nil)[:50])
	f.Add(append(e.Append(nil), 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := wire.NewReader(b)
		e := choose.ReadEvidence(r)
		if r.Close() != nil {
			return
		}
		require.Equal(t, b, e.Append(nil))
		// Whatever was accepted can be used.
		e.Rewind(today)
		for i := range profile.Key(300) {
			e.Shown(i, i, today+1)
			e.Won(i, i, today+1)
			shown, won := e.Read(i, i)
			require.True(t, shown >= won && won >= 0 && shown < 512)
		}
		e.Advance(halfLife + 1)
		bytesOf(t, &e)
	})
}
