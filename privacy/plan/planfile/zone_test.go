package planfile

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The bounds of single days around clock changes. The instants were taken from
// the zones' published rules, not from this code.
func TestDaysAcrossClockChanges(t *testing.T) {
	for name, c := range map[string]struct {
		zone, date, start, end string
		hours                  float64
	}{
		"Berlin, spring":                      {"Europe/Berlin", "2027-03-28", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z", 23},
		"Berlin, autumn":                      {"Europe/Berlin", "2027-10-31", "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z", 25},
		"Berlin, winter":                      {"Europe/Berlin", "2026-12-24", "2026-12-23T23:00:00Z", "2026-12-24T23:00:00Z", 24},
		"New York, spring":                    {"America/New_York", "2027-03-14", "2027-03-14T05:00:00Z", "2027-03-15T04:00:00Z", 23},
		"New York, autumn":                    {"America/New_York", "2027-11-07", "2027-11-07T04:00:00Z", "2027-11-08T05:00:00Z", 25},
		"Shanghai has none":                   {"Asia/Shanghai", "2027-03-28", "2027-03-27T16:00:00Z", "2027-03-28T16:00:00Z", 24},
		"Lord Howe, half an hour, spring":     {"Australia/Lord_Howe", "2027-10-03", "2027-10-02T13:30:00Z", "2027-10-03T13:00:00Z", 23.5},
		"Lord Howe, half an hour, autumn":     {"Australia/Lord_Howe", "2027-04-04", "2027-04-03T13:00:00Z", "2027-04-04T13:30:00Z", 24.5},
		"Sao Paulo, midnight does not exist":  {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", 23},
		"Sao Paulo, the hour before it twice": {"America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z", 25},
		"Sao Paulo, the day after":            {"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z", 24},
		"Beirut, midnight does not exist":     {"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z", "2022-03-27T21:00:00Z", 23},
		"Beirut, the hour before it twice":    {"Asia/Beirut", "2022-10-29", "2022-10-28T21:00:00Z", "2022-10-29T22:00:00Z", 25},
		"Cairo, midnight does not exist":      {"Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z", 23},
		"Cairo, the hour before it twice":     {"Africa/Cairo", "2024-10-31", "2024-10-30T21:00:00Z", "2024-10-31T22:00:00Z", 25},
		"Havana, midnight twice":              {"America/Havana", "2023-11-05", "2023-11-05T04:00:00Z", "2023-11-06T05:00:00Z", 25},
		"Kathmandu":                           {"Asia/Kathmandu", "2027-01-01", "2026-12-31T18:15:00Z", "2027-01-01T18:15:00Z", 24},
		"Kiritimati":                          {"Pacific/Kiritimati", "2027-01-01", "2026-12-31T10:00:00Z", "2027-01-01T10:00:00Z", 24},
		"leap day":                            {"Europe/Berlin", "2028-02-29", "2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z", 24},
		"last day of a leap year":             {"Europe/Berlin", "2028-12-31", "2028-12-30T23:00:00Z", "2028-12-31T23:00:00Z", 24},
		"first day after a leap year":         {"America/New_York", "2029-01-01", "2029-01-01T05:00:00Z", "2029-01-02T05:00:00Z", 24},
		"UTC":                                 {"UTC", "2026-11-23", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", 24},
		"after the table's last transition":   {"Europe/Berlin", "2150-07-01", "2150-06-30T22:00:00Z", "2150-07-01T22:00:00Z", 24},
	} {
		t.Run(name, func(t *testing.T) {
			periods, err := Periods(c.zone, plan.Daily, mustDate(c.date), 1)
			require.NoError(t, err)
			text := func(at plan.Time) string { return time.Unix(int64(at), 0).UTC().Format(time.RFC3339) }
			require.Equal(t, []string{c.start, c.end}, []string{text(periods[0].Start), text(periods[0].End)})
			require.Equal(t, c.hours, float64(periods[0].End-periods[0].Start)/3600)
		})
	}
}

func TestWeeksAndBlocks(t *testing.T) {
	weeks, err := Periods("Europe/Berlin", plan.Weekly, mustDate("2026-12-28"), 52)
	require.NoError(t, err)
	require.Equal(t, "2026-12-28", weeks[0].Date.String(), "over the year's end")
	require.Equal(t, "2027-01-04", weeks[1].Date.String())
	var odd []string
	for i, w := range weeks {
		require.Zero(t, misaligned(w.Date, plan.Weekly))
		require.Equal(t, time.Monday, time.Unix(int64(w.Date)*plan.Day, 0).UTC().Weekday())
		if i > 0 {
			require.Equal(t, weeks[i-1].End, w.Start)
		}
		switch w.End - w.Start {
		case 7 * plan.Day:
		case 7*plan.Day - plan.Hour:
			odd = append(odd, w.Date.String()+" short")
		case 7*plan.Day + plan.Hour:
			odd = append(odd, w.Date.String()+" long")
		}
	}
	require.Equal(t, []string{"2027-03-22 short", "2027-10-25 long"}, odd)

	blocks, err := Periods("America/New_York", plan.FourWeekly, mustDate("2026-11-23"), 14)
	require.NoError(t, err)
	for _, b := range blocks {
		// 28-day blocks from Monday 1970-01-05, counted by package time.
		days := time.Unix(int64(b.Date)*plan.Day, 0).Sub(time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)).Hours() / 24
		require.Zero(t, int(days)%28)
	}
	require.Equal(t, "2027-11-22", blocks[13].Date.String())
}

func TestPeriodsOfTwoLeapYears(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Santiago", "Africa/Casablanca", "Asia/Tehran"} {
		periods, err := Periods(zone, plan.Daily, mustDate("2027-06-01"), 800)
		require.NoError(t, err, zone)
		loc, err := Location(zone)
		require.NoError(t, err)
		for i, p := range periods {
			// Local time reads the period's date at its start and at its last
			// second, and another one a second earlier.
			local := func(at plan.Time) string { return time.Unix(int64(at), 0).In(loc).Format(time.DateOnly) }
			require.Equal(t, p.Date.String(), local(p.Start), zone)
			require.Equal(t, p.Date.String(), local(p.End-1), zone)
			require.Equal(t, (p.Date - 1).String(), local(p.Start-1), zone)
			if i > 0 {
				require.Equal(t, periods[i-1].End, p.Start)
			}
		}
	}
}

func TestZonesThatJumpTooFarAreRefused(t *testing.T) {
	_, err := Periods("Pacific/Apia", plan.Daily, mustDate("2011-12-29"), 3)
	require.ErrorIs(t, err, ErrPeriod)
	require.ErrorContains(t, err, "2011-12-30 would last 0 hours")
	_, err = Periods("Antarctica/Casey", plan.Daily, mustDate("2016-10-22"), 1)
	require.ErrorIs(t, err, ErrPeriod)

	got := problemsOf(replace(t, base, "timezone: Europe/Berlin", "timezone: Pacific/Apia", "starts: 2026-12-01", "starts: 2011-12-01", "ends: 2026-12-31", "ends: 2012-01-31"))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "dunlin.yaml:2:11: timezone: clocks jump too far in Pacific/Apia: the period of 2011-12-30 would last 0 hours; accepted: a zone, or other dates,")
}

