package collector_test

import (
	"bytes"
	"crypto/ed25519"
	cryptorand "crypto/rand"
	"fmt"
	"io"
	stdlog "log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// Every bad upload over real HTTP: refused under its own reason, counted, and
// without any trace in the batch.
func TestBadUploads(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 3, firstDate, 5)
	status, _ := s.put(p)
	require.Equal(t, http.StatusCreated, status)
	good := reportOf(t, p, firstDate, 1, 1, 'a')
	other := testPlan("other.example", 1, firstDate, 5)
	short := testPlan("short.example", 1, firstDate, 5)
	short.Expires = plan.Time(firstDate)*plan.Day + 13*plan.Hour
	status, _ = s.put(short)
	require.Equal(t, http.StatusCreated, status)
	edit := func(at int, value byte) []byte {
		b := bytes.Clone(good)
		b[at] = value
		return b
	}
	resized := func(change func(*report.Report)) []byte {
		r, err := report.Parse(bytes.Clone(good))
		require.NoError(t, err)
		change(&r)
		b, err := r.Append(nil)
		require.NoError(t, err)
		return b
	}

	type upload struct {
		name   string
		body   []byte
		reason collector.Reason
		status int
		at     time.Time // default: noon of the first period
	}
	cases := []upload{
		{"empty", nil, collector.Malformed, 400, time.Time{}},
		{"oversized", make([]byte, report.MaxSize+1), collector.TooLarge, 413, time.Time{}},
		{"largest that is read", make([]byte, report.MaxSize), collector.Malformed, 400, time.Time{}},
		{"a byte too many", append(bytes.Clone(good), 0), collector.Malformed, 400, time.Time{}},
		{"other magic", edit(3, '2'), collector.Malformed, 400, time.Time{}},
		{"negative period", edit(36, 0xff), collector.Malformed, 400, time.Time{}},
		{"revision 0", edit(59, 0), collector.Malformed, 400, time.Time{}},
		{"leader's share too short", resized(func(r *report.Report) { r.Leader = r.Leader[1:] }), collector.Malformed, 400, time.Time{}},
		{"helper's share too long", resized(func(r *report.Report) { r.Helper = append(r.Helper, 0) }), collector.Malformed, 400, time.Time{}},
		{"a share moved across", resized(func(r *report.Report) { r.Leader, r.Helper = r.Helper, r.Leader }), collector.Malformed, 400, time.Time{}},
		{"unknown plan", edit(4, good[4]^1), collector.PlanUnknown, 404, time.Time{}},
		{"plan never signed", reportOf(t, other, firstDate, 1, 1, 'a'), collector.PlanUnknown, 404, time.Time{}},
		{"plan expired within the period", reportOf(t, short, firstDate, 1, 1, 'a'), collector.PlanExpired, 410, start.Add(13 * time.Hour)},
		{"plan expired", reportOf(t, p, firstDate+4, 1, 1, 'a'), collector.PlanExpired, 410, start.Add(6 * 24 * time.Hour)},
		{"period before the plan's", reportOf(t, p, firstDate-1, 1, 1, 'a'), collector.PeriodUnknown, 404, time.Time{}},
		{"period after the plan's", reportOf(t, p, firstDate+5, 1, 1, 'a'), collector.PeriodUnknown, 404, time.Time{}},
		{"a second early", good, collector.PeriodEarly, 409, start.Add(-time.Second)},
		{"next period", reportOf(t, p, firstDate+1, 1, 1, 'a'), collector.PeriodEarly, 409, time.Time{}},
		{"late by nothing", good, collector.PeriodClosed, 410, start.Add(24 * time.Hour)},
		{"late by days", good, collector.PeriodClosed, 410, start.Add(72 * time.Hour)},
	}
	for _, n := range []int{1, 4, 36, 40, 56, 60, 76, report.HeadSize, report.HeadSize + 1, report.HeadSize + 2, report.HeadSize + 50, len(good) / 2, len(good) - 1} {
		cases = append(cases, upload{"truncated", good[:n], collector.Malformed, 400, time.Time{}})
	}
	want := map[string]uint64{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.at.IsZero() {
				c.at = start.Add(12 * time.Hour)
			}
			s.set(c.at)
			status, reason := s.post(c.body)
			require.Equal(t, c.reason, reason)
			require.Equal(t, c.status, status)
			want["reports."+string(c.reason)]++
		})
	}
	s.set(start.Add(12 * time.Hour))

	t.Run("no Content-Length", func(t *testing.T) {
		// A reader of unknown type makes the client send chunks.
		send := func(b []byte) (*http.Response, []byte) {
			return do(t, "POST", s.public.URL+"/v1/reports", octets, io.MultiReader(bytes.NewReader(b)))
		}
		response, answer := send(make([]byte, report.MaxSize+1))
		require.Equal(t, collector.TooLarge, reasonOf(t, response, answer))
		response, answer = send(good[:100])
		require.Equal(t, collector.Malformed, reasonOf(t, response, answer))
		response, _ = send(reportOf(t, p, firstDate, 2, 1, 'a'))
		require.Equal(t, http.StatusAccepted, response.StatusCode)
		want["reports.too-large"]++
		want["reports.malformed"]++
	})
	t.Run("broken off", func(t *testing.T) {
		conn, err := net.Dial("tcp", s.public.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", octets, len(good), good[:200])
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		want["reports.malformed"]++
		require.Eventually(t, func() bool { return s.c.Counts()["reports.malformed"] == want["reports.malformed"] }, 5*time.Second, time.Millisecond)
	})
	t.Run("content type", func(t *testing.T) {
		for _, mediaType := range []string{"", "text/plain", "application/json", "application/octet-streams", ";"} {
			response, answer := do(t, "POST", s.public.URL+"/v1/reports", mediaType, bytes.NewReader(good))
			require.Equal(t, http.StatusUnsupportedMediaType, response.StatusCode)
			require.Equal(t, collector.MediaType, reasonOf(t, response, answer))
			want["reports.media-type"]++
		}
	})
	t.Run("paths and methods", func(t *testing.T) {
		for _, c := range []struct {
			method, path string
			reason       collector.Reason
		}{
			{"GET", "/v1/reports", collector.Method}, {"PUT", "/v1/reports", collector.Method}, {"POST", "/v1/report", collector.NotFound},
			// What is the leader's does not exist for visitors.
			{"POST", strings.TrimPrefix(s.batch(p, firstDate), s.inner.URL) + "/close", collector.NotFound},
			{"GET", "/v1/status", collector.NotFound},
		} {
			response, answer := do(t, c.method, s.public.URL+c.path, octets, bytes.NewReader(good))
			require.Equal(t, c.reason, reasonOf(t, response, answer), "%s %s", c.method, c.path)
			want["other."+string(c.reason)]++
		}
	})

	status, _ = s.post(good)
	require.Equal(t, http.StatusAccepted, status)
	want["reports.accepted"], want["plans.accepted"] = 2, 2
	require.Equal(t, want, s.c.Counts())

	s.set(start.Add(24 * time.Hour))
	require.EqualValues(t, 2, s.closeBatch(p, firstDate).Reports)
	require.Equal(t, [][]byte{good, reportOf(t, p, firstDate, 2, 1, 'a')}, s.pull(p, firstDate, 10))
	// Closing a period that got nothing is closing too; the others got nothing.
	require.Zero(t, s.closeBatch(short, firstDate).Reports)
}

