package doctor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// over is a batch that ended so long ago.
func over(ago time.Duration, change func(*operator.Batch)) *operator.Batch {
	b := &operator.Batch{
		Site: "shop.example", Period: "2026-11-23", State: "open", MinBatch: 100,
		Start: noon.Add(-ago - 24*time.Hour), End: noon.Add(-ago), GivenUp: noon.Add(28*24*time.Hour - ago),
	}
	if change != nil {
		change(b)
	}
	return b
}

func TestWhatABatchWaitsFor(t *testing.T) {
	for name, c := range map[string]struct {
		role  string
		batch *operator.Batch
		since time.Time // of its plan
		want  Line
	}{
		"running": {"leader", over(-time.Hour, nil), noon, Line{OK, "leader, shop.example 2026-11-23",
			"running until 2026-11-24 13:00 UTC; devices report to the collector", ""}},
		"not begun": {"leader", over(time.Hour, nil), time.Time{}, Line{Wait, "leader, shop.example 2026-11-23",
			"over, not begun; until 2026-12-22 11:00 UTC, then it is abandoned", "nothing: the leader takes it up within half a minute, and goes on where it was"}},
		"in work, helper away, for long": {"leader", over(30*time.Hour, func(b *operator.Batch) {
			b.Begun, b.Finished, b.Accepted, b.Reports, b.Waits = 13, 12, 300, 4000, "helper, prepare:\nnobody listens"
			b.Rejected = map[string]uint64{"invalid_proof": 1}
		}), time.Time{}, Line{Warn, "leader, shop.example 2026-11-23",
			"12 of 256 partitions done, 300 counted, 1 rejected of 4000 reports: helper, prepare:; nobody listens; until 2026-12-21 06:00 UTC, then it is abandoned",
			"do what the text says, here or at the other service; the leader tries again every half minute"}},
		"helper's": {"helper", over(time.Hour, func(b *operator.Batch) { b.Owner, b.Begun, b.Finished = "shop", 3, 2 }), time.Time{}, Line{Wait, "helper, shop.example 2026-11-23 of leader shop",
			"2 of 256 partitions done, 0 counted, 0 rejected; waits for the leader to send the rest; until 2026-12-22 11:00 UTC, then it is abandoned",
			"nothing here: the leader comes by itself; if it has not for a day, ask its operator to run `dunlin doctor`"}},
		"noise drawn": {"leader", over(time.Hour, func(b *operator.Batch) { b.State, b.Accepted = "closed", 120 }), time.Time{}, Line{Wait, "leader, shop.example 2026-11-23",
			"120 counted, 0 rejected, noise drawn; waits for the helper's noised share; until 2026-12-22 11:00 UTC, then it is abandoned",
			"nothing: the leader takes it up within half a minute, and goes on where it was"}},
		"exchanged": {"helper", over(time.Hour, func(b *operator.Batch) { b.State, b.Accepted = "exchanged", 120 }), time.Time{}, Line{Wait, "helper, shop.example 2026-11-23",
			"120 counted, 0 rejected, shares exchanged; waits for the leader's signature; until 2026-12-22 11:00 UTC, then it is abandoned",
			"nothing here: the leader comes by itself; if it has not for a day, ask its operator to run `dunlin doctor`"}},
		"released": {"helper", over(time.Hour, func(b *operator.Batch) { b.State, b.Accepted = "released", 120 }), time.Time{}, Line{OK, "helper, shop.example 2026-11-23", "released: 120 counted, 0 rejected", ""}},
		"released, not cleared": {"leader", over(2*time.Hour, func(b *operator.Batch) { b.State, b.Accepted = "released", 120 }), time.Time{}, Line{Wait, "leader, shop.example 2026-11-23",
			"released: 120 counted, 0 rejected; the collector has not confirmed that its sealed reports are deleted", "see that the leader reaches the collector; it asks again by itself"}},
		"short": {"leader", over(2*time.Hour, func(b *operator.Batch) { b.State, b.Accepted = "short", 80 }), time.Time{}, Line{Warn, "leader, shop.example 2026-11-23",
			"short: 80 counted, 0 rejected, 100 needed; dropped for good", "nothing brings it back; if it happens often, build a plan with a longer period (week or four weeks)"}},
		"short long ago": {"leader", over(8*24*time.Hour, func(b *operator.Batch) { b.State, b.Accepted = "short", 80 }), time.Time{}, Line{OK, "leader, shop.example 2026-11-23",
			"short: 80 counted, 0 rejected, 100 needed; dropped for good", ""}},
		"abandoned after a restore": {"leader", over(2*time.Hour, func(b *operator.Batch) { b.State = "abandoned" }), noon.Add(-time.Hour), Line{Warn, "leader, shop.example 2026-11-23",
			"abandoned, never released: it was over on 2026-11-24 10:00 UTC, before this store was begun or restored (2026-11-24 11:00 UTC), and the peer has no release of it",
			"nothing brings it back: a second draw of noise would cost visitors more than the plan says; later periods are not touched"}},
		"abandoned for patience": {"leader", over(30*24*time.Hour, func(b *operator.Batch) { b.State = "abandoned" }), time.Time{}, Line{OK, "leader, shop.example 2026-11-23",
			"abandoned, never released: its reports were gone from the collector, or it had waited until 2026-11-22 12:00 UTC", ""}},
		"lost": {"helper", over(time.Hour, func(b *operator.Batch) { b.Lost = true }), time.Time{}, Line{Warn, "helper, shop.example 2026-11-23",
			"the key of its shares is gone (the store is a copy of an older one); abandoned by 2026-12-22 11:00 UTC unless the peer has its release",
			"see that leader and helper reach each other: one that has the signed release hands it over by itself"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, aggregated(c.role, c.batch, &operator.Plan{Since: c.since}, noon))
		})
	}
}

