package ledger

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

const today Date = 20_414

// daily is the price of the default plan, w 12 and sigma^2 247.
const daily NanoRho = 24_291_498

func ExampleLedger() {
	var l Ledger
	price, err := Charge(12, 247)
	if err != nil {
		panic(err)
	}
	fmt.Println(price, l.Spend(20_414, price), l.Charged(20_414))
	fmt.Println(l.Spend(20_414, price)) // once a period
	b, err := l.AppendBinary(nil)       // stored before anything is sent
	if err != nil {
		panic(err)
	}
	again, err := Decode(b)
	fmt.Println(again == l, err, again.Window(20_415))
	// Output:
	// 24291498 <nil> true
	// ledger: date is not after the last one charged
	// true <nil> 24291498
}

func TestDailyReportsGoOnForEver(t *testing.T) {
	for _, price := range []NanoRho{daily, CapDay} {
		var l Ledger
		for i := range Date(400) {
			require.NoError(t, l.Spend(today+i, price), "day %d", i)
			require.Equal(t, price*NanoRho(min(i+1, Days)), l.Window(today+i))
		}
		// The 31st day fitted because the first had left the window; today's
		// window keeps 29 of 30 tomorrow.
		require.Equal(t, 29*price, l.Window(today+400))
		require.Equal(t, price, l.Window(today+399+29))
		require.Zero(t, l.Window(today+399+30))
	}
}

func TestTheWindowCapRefusesUntilTheFirstLeaves(t *testing.T) {
	// Three charges a window, so that the cap of 30 dates bites.
	const cap30 = 3 * CapDay
	var l Ledger
	for _, d := range []Date{0, 5, 29} {
		require.NoError(t, l.spend(today+d, CapDay, CapDay, cap30))
	}
	require.NoError(t, l.spend(today+30, CapDay, CapDay, cap30), "the first left")
	for d := Date(31); d < 35; d++ {
		before := l
		require.ErrorIs(t, l.spend(today+d, 1, CapDay, cap30), ErrExhausted, "day %d", d)
		require.Equal(t, before, l)
	}
	require.NoError(t, l.spend(today+35, CapDay, CapDay, cap30), "the second left")
}

func TestSpendRefuses(t *testing.T) {
	var spent Ledger
	require.NoError(t, spent.Spend(today, daily))
	ahead := spent // the clock jumped ten years ahead, was charged, came back
	require.NoError(t, ahead.Spend(today+3650, daily))
	for name, c := range map[string]struct {
		l    Ledger
		d    Date
		c    NanoRho
		want error
	}{
		"same period":              {spent, today, daily, ErrPast},
		"yesterday":                {spent, today - 1, daily, ErrPast},
		"dawn of time":             {spent, math.MinInt32, daily, ErrPast},
		"after a jump ahead":       {ahead, today + 1, daily, ErrPast},
		"after a jump ahead, late": {ahead, today + 3650, daily, ErrPast},
		"nothing to charge":        {spent, today + 1, 0, ErrCharge},
		"above the cap of a day":   {spent, today + 1, CapDay + 1, ErrExhausted},
		"above both caps":          {spent, today + 1, Cap30 + 1, ErrExhausted},
		"largest charge":           {spent, today + 1, math.MaxUint64, ErrExhausted},
		"barred":                   {Exhausted(today), today, daily, ErrExhausted},
		"barred, last date":        {Exhausted(today), today + 29, daily, ErrExhausted},
		"barred, clock set back":   {Exhausted(today), today - 500, daily, ErrExhausted},
	} {
		t.Run(name, func(t *testing.T) {
			l := c.l
			require.ErrorIs(t, l.Spend(c.d, c.c), c.want)
			require.Equal(t, c.l, l, "a refusal changed the ledger")
		})
	}
	require.NoError(t, ahead.Spend(today+3651, daily), "time caught up")
}

func TestExhausted(t *testing.T) {
	l := Exhausted(today)
	last, ok := l.Last()
	require.True(t, ok)
	require.Equal(t, today+29, last)
	for d := today - 40; d <= today+29; d++ {
		require.False(t, l.Charged(d), "a bar is no licence for revisions")
		require.Equal(t, Cap30, l.Window(d))
	}
	require.Zero(t, l.Window(today+30))
	require.NoError(t, l.Spend(today+30, CapDay))
	require.Equal(t, CapDay, l.Window(today+30))
	require.Equal(t, CapDay, l.Window(today+59))
	require.True(t, l.Charged(today+30))

	for now, last := range map[Date]Date{
		math.MaxInt32:      math.MaxInt32,
		math.MaxInt32 - 28: math.MaxInt32,
		math.MaxInt32 - 29: math.MaxInt32,
		math.MaxInt32 - 30: math.MaxInt32 - 1,
		math.MinInt32:      math.MinInt32 + 29,
	} {
		l := Exhausted(now)
		got, _ := l.Last()
		require.Equal(t, last, got, "now %d", now)
		require.ErrorIs(t, l.Spend(now, daily), ErrExhausted)
	}
}

func TestExtremeDates(t *testing.T) {
	var l Ledger
	_, ok := l.Last()
	require.False(t, ok)
	require.False(t, l.Charged(0))
	require.NoError(t, l.Spend(math.MinInt32, daily))
	require.NoError(t, l.Spend(math.MaxInt32, daily))
	require.Equal(t, daily, l.Window(math.MaxInt32))
	require.Zero(t, l.Window(math.MinInt32), "forgotten, as documented")
	require.ErrorIs(t, l.Spend(math.MaxInt32, daily), ErrPast)
}

func TestSerial(t *testing.T) {
	var l Ledger
	require.Zero(t, l.Serial())
	for _, c := range []struct {
		serial, highest uint64
		want            error
	}{
		{0, 0, nil}, {7, 7, nil}, {7, 7, nil}, {6, 7, ErrSerial}, {0, 7, ErrSerial},
		{8, 8, nil}, {math.MaxUint64, math.MaxUint64, nil}, {8, math.MaxUint64, ErrSerial},
	} {
		require.ErrorIs(t, l.Accept(c.serial), c.want)
		require.Equal(t, c.highest, l.Serial())
	}
	require.NoError(t, l.Spend(today, daily))
	require.Equal(t, uint64(math.MaxUint64), l.Serial(), "spending keeps the serial")
}
