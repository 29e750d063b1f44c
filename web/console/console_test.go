package console

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// bench is a console with a clock that the test moves.
type bench struct {
	*Console
	t      testing.TB
	server *httptest.Server
	store  *release.Store
	plan   *plan.Plan
	digest plan.Digest
	doc    map[string]any // the API's document, read

	mu  sync.Mutex
	now time.Time
}

func (b *bench) time() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func open(t testing.TB, days int) *bench {
	t.Helper()
	b := &bench{t: t, now: start}
	var err error
	b.store, err = release.Open(filepath.Join(t.TempDir(), "releases.db"))
	require.NoError(t, err)
	b.releases(days)
	b.Console, err = Open(Options{
		Dir: t.TempDir(), Releases: b.store, Clock: b.time, Random: rand.Reader, Label: "INVENTED",
		Dashboard: fstest.MapFS{
			"index.html":                {Data: []byte("<title>dashboard</title>")},
			"assets/app-1a2b3c4d.js":    {Data: []byte("plain")},
			"assets/app-1a2b3c4d.js.br": {Data: []byte("packed")},
		},
	})
	require.NoError(t, err)
	b.hashing.memory = 64 // TestHash takes the real one
	b.server = httptest.NewServer(b.Handler())
	t.Cleanup(func() {
		b.server.Close()
		require.NoError(t, b.Close())
	})
	return b
}

// releases stores the first days of plans/shop.yaml, every cell 1000.
func (b *bench) releases(days int) {
	f, problems := planfile.Parse("shop.yaml", plans.Shop)
	require.Nil(b.t, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"}, Issued: f.Periods[0].Start,
	})
	require.NoError(b.t, err)
	published, err := plan.Encode(p)
	require.NoError(b.t, err)
	b.plan, b.digest = p, plan.DigestOf(published)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(b.t, err)
	require.NoError(b.t, b.store.PutPlan(b.digest, planfile.Sign(published, key)))
	layout := plan.LayoutOf(p)
	for i := range days {
		cells := make([]int64, layout.Cells)
		for j := range cells {
			cells[j] = 1000
		}
		require.NoError(b.t, b.store.Put(release.Signed{Record: release.Record{
			Plan: b.digest, Period: p.Periods[i], Weight: layout.Weight, Sigma2: p.Sigma2, Cells: cells,
		}}))
	}
}

// browser is one analyst's: it keeps cookies.
func (b *bench) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(b.t, err)
	return &http.Client{Jar: jar}
}

