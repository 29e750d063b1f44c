package collector_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
)

func packed(t testing.TB, plain []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriter(&b)
	_, err := w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// What a build leaves: a loader, a Worker worth packing, a page chunk that is not,
// and files that are nobody's business.
var (
	loader = []byte("(() => {" + strings.Repeat("loader(); ", 200) + "})();")
	worker = []byte(strings.Repeat("postMessage('worker'); ", 200))
	page   = []byte("export const run = () => {};")
	push   = []byte(strings.Repeat("addEventListener('push', f); ", 200))
)

func workerFile() string { return "worker-" + hashOf(worker)[:8] + ".js" }
func pageFile() string   { return "page-" + hashOf(page)[:8] + ".js" }

func scripts(t testing.TB) fstest.MapFS {
	return fstest.MapFS{
		"dunlin.js":          {Data: loader},
		"dunlin.js.br":       {Data: packed(t, loader)},
		workerFile():         {Data: worker},
		workerFile() + ".br": {Data: packed(t, worker)},
		pageFile():           {Data: page},
		"dunlin-push.js":     {Data: push},
		"dunlin-push.js.br":  {Data: packed(t, push)},
		"manifest.json":      {Data: []byte("{}")},
		"notes.txt":          {Data: []byte("notes")},
	}
}

// bare asks for no compression by itself and undoes none.
var bare = &http.Transport{DisableCompression: true}

// fetch asks for a path as given, with that Accept-Encoding or none.
func fetch(t testing.TB, url, accept string) (*http.Response, []byte) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(t, err)
	if accept != "" {
		request.Header.Set("Accept-Encoding", accept)
	}
	response, err := bare.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.EqualValues(t, len(body), response.ContentLength)
	return response, body
}

func unpack(t testing.TB, encoding string, body []byte) []byte {
	var r io.Reader = bytes.NewReader(body)
	switch encoding {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		var err error
		r, err = gzip.NewReader(r)
		require.NoError(t, err)
	}
	plain, err := io.ReadAll(r)
	require.NoError(t, err)
	return plain
}

func TestScripts(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.Scripts = scripts(t) })
	for _, c := range []struct {
		name, accept, encoding, cache string
		want                          []byte
	}{
		{"dunlin.js", "gzip, deflate, br", "br", "public, max-age=3600", loader},
		{"dunlin.js", "gzip", "gzip", "public, max-age=3600", loader},
		{"dunlin.js", "", "", "public, max-age=3600", loader},
		{"dunlin.js?v=" + hashOf(loader)[:8], "br", "br", "public, max-age=3600", loader},
		{"dunlin-push.js", "gzip, deflate, br", "br", "public, max-age=3600", push},
		{workerFile(), "br", "br", "public, max-age=31536000, immutable", worker},
		{workerFile(), "gzip;q=0.5, identity", "", "public, max-age=31536000, immutable", worker},
		{pageFile(), "br, gzip", "", "public, max-age=31536000, immutable", page},
	} {
		response, body := fetch(t, s.public.URL+"/"+c.name, c.accept)
		require.Equal(t, http.StatusOK, response.StatusCode, c.name)
		require.Equal(t, c.encoding, response.Header.Get("Content-Encoding"), "%s for %q", c.name, c.accept)
		require.Equal(t, c.want, unpack(t, c.encoding, body), c.name)
		require.Equal(t, c.cache, response.Header.Get("Cache-Control"), c.name)
		require.Equal(t, "text/javascript; charset=utf-8", response.Header.Get("Content-Type"))
		require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
		policy := response.Header.Get("Content-Security-Policy")
		require.Contains(t, policy, "connect-src 'self'")
		require.Equal(t, c.name == "dunlin-push.js", strings.Contains(policy, "img-src 'self'"), c.name)
		require.Equal(t, c.name != pageFile(), response.Header.Get("Vary") == "Accept-Encoding", c.name)
		for _, header := range []string{"Etag", "Last-Modified", "Set-Cookie", "Access-Control-Allow-Origin"} {
			require.Empty(t, response.Header.Values(header), header)
		}
	}
	for _, name := range []string{"manifest.json", "notes.txt", "dunlin.js.br", "worker-00000000.js", "dunlin.js?v=00000000", "v1/dunlin.js", ".."} {
		response, body := do(t, "GET", s.public.URL+"/"+name, "", nil)
		require.Equal(t, collector.NotFound, reasonOf(t, response, body), name)
		require.Equal(t, "no-store", response.Header.Get("Cache-Control"), "%s may be there tomorrow", name)
	}
}

func TestWithoutScripts(t *testing.T) {
	s := serve(t, t.TempDir())
	response, body := do(t, "GET", s.public.URL+"/dunlin.js", "", nil)
	require.Equal(t, collector.NotFound, reasonOf(t, response, body))
}

func TestScriptsThatMustNotBeServed(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(fstest.MapFS)
		want   string
	}{
		{"no loader", func(f fstest.MapFS) { delete(f, "dunlin.js") }, "the scripts lack dunlin.js"},
		{"bytes of another name", func(f fstest.MapFS) { f[pageFile()] = &fstest.MapFile{Data: worker} }, "has other bytes than its name says"},
		{"stale brotli", func(f fstest.MapFS) { f["dunlin.js.br"] = &fstest.MapFile{Data: packed(t, worker)} }, "script dunlin.js: its brotli form holds other bytes"},
		{"longer brotli", func(f fstest.MapFS) {
			f["dunlin.js.br"] = &fstest.MapFile{Data: packed(t, append(loader[:len(loader):len(loader)], ' '))}
		}, "its brotli form holds other bytes"},
		{"no brotli at all", func(f fstest.MapFS) { f["dunlin.js.br"] = &fstest.MapFile{Data: loader} }, "its brotli form holds other bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := scripts(t)
			c.change(files)
			_, err := collector.Open(collector.Options{Dir: t.TempDir(), Verify: verify, Clock: (&service{}).now, Scripts: files})
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestTheModuleIsNegotiatedToo(t *testing.T) {
	module := bytes.Repeat([]byte("\x00asm and more "), 200)
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.Module, o.ModuleBrotli = module, packed(t, module) })
	url := s.public.URL + "/v1/module/" + hashOf(module) + ".wasm"
	for accept, encoding := range map[string]string{"br": "br", "gzip, deflate": "gzip", "": ""} {
		response, body := fetch(t, url, accept)
		require.Equal(t, encoding, response.Header.Get("Content-Encoding"))
		require.Equal(t, module, unpack(t, encoding, body))
		require.Equal(t, "application/wasm", response.Header.Get("Content-Type"))
		require.Equal(t, "Accept-Encoding", response.Header.Get("Vary"))
		require.Contains(t, response.Header.Get("Cache-Control"), "immutable")
	}
	_, err := collector.Open(collector.Options{Dir: t.TempDir(), Verify: verify, Clock: s.now, Module: module, ModuleBrotli: packed(t, worker)})
	require.ErrorContains(t, err, "the module: its brotli form holds other bytes")
}
