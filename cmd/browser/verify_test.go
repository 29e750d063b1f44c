package browser_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/cmd/verify"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/web"
)

// verified is what dunlin verify says of a page in a real browser, by the thing that each
// line is about: "state what -> fix". The browser's profile is gone after it.
func verified(t *testing.T, at string) (*verify.Report, map[string]string) {
	t.Helper()
	scripts, err := web.SDK()
	require.NoError(t, err)
	folder, err := os.MkdirTemp("", "") // of a short name, for a browser's socket lies in it
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	t.Setenv("TMPDIR", folder)
	r, err := verify.Run(t.Context(), verify.Options{URL: at, Scripts: scripts, Now: time.Now, Random: rand.Reader, Browser: true})
	require.NoError(t, err)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left, "the browser's profile and files are gone")
	lines := map[string]string{}
	for _, c := range r.Checks {
		t.Log(c.State, c.About+":", c.What, "->", c.Fix)
		require.Equal(t, c.State == verify.OK, c.Fix == "", "what is not right has its fix: %+v", c)
		lines[c.About] += string(c.State) + " " + c.What + " -> " + c.Fix + "\n"
	}
	return r, lines
}

// before stands before a world's site and may change what it answers.
func before(t *testing.T, w *world.World, change func(*http.Response)) string {
	to, err := url.Parse(w.URL)
	require.NoError(t, err)
	s := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: func(r *http.Response) error { change(r); return nil },
	})
	t.Cleanup(s.Close)
	return s.URL + "/"
}