// host is one whose only role answered so.
func host(t *testing.T, name string, s operator.Status) *Host {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "last-backup"), []byte(noon.Add(-time.Hour).Format(time.RFC3339)), 0o600))
	s.Role, s.Now = name, noon
	if s.Disk.Total == 0 {
		s.Disk = collector.Disk{Free: 50e9, Total: 100e9}
	}
	return &Host{config: &service.Config{}, file: "services.yaml", now: func() time.Time { return noon }, roles: []role{{name: name, data: dir, status: &s}}}
}

// has finds the one line with a text, and checks its state and that it says what to do
// if it asks for something.
func has(t *testing.T, lines Lines, state State, what string) {
	t.Helper()
	for _, l := range lines {
		if strings.Contains(l.What, what) {
			require.Equal(t, state, l.State, what)
			require.Equal(t, state == Warn || state == Fail, lineAsks(l), "%+v", l)
			return
		}
	}
	t.Fatalf("no line says %q: %+v", what, lines)
}

func lineAsks(l Line) bool { return l.Do != "" }

func TestDoctorOfACollector(t *testing.T) {
	n := uint64(1000)
	s := operator.Status{
		Disk: collector.Disk{Free: 300e6, Total: 100e9}, Damaged: []string{"a.spool is damaged"},
		Collector: &collector.Status{
			Queue: collector.Queue{Waiting: 3000, Limit: 4096}, Counts: map[string]uint64{"reports.over-quota": 4},
			Batches: []collector.Batch{
				{Period: "2026-11-24", State: spool.Taking, Reports: &n, Bytes: 200e6},
				{Period: "2026-11-22", State: spool.Lost}, {Period: "2026-11-21", State: spool.Damaged},
			},
		},
	}
	lines := host(t, "collector", s).Doctor(t.Context())
	has(t, lines, Warn, "3000 of at most 4096 reports wait")
	has(t, lines, Warn, "4 reports were refused over a site's quota")
	has(t, lines, Warn, "300.0 MB of the disk are free, about 467.1 MB are needed")
	has(t, lines, Fail, "a.spool is damaged")
	has(t, lines, Warn, "its reports are lost")
	has(t, lines, Fail, "its file is damaged")
	has(t, lines, OK, "was backed up on 2026-11-24 11:00 UTC")
	require.True(t, lines.Wrong())

	s = operator.Status{Collector: &collector.Status{Queue: collector.Queue{Limit: 4096}}}
	require.False(t, host(t, "collector", s).Doctor(t.Context()).Wrong())
	s.Disk = collector.Disk{Free: 1e6, Total: 1e9}
	has(t, host(t, "collector", s).Doctor(t.Context()), Fail, "1.0 MB of the disk are free")
	s.Stopping = true
	has(t, host(t, "collector", s).Doctor(t.Context()), Warn, "is stopping")

	h := host(t, "collector", operator.Status{Collector: &collector.Status{}})
	h.now = func() time.Time { return noon.AddDate(0, 0, 8) }
	has(t, h.Doctor(t.Context()), Warn, "was last backed up on")
	require.NoError(t, os.Remove(filepath.Join(h.roles[0].data, "last-backup")))
	require.NoError(t, os.WriteFile(filepath.Join(h.roles[0].data, "plans"), nil, 0o600))
	has(t, h.Doctor(t.Context()), Warn, "has never been backed up")
}

