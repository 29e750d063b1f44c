package panel

import (
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Grain is how finely a report's series go over time: each release by itself, or the sums of
// those of a calendar week or month. The first and the last of a range may be a part of one.
type Grain string

// The grains. A week begins on Monday.
const (
	ByRelease Grain = ""
	ByWeek    Grain = "week"
	ByMonth   Grain = "month"
)

// start is the first date of the week or month that a date lies in.
func (g Grain) start(d plan.Date) plan.Date {
	switch g {
	case ByWeek:
		return d - (d+3)%7 // date 0 was a Thursday
	case ByMonth:
		return d - plan.Date(time.Unix(int64(d)*86_400, 0).UTC().Day()-1)
	}
	return d
}