// A period that the clock calls open again after it was frozen stays closed.
func TestFrozenWhateverTheClock(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	s.set(start.Add(24 * time.Hour))
	require.Zero(t, s.closeBatch(p, firstDate).Reports)
	s.set(start.Add(23 * time.Hour))
	status, reason := s.post(reportOf(t, p, firstDate, 1, 1, 'a'))
	require.Equal(t, http.StatusGone, status)
	require.Equal(t, collector.PeriodClosed, reason)
}

func TestPlans(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 5, firstDate, 5)
	digest, signed := published(t, p)
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	encoded, err := plan.Encode(p)
	require.NoError(t, err)
	broken := planfile.Sign(encoded[:len(encoded)-1], officer)
	expired := testPlan("shop.example", 9, firstDate-9, 5)
	for _, c := range []struct {
		name   string
		digest plan.Digest
		signed []byte
		reason collector.Reason
		status int
	}{
		{"unsigned", digest, encoded, collector.PlanUnsigned, 403},
		{"signed by another", digest, planfile.Sign(encoded, stranger), collector.PlanUnsigned, 403},
		{"nothing", digest, nil, collector.PlanUnsigned, 403},
		{"cut off after signing", digest, signed[:len(signed)-1], collector.PlanUnsigned, 403},
		{"not a plan, though signed", plan.DigestOf(encoded[:len(encoded)-1]), broken, collector.Malformed, 400},
		{"under another digest", plan.Digest{1}, signed, collector.Malformed, 400},
		{"too large", digest, make([]byte, 1<<20), collector.TooLarge, 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, reason := s.putBytes(c.digest, c.signed)
			require.Equal(t, c.reason, reason)
			require.Equal(t, c.status, status)
		})
	}
	status, reason := s.put(expired)
	require.Equal(t, 410, status)
	require.Equal(t, collector.PlanExpired, reason)
	files, err := os.ReadDir(s.options.Dir + "/plans")
	require.NoError(t, err)
	require.Empty(t, files, "what was refused left nothing on disk")

	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		status, _ = s.put(p)
		require.Equal(t, want, status)
	}
	for _, serial := range []uint64{1, 4, 5} {
		q := testPlan("shop.example", serial, firstDate, 4)
		status, reason = s.put(q)
		require.Equal(t, 409, status)
		require.Equal(t, collector.PlanSerial, reason)
	}
	status, _ = s.put(testPlan("other.example", 1, firstDate+20, 5))
	require.Equal(t, http.StatusCreated, status, "another site's serials are its own")

	// A plan of serial 6 from the third day on supersedes there and not before.
	good := func(date plan.Date) (int, collector.Reason) { return s.post(reportOf(t, p, date, 1, 1, 'a')) }
	next := testPlan("shop.example", 6, firstDate+2, 5)
	status, _ = s.put(next)
	require.Equal(t, http.StatusCreated, status)
	for range 2 { // also after a restart, from disk
		status, _ = good(firstDate)
		require.Equal(t, http.StatusAccepted, status)
		s.set(start.Add(2*24*time.Hour + time.Minute))
		status, reason = good(firstDate + 2)
		require.Equal(t, 409, status)
		require.Equal(t, collector.PlanSuperseded, reason)
		status, _ = s.post(reportOf(t, next, firstDate+2, 1, 1, 'a'))
		require.Equal(t, http.StatusAccepted, status)
		s.set(start.Add(12 * time.Hour))
		s.restart()
	}
	status, reason = s.put(testPlan("shop.example", 5, firstDate, 3))
	require.Equal(t, 409, status)
	require.Equal(t, collector.PlanSerial, reason)

	// A damaged plan file: named, with what to do, and nothing guessed.
	path := s.options.Dir + "/plans/" + digest.String() + ".plan"
	require.NoError(t, os.WriteFile(path, signed[:len(signed)/2], 0o600))
	_, err = collector.Open(s.options)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "PUT the signed plan again")
	require.NoError(t, os.WriteFile(path, signed, 0o600))
}

