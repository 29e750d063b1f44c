package collector_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// buffer is a log that handlers and the test share.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *buffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *buffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func logTo(l *buffer) func(*collector.Options) {
	return func(o *collector.Options) { o.Log = slog.New(slog.NewTextHandler(l, nil)) }
}

// priorsOf are some bytes and their SHA-256; n tells generations apart.
func priorsOf(n int) (plan.Digest, []byte) {
	b := bytes.Repeat([]byte{byte(n)}, 100+n)
	return sha256.Sum256(b), b
}

// putPriors publishes bytes under their SHA-256.
func (s *service) putPriors(n int) (plan.Digest, int) {
	sum, b := priorsOf(n)
	response, _ := do(s.t, "PUT", s.inner.URL+"/v1/priors/"+sum.String(), octets, bytes.NewReader(b))
	return sum, response.StatusCode
}

// point makes stored priors a plan's and returns status and reason.
func (s *service) point(d plan.Digest, body string) (int, collector.Reason) {
	response, answer := do(s.t, "PUT", s.inner.URL+"/v1/plans/"+d.String()+"/priors", octets, strings.NewReader(body))
	if response.StatusCode < 300 {
		return response.StatusCode, ""
	}
	return response.StatusCode, reasonOf(s.t, response, answer)
}

// publish does both and must succeed.
func (s *service) publish(d plan.Digest, n int) plan.Digest {
	s.t.Helper()
	sum, status := s.putPriors(n)
	require.Less(s.t, status, 300)
	status, reason := s.point(d, sum.String())
	require.Less(s.t, status, 300, reason)
	return sum
}

// header is what devices are told of the plan in force, and the leader too.
func (s *service) header(p *plan.Plan) string {
	s.t.Helper()
	digest, signed := published(s.t, p)
	response, answer := do(s.t, "GET", s.public.URL+"/v1/plan?site="+p.Site, "", nil)
	require.Equal(s.t, http.StatusOK, response.StatusCode, "%s", answer)
	require.Equal(s.t, signed, answer, "the plan is served whatever the priors")
	told := response.Header.Values("Dunlin-Priors")
	require.LessOrEqual(s.t, len(told), 1)
	response, answer = do(s.t, "GET", s.inner.URL+"/v1/plans/"+digest.String()+"/priors", "", nil)
	if len(told) == 0 {
		require.Equal(s.t, collector.NotFound, reasonOf(s.t, response, answer))
		return ""
	}
	require.Equal(s.t, told[0], string(answer))
	return told[0]
}

// fetch returns priors as a device gets them.
func (s *service) fetch(sum string) (int, []byte) {
	response, answer := do(s.t, "GET", s.public.URL+"/v1/priors/"+sum, "", nil)
	return response.StatusCode, answer
}

func (s *service) priorsFiles() []string {
	files, err := os.ReadDir(filepath.Join(s.options.Dir, "priors"))
	require.NoError(s.t, err)
	names := []string{}
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

func (s *service) status() collector.Status {
	_, answer := do(s.t, "GET", s.inner.URL+"/v1/status", "", nil)
	var state collector.Status
	require.NoError(s.t, json.Unmarshal(answer, &state))
	return state
}

func TestPlanPriors(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	other := testPlan("other.example", 1, firstDate, 3)
	digest, _ := published(t, p)
	s.put(p)
	s.put(other)
	require.Empty(t, s.header(p), "a plan without priors")

	first, status := s.putPriors(1)
	require.Equal(t, http.StatusCreated, status)
	require.Empty(t, s.header(p), "bytes alone are nobody's")
	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		status, _ = s.point(digest, first.String())
		require.Equal(t, want, status)
	}
	for range 2 { // also after a restart, from disk
		require.Equal(t, first.String(), s.header(p))
		require.Empty(t, s.header(other), "each plan has its own")
		_, b := priorsOf(1)
		status, answer := s.fetch(first.String())
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, b, answer)
		s.restart()
	}
	second := s.publish(digest, 2)
	require.Equal(t, second.String(), s.header(p))
	s.restart()
	require.Equal(t, second.String(), s.header(p))
	require.Empty(t, s.status().Damaged)

	// The next plan in force has none before it is given some.
	next := testPlan("shop.example", 2, firstDate+1, 3)
	s.put(next)
	s.set(start.Add(24 * time.Hour))
	require.Empty(t, s.header(next))
	nextDigest, _ := published(t, next)
	third := s.publish(nextDigest, 3)
	require.Equal(t, third.String(), s.header(next))
	require.EqualValues(t, 1, s.status().Counts["current-priors.accepted"])
}

