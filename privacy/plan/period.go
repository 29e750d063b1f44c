package plan

import (
	"errors"
	"sort"
)

// Time is an instant in Unix seconds, UTC.
type Time int64

// Hour and Day in seconds. A Day is 24 hours, not a calendar day.
const (
	Minute = 60
	Hour   = 60 * Minute
	Day    = 24 * Hour
)

// Date is a civil date in days since 1970-01-01: the site-local date on which a
// period starts. It names the period, in reports, ledger and releases alike.
type Date int32

// String returns the date as 2026-11-22.
func (d Date) String() string {
	y, m, day := d.civil()
	b := []byte{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0'}
	put := func(end, v int) {
		for ; v > 0 && end >= 0 && b[end] != '-'; end-- {
			b[end] = byte('0' + v%10)
			v /= 10
		}
	}
	put(3, y)
	put(6, m)
	put(9, day)
	return string(b)
}

// ErrDate: a date is not of the form 2026-11-22, or not in the calendar.
var ErrDate = errors.New("plan: a date is written 2026-11-22")

// ParseDate is the inverse of Date.String, for 1970-01-01 and later.
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, ErrDate
	}
	num := func(from, to int) int {
		v := 0
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				return -1 << 20
			}
			v = v*10 + int(c-'0')
		}
		return v
	}
	y, m, d := num(0, 4), num(5, 7), num(8, 10)
	date := dateOf(y, m, d)
	if y < 1970 || date.String() != s {
		return 0, ErrDate
	}
	return date, nil
}

// dateOf is the inverse of civil (Hinnant, days_from_civil).
func dateOf(year, month, day int) Date {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	yoe := year - era*400
	doy := (153*(month-3)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Date(era*146097 + doe - 719468)
}

// civil is the proleptic Gregorian date (Hinnant, "chrono-compatible low-level
// date algorithms", civil_from_days), for dates from 0000-03-01 on.
func (d Date) civil() (year, month, day int) {
	z := int(d) + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// Cadence is how long a batch period is, in calendar days of the site's zone.
type Cadence byte

// The three cadences. A week is an ISO week; four weeks are counted from Monday
// 1970-01-05, so that every site's blocks fall on the same dates.
const (
	Daily      Cadence = 1
	Weekly     Cadence = 7
	FourWeekly Cadence = 28
)

// Days returns the number of calendar days of one period.
func (c Cadence) Days() int { return int(c) }

func (c Cadence) valid() bool { return c == Daily || c == Weekly || c == FourWeekly }

// Period is one batch period: Start is in it, End is not.
type Period struct {
	Date       Date
	Start, End Time
}

// Holds reports whether t lies in the period.
func (p Period) Holds(t Time) bool { return t >= p.Start && t < p.End }

// PeriodAt returns the period that holds t; ok is false before the first and
// after the last.
func (p *Plan) PeriodAt(t Time) (period Period, ok bool) {
	i := sort.Search(len(p.Periods), func(i int) bool { return p.Periods[i].End > t })
	if i == len(p.Periods) || !p.Periods[i].Holds(t) {
		return Period{}, false
	}
	return p.Periods[i], true
}

// PeriodOf returns the period that starts on d.
func (p *Plan) PeriodOf(d Date) (period Period, ok bool) {
	i := sort.Search(len(p.Periods), func(i int) bool { return p.Periods[i].Date >= d })
	if i == len(p.Periods) || p.Periods[i].Date != d {
		return Period{}, false
	}
	return p.Periods[i], true
}