// More reports than may wait are told when to come back.
func TestQueueFull(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.QueueLimit = 1 })
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	acknowledged := make(chan uint64, 3000)
	var refused int
	random := rand.New(rand.NewPCG(1, 1))
	for round := 0; refused == 0 && round < 100; round++ {
		answers := make(chan *http.Response)
		for range 30 {
			id := random.Uint64()
			body := reportOf(t, p, firstDate, id, 1, 'a')
			go func() {
				response, err := http.Post(s.public.URL+"/v1/reports", octets, bytes.NewReader(body))
				if err != nil {
					t.Error(err)
				} else if response.StatusCode == http.StatusAccepted {
					acknowledged <- id
				}
				answers <- response
			}()
		}
		for range 30 {
			response := <-answers
			if response == nil || response.StatusCode == http.StatusAccepted {
				continue
			}
			answer, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
			require.Equal(t, collector.QueueFull, reasonOf(t, response, answer))
			require.Contains(t, []string{"1", "2", "3", "4", "5"}, response.Header.Get("Retry-After"))
			refused++
		}
	}
	require.Positive(t, refused)
	require.EqualValues(t, refused, s.c.Counts()["reports.queue-full"])
	s.set(start.Add(24 * time.Hour))
	require.EqualValues(t, len(acknowledged), s.closeBatch(p, firstDate).Reports)
}

