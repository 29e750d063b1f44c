package planfile

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The tz database of the Go release, lib/time/zoneinfo.zip. package time/tzdata
// holds the same, but the standard library asks the machine's own database
// first, and two machines would then give one site's periods different bounds.
//
//go:generate sh -c "cp \"$(go env GOROOT)/lib/time/zoneinfo.zip\" zoneinfo.zip"
//go:embed zoneinfo.zip
var zoneinfo []byte

var zones = sync.OnceValue(func() map[string]*zip.File {
	archive, err := zip.NewReader(bytes.NewReader(zoneinfo), int64(len(zoneinfo)))
	if err != nil {
		panic("planfile: the embedded tz database cannot be read: " + err.Error())
	}
	out := make(map[string]*zip.File, len(archive.File))
	for _, f := range archive.File {
		if !f.FileInfo().IsDir() {
			out[f.Name] = f
		}
	}
	return out
})

// ErrZone: the tz database has no zone of that name.
var ErrZone = errors.New("unknown time zone")

// Location returns the zone of an IANA name from the embedded database, so
// that the machine's own has no say.
func Location(name string) (*time.Location, error) {
	f := zones()[name]
	if f == nil {
		return nil, fmt.Errorf("%w %q", ErrZone, name)
	}
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open time zone %s: %w", name, err)
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read time zone %s: %w", name, err)
	}
	return time.LoadLocationFromTZData(name, data)
}

func zoneNames() []string {
	out := make([]string, 0, len(zones()))
	for name := range zones() {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// fourWeeksFrom is Monday 1970-01-05, from which weeks and blocks are counted.
const fourWeeksFrom = plan.Date(4)

// misaligned returns how many days d lies after a start of the cadence.
func misaligned(d plan.Date, c plan.Cadence) int {
	return int((d - fourWeeksFrom) % plan.Date(c.Days()))
}

// ErrPeriod: a period is much longer or shorter than its days, because the zone
// skipped a day or jumped by more than two hours.
var ErrPeriod = errors.New("clocks jump too far")

// Periods returns n periods from a date on, in a zone's local time.
//
// Errors: ErrZone, ErrPeriod.
func Periods(zone string, c plan.Cadence, first plan.Date, n int) ([]plan.Period, error) {
	loc, err := Location(zone)
	if err != nil {
		return nil, err
	}
	out := make([]plan.Period, 0, n)
	start := midnight(first, loc)
	for i := range n {
		date := first + plan.Date(i*c.Days())
		end := midnight(date+plan.Date(c.Days()), loc)
		if off := int64(end-start) - int64(c.Days())*plan.Day; off < -2*plan.Hour || off > 2*plan.Hour {
			return nil, fmt.Errorf("%w in %s: the period of %s would last %d hours", ErrPeriod, zone, date, int64(end-start)/plan.Hour)
		}
		out = append(out, plan.Period{Date: date, Start: start, End: end})
		start = end
	}
	return out, nil
}

// midnight returns the first instant whose local date is d: 00:00, or the end
// of the gap where clocks skip it, or the earlier of two.
//
// time.Date does not say which of two instants it gives, so the zone's stretches
// of constant offset are walked instead.
func midnight(d plan.Date, loc *time.Location) plan.Time {
	local := int64(d) * plan.Day     // seconds of local time
	t := time.Unix(local-36*3600, 0) // no zone is that far from UTC
	for {
		_, offset := t.In(loc).Zone()
		_, end := t.In(loc).ZoneBounds()
		if !end.IsZero() && !end.After(t) {
			// On the 366th day of a year that no table covers, package time
			// gives an end that has passed (Go 1.26).
			end = t.Add(time.Minute)
		}
		at := max(t.Unix(), local-int64(offset))
		if end.IsZero() || at < end.Unix() {
			return plan.Time(at)
		}
		t = end
	}
}
