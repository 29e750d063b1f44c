package collector_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// onDisk returns the SHA-256 of all files below dir, and when each was written.
func onDisk(t testing.TB, dir string) map[string]string {
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		about, err := d.Info()
		sum := sha256.Sum256(b)
		all[path] = about.ModTime().String() + " " + string(sum[:])
		return err
	}))
	return all
}

// answers posts a body to both addresses and returns what each said.
func (s *service) answers(contentType string, body []byte) (real, trial *http.Response, realText, trialText []byte) {
	real, realText = do(s.t, "POST", s.public.URL+"/v1/reports", contentType, bytes.NewReader(body))
	trial, trialText = do(s.t, "POST", s.public.URL+"/v1/reports/dry-run", contentType, bytes.NewReader(body))
	return real, trial, realText, trialText
}

// tries posts to the dry run's address and returns status and reason.
func (s *service) tries(body []byte) (int, collector.Reason) {
	response, answer := do(s.t, "POST", s.public.URL+"/v1/reports/dry-run", octets, bytes.NewReader(body))
	if response.StatusCode == http.StatusAccepted {
		require.Empty(s.t, answer)
		return response.StatusCode, ""
	}
	return response.StatusCode, reasonOf(s.t, response, answer)
}

// What the real address refuses the dry run refuses in the same words, and neither
// leaves anything on disk.
func TestTrialRefusesAsReportsAre(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 3, firstDate, 5)
	s.put(p)
	short := testPlan("short.example", 1, firstDate, 5)
	short.Expires = plan.Time(firstDate)*plan.Day + 13*plan.Hour
	s.put(short)
	next := testPlan("shop.example", 4, firstDate+2, 5)
	s.put(next)
	good := reportOf(t, p, firstDate, 1, 1, 'a')
	edit := func(at int, value byte) []byte {
		b := bytes.Clone(good)
		b[at] = value
		return b
	}
	noon := start.Add(12 * time.Hour)
	before := onDisk(t, s.options.Dir)
	for _, c := range []struct {
		name, contentType string
		body              []byte
		at                time.Time
		reason            collector.Reason
	}{
		{"no type", "", good, noon, collector.MediaType},
		{"another type", "application/json", good, noon, collector.MediaType},
		{"empty", octets, nil, noon, collector.Malformed},
		{"oversized", octets, make([]byte, report.MaxSize+1), noon, collector.TooLarge},
		{"cut off", octets, good[:len(good)-1], noon, collector.Malformed},
		{"a byte too many", octets, append(bytes.Clone(good), 0), noon, collector.Malformed},
		{"other magic", octets, edit(3, '2'), noon, collector.Malformed},
		{"revision 0", octets, edit(59, 0), noon, collector.Malformed},
		{"another plan's sizes", octets, resize(t, good), noon, collector.Malformed},
		{"unknown plan", octets, edit(4, good[4]^1), noon, collector.PlanUnknown},
		{"plan expired", octets, reportOf(t, short, firstDate, 1, 1, 'a'), start.Add(13 * time.Hour), collector.PlanExpired},
		{"plan superseded", octets, reportOf(t, p, firstDate+2, 1, 1, 'a'), start.Add(49 * time.Hour), collector.PlanSuperseded},
		{"period unknown", octets, reportOf(t, p, firstDate+5, 1, 1, 'a'), noon, collector.PeriodUnknown},
		{"early", octets, good, start.Add(-time.Second), collector.PeriodEarly},
		{"late", octets, good, start.Add(24 * time.Hour), collector.PeriodClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.set(c.at)
			real, trial, realText, trialText := s.answers(c.contentType, c.body)
			require.Equal(t, c.reason, reasonOf(t, trial, trialText))
			require.Equal(t, real.StatusCode, trial.StatusCode)
			require.Equal(t, string(realText), string(trialText))
			require.Equal(t, before, onDisk(t, s.options.Dir), "nothing was written")
		})
	}
	real, trials := uint64(0), uint64(0)
	for name, n := range s.c.Counts() {
		switch {
		case strings.HasPrefix(name, "reports."):
			real += n
		case strings.HasPrefix(name, "dry-run."):
			trials += n
		}
	}
	require.EqualValues(t, 15, real)
	require.EqualValues(t, 15, trials, "counted apart, by the same reasons")
}

