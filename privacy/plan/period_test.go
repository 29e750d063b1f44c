package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func TestDatesAreThoseOfPackageTime(t *testing.T) {
	end := time.Date(2100, 12, 31, 0, 0, 0, 0, time.UTC)
	n := plan.Date(0)
	for at := time.Unix(0, 0).UTC(); !at.After(end); at = at.AddDate(0, 0, 1) {
		want := at.Format(time.DateOnly)
		require.Equal(t, want, n.String())
		back, err := plan.ParseDate(want)
		require.NoError(t, err)
		require.Equal(t, n, back)
		n++
	}
	require.Equal(t, plan.Date(47847), n) // days from 1970 to 2100
}

func TestParseDateRefuses(t *testing.T) {
	for _, s := range []string{"", "2026-11-2", "2026-11-022", "2026-13-01", "2026-00-10", "2026-02-29", "2100-02-29", "2026-04-31", "2026-11-00", "1969-12-31",
		"0000-01-01", "2026/11/22", "2026-1a-22", "+026-11-22", "20261-1-22", "２０26-11-", "2026-11-22 "} {
		_, err := plan.ParseDate(s)
		require.ErrorIs(t, err, plan.ErrDate, s)
	}
	d, err := plan.ParseDate("2028-02-29")
	require.NoError(t, err)
	require.Equal(t, "2028-02-29", d.String())
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-11-22", "1970-01-01", "9999-12-31", "2026-02-29", "0000-00-00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := plan.ParseDate(s)
		at, wrong := time.Parse(time.DateOnly, s)
		if err != nil {
			require.True(t, wrong != nil || at.Year() < 1970, s)
			return
		}
		require.NoError(t, wrong)
		require.Equal(t, s, d.String())
		require.Equal(t, at.Unix(), int64(d)*plan.Day)
	})
}

func TestPeriodsByTimeAndDate(t *testing.T) {
	p := reference(t, "standard")
	first, last := p.Periods[0], p.Periods[len(p.Periods)-1]
	for i, want := range p.Periods {
		for _, at := range []plan.Time{want.Start, want.Start + 1, want.End - 1} {
			got, ok := p.PeriodAt(at)
			require.True(t, ok)
			require.Equal(t, want, got)
			require.True(t, got.Holds(at))
		}
		require.False(t, want.Holds(want.End), "the end is the next one's")
		got, ok := p.PeriodOf(want.Date)
		require.True(t, ok)
		require.Equal(t, p.Periods[i], got)
	}
	for _, at := range []plan.Time{0, first.Start - 1, last.End, last.End + 1e6} {
		_, ok := p.PeriodAt(at)
		require.False(t, ok)
	}
	for _, d := range []plan.Date{0, first.Date - 1, last.Date + 1} {
		_, ok := p.PeriodOf(d)
		require.False(t, ok)
	}

	weekly := reference(t, "small")
	_, ok := weekly.PeriodOf(weekly.Periods[0].Date + 1)
	require.False(t, ok, "a week is named by its first day")
	_, ok = (&plan.Plan{}).PeriodAt(0)
	require.False(t, ok)
}
