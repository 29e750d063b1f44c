package panel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

// A date is missing where the plan in force had a period and nobody released it: not before
// the first release nor after the last, and not of a plan that another one has replaced.
func TestMissing(t *testing.T) {
	daily, weekly := site(t, "regulars", "shoes"), changed(t, "period: day", "period: week", "starts: 2026-01-01", "starts: 2026-01-05", "ends: 2026-03-31", "ends: 2026-03-29")
	require.Equal(t, "2026-01-05", weekly.Periods[0].Date.String())
	first := func(day int) panel.Release { return released(t, daily, day, nil) }
	second := func(week int) panel.Release { return released(t, weekly, week, nil) }
	for name, c := range map[string]struct {
		all  []panel.Release
		want []string
	}{
		"none":                      {[]panel.Release{first(2), first(3), first(4)}, []string{}},
		"between":                   {[]panel.Release{first(4), first(0), first(2)}, []string{"2026-01-02", "2026-01-04"}},
		"daily, then weekly":        {[]panel.Release{first(0), first(2), first(3), second(0), second(1)}, []string{"2026-01-02"}},
		"the last before a change":  {[]panel.Release{first(0), first(1), first(2), second(0)}, []string{"2026-01-04"}},
		"a week":                    {[]panel.Release{first(3), second(0), second(2)}, []string{"2026-01-12"}},
		"a plan that began earlier": {[]panel.Release{first(9), first(10), second(1), second(2)}, []string{}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, report(t, c.all...).Range.Missing) })
	}
	r, err := panel.Of([]panel.Release{first(0), first(5), first(9)}, daily.Periods[4].Date, daily.Periods[6].Date)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-01-05", "2026-01-07"}, r.Range.Missing, "in the range alone")
	require.Equal(t, "2026-01-05", r.Range.From)
}