// The answer is the same for everyone: nothing in a request or in a browser's
// store changes a byte of it, and nothing is put into that store.
func TestPriorsAreTheSameForEveryone(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	digest, _ := published(t, p)
	s.put(p)
	sum := s.publish(digest, 1)
	for _, path := range []string{"/v1/plan", "/v1/priors/" + sum.String()} {
		plain, body := do(t, "GET", s.public.URL+path, "", nil)
		request, err := http.NewRequest("GET", s.public.URL+path, nil)
		require.NoError(t, err)
		request.Header = http.Header{"Cookie": {"visitor=7"}, "If-None-Match": {`"` + sum.String() + `"`, "*"}, "If-Modified-Since": {time.Now().UTC().Format(http.TimeFormat)},
			"Range": {"bytes=0-3"}, "Accept-Language": {"de"}, "Origin": {"https://elsewhere.example"}}
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		plain.Header.Del("Date") // of net/http, where it is not the collector's own
		response.Header.Del("Date")
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, plain.Header, response.Header)
		require.Equal(t, body, answer)
		for _, name := range []string{"Set-Cookie", "Etag", "Last-Modified", "Vary"} {
			require.Empty(t, response.Header.Values(name))
		}
	}
}

// The current and the previous priors of each plan stay, older ones go, and
// what has just been published waits for its pointer.
func TestOldPriorsAreRemoved(t *testing.T) {
	s := serve(t, t.TempDir())
	p, other := testPlan("shop.example", 1, firstDate, 3), testPlan("other.example", 1, firstDate, 3)
	a, _ := published(t, p)
	b, _ := published(t, other)
	s.put(p)
	s.put(other)
	sums := map[int]string{}
	for n := range 12 {
		sum, _ := priorsOf(n)
		sums[n] = sum.String()
	}
	s.publish(a, 1)
	s.publish(a, 2)
	require.ElementsMatch(t, []string{sums[1], sums[2]}, s.priorsFiles())
	s.publish(b, 1) // the same bytes for two plans
	s.publish(a, 3)
	require.ElementsMatch(t, []string{sums[1], sums[2], sums[3]}, s.priorsFiles())
	status, _ := s.fetch(sums[2])
	require.Equal(t, http.StatusOK, status, "somebody may be fetching the previous ones")
	s.publish(a, 4)
	s.publish(b, 5)
	s.publish(b, 6)
	require.ElementsMatch(t, []string{sums[3], sums[4], sums[5], sums[6]}, s.priorsFiles())
	status, _ = s.fetch(sums[1])
	require.Equal(t, http.StatusNotFound, status)

	// Back to the previous ones.
	status, _ = s.point(a, sums[3])
	require.Equal(t, http.StatusCreated, status)
	require.Equal(t, sums[3], s.header(p))
	require.ElementsMatch(t, []string{sums[3], sums[4], sums[5], sums[6]}, s.priorsFiles())

	// Published and not yet pointed at: kept, whatever happens to other plans.
	// After a restart it was given up, and so was what a crash left half written.
	s.putPriors(7)
	s.publish(b, 8)
	require.Contains(t, s.priorsFiles(), sums[7])
	s.restart()
	require.Contains(t, s.priorsFiles(), sums[7])
	half := filepath.Join(s.options.Dir, "priors", sums[9]+".new")
	require.NoError(t, os.WriteFile(half, []byte("hal"), 0o600))
	foreign := filepath.Join(s.options.Dir, "priors", "README")
	require.NoError(t, os.WriteFile(foreign, []byte("mine"), 0o600))
	s.putPriors(10)
	s.publish(a, 11)
	require.ElementsMatch(t, []string{sums[3], sums[6], sums[8], sums[10], sums[11], "README"}, s.priorsFiles())
	// And published again after a restart, it is there for its pointer.
	s.restart()
	_, status = s.putPriors(10)
	require.Equal(t, http.StatusOK, status)
	s.publish(a, 1)
	status, _ = s.point(a, sums[10])
	require.Equal(t, http.StatusCreated, status)
}