func TestDoctorOfALeader(t *testing.T) {
	at := func(end time.Time, step operator.Step) Lines {
		a := &operator.Aggregator{Plans: []operator.Plan{{Site: "shop.example", End: end}}, Step: &step}
		return host(t, "leader", operator.Status{Aggregator: a, Started: noon.Add(-time.Hour)}).Doctor(t.Context())
	}
	lines := at(noon.AddDate(0, 0, 15), operator.Step{At: noon})
	has(t, lines, OK, "the last one ends on 2026-12-09")
	require.False(t, lines.Wrong())
	has(t, at(noon.AddDate(0, 0, 13), operator.Step{At: noon}), Warn, "the last one ends on 2026-12-07 12:00 UTC, in 13 days")
	has(t, at(noon, operator.Step{At: noon}), Fail, "nothing is measured")
	later := noon.AddDate(1, 0, 0)
	has(t, at(later, operator.Step{At: noon.Add(-7 * time.Hour)}), Warn, "has finished no round for 7 hours")
	has(t, at(later, operator.Step{At: noon, Plans: "not signed"}), Fail, "plans are not accepted: not signed")
	has(t, at(later, operator.Step{At: noon, Why: "a\nb"}), Warn, "the last round failed: a; b")
	has(t, at(later, operator.Step{At: noon, Priors: "x"}), Warn, "priors were not published")
}

// A restored aggregator has no keys of the plans that run.
func TestKeysOfAPlanThatAreGone(t *testing.T) {
	const commitment = "abcdef"
	a := &operator.Aggregator{Plans: []operator.Plan{{Digest: "0123456789", Site: "shop.example", End: noon.AddDate(1, 0, 0), VerifyKey: commitment}}}
	h := host(t, "helper", operator.Status{Aggregator: a})
	dir := t.TempDir()
	h.config.Helper = &service.HelperConfig{VerifyKeys: dir}
	look := func() (l Lines) { h.plans(&l); return l }
	has(t, look(), Fail, "its keys are not in "+dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "verify-"+commitment+".key"), nil, 0o600))
	require.False(t, look().Wrong())
}

func TestClocksApart(t *testing.T) {
	var l Lines
	(&Host{}).peers(&l, []service.Met{
		{Role: "collector", Apart: -59 * time.Second}, {Role: "helper", Apart: 61 * time.Second},
		{Role: "collector", Apart: -25 * time.Hour}, {Role: "helper", Err: errors.New("nobody\nlistens")},
	})
	require.Equal(t, []State{OK, Warn, Fail, Fail}, []State{l[0].State, l[1].State, l[2].State, l[3].State})
	require.Contains(t, l[1].What, "its clock is 1m1s from this host's")
	require.Contains(t, l[2].What, "-25h0m0s")
	require.Contains(t, l[3].What, "nobody; listens")
}

func TestKeysInWrongHands(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	leader := write("leader.pem", "-----BEGIN AGE ENCRYPTED FILE-----", 0o600)
	h := &Host{config: &service.Config{Leader: &service.LeaderConfig{Identity: leader}}, file: filepath.Join(dir, "services.yaml"), now: time.Now}
	look := func() (l Lines) { h.keys(&l); return l }
	require.False(t, look().Wrong(), "%+v", look())
	has(t, look(), OK, "is under a passphrase")

	write("leader.pem", "-----BEGIN PRIVATE KEY-----", 0o600)
	has(t, look(), Warn, "lies in the clear")
	require.NoError(t, os.Chmod(leader, 0o644))
	has(t, look(), Fail, "can be read by others (mode 644)")
	require.NoError(t, os.Chmod(leader, 0o600))
	require.NoError(t, os.Chtimes(leader, time.Time{}, time.Now().AddDate(-1, 0, -2)))
	has(t, look(), Warn, "was made 367 days ago")
	officer := write("officer.pem", "x", 0o600)
	has(t, look(), Fail, officer+" lies on the other aggregator's host")
	h.config.Helper = &service.HelperConfig{}
	has(t, look(), Fail, "leader and helper are in one services file")
	require.NoError(t, os.Remove(leader))
	has(t, look(), Fail, "is missing")
}

// What runs not is looked at from outside.
func TestDoctorOfWhatIsDown(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o750))
	conf := &service.Config{Helper: &service.HelperConfig{Data: dir}}
	look := func() Lines {
		h := Look(t.Context(), conf, "services.yaml", time.Now)
		return h.Doctor(t.Context())
	}
	has(t, look(), Fail, "can be entered by others")
	require.NoError(t, os.Chmod(dir, 0o700))
	require.NotContains(t, fmt.Sprint(look()), "can be entered by others")
	has(t, look(), Fail, "does not run")
	has(t, look(), OK, "has stored nothing yet")
	require.NoError(t, os.WriteFile(filepath.Join(dir, service.BatchesFile), make([]byte, 32<<10), 0o600))
	has(t, look(), Fail, "the store is damaged")
}

// Where a line points into the guide, the guide has such a section.
func TestWhereLinesPoint(t *testing.T) {
	guide, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`operations\.md, \\"([^"\\]+)\\"`).FindAllStringSubmatch(string(b), -1) {
			found++
			require.Contains(t, string(guide), "\n## "+m[1]+"\n", f)
		}
	}
	require.Greater(t, found, 5)
}