// resize takes a byte off the leader's share, and says so in the report.
func resize(t *testing.T, body []byte) []byte {
	r, err := report.Parse(bytes.Clone(body))
	require.NoError(t, err)
	r.Leader = r.Leader[1:]
	b, err := r.Append(nil)
	require.NoError(t, err)
	return b
}

// A good report is answered 202 and is nowhere: not in a file that is made for it, not
// in one that is there, and not in the batch that is closed.
func TestTrialKeepsNothing(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	s.put(p)
	before := onDisk(t, s.options.Dir)
	for id := range uint64(5) {
		status, reason := s.tries(reportOf(t, p, firstDate, id, 1, 'a'))
		require.Equal(t, http.StatusAccepted, status, reason)
	}
	require.Equal(t, before, onDisk(t, s.options.Dir), "no file is made")
	require.NoFileExists(t, s.spoolFile(p, firstDate))

	kept := reportOf(t, p, firstDate, 7, 1, 'a')
	status, _ := s.post(kept)
	require.Equal(t, http.StatusAccepted, status)
	for range 2 { // also where the collector has just started
		before = onDisk(t, s.options.Dir)
		require.Contains(t, before, s.spoolFile(p, firstDate))
		for id := range uint64(5) {
			status, reason := s.tries(reportOf(t, p, firstDate, id, 1, 'a'))
			require.Equal(t, http.StatusAccepted, status, reason)
		}
		require.Equal(t, before, onDisk(t, s.options.Dir), "byte for byte, and not written again")
		require.NotZero(t, s.c.Counts()["dry-run.accepted"])
		s.restart()
	}
	require.Zero(t, s.c.Counts()["reports.accepted"], "since the start")

	s.set(start.Add(24 * time.Hour))
	require.EqualValues(t, 1, s.closeBatch(p, firstDate).Reports)
	require.Equal(t, [][]byte{kept}, s.pull(p, firstDate, 10), "the leader sees the real one alone")
	// The next period had tries alone: it closes empty, and is not a lost one.
	status, _ = s.tries(reportOf(t, p, firstDate+1, 1, 1, 'a'))
	require.Equal(t, http.StatusAccepted, status)
	s.set(start.Add(48 * time.Hour))
	require.Zero(t, s.closeBatch(p, firstDate+1).Reports)
}

// What stands in the way of keeping a report stands in the way of the dry run too.
func TestTrialMeetsTheStore(t *testing.T) {
	p := testPlan("shop.example", 1, firstDate, 3)
	good := reportOf(t, p, firstDate, 1, 1, 'a')
	same := func(t *testing.T, s *service, want collector.Reason) {
		trial, trialText := do(t, "POST", s.public.URL+"/v1/reports/dry-run", octets, bytes.NewReader(good))
		real, realText := do(t, "POST", s.public.URL+"/v1/reports", octets, bytes.NewReader(good))
		require.Equal(t, want, reasonOf(t, trial, trialText))
		require.Equal(t, real.StatusCode, trial.StatusCode)
		require.Equal(t, string(realText), string(trialText))
		require.Equal(t, real.Header.Get("Retry-After") == "", trial.Header.Get("Retry-After") == "")
	}
	t.Run("frozen", func(t *testing.T) {
		s := serve(t, t.TempDir())
		s.put(p)
		s.set(start.Add(24 * time.Hour))
		s.closeBatch(p, firstDate)
		s.set(start.Add(23 * time.Hour)) // the clock was set back
		same(t, s, collector.PeriodClosed)
	})
	t.Run("deleted", func(t *testing.T) {
		s := serve(t, t.TempDir())
		s.put(p)
		s.set(start.Add(24 * time.Hour))
		response, _ := do(t, "DELETE", s.batch(p, firstDate), "", nil)
		require.Equal(t, http.StatusNoContent, response.StatusCode)
		s.set(start.Add(23 * time.Hour))
		same(t, s, collector.BatchDeleted)
	})
	t.Run("lost", func(t *testing.T) {
		s := serve(t, t.TempDir())
		s.put(p)
		s.post(good)
		s.close()
		require.NoError(t, os.Remove(s.spoolFile(p, firstDate)))
		s.open()
		same(t, s, collector.BatchLost)
		require.NoFileExists(t, s.spoolFile(p, firstDate))
	})
	t.Run("damaged", func(t *testing.T) {
		s := serve(t, t.TempDir())
		s.put(p)
		require.NoError(t, os.WriteFile(s.spoolFile(p, firstDate), []byte("damaged"), 0o600))
		same(t, s, collector.BatchDamaged)
		b, err := os.ReadFile(s.spoolFile(p, firstDate))
		require.NoError(t, err)
		require.Equal(t, "damaged", string(b), "left as it is")
	})
	t.Run("disk full", func(t *testing.T) {
		s := serve(t, t.TempDir(), func(o *collector.Options) { o.KeepFree = 1 << 62 })
		s.put(p)
		same(t, s, collector.StorageFull)
	})
	t.Run("stopping", func(t *testing.T) {
		s := serve(t, t.TempDir())
		s.put(p)
		require.NoError(t, s.c.Close())
		same(t, s, collector.Stopping)
	})
}