func TestBadPointersAreRefused(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	digest, _ := published(t, p)
	s.put(p)
	stored := s.publish(digest, 1)
	absent, _ := priorsOf(2)
	damaged, _ := s.putPriors(3)
	require.NoError(t, os.WriteFile(filepath.Join(s.options.Dir, "priors", damaged.String()), []byte("spoiled"), 0o600))
	path := "/v1/plans/" + digest.String() + "/priors"
	want := map[string]uint64{}
	for _, c := range []struct {
		name, method, path, body string
		reason                   collector.Reason
		status                   int
	}{
		{"unknown plan", "PUT", "/v1/plans/" + plan.Digest{1}.String() + "/priors", stored.String(), collector.PlanUnknown, 404},
		{"no digest", "PUT", "/v1/plans/abc/priors", stored.String(), collector.Malformed, 400},
		{"priors never stored", "PUT", path, absent.String(), collector.NotFound, 404},
		{"priors damaged on disk", "PUT", path, damaged.String(), collector.StorageFailed, 503},
		{"empty", "PUT", path, "", collector.Malformed, 400},
		{"a digit too few", "PUT", path, stored.String()[1:], collector.Malformed, 400},
		{"a digit too many", "PUT", path, stored.String() + "0", collector.TooLarge, 413},
		{"end of line", "PUT", path, stored.String() + "\n", collector.TooLarge, 413},
		{"upper case", "PUT", path, strings.ToUpper(stored.String()), collector.Malformed, 400},
		{"a file name", "PUT", path, "../plans/" + stored.String()[9:], collector.Malformed, 400},
		{"bytes", "PUT", path, string(stored[:]) + string(stored[:]), collector.Malformed, 400},
		{"asked of an unknown plan", "GET", "/v1/plans/" + plan.Digest{1}.String() + "/priors", "", collector.PlanUnknown, 404},
		{"POST", "POST", path, stored.String(), collector.Method, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, answer := do(t, c.method, s.inner.URL+c.path, octets, strings.NewReader(c.body))
			require.Equal(t, c.reason, reasonOf(t, response, answer))
			require.Equal(t, c.status, response.StatusCode)
			if c.reason != collector.Method {
				want["current-priors."+string(c.reason)]++
			}
		})
	}
	for name, n := range want {
		require.Equal(t, n, s.c.Counts()[name], name)
	}
	// None of it changed anything, and visitors cannot so much as ask.
	require.Equal(t, stored.String(), s.header(p))
	s.restart()
	require.Equal(t, stored.String(), s.header(p))
	for method, reason := range map[string]collector.Reason{"PUT": collector.Method, "GET": collector.Malformed} {
		response, answer := do(t, method, s.public.URL+path, octets, strings.NewReader(stored.String()))
		require.Equal(t, reason, reasonOf(t, response, answer))
	}
}

// The disk refuses in the middle: the pointer stays what it was.
func TestPointerThatCannotBeWritten(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	digest, _ := published(t, p)
	s.put(p)
	first := s.publish(digest, 1)
	block := filepath.Join(s.options.Dir, "plans", digest.String()+".priors.new")
	require.NoError(t, os.Mkdir(block, 0o700))
	second, _ := s.putPriors(2)
	status, reason := s.point(digest, second.String())
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, collector.StorageFailed, reason)
	require.Equal(t, first.String(), s.header(p))
	require.NoError(t, os.Remove(block))
	// What a crash leaves of a pointer is not one.
	require.NoError(t, os.WriteFile(block, []byte(second.String()), 0o600))
	s.restart()
	require.Equal(t, first.String(), s.header(p))
	require.Empty(t, s.c.Damaged())
	require.Equal(t, second, s.publish(digest, 2))
	require.Equal(t, second.String(), s.header(p))
}