func TestOptionsAreChecked(t *testing.T) {
	good := collector.Options{Dir: t.TempDir(), Verify: verify, Clock: time.Now}
	for name, change := range map[string]func(*collector.Options){
		"Dir": func(o *collector.Options) { o.Dir = "" }, "Verify": func(o *collector.Options) { o.Verify = nil },
		"Clock": func(o *collector.Options) { o.Clock = nil }, "MaxBody": func(o *collector.Options) { o.MaxBody = report.MaxSize + 1 },
		"MaxPriors": func(o *collector.Options) { o.MaxPriors = -1 }, "QueueLimit": func(o *collector.Options) { o.QueueLimit = -1 },
		"UploadBytes": func(o *collector.Options) { o.UploadBytes = report.MaxSize }, "Keep": func(o *collector.Options) { o.Keep = -time.Second },
		"Quota": func(o *collector.Options) { o.Quota.PerSecond = -1 }, "PerAddress": func(o *collector.Options) { o.PerAddress.PerMinute = -1 },
	} {
		o := good
		change(&o)
		_, err := collector.Open(o)
		require.ErrorContains(t, err, name)
	}
}

// Neither refusals nor panics nor failures bring an address or an ID into a log.
func TestLogsNoAddresses(t *testing.T) {
	var log bytes.Buffer
	panics := false
	s := serve(t, t.TempDir(), func(o *collector.Options) {
		clock := o.Clock
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		o.PerAddress = collector.PerAddress{PerMinute: 2, Random: cryptorand.Reader, After: new(timers).start}
		o.Clock = func() time.Time {
			if panics {
				panic("the clock has stopped")
			}
			return clock()
		}
	})
	s.public.Config.ErrorLog = stdlog.New(&log, "", 0) // net/http's own
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	s.post(nil)
	panics = true
	body := reportOf(t, p, firstDate, 0x1122334455667788, 1, 'a')
	status, reason := s.post(body)
	panics = false
	require.Equal(t, http.StatusInternalServerError, status)
	require.Equal(t, collector.Internal, reason)
	require.NoError(t, os.WriteFile(s.spoolFile(p, firstDate), []byte("damaged"), 0o600))
	status, _ = s.post(body)
	require.Equal(t, http.StatusServiceUnavailable, status)
	status, reason = s.post(body)
	require.Equal(t, http.StatusTooManyRequests, status, reason)
	require.Contains(t, log.String(), "the clock has stopped")
	require.Contains(t, log.String(), s.spoolFile(p, firstDate))
	require.NotContains(t, log.String(), "127.0.0.1")
	require.NotContains(t, log.String(), "1122334455667788")
}

// After Close nothing is taken, and closing again is fine.
func TestStopping(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	require.NoError(t, s.c.Close())
	require.NoError(t, s.c.Close())
	status, reason := s.post(reportOf(t, p, firstDate, 1, 1, 'a'))
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, collector.Stopping, reason)
	response, _ := do(t, "GET", s.public.URL+"/healthz", "", nil)
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
}