func (b *bench) ask(c *http.Client, method, path, body string, header ...string) (*http.Response, []byte) {
	b.t.Helper()
	req, err := http.NewRequest(method, b.server.URL+path, strings.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	b.documented(req, body, res, got)
	return res, got
}

// refused asks and returns the problem's reason.
func (b *bench) refused(c *http.Client, status int, method, path, body string, header ...string) string {
	b.t.Helper()
	res, got := b.ask(c, method, path, body, header...)
	require.Equal(b.t, status, res.StatusCode, "%s", got)
	require.Equal(b.t, "application/problem+json", res.Header.Get("Content-Type"))
	var p Problem
	require.NoError(b.t, json.Unmarshal(got, &p))
	require.Equal(b.t, status, p.Status)
	require.NotEmpty(b.t, p.Detail)
	return strings.TrimPrefix(p.Type, "urn:dunlin:problem:")
}

func (b *bench) signIn(c *http.Client, body string) {
	b.t.Helper()
	res, got := b.ask(c, "POST", "/api/v1/session", body)
	require.Equal(b.t, http.StatusOK, res.StatusCode, "%s", got)
}

func TestFiles(t *testing.T) {
	b := open(t, 1)
	res, got := b.ask(b.browser(), "GET", "/", "")
	require.Contains(t, string(got), "dashboard")
	require.Equal(t, "no-cache", res.Header.Get("Cache-Control"))
	res, got = b.ask(b.browser(), "GET", "/assets/app-1a2b3c4d.js", "", "Accept-Encoding", "gzip, br")
	require.Equal(t, "packed", string(got))
	require.Equal(t, "br", res.Header.Get("Content-Encoding"))
	require.Contains(t, res.Header.Get("Cache-Control"), "immutable")
	tag := res.Header.Get("ETag")
	require.NotEmpty(t, tag)
	res, got = b.ask(b.browser(), "GET", "/assets/app-1a2b3c4d.js", "", "Accept-Encoding", "br", "If-None-Match", tag)
	require.Equal(t, http.StatusNotModified, res.StatusCode)
	require.Empty(t, got)
	res, _ = b.ask(b.browser(), "GET", "/assets/app-1a2b3c4d.js", "", "Accept-Encoding", "gzip", "If-None-Match", tag)
	require.Equal(t, http.StatusOK, res.StatusCode, "the plain form is another")
	require.Equal(t, "text/javascript; charset=utf-8", res.Header.Get("Content-Type"))
	res, _ = b.ask(b.browser(), "HEAD", "/", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "method", b.refused(b.browser(), 405, "POST", "/", "{}"))
	for _, refuses := range []string{"gzip", "br;q=0", "br;q=0.000"} {
		_, got = b.ask(b.browser(), "GET", "/assets/app-1a2b3c4d.js", "", "Accept-Encoding", refuses)
		require.Equal(t, "plain", string(got), refuses)
	}
	for _, path := range []string{"/assets/../console.db", "/nothing", "/api/v1/nothing", "/assets/app-1a2b3c4d.js.br"} {
		require.Equal(t, "not-found", b.refused(b.browser(), 404, "GET", path, ""), path)
	}
}

func TestReport(t *testing.T) {
	b := open(t, 40)
	token, err := b.Invite("ann", Analyst)
	require.NoError(t, err)
	ann := b.browser()
	b.signIn(ann, fmt.Sprintf(`{"token":%q}`, token))
	_, got := b.ask(ann, "GET", "/api/v1/site", "")
	first, last := b.plan.Periods[0].Date, b.plan.Periods[39].Date
	require.JSONEq(t, fmt.Sprintf(`{"site":"demo-shop.example","timezone":"UTC","first":%q,"last":%q,"period":"day","label":"INVENTED"}`, first, last), string(got))
	ask := func(query string) (r panel.Report) {
		res, got := b.ask(ann, "GET", "/api/v1/report"+query, "")
		require.Equal(t, http.StatusOK, res.StatusCode, "%s", got)
		d := json.NewDecoder(bytes.NewReader(got))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&r))
		return r
	}
	for _, path := range []string{"answers", "answers?cost=2026-10-08~2026-11-06~1~0.4~x", "changes?compare=previous", "changes?compare=year"} {
		res, got := b.ask(ann, "GET", "/api/v1/"+path, "")
		require.Equal(t, http.StatusOK, res.StatusCode, "%s", got) // ask holds it to the document
	}
	r := ask("")
	require.Equal(t, 30, r.Range.Releases, "the last thirty")
	require.EqualValues(t, 30*1000, r.Present.Total.Value)
	r = ask(fmt.Sprintf("?from=%s&to=%s", first, first+1))
	require.Equal(t, 2, r.Range.Releases)
	require.Len(t, r.Audience, 5)
	require.Equal(t, "malformed", b.refused(ann, 400, "GET", "/api/v1/report?from=yesterday", ""))
	require.Equal(t, "malformed", b.refused(ann, 400, "GET", fmt.Sprintf("/api/v1/report?from=%s&to=%s", last, first), ""))
	require.Equal(t, "no-releases", b.refused(ann, 404, "GET", "/api/v1/report?from=1999-01-01&to=1999-02-01", ""))
}

func TestOpen(t *testing.T) {
	b := open(t, 0)
	o := b.opt
	o.Dir, o.Dashboard = t.TempDir(), fstest.MapFS{}
	_, err := Open(o)
	require.ErrorContains(t, err, "read the dashboard")
	token, err := b.Invite("ann", Analyst)
	require.NoError(t, err)
	ann := b.browser()
	b.signIn(ann, fmt.Sprintf(`{"token":%q}`, token))
	require.Equal(t, "no-releases", b.refused(ann, 404, "GET", "/api/v1/site", ""))
}

// A year of releases of plans/shop.yaml, from the file to the analyst.
func BenchmarkReport(b *testing.B) {
	c := open(b, 360)
	token, err := c.Invite("ann", Analyst)
	require.NoError(b, err)
	ann := c.browser()
	c.signIn(ann, fmt.Sprintf(`{"token":%q}`, token))
	path := fmt.Sprintf("/api/v1/report?from=%s&to=%s", c.plan.Periods[0].Date, c.plan.Periods[359].Date)
	for b.Loop() {
		res, _ := c.ask(ann, "GET", path, "")
		require.Equal(b, http.StatusOK, res.StatusCode)
	}
	b.ReportMetric(float64(plan.LayoutOf(c.plan).Cells), "cells")
}