func TestDamagedPointer(t *testing.T) {
	var log buffer
	s := serve(t, t.TempDir(), logTo(&log))
	p, other := testPlan("shop.example", 1, firstDate, 3), testPlan("other.example", 1, firstDate, 3)
	digest, _ := published(t, p)
	b, _ := published(t, other)
	s.put(p)
	s.put(other)
	for n := 1; n <= 2; n++ {
		s.publish(digest, n)
	}
	fine := s.publish(b, 3)
	path := filepath.Join(s.options.Dir, "plans", digest.String()+".priors")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	gone := string(bytes.ToLower(whole))
	gone = "f00d" + gone[4:] // a pointer, but to nothing
	damage := damagedPointers()
	damage["a digit changed"] = gone
	damage["a folder"] = ""
	for name, text := range damage {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.RemoveAll(path))
			if name == "a folder" {
				require.NoError(t, os.Mkdir(path, 0o700))
			} else {
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			}
			before := len(s.priorsFiles())
			said := strings.Count(log.String(), "level=ERROR")
			s.restart()
			require.Empty(t, s.header(p))
			require.Equal(t, fine.String(), s.header(other))
			state := s.status()
			require.Len(t, state.Damaged, 1)
			require.Contains(t, state.Damaged[0], digest.String())
			require.Contains(t, state.Damaged[0], "the leader publishes them again")
			require.Equal(t, said+1, strings.Count(log.String(), "level=ERROR"), "told once: %s", log.String())
			if name != "a digit changed" {
				// Nobody knows which files it named: none is removed meanwhile.
				s.publish(b, 50)
				s.publish(b, 3)
				require.GreaterOrEqual(t, len(s.priorsFiles()), before)
				require.Contains(t, state.Damaged[0], path)
			}
			if name == "a folder" {
				require.NoError(t, os.Remove(path)) // a file does not replace it
			}
			repaired := s.publish(digest, 2)
			require.Equal(t, repaired.String(), s.header(p))
			require.Empty(t, s.status().Damaged)
			s.restart()
			require.Equal(t, repaired.String(), s.header(p))
		})
	}
}

// A plan whose priors are missing or damaged is served without the header, from
// the moment that this can be known, and with it again once they are published.
func TestDamagedPriors(t *testing.T) {
	var log buffer
	s := serve(t, t.TempDir(), logTo(&log))
	p := testPlan("shop.example", 1, firstDate, 3)
	digest, _ := published(t, p)
	s.put(p)
	sum := s.publish(digest, 1)
	path := filepath.Join(s.options.Dir, "priors", sum.String())
	_, content := priorsOf(1)
	flipped := bytes.Clone(content)
	flipped[50] ^= 1
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"cut off", func() error { return os.Truncate(path, 30) }},
		{"empty", func() error { return os.Truncate(path, 0) }},
		{"longer", func() error { return os.WriteFile(path, append(bytes.Clone(content), 0), 0o600) }},
		{"missing", func() error { return os.Remove(path) }},
		{"a folder", func() error { return os.Mkdir(path, 0o700) }},
	} {
		for _, restarted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restarted=%v", c.name, restarted), func(t *testing.T) {
				require.Equal(t, sum.String(), s.header(p))
				said := strings.Count(log.String(), "level=ERROR")
				if c.name == "a folder" {
					require.NoError(t, os.Remove(path))
				}
				require.NoError(t, c.do())
				if restarted {
					s.restart()
				}
				require.Empty(t, s.header(p))
				require.Empty(t, s.header(p))
				require.Len(t, s.status().Damaged, 1)
				require.Contains(t, s.status().Damaged[0], path)
				require.Equal(t, said+1, strings.Count(log.String(), "level=ERROR"), "told once: %s", log.String())
				if c.name == "a folder" {
					require.NoError(t, os.Remove(path))
				}
				// The leader's own way: the bytes, then the pointer.
				_, status := s.putPriors(1)
				require.Equal(t, http.StatusCreated, status)
				status, _ = s.point(digest, sum.String())
				require.Equal(t, http.StatusOK, status)
				require.Equal(t, sum.String(), s.header(p))
				require.Empty(t, s.status().Damaged)
			})
		}
	}
	t.Run("behind the file system's back", func(t *testing.T) {
		// Bytes that change without size or time: known when they are next read.
		info, err := os.Stat(path)
		require.NoError(t, err)
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.Write(flipped)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
		status, _ := s.fetch(sum.String())
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Empty(t, s.header(p))
		s.putPriors(1)
		require.Equal(t, sum.String(), s.header(p))
	})
}