func TestBrokenLastPeriodIsLeftOut(t *testing.T) {
	f, problems := Parse("p", []byte(replace(t, base, "period: day", "period: week", "starts: 2026-12-01", "starts: 2026-11-30")))
	require.Nil(t, problems)
	require.Len(t, f.Periods, 4)
	require.Equal(t, 4, f.Left)
	require.Equal(t, "2026-12-21", f.Periods[3].Date.String())
}

func TestUnknownZones(t *testing.T) {
	for _, name := range []string{"", "Local", "Europe", "Europe/", "europe/berlin", "/etc/localtime", "../UTC", "Mars/Base"} {
		_, err := Location(name)
		require.ErrorIs(t, err, ErrZone, name)
	}
	require.Greater(t, len(zoneNames()), 400)
}

// The embedded database has the last say: a machine's own is not asked.
func TestTheMachineHasNoSay(t *testing.T) {
	t.Setenv("ZONEINFO", t.TempDir())
	loc, err := Location("Asia/Shanghai")
	require.NoError(t, err)
	require.Equal(t, "Asia/Shanghai", loc.String())
	_, offset := time.Unix(0, 0).In(loc).Zone()
	require.Equal(t, 8*3600, offset)
}

// zoneRelease is the Go release that zoneinfo.zip was taken from.
const zoneRelease = "go1.26.8"

// zoneinfo.zip is its release's, byte for byte. Another release may bring newer
// rules: that is a change of period bounds to be made on purpose (go generate, and
// the new release's name above), not by whoever happens to build.
func TestZonesAreTheGoReleases(t *testing.T) {
	if runtime.Version() != zoneRelease {
		t.Skipf("zoneinfo.zip is %s's, this is %s", zoneRelease, runtime.Version())
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	release, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(release), sha256.Sum256(zoneinfo), "run: go generate ./privacy/plan/planfile")
}