// What dunlin verify finds in a real browser: a right page passes, and its report arrives
// at the dry-run address alone; what keeps a browser from measuring is named, also where
// only a browser knows.
func TestVerify(t *testing.T) {
	chromium(t)
	scripts, err := web.SDK()
	require.NoError(t, err)
	banner, err := site.Tag{Scripts: scripts, Paths: collector.Paths{Prefix: world.Prefix}}.Element(site.Banner)
	require.NoError(t, err)
	w := start(t, func(o *world.Options) {
		right := strings.Replace(pages["/"], "</head>", banner+"</head>", 1)
		o.Pages = map[string]string{
			"/":     strings.Replace(right, "<p>More</p>", "<dunlin-consent></dunlin-consent>", 1),
			"/late": strings.Replace(strings.Replace(pages["/"], world.Place, "", 1), "<p>More</p>", `<template id="tag">`+world.Place+`</template><script src="/late.js"></script>`, 1),
		}
	})
	// tries counts what arrived at the dry-run address, all of it taken, and that nothing
	// arrived at the real one.
	tries := func(t *testing.T) (n int) {
		require.Empty(t, w.Reports(), "no report went to the real address")
		for _, q := range w.Requests() {
			if strings.HasSuffix(q.Path, "/reports/dry-run") {
				require.Equal(t, http.StatusAccepted, q.Status)
				n++
			}
		}
		w.Clear()
		return n
	}

	t.Run("right", func(t *testing.T) {
		r, lines := verified(t, w.URL+"/")
		require.False(t, r.Wrong)
		for _, c := range r.Checks {
			require.Equal(t, verify.OK, c.State, c)
		}
		require.Contains(t, lines["<dunlin-consent>"], "ok asks a new visitor")
		require.Contains(t, lines["browser"], "runs the script, Worker and WebAssembly; a report of")
		require.Contains(t, lines["browser's report"], "ok would be taken")
		require.Equal(t, 2, tries(t), "the invented visit's and the browser's own")
	})
	t.Run("wrong digest", func(t *testing.T) {
		at := before(t, w, func(*http.Response) {})
		w.Tag = func(tag string) string { return strings.Replace(tag, "sha384-", "sha384-A", 1) }
		defer func() { w.Tag = nil }()
		r, lines := verified(t, at)
		require.True(t, r.Wrong)
		require.Contains(t, lines["integrity"], "wrong ")
		require.Contains(t, lines["browser"], "wrong dunlin.js did not run")
		require.Contains(t, lines["console"], "digest", "in the browser's own words")
		require.Equal(t, 1, tries(t), "the invented visit's")
	})
	t.Run("policy of every answer", func(t *testing.T) {
		at := before(t, w, func(r *http.Response) {
			if strings.HasPrefix(r.Request.URL.Path, world.Prefix) {
				r.Header.Add("Content-Security-Policy", "default-src 'self'")
			}
		})
		r, lines := verified(t, at)
		require.True(t, r.Wrong)
		require.Contains(t, lines["Worker"], "wrong the policy of the Worker's own answer bars WebAssembly")
		require.Contains(t, lines["browser"], "wrong the script runs and refuses: module")
		require.Contains(t, lines["browser"], "wasm-unsafe-eval")
		require.Equal(t, 1, tries(t))
	})
	t.Run("isolated page", func(t *testing.T) {
		at := before(t, w, func(r *http.Response) {
			if r.Request.URL.Path == "/" {
				r.Header.Set("Cross-Origin-Embedder-Policy", "require-corp")
			}
		})
		_, lines := verified(t, at)
		require.Contains(t, lines["Worker"], "wrong the page has a Cross-Origin-Embedder-Policy")
		require.Contains(t, lines["browser"], "wrong the script runs and refuses: no-worker")
		require.Equal(t, 1, tries(t))
	})
	t.Run("no connecting", func(t *testing.T) {
		at := before(t, w, func(r *http.Response) {
			if r.Request.URL.Path == "/" {
				r.Header.Set("Content-Security-Policy", "script-src 'self' 'wasm-unsafe-eval'; connect-src https://api.example")
			}
		})
		_, lines := verified(t, at)
		require.Contains(t, lines["policy"], "add 'self' to connect-src")
		require.Contains(t, lines["browser"], "ok ", "the Worker has a policy of its own")
		require.Contains(t, lines["browser's report"], "wrong the report left and was not answered")
		require.Contains(t, lines["console"], "connect-src", "in the browser's own words")
		require.Equal(t, 1, tries(t))
	})
	t.Run("a tag that a script adds", func(t *testing.T) {
		at := before(t, w, func(r *http.Response) {
			if r.Request.URL.Path == "/late.js" {
				const script = `const s = document.querySelector("#tag").content.querySelector("script"), t = document.createElement("script");
					for (const { name, value } of s.attributes) t.setAttribute(name, value);
					setTimeout(() => document.head.append(t), 500);`
				r.StatusCode, r.ContentLength, r.Header = http.StatusOK, int64(len(script)), http.Header{"Content-Type": {"text/javascript"}}
				r.Body = io.NopCloser(strings.NewReader(script))
			}
		})
		r, lines := verified(t, at+"late")
		require.True(t, r.Wrong)
		require.Contains(t, lines["tag"], "wrong the page has no script tag")
		require.Contains(t, lines["browser"], "ok Chromium", "a browser finds it")
		require.Contains(t, lines["browser's report"], "ok would be taken")
		require.Equal(t, 1, tries(t), "the browser's")
	})
	t.Run("consent assumed", func(t *testing.T) {
		// The script runs at once, before anything is done to it.
		w.Tag = func(tag string) string { return strings.Replace(tag, `consent="ask"`, `consent="assumed"`, 1) }
		defer func() { w.Tag = nil }()
		_, lines := verified(t, w.URL+"/")
		require.Contains(t, lines["consent"], "wrong the tag says assumed and the signed plan ask")
		require.Contains(t, lines["browser's report"], "ok would be taken")
		require.Equal(t, 2, tries(t))
		time.Sleep(500 * time.Millisecond) // for what would leave as the browser ends
		require.Zero(t, tries(t))
	})
	t.Run("no browser", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		t.Setenv("CHROME_PATH", "")
		r, lines := verified(t, w.URL+"/")
		if strings.HasPrefix(lines["browser"], "ok") {
			t.Skip("one is installed elsewhere than in PATH")
		}
		require.False(t, r.Wrong, "the static checks are made all the same")
		require.Contains(t, lines["browser"], "warning no Chromium was found")
		require.Contains(t, lines["browser"], "CHROME_PATH")
		require.Contains(t, lines["dry run"], "ok ")
		require.Equal(t, 1, tries(t))
	})
}
