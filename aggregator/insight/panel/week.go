package panel

import (
	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
)

// Weekday is one day of the week of a dimension of hours: the sums of all releases of that
// weekday in the range. A weekday without one is left out.
type Weekday struct {
	Day      int     `json:"day"` // 1 Monday to 7 Sunday
	Releases int     `json:"releases"`
	Bins     []Count `json:"bins"` // by bin, as in All
}

// week is the sums of the releases of each weekday, Monday first, and how many they are.
type week struct {
	sums     [7]sums
	releases [7]int
}

// weekOf sums by weekday; nil where some period is longer than a day, which has none.
func weekOf(j *joint, in []Release) *week {
	w := &week{}
	for i := range in {
		if in[i].Plan.Cadence.Days() != 1 {
			return nil
		}
		day := (int(in[i].Period.Date) + 3) % 7 // 1970 began on a Thursday
		if w.sums[day] == nil {
			w.sums[day] = make(sums, len(j.places))
		}
		w.sums[day].add(j, &in[i])
		w.releases[day]++
	}
	return w
}

// hourly tells whether a dimension is of hours of the day.
func (s *sortSeries) hourly() bool {
	return s.kind == "dimension" && (s.variable == "hour" || s.variable == "usual_hour")
}

// of are the weekdays of a dimension's columns, by what at finds in sums.
func (w *week) of(columns []string, at func(of sums, column string) interval.Noisy) []Weekday {
	out := []Weekday{}
	for day, of := range w.sums {
		if of == nil {
			continue
		}
		one := Weekday{Day: day + 1, Releases: w.releases[day]}
		for _, column := range columns {
			one.Bins = append(one.Bins, countOf(at(of, column)))
		}
		out = append(out, one)
	}
	return out
}