// The dry run is no way around the limits: a try counts as a report does, against both
// the address and the site, and a report as a try.
func TestTrialIsLimited(t *testing.T) {
	t.Run("by address", func(t *testing.T) {
		var clock timers
		s := serve(t, t.TempDir(), func(o *collector.Options) {
			o.PerAddress = collector.PerAddress{PerMinute: 4, Random: rand.Reader, After: clock.start}
		})
		p := testPlan("shop.example", 1, firstDate, 2)
		s.put(p)
		for i, path := range []string{"/dry-run", "", "/dry-run", "/dry-run", "/dry-run", "", "/dry-run"} {
			r := httptest.NewRequest("POST", "/v1/reports"+path, reader(reportOf(t, p, firstDate, uint64(i), 1, 'a')))
			r.Header.Set("Content-Type", octets)
			r.RemoteAddr = "192.0.2.1:1000"
			w := httptest.NewRecorder()
			s.c.Public().ServeHTTP(w, r)
			if i < 4 {
				require.Equal(t, http.StatusAccepted, w.Code, i)
				continue
			}
			require.Equal(t, http.StatusTooManyRequests, w.Code, i)
			require.NotEmpty(t, w.Header().Get("Retry-After"))
			var problem collector.Problem
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &problem))
			require.Equal(t, "urn:dunlin:problem:address-limit", problem.Type)
		}
	})
	t.Run("by site", func(t *testing.T) {
		s := serve(t, t.TempDir(), func(o *collector.Options) { o.Quota = collector.Quota{PerSecond: 1, Burst: 3} })
		p := testPlan("shop.example", 1, firstDate, 2)
		s.put(p)
		good := reportOf(t, p, firstDate, 1, 1, 'a')
		for i := range 3 {
			status, reason := s.tries(good)
			require.Equal(t, http.StatusAccepted, status, "%d %s", i, reason)
		}
		for _, send := range []func([]byte) (int, collector.Reason){s.tries, s.post} {
			status, reason := send(good)
			require.Equal(t, http.StatusTooManyRequests, status)
			require.Equal(t, collector.OverQuota, reason)
		}
	})
}

// Under names of the site's own the dry run lies beside the reports.
func TestTrialFollowsPaths(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.Paths = collector.Paths{Prefix: "/stats", API: "a"} })
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	response, answer := do(t, "POST", s.public.URL+"/stats/a/reports/dry-run", octets, bytes.NewReader(reportOf(t, p, firstDate, 1, 1, 'a')))
	require.Equal(t, http.StatusAccepted, response.StatusCode, "%s", answer)
	response, _ = do(t, "GET", s.public.URL+"/stats/a/reports/dry-run", "", nil)
	require.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
}
