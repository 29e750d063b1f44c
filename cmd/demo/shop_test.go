package demo

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

var pages = fstest.MapFS{
	"index.html":    {Data: []byte("<head><!--dunlin--></head>home")},
	"zh/index.html": {Data: []byte("<head><!--dunlin--></head>首页")},
	"shop.css":      {Data: []byte("a{}")},
	"secret.go":     {Data: []byte("package x")},
}

func get(t *testing.T, h http.Handler, path string, change func(*http.Request)) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(b)
}

func TestShopPages(t *testing.T) {
	clock := "one"
	s, err := newShop(pages, "run1", "8090", func() string { return "<script " + clock + ">" })
	require.NoError(t, err)
	for path, want := range map[string]string{"/": "home", "/index.html": "home", "/zh/": "首页", "/zh/../": "home"} {
		r := get(t, s, path, nil)
		require.Equal(t, http.StatusOK, r.StatusCode, path)
		require.Equal(t, "<head><script one></head>"+want, body(t, r), path)
		require.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"))
		require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
		csp := r.Header.Get("Content-Security-Policy")
		require.Contains(t, csp, "default-src 'none'; script-src 'self' 'wasm-unsafe-eval';")
		require.NotContains(t, csp, "unsafe-inline")
	}
	clock = "two"
	require.Contains(t, body(t, get(t, s, "/", nil)), "<script two>", "the clock of each page is its own")

	css := get(t, s, "/shop.css", nil)
	require.Equal(t, "a{}", body(t, css))
	require.Equal(t, "text/css; charset=utf-8", css.Header.Get("Content-Type"))
	require.Empty(t, css.Header.Get("Set-Cookie"))
	again := get(t, s, "/shop.css", func(r *http.Request) { r.Header.Set("If-None-Match", css.Header.Get("ETag")) })
	require.Equal(t, http.StatusNotModified, again.StatusCode)

	for _, path := range []string{"/none.html", "/secret.go", "/zh", "/../go.mod", "/%2e%2e/go.mod"} {
		require.Equal(t, http.StatusNotFound, get(t, s, path, nil).StatusCode, path)
	}
	_, err = newShop(fstest.MapFS{"index.html": {Data: []byte("<head></head>")}}, "run1", "8090", nil)
	require.ErrorContains(t, err, "run make web")
	_, err = newShop(fstest.MapFS{}, "run1", "8090", nil)
	require.Error(t, err)
}

// What a browser keeps of an earlier start is cleared by the first page of this one,
// and by no other.
func TestAnEarlierRunIsCleared(t *testing.T) {
	s, err := newShop(pages, "run2", "8090", func() string { return "" })
	require.NoError(t, err)
	for _, known := range []string{"", "run1"} {
		r := get(t, s, "/", func(r *http.Request) {
			if known != "" {
				r.AddCookie(&http.Cookie{Name: runCookie("8090"), Value: known})
			}
		})
		require.Equal(t, `"storage"`, r.Header.Get("Clear-Site-Data"))
		require.Len(t, r.Cookies(), 1)
		require.Equal(t, "run2", r.Cookies()[0].Value)
		require.Equal(t, "/demo/", r.Cookies()[0].Path)
		require.Equal(t, http.SameSiteLaxMode, r.Cookies()[0].SameSite, "a link of another site brings it along")
	}
	// Another demo on this host has a cookie of its own.
	require.Equal(t, []string{`"storage"`}, get(t, s, "/", func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: runCookie("8091"), Value: "run2"})
	}).Header["Clear-Site-Data"])
	r := get(t, s, "/", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: runCookie("8090"), Value: "run2"}) })
	require.Empty(t, r.Header.Get("Clear-Site-Data"))
	require.Empty(t, r.Cookies())
}

func TestTag(t *testing.T) {
	ahead := int64(-86400)
	of := site.Tag{
		Scripts: fstest.MapFS{"dunlin.js": {Data: []byte("the loader")}}, Officer: "dunlin-officer1" + strings.Repeat("ab", 32),
		Consent: plan.ConsentAsk, Paths: collector.Paths{Prefix: scriptFolder},
	}
	tag, err := tagOf(of, func() int64 { return ahead })
	require.NoError(t, err)
	require.Regexp(t, `^<script src="/dunlin/dunlin\.js[^"]*" integrity="sha384-[^"]+" data-dunlin-officer="dunlin-officer1abab[^"]+" data-dunlin-consent="ask" data-dunlin-clock="-86400"></script>`+
		`<script src="/demo/bar\.js" defer></script>$`, tag())
	ahead = 60
	require.Contains(t, tag(), ` data-dunlin-clock="60"`)
	of.Scripts = fstest.MapFS{}
	_, err = tagOf(of, nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
}
