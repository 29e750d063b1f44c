package site_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The figures of PRIVACY.md, section 5: weekly 14,000 devices at weight 4 give 420
// conversions +-25, and a number is right to +-10 % from 253 on.
func TestWhatThePrivacyPageSaysOfSmallSites(t *testing.T) {
	a := answers(2000-1, plan.Weekly)
	e, err := site.Expect(a, aMonday)
	require.NoError(t, err)
	require.Equal(t, 13993, e.Devices)
	require.Equal(t, 253, e.Readable)
	require.InDelta(t, 12.9, e.Deviation, .05)
	orders := e.Numbers[1]
	require.Equal(t, "orders in a week", orders.Name)
	require.Equal(t, 420, orders.Exact)
	require.InDelta(t, 25, (orders.Released.High-orders.Released.Low)/2, .5)
	require.InDelta(t, .06, orders.Relative(), .001)
	require.InDelta(t, 8.96, float64(e.Costs[2].Epsilon), .01, "the year, as PRIVACY.md section 2 says: about 8.9")
	require.Empty(t, e.Warning)
}

func TestExpectationsInWords(t *testing.T) {
	text := func(visitors int, period plan.Cadence) string {
		e, err := site.Expect(answers(visitors, period), aMonday)
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, e.WriteText(&b))
		return b.String()
	}
	small := text(200, plan.Weekly)
	require.Contains(t, small, "200 visitors a day are at most 1,400 devices in a week")
	require.Regexp(t, `42 orders in a week: +between 17 and 67 +\+-60 %: not shown, too wide`, small)
	require.Contains(t, small, "Warning: with 200 visitors a day a period of four weeks is recommended")
	require.NotContains(t, small, "segment")

	best := text(200, plan.FourWeekly)
	require.Regexp(t, `168 orders in four weeks: +between 143 and 193 +\+-15 %: an idea`, best)
	require.NotContains(t, best, "Warning")

	tiny := text(3, plan.FourWeekly)
	require.Contains(t, tiny, "below 100 reports nothing is ever released")
	require.Regexp(t, `3 orders in four weeks: +between 0 and 28 +lost in the noise`, tiny)

	large := text(100_000, plan.Daily)
	require.Regexp(t, `10,000 visitors of a segment in a day: +between 9,967 and 10,033 +\+-0.3 %: good`, large)
	require.Regexp(t, `300 orders of a segment in a day: `, large)
}
