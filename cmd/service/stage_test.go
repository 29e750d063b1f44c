package service_test

import (
	"archive/tar"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/stretchr/testify/require"
)

// weeks is plans/small.yaml with three periods.
var weeks = bytes.Replace(plans.Small, []byte("ends: 2027-11-21"), []byte("ends: 2026-12-13"), 1)

// stage is a site that runs, whose clock and whose leader's work are in the test's hand.
type stage struct {
	t       *testing.T // of the subtest that runs
	whole   *testing.T
	dir     string
	conf    *service.Config
	config  string
	clock   atomic.Int64
	hold    atomic.Pointer[hold]
	said    transcript
	stop    func()
	devices *devices
	periods []plan.Period
	lost    int
}

// hold has the leader wait after a few reports of a batch.
type hold struct {
	held chan bool // it waits
	on   chan bool // closed: it goes on
}

func (s *stage) world() service.World {
	w := testWorld(&s.said)
	w.Clock = func() time.Time { return time.Unix(s.clock.Load(), 0).UTC() }
	w.Pace = 10 * time.Millisecond
	w.Progress = func(p leader.Progress) {
		if h := s.hold.Load(); h != nil && p.Done >= 8 {
			select {
			case h.held <- true:
			default:
			}
			<-h.on
		}
	}
	return w
}

func (s *stage) move(t plan.Time) { s.clock.Store(int64(t)) }

// start serves all roles until stop.
func (s *stage) start() { s.stop = runIn(s.whole, s.config, "all", s.world(), &s.said) }

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, whole: t}
	s.dir, s.config = site(t)
	var err error
	s.conf, err = service.Read(s.config)
	require.NoError(t, err)
	f, problems := planfile.Parse("weeks.yaml", weeks)
	require.NoError(t, problems.Err())
	s.periods = f.Periods
	require.Len(t, s.periods, 3)
	s.move(s.periods[0].Start + 3600)
	s.start()
	s.said.eventually(t, "leader works with")
	signPlan(t, s.dir, s.config, weeks)
	s.said.eventually(t, "plans accepted")
	conf, err := service.Read(s.config)
	require.NoError(t, err)
	p, err := service.ReadPlan(conf, filepath.Join(s.dir, "plan.signed"))
	require.NoError(t, err)
	published, err := plan.Encode(p)
	require.NoError(t, err)
	s.devices = newDevices(t, published)
	return s
}

// week sends what a release of a period needs, and one revision, and returns the
// reports.
func (s *stage) week(period int) []report.Report {
	s.t.Helper()
	s.move(s.periods[period].Start + 3600)
	from := len(s.devices.made)
	for range 110 {
		s.devices.send(s.conf.Collector.Listen, s.devices.report(s.periods[period].Date))
	}
	s.devices.send(s.conf.Collector.Listen, s.devices.again())
	return s.devices.made[from:]
}

// state of a batch at an aggregator, as its operator sees it.
func (s *stage) state(data string, period int) string {
	st, err := operator.At(data).Status(s.t.Context())
	if err != nil {
		return err.Error()
	}
	for _, b := range st.Aggregator.Batches {
		if b.Period == s.periods[period].Date.String() {
			return b.State
		}
	}
	return ""
}

func (s *stage) becomes(data string, period int, state string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return s.state(data, period) == state }, 30*time.Second, 20*time.Millisecond, "%s: %s is never %s but %s\n%s", data, s.periods[period].Date, state, s.state(data, period), &s.said)
}

// holdLeader has the leader stop in the middle of the next batch; held says that it did.
func (s *stage) holdLeader() (held chan bool) {
	h := &hold{make(chan bool, 1), make(chan bool)}
	s.hold.Store(h)
	return h.held
}

// letGo has a leader that is held go on; it is held no more.
func (s *stage) letGo() {
	if h := s.hold.Swap(nil); h != nil {
		close(h.on)
	}
}

// run is a subtest.
func (s *stage) run(name string, f func(t *testing.T)) {
	outer := s.t
	defer func() { s.t = outer }()
	outer.Run(name, func(t *testing.T) {
		s.t = t
		f(t)
	})
}

// backup returns the archive's bytes, and its files by name.
func (s *stage) backup() ([]byte, map[string][]byte) {
	s.t.Helper()
	var b bytes.Buffer
	m, err := service.Backup(s.t.Context(), s.conf, s.world(), &b)
	require.NoError(s.t, err)
	require.Equal(s.t, []string{"collector", "leader", "helper"}, m.Roles)
	files := map[string][]byte{}
	for tr := tar.NewReader(bytes.NewReader(b.Bytes())); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return b.Bytes(), files
		}
		require.NoError(s.t, err)
		files[h.Name], err = io.ReadAll(tr)
		require.NoError(s.t, err)
	}
}

// secrets are the contents of every key file of the site, as they lie there and as
// they would lie in another file.
func (s *stage) secrets() (all [][]byte) {
	s.t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch filepath.Ext(path) {
		case ".age", ".pem":
			for _, line := range strings.Split(string(b), "\n") {
				if len(line) > 20 && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "-") {
					all = append(all, []byte(line))
				}
			}
		case ".key":
			all = append(all, b, []byte(hex.EncodeToString(b)))
			for _, word := range strings.Fields(string(b)) { // of a verify key, in hexadecimal
				raw, err := hex.DecodeString(strings.TrimPrefix(word, "dunlin-verify1"))
				if err == nil && len(raw) >= 16 {
					all = append(all, []byte(word), raw)
				}
			}
		}
		return nil
	})
	require.NoError(s.t, err)
	require.Greater(s.t, len(all), 10)
	return all
}

func (s *stage) lacks(b []byte, what string, traces [][]byte) {
	s.t.Helper()
	for _, t := range traces {
		require.False(s.t, bytes.Contains(b, t), what)
	}
}

// everything is all that lies in the site's data folders.
func (s *stage) everything() (all []byte) {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.dir, "data"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(all, b...)
		return err
	})
	require.NoError(s.t, err)
	return all
}

func (s *stage) periodKeys() (all []string) {
	for _, data := range []string{s.conf.Leader.Data, s.conf.Helper.Data} {
		found, err := filepath.Glob(filepath.Join(data, batch.KeysFolder, "*.key"))
		require.NoError(s.t, err)
		all = append(all, found...)
	}
	return all
}

// lose moves the data folder of a role away, as a disk that died does.
func (s *stage) lose(data string) {
	s.t.Helper()
	s.lost++
	require.NoError(s.t, os.Rename(data, fmt.Sprintf("%s.lost.%d", data, s.lost)))
}

func (s *stage) restore(b []byte) {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "backup.tar")
	require.NoError(s.t, os.WriteFile(path, b, 0o600))
	conf := *s.conf
	for _, r := range s.conf.Folders() {
		if _, err := os.Stat(r.Data); err == nil { // not lost, so not to be restored
			switch r.Role {
			case "collector":
				conf.Collector = nil
			case "leader":
				conf.Leader = nil
			case "helper":
				conf.Helper = nil
			}
		}
	}
	_, restored, err := service.Restore(&conf, s.world(), path)
	require.NoError(s.t, err)
	require.NotEmpty(s.t, restored)
}

func (s *stage) release(data string, period int) []byte {
	s.t.Helper()
	store, err := release.OpenRead(filepath.Join(data, service.ReleasesFile))
	require.NoError(s.t, err)
	r, err := store.Get(plan.DigestOf(s.devices.published), s.periods[period].Date)
	require.NoError(s.t, err)
	b, err := r.Append(nil)
	require.NoError(s.t, err)
	return b
}