// Publishing for two plans while devices read: a device that is told a name can
// fetch it, unless two newer ones were published meanwhile.
func TestPriorsWhileTheyChange(t *testing.T) {
	s := serve(t, t.TempDir())
	s.t = t
	sites := []*plan.Plan{testPlan("shop.example", 1, firstDate, 3), testPlan("other.example", 1, firstDate, 3)}
	const generations = 25
	number := map[string]int64{}
	for n := range 2 * generations {
		sum, _ := priorsOf(n)
		number[sum.String()] = int64(n / 2)
	}
	var begun [2]atomic.Int64
	var writers, readers sync.WaitGroup
	var done atomic.Bool
	var fetched atomic.Int64
	for i, p := range sites {
		s.put(p)
		digest, _ := published(t, p)
		publish := func(generation int) error {
			begun[i].Store(int64(generation))
			sum, b := priorsOf(2*generation + i)
			for _, put := range []struct {
				path string
				body []byte
			}{{"/v1/priors/" + sum.String(), b}, {"/v1/priors/" + sum.String(), b}, {"/v1/plans/" + digest.String() + "/priors", []byte(sum.String())}} {
				request, err := http.NewRequest("PUT", s.inner.URL+put.path, bytes.NewReader(put.body))
				if err != nil {
					return err
				}
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					return err
				}
				if err := response.Body.Close(); err != nil || response.StatusCode > 299 {
					return fmt.Errorf("%s: %s, %w", put.path, response.Status, err)
				}
			}
			return nil
		}
		require.NoError(t, publish(0))
		writers.Add(1)
		go func() {
			defer writers.Done()
			for generation := 1; generation < generations; generation++ {
				if err := publish(generation); err != nil {
					t.Error(err)
					return
				}
			}
		}()
		for range 3 {
			readers.Add(1)
			go func() {
				defer readers.Done()
				for !done.Load() {
					response, err := http.Get(s.public.URL + "/v1/plan?site=" + p.Site)
					if err != nil {
						t.Error(err)
						return
					}
					_ = response.Body.Close()
					told := response.Header.Get("Dunlin-Priors")
					generation, known := number[told]
					if !known {
						t.Errorf("told %q", told)
						return
					}
					response, err = http.Get(s.public.URL + "/v1/priors/" + told)
					if err != nil {
						t.Error(err)
						return
					}
					b, err := io.ReadAll(response.Body)
					_ = response.Body.Close()
					switch sum := plan.Digest(sha256.Sum256(b)); {
					case err != nil:
						t.Error(err)
					case response.StatusCode == http.StatusOK && sum.String() == told:
						fetched.Add(1)
					case begun[i].Load() < generation+2:
						t.Errorf("generation %d was removed while %d is published: %s", generation, begun[i].Load(), response.Status)
					}
				}
			}()
		}
	}
	writers.Wait()
	done.Store(true)
	readers.Wait()
	require.Greater(t, fetched.Load(), int64(generations))
	for i, p := range sites {
		last, _ := priorsOf(2*(generations-1) + i)
		require.Equal(t, last.String(), s.header(p))
	}
	require.Len(t, s.priorsFiles(), 4)
}
