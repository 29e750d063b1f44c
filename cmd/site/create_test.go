package site_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

func input(dir string, a site.Answers) site.Input {
	return site.Input{Dir: dir, Answers: a, Scripts: scripts(), Now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), Random: rand.Reader}
}

func create(t *testing.T, in site.Input) {
	f, err := site.Prepare(in)
	require.NoError(t, err)
	require.NoError(t, f.Create())
	require.Contains(t, f.NextSteps(), "dunlin pair --config "+in.Dir+"/services.yaml")
}

// What Create writes is accepted by whoever reads it, and fits together: the tag pins
// the officer of the services file and leads to the collector's paths.
func TestCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "site")
	in := input(dir, answers(1000, plan.Weekly))
	create(t, in)
	conf, err := service.Read(filepath.Join(dir, site.ServicesName))
	require.NoError(t, err)
	require.Equal(t, site.Prefix, conf.Collector.Paths.Prefix)
	src, err := os.ReadFile(filepath.Join(dir, site.PlanName))
	require.NoError(t, err)
	f, problems := planfile.Parse("dunlin.yaml", src)
	require.NoError(t, problems.Err())
	snippet, err := os.ReadFile(filepath.Join(dir, site.SnippetName))
	require.NoError(t, err)
	tag, err := site.Tag{Scripts: scripts(), Officer: conf.Officer, Consent: f.Consent, Paths: conf.Collector.Paths}.HTML()
	require.NoError(t, err)
	require.Equal(t, site.Snippet(tag), string(snippet))
	for _, name := range []string{"officer.pem", "collector.pem", "leader.pem", "helper.pem"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), name)
	}
}

// Nothing is overwritten and nothing is half done: any file that is there already is
// named before one is written.
func TestCreateOverwritesNothing(t *testing.T) {
	for _, name := range []string{site.PlanName, site.ServicesName, site.SnippetName, "officer.pem", "helper.pem"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
			_, err := site.Prepare(input(dir, answers(1000, plan.Weekly)))
			require.ErrorContains(t, err, path+" exists already and is not overwritten")
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, left, 1)
		})
	}
}

func TestPrepareWritesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	_, err := site.Prepare(input(dir, answers(1000, plan.Weekly)))
	require.NoError(t, err)
	require.NoDirExists(t, dir)
	_, err = site.Prepare(input(dir, site.Answers{}))
	require.ErrorIs(t, err, site.ErrUnanswered)
	in := input(dir, answers(1000, plan.Weekly))
	in.Scripts = fstest.MapFS{}
	_, err = site.Prepare(in)
	require.ErrorContains(t, err, "the built script")
}

// The first period is the one that today is in, in the site's own zone.
func TestTheFirstPeriodHoldsToday(t *testing.T) {
	for _, c := range []struct {
		now    string
		zone   string
		period plan.Cadence
		want   string
	}{
		{"2026-11-26T12:00:00Z", "UTC", plan.Daily, "2026-11-26"},
		{"2026-11-26T12:00:00Z", "UTC", plan.Weekly, "2026-11-23"},
		{"2026-11-26T12:00:00Z", "UTC", plan.FourWeekly, "2026-11-23"},
		{"2026-11-22T23:30:00Z", "UTC", plan.Weekly, "2026-11-16"},
		{"2026-11-22T23:30:00Z", "Europe/Berlin", plan.Weekly, "2026-11-23"},
		{"2026-11-22T23:30:00Z", "America/New_York", plan.FourWeekly, "2026-10-26"},
		{"2026-11-26T20:00:00Z", "Asia/Shanghai", plan.Daily, "2026-11-27"},
	} {
		a := answers(1000, c.period)
		a.TimeZone = c.zone
		in := input(t.TempDir(), a)
		now, err := time.Parse(time.RFC3339, c.now)
		require.NoError(t, err)
		in.Now = now
		create(t, in)
		src, err := os.ReadFile(filepath.Join(in.Dir, site.PlanName))
		require.NoError(t, err)
		f, problems := planfile.Parse("dunlin.yaml", src)
		require.NoError(t, problems.Err(), c)
		require.Equal(t, c.want, f.Starts.String(), "%+v", c)
		p := f.Periods[0]
		require.True(t, p.Start <= plan.Time(now.Unix()) && plan.Time(now.Unix()) < p.End, "%+v", c)
	}
}
