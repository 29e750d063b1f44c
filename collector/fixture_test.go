package collector_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

var officer = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func verify(signed []byte) ([]byte, error) {
	return planfile.Verify(signed, officer.Public().(ed25519.PublicKey))
}

// sealedSize as privacy/seal has it; any rule would do here.
func sealedSize(plain int) int { return plain + 200 }

const firstDate = plan.Date(20000)

// start is when the first period of testPlan begins.
var start = time.Unix(int64(firstDate)*plan.Day, 0)

// testPlan has days periods of a UTC day each, expiring a day after the last.
func testPlan(site string, serial uint64, first plan.Date, days int) *plan.Plan {
	p := &plan.Plan{
		Site: site, Serial: serial, Issued: plan.Time(first-10) * plan.Day, Expires: (plan.Time(first) + plan.Time(days) + 1) * plan.Day,
		TimeZone: "UTC", Cadence: plan.Daily, Sigma2: 247, MinBatch: 100, Chunk: 2,
		Leader:   plan.Recipient{Type: plan.X25519, Key: "leader"},
		Helper:   plan.Recipient{Type: plan.X25519, Key: "helper"},
		Consent:  plan.ConsentAsk,
		Segments: []plan.Segment{{Name: "everyone"}},
		Metrics:  []plan.Metric{{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1}},
	}
	for i := range days {
		from := plan.Time(int(first)+i) * plan.Day
		p.Periods = append(p.Periods, plan.Period{Date: first + plan.Date(i), Start: from, End: from + plan.Day})
	}
	return p
}

// published returns a plan's digest and its signed file.
func published(t testing.TB, p *plan.Plan) (plan.Digest, []byte) {
	b, err := plan.Encode(p)
	require.NoError(t, err)
	return plan.DigestOf(b), planfile.Sign(b, officer)
}

// reportOf makes a report of the size that the plan demands; body tells two of
// the same ID and revision apart.
func reportOf(t testing.TB, p *plan.Plan, period plan.Date, id uint64, revision uint32, body byte) []byte {
	digest, _ := published(t, p)
	leader, helper := plan.LayoutOf(p).InputShareSizes(int(p.Chunk))
	r := report.Report{
		Leader: bytes.Repeat([]byte{body}, sealedSize(report.PlainHead+leader)),
		Helper: bytes.Repeat([]byte{body + 1}, sealedSize(report.PlainHead+helper)),
	}
	r.Plan, r.Period, r.Revision = digest, period, revision
	binary.BigEndian.PutUint64(r.ID[:], id)
	b, err := r.Append(nil)
	require.NoError(t, err)
	return b
}

// service is a collector behind real HTTP, with a clock that the test sets.
type service struct {
	t             testing.TB
	options       collector.Options
	at            atomic.Int64
	c             *collector.Collector
	public, inner *httptest.Server
}

// serve starts a collector in dir at noon of the first period.
func serve(t testing.TB, dir string, change ...func(*collector.Options)) *service {
	s := &service{t: t}
	s.set(start.Add(12 * time.Hour))
	s.options = collector.Options{Dir: dir, Verify: verify, Clock: s.now, SealedSize: sealedSize}
	for _, f := range change {
		f(&s.options)
	}
	s.open()
	t.Cleanup(s.close)
	return s
}

func (s *service) now() time.Time     { return time.Unix(s.at.Load(), 0) }
func (s *service) set(when time.Time) { s.at.Store(when.Unix()) }

func (s *service) open() {
	c, err := collector.Open(s.options)
	require.NoError(s.t, err)
	s.c, s.public, s.inner = c, httptest.NewServer(c.Public()), httptest.NewServer(c.Inner())
}

func (s *service) close() {
	s.public.Close()
	s.inner.Close()
	require.NoError(s.t, s.c.Close())
}

func (s *service) restart() {
	s.close()
	s.open()
}

func (s *service) spoolFile(p *plan.Plan, date plan.Date) string {
	digest, _ := published(s.t, p)
	return filepath.Join(s.options.Dir, "spool", fmt.Sprintf("%s-%s.spool", digest, date))
}

func do(t testing.TB, method, url, mediaType string, body io.Reader) (*http.Response, []byte) {
	request, err := http.NewRequest(method, url, body)
	require.NoError(t, err)
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, answer
}

const octets = "application/octet-stream"

// post uploads a report and returns status and, for a refusal, its reason.
func (s *service) post(body []byte) (int, collector.Reason) {
	response, answer := do(s.t, "POST", s.public.URL+"/v1/reports", octets, bytes.NewReader(body))
	if response.StatusCode == http.StatusAccepted {
		require.Empty(s.t, answer)
		return response.StatusCode, ""
	}
	return response.StatusCode, reasonOf(s.t, response, answer)
}

// reasonOf checks that an answer is a whole problem document.
func reasonOf(t testing.TB, response *http.Response, answer []byte) collector.Reason {
	require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"), "%s", answer)
	var p collector.Problem
	require.NoError(t, json.Unmarshal(answer, &p))
	require.Equal(t, response.StatusCode, p.Status)
	require.NotEmpty(t, p.Title)
	require.NotEmpty(t, p.Detail, "a problem says what to do next")
	const urn = "urn:dunlin:problem:"
	require.Contains(t, p.Type, urn)
	return collector.Reason(p.Type[len(urn):])
}

// put publishes a plan and returns status and reason.
func (s *service) put(p *plan.Plan) (int, collector.Reason) {
	digest, signed := published(s.t, p)
	return s.putBytes(digest, signed)
}

func (s *service) putBytes(digest plan.Digest, signed []byte) (int, collector.Reason) {
	response, answer := do(s.t, "PUT", s.inner.URL+"/v1/plans/"+digest.String(), octets, bytes.NewReader(signed))
	if response.StatusCode < 300 {
		return response.StatusCode, ""
	}
	return response.StatusCode, reasonOf(s.t, response, answer)
}

func (s *service) batch(p *plan.Plan, date plan.Date) string {
	digest, _ := published(s.t, p)
	return s.inner.URL + "/v1/batches/" + digest.String() + "/" + date.String()
}

// closeBatch closes a batch that must be closable.
func (s *service) closeBatch(p *plan.Plan, date plan.Date) collector.Closed {
	response, answer := do(s.t, "POST", s.batch(p, date)+"/close", "", nil)
	require.Equal(s.t, http.StatusOK, response.StatusCode, "%s", answer)
	var c collector.Closed
	require.NoError(s.t, json.Unmarshal(answer, &c))
	require.Len(s.t, c.Partitions, 256)
	return c
}

// pull pages through a closed batch, limit reports at a time, as the leader does.
func (s *service) pull(p *plan.Plan, date plan.Date, limit int) [][]byte {
	var out [][]byte
	for partition := range 256 {
		for after, more := "", true; more; {
			url := fmt.Sprintf("%s/partitions/%d?limit=%d&after=%s", s.batch(p, date), partition, limit, after)
			response, answer := do(s.t, "GET", url, "", nil)
			require.Equal(s.t, http.StatusOK, response.StatusCode, "%s", answer)
			n := 0
			for ; len(answer) > 0; n++ {
				size := int(binary.BigEndian.Uint32(answer))
				out = append(out, answer[4:4+size])
				answer = answer[4+size:]
			}
			require.LessOrEqual(s.t, n, limit)
			if more = response.Header.Get("Dunlin-More") == "true"; more {
				require.Positive(s.t, n)
				h, err := report.ParseHead(out[len(out)-1])
				require.NoError(s.t, err)
				after = h.ID.String()
			}
		}
	}
	return out
}
