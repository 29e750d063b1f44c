package optimise_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A release that is 14 days older than another of its size counts half of it, one
// that is 28 days older a quarter. The days are written out, so that another HalfLife
// does not pass unseen.
func TestAReleaseOf14DaysAgoCountsHalf(t *testing.T) {
	p := shop()
	const before, after = .03, .06
	newer := flat(1e6, after).release(t, p, today, draw{})
	for _, c := range []struct {
		name string
		days plan.Date
		want float64
	}{
		{"the same day", 0, (after + before) / 2},
		{"14 days", 14, (2*after + before) / 3},
		{"28 days", 28, (4*after + before) / 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			older := flat(1e6, before).release(t, p, today-c.days, draw{})
			for _, row := range fit(t, p, []optimise.Release{newer, older}).Places[0].Rates {
				for _, r := range row {
					require.InDelta(t, c.want, r.Mean, 1e-4)
				}
			}
		})
	}
}
