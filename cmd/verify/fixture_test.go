package verify_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/cmd/verify"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
)

const dunlinYAML = `
site: shop.example
timezone: UTC
period: day
serial: 1
starts: 2026-06-01
ends: 2026-06-30
budget: {epsilon: 1}
consent: ask
topics: [shoes, bags]
segments:
  - name: regulars
    rule: orders >= 1
  - name: new
funnel: [{visit: view}, {cart: cart}, {order: order}]
slots:
  hero:
    variants: {plain: [], shoes: [shoes], bags: [bags]}
    goal: click
metrics: [audience, funnel, exposed: hero, clicked: hero]
`

const hero = `<dunlin-slot name="hero"><template data-variant="shoes"><p>Shoes</p></template>` +
	`<template data-variant="bags"><p>Bags</p></template><p>Welcome</p></dunlin-slot>`

const strict = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"

// noon is on the tenth of the plan's thirty days.
var noon = time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)

// shop is a site: a page, and a collector with the real scripts and module behind it.
type shop struct {
	t         *testing.T
	dir       string
	scripts   fs.FS
	officer   ed25519.PrivateKey
	public    http.Handler
	collector *collector.Collector
	url       string
	at        atomic.Int64 // of the collector's clock, Unix seconds

	tag  string // of the page
	head string // behind the tag
	body string
	// header of the page
	header http.Header
	// stand answers in the collector's place, if it returns true.
	stand func(w http.ResponseWriter, r *http.Request) bool
	posts []string // paths that got a POST
}

// packed is the module under brotli, badly and once.
var packed = sync.OnceValues(func() ([]byte, error) {
	inside, err := module.Bytes()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, 1)
	_, err = w.Write(inside)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
})

// open starts a right one.
func open(t *testing.T) *shop {
	t.Helper()
	scripts, err := web.SDK()
	require.NoError(t, err, "run make web")
	inside, err := module.Bytes()
	require.NoError(t, err)
	small, err := packed()
	require.NoError(t, err)
	_, officer, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	s := &shop{t: t, dir: t.TempDir(), scripts: scripts, officer: officer, body: hero, header: http.Header{"Content-Security-Policy": {strict}}}
	s.at.Store(noon.Unix())
	s.collector, err = collector.Open(collector.Options{
		Dir:   s.dir,
		Clock: func() time.Time { return time.Unix(s.at.Load(), 0) },
		Verify: func(signed []byte) ([]byte, error) {
			return planfile.Verify(signed, officer.Public().(ed25519.PublicKey))
		},
		SealedSize: seal.SealedSize, Module: inside, ModuleBrotli: small, Scripts: scripts, Paths: collector.Paths{Prefix: "/dunlin"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.collector.Close()) })
	s.public = s.collector.Public()
	s.publish(dunlinYAML)
	s.tag = s.print(site.Tag{})
	banner, err := site.Tag{Scripts: scripts, Paths: collector.Paths{Prefix: "/dunlin"}}.Element(site.Banner)
	require.NoError(t, err)
	s.head, s.body = banner, hero+`<dunlin-consent href="/privacy"></dunlin-consent>`

	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// print is the tag with what is not given as it should be.
func (s *shop) print(tag site.Tag) string {
	tag.Scripts, tag.Paths = s.scripts, collector.Paths{Prefix: "/dunlin"}
	if tag.Officer == "" {
		tag.Officer = planfile.FormatOfficer(s.officer.Public().(ed25519.PublicKey))
	}
	if tag.Consent == 0 {
		tag.Consent = plan.ConsentAsk
	}
	html, err := tag.HTML()
	require.NoError(s.t, err)
	return html
}

// publish signs a plan and gives it to the collector.
func (s *shop) publish(text string) {
	f, problems := planfile.Parse("dunlin.yaml", []byte(text))
	require.Empty(s.t, problems)
	in := planfile.BuildInput{Issued: plan.Time(noon.AddDate(0, 0, -20).Unix())}
	for _, to := range []*plan.Recipient{&in.Leader, &in.Helper} {
		_, recipient, err := seal.GenerateIdentity()
		require.NoError(s.t, err)
		*to = recipient
	}
	p, err := f.Plan(in)
	require.NoError(s.t, err)
	b, err := plan.Encode(p)
	require.NoError(s.t, err)
	r := httptest.NewRequest("PUT", "/v1/plans/"+plan.DigestOf(b).String(), bytes.NewReader(planfile.Sign(b, s.officer)))
	w := httptest.NewRecorder()
	s.collector.Inner().ServeHTTP(w, r)
	require.Equal(s.t, http.StatusCreated, w.Code, w.Body)
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/dunlin/") {
		if r.Method == http.MethodPost {
			s.posts = append(s.posts, r.URL.Path)
		}
		if s.stand == nil || !s.stand(w, r) {
			s.public.ServeHTTP(w, r)
		}
		return
	}
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	for name, values := range s.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, `<!doctype html><html lang="en"><head><meta charset="utf-8">`+s.tag+s.head+`<title>shop</title></head><body>`+s.body+`</body></html>`)
}

// look verifies the page without a browser.
func (s *shop) look() *verify.Report {
	s.t.Helper()
	r, err := verify.Run(s.t.Context(), verify.Options{URL: s.url, Scripts: s.scripts, Now: func() time.Time { return noon }, Random: rand.Reader})
	require.NoError(s.t, err)
	for _, c := range r.Checks {
		s.t.Log(c.State, c.About+":", c.What, "->", c.Fix)
		require.Equal(s.t, c.State == verify.OK, c.Fix == "", "what is not right has its fix, what is right none: %+v", c)
		require.NotContains(s.t, c.What+c.Fix, "\n")
	}
	for _, path := range s.posts {
		require.Equal(s.t, "/dunlin/v1/reports/dry-run", path, "no report goes anywhere else")
	}
	return r
}

// told returns the checks that are not ok, as "state about".
func told(r *verify.Report) (all []string) {
	for _, c := range r.Checks {
		if c.State != verify.OK {
			all = append(all, string(c.State)+" "+c.About)
		}
	}
	return all
}

// find returns the first check about something in a state.
func find(r *verify.Report, state verify.State, about string) (verify.Check, bool) {
	for _, c := range r.Checks {
		if c.State == state && c.About == about {
			return c, true
		}
	}
	return verify.Check{}, false
}
