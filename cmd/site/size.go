package site

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Bounds of visitors a day below which a day says too little. The noise of a number
// does not shrink with the site: a small one gains by longer periods and by fewer
// metrics, never by a larger epsilon (PRIVACY.md, section 5).
const (
	weekly  = 2000 // below: a week
	monthly = 300  // below: four weeks
)

// Recommended returns the period that suits a number of visitors a day.
func Recommended(visitors int) plan.Cadence {
	switch {
	case visitors < monthly:
		return plan.FourWeekly
	case visitors < weekly:
		return plan.Weekly
	}
	return plan.Daily
}

// small reports whether a site measures itself as a whole only, with weight 4:
// segments of it would drown in the noise.
func small(visitors int) bool { return visitors < weekly }

// cadences are the periods, as dunlin.yaml writes them.
var cadences = []struct {
	cadence plan.Cadence
	name    string
	one     string // "a day"
}{{plan.Daily, "day", "a day"}, {plan.Weekly, "week", "a week"}, {plan.FourWeekly, "4 weeks", "four weeks"}}

// ParsePeriod returns the period of a name.
func ParsePeriod(name string) (plan.Cadence, error) {
	for _, c := range cadences {
		if c.name == name {
			return c.cadence, nil
		}
	}
	return 0, fmt.Errorf("period %q: accepted are day, week, 4 weeks", name)
}

func periodName(c plan.Cadence) string {
	for _, k := range cadences {
		if k.cadence == c {
			return k.name
		}
	}
	return ""
}

// each returns "a day", "a week", "four weeks".
func each(c plan.Cadence) string {
	for _, k := range cadences {
		if k.cadence == c {
			return k.one
		}
	}
	return ""
}

// warning says what a period shorter than the recommended one costs, or that too few
// will come for anything to be released; empty where nothing is to be said.
func warning(visitors int, c plan.Cadence) string {
	devices := visitors * c.Days()
	switch best := Recommended(visitors); {
	case devices < plan.MinBatchFloor:
		return fmt.Sprintf("%d visitors a day are at most %d devices in a period, and below %d reports nothing is ever released.", visitors, devices, plan.MinBatchFloor)
	case c.Days() < best.Days():
		return fmt.Sprintf("with %d visitors a day a period of %s is recommended: the noise is the same in each release, and %s holds fewer visitors to set against it.", visitors, each(best), each(c))
	}
	return ""
}
