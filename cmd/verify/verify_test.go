package verify_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
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

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/cmd/verify"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// A right page has nothing wrong, and looking at it leaves nothing with the collector.
func TestRightPage(t *testing.T) {
	s := open(t)
	before := snapshot(t, s.dir)
	r := s.look()
	require.False(t, r.Wrong)
	require.Empty(t, told(r))
	require.Equal(t, s.url+"/", r.URL)
	for _, about := range []string{"page", "tag", "script", "integrity", "files", "policy", "Worker", "module", "plan", "clock", "priors", "headers", "<dunlin-consent>", "consent", "elements", "dry run"} {
		_, ok := find(r, verify.OK, about)
		require.True(t, ok, "%s was looked at", about)
	}
	require.Equal(t, []string{"/dunlin/v1/reports/dry-run"}, s.posts)
	require.Equal(t, before, snapshot(t, s.dir), "nothing is stored")
	require.EqualValues(t, 1, s.collector.Counts()["dry-run.accepted"])
	require.Zero(t, s.collector.Counts()["reports.accepted"])

	var text bytes.Buffer
	require.NoError(t, r.Print(&text))
	require.Contains(t, text.String(), "ok       dry run: a sealed report of an invented visit")
	require.Contains(t, text.String(), ": 16 ok, 0 to look at, 0 wrong\n")
	b, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(b), `"wrong":false,"checks":[{"state":"ok","about":"page"`)
}

func snapshot(t *testing.T, dir string) map[string]string {
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var b []byte
			b, err = os.ReadFile(path)
			all[path] = string(b)
		}
		return err
	}))
	return all
}

// only has one answer of the collector changed, by the end of its path.
func only(suffix string, answer http.HandlerFunc) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, suffix) {
			return false
		}
		answer(w, r)
		return true
	}
}

// through has the collector answer and changes what comes of it.
func (s *shop) through(change func(path string, h http.Header)) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		got := httptest.NewRecorder()
		s.public.ServeHTTP(got, r)
		for name, values := range got.Header() {
			w.Header()[name] = values
		}
		change(r.URL.Path, w.Header())
		w.WriteHeader(got.Code)
		_, _ = w.Write(got.Body.Bytes())
		return true
	}
}

// Each planted fault is named, with its fix, and nothing else is but what follows from it.
func TestFaults(t *testing.T) {
	const csp = "Content-Security-Policy"
	type faulty struct {
		name  string
		plant func(s *shop)
		state verify.State
		about string
		what  string // of the line that names it
		fix   string
		told  []string // all that is not ok
	}
	policy := func(text string) func(*shop) { return func(s *shop) { s.header.Set(csp, text) } }
	wrong, warning := verify.Wrong, verify.Warning
	for _, c := range []faulty{
		{"no tag", func(s *shop) { s.tag = "" }, wrong, "tag", "no script tag", "dunlin snippet", []string{"wrong tag"}},
		{"tag added by a script", func(s *shop) { s.tag = `<script>load("dunlin-officer1")</script>` }, wrong, "tag", "inline script", "dunlin snippet", []string{"wrong tag"}},
		{"two tags", func(s *shop) { s.head += s.tag }, warning, "tag", "2 script tags", "leave one", []string{"warning tag"}},
		{"tag in the body", func(s *shop) { s.body, s.tag = s.tag+s.body, "" }, warning, "tag", "in the body", "<head>", []string{"warning tag"}},
		{"async", func(s *shop) { s.tag = strings.Replace(s.tag, "<script", "<script async", 1) }, warning, "tag", "async", "remove async", []string{"warning tag"}},
		{"held back by a consent tool", func(s *shop) { s.tag = strings.Replace(s.tag, "<script", `<script type="text/plain"`, 1) }, wrong, "tag", "text/plain", "remove the type", []string{"wrong tag"}},
		{"no officer", func(s *shop) { s.tag = strings.Replace(s.tag, "data-dunlin-officer", "data-dunlin-offcier", 1) }, wrong, "tag", "no officer's key", "dunlin snippet", []string{"warning tag", "wrong tag"}},
		{"consent of no kind", func(s *shop) { s.tag = strings.Replace(s.tag, `consent="ask"`, `consent="yes"`, 1) }, wrong, "tag", `"yes"`, `"ask", "site" or "assumed"`, []string{"wrong tag"}},
		{"another officer", func(s *shop) {
			stranger, _, err := ed25519.GenerateKey(rand.Reader)
			require.NoError(s.t, err)
			s.tag = s.print(site.Tag{Officer: planfile.FormatOfficer(stranger)})
		}, wrong, "plan", "not signed by the key in the tag", "dunlin snippet", []string{"wrong plan"}},
		{"consent other than the plan's", func(s *shop) { s.tag = s.print(site.Tag{Consent: plan.ConsentAssumed}) }, wrong, "consent", "assumed and the signed plan ask", "dunlin snippet", []string{"wrong consent"}},
		{"another site", func(s *shop) { s.tag = s.print(site.Tag{Site: "other.example"}) }, wrong, "plan", "404", "data-dunlin-site", []string{"wrong plan"}},
		{"wrong digest", func(s *shop) { s.tag = strings.Replace(s.tag, "sha384-", "sha384-A", 1) }, wrong, "integrity", "is not the digest", `write integrity="sha384-`, []string{"wrong integrity"}},
		{"no digest", func(s *shop) { s.tag = strings.Replace(s.tag, "integrity=", "data-x=", 1) }, warning, "integrity", "no digest", `write integrity="sha384-`, []string{"warning integrity"}},
		{"a version that is gone", func(s *shop) { s.tag = strings.Replace(s.tag, "?v=", "?v=0", 1) }, wrong, "script", "404", "of another version", []string{"wrong script"}},
		{"script of another host", func(s *shop) { s.tag = strings.Replace(s.tag, `src="/`, `src="https://stats.example/`, 1) }, wrong, "script", "stats.example", "/dunlin/", []string{"wrong script"}},
		{"script bytes changed", func(s *shop) {
			s.stand = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, "/page-") {
					return false
				}
				w.Header().Set("Content-Type", "text/javascript")
				_, _ = w.Write([]byte("/* minified */"))
				return true
			}
		}, wrong, "files", "other bytes than its name", "minifying", []string{"wrong files"}},
		{"scripts as text", func(s *shop) {
			s.stand = s.through(func(path string, h http.Header) {
				if strings.Contains(path, "/seal-") {
					h.Set("Content-Type", "text/plain")
				}
			})
		}, wrong, "files", "text/plain", "docs/serve.md", []string{"wrong files"}},
		{"module changed", func(s *shop) {
			s.stand = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, ".wasm") {
					return false
				}
				_, _ = w.Write([]byte("\x00asm"))
				return true
			}
		}, wrong, "module", "other bytes than the script pins", "empty its cache", []string{"wrong module"}},

		{"policy: no script", policy("default-src 'none'; script-src https://cdn.example 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"),
			wrong, "policy", "bars the script itself: script-src https://cdn.example", "add 'self' to script-src", []string{"wrong policy", "wrong policy"}},
		{"policy: no Worker", policy("script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'"),
			wrong, "policy", "bars the Worker: worker-src blob:", "add 'self' to worker-src", []string{"wrong policy"}},
		{"policy: Worker by default", policy("default-src 'none'; script-src-elem 'self'; script-src 'nonce-x' 'wasm-unsafe-eval'; connect-src 'self'"),
			wrong, "policy", "bars the Worker: script-src 'nonce-x'", "add the directive `worker-src 'self'`", []string{"wrong policy"}},
		{"policy: no WebAssembly", policy("default-src 'self'"), warning, "policy", "may bar WebAssembly", "add the directive `script-src 'wasm-unsafe-eval' 'self'`", []string{"warning policy"}},
		{"policy: no connecting", policy("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"),
			wrong, "policy", "bars reports: default-src 'none'", "add the directive `connect-src 'self'`", []string{"wrong policy"}},
		{"policy: connecting elsewhere", policy("script-src 'self' 'wasm-unsafe-eval'; connect-src https://api.example"),
			wrong, "policy", "bars reports: connect-src https://api.example", "add 'self' to connect-src", []string{"wrong policy"}},
		{"policy: trusted types", policy(strict + "; require-trusted-types-for 'script'; trusted-types default"),
			wrong, "policy", "has no policy dunlin", "add dunlin to trusted-types", []string{"wrong policy"}},
		{"policy: sandbox", policy(strict + "; sandbox allow-scripts"), wrong, "policy", "sandbox allow-scripts", "allow-same-origin", []string{"wrong policy"}},
		{"policy: strict-dynamic", policy("script-src 'strict-dynamic' 'nonce-abc' 'wasm-unsafe-eval'; worker-src 'self'"),
			wrong, "policy", "bars the script itself", "give the tag the policy's nonce", []string{"wrong policy", "wrong policy"}},
		{"policy: in a meta element", func(s *shop) {
			s.header.Del(csp)
			s.head += `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`
		}, wrong, "policy", "meta element bars reports", "write `connect-src 'self'` in place of 'none'", []string{"wrong policy"}},
		{"policy: one of two", func(s *shop) { s.header.Add(csp, "connect-src 'none'") }, wrong, "policy", "bars reports", "in place of 'none'", []string{"wrong policy"}},
		{"policy: only tried", func(s *shop) { s.header.Set(csp+"-Report-Only", "worker-src 'none'") }, warning, "policy", "would bar the Worker", "worker-src 'self'", []string{"warning policy"}},

		{"policy on every answer", func(s *shop) {
			s.stand = s.through(func(_ string, h http.Header) { h.Add(csp, "default-src 'self'") })
		}, wrong, "Worker", "bars WebAssembly", "to pages alone", []string{"wrong Worker"}},
		{"isolated page", func(s *shop) { s.header.Set("Cross-Origin-Embedder-Policy", "require-corp") }, wrong, "Worker", "Cross-Origin-Embedder-Policy", "script's folder too", []string{"wrong Worker"}},
		{"the Worker's policy lost", func(s *shop) { s.stand = s.through(func(_ string, h http.Header) { h.Del(csp) }) }, warning, "Worker", "no policy", "hand the collector's header", []string{"warning Worker"}},

		{"plan over", func(s *shop) { s.at.Store(time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC).Unix()) }, wrong, "plan", "404", "The next plan", []string{"wrong plan"}},
		{"an old plan kept by a cache", func(s *shop) {
			old := httptest.NewRecorder()
			s.public.ServeHTTP(old, httptest.NewRequest("GET", "/dunlin/v1/plan", nil))
			s.publish(strings.NewReplacer("serial: 1", "serial: 2", "starts: 2026-06-01", "starts: 2026-06-10").Replace(dunlinYAML))
			s.stand = only("/v1/plan", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", noon.Format(http.TimeFormat))
				w.Header().Set("Cache-Control", "max-age=600")
				_, _ = w.Write(old.Body.Bytes())
			})
		}, wrong, "plan", "a cache may keep it (Cache-Control: max-age=600)", "no cache keep /dunlin/v1/plan", []string{"wrong plan", "wrong dry run"}},
		{"clock two hours behind", func(s *shop) { s.at.Store(noon.Add(-2 * time.Hour).Unix()) }, wrong, "clock", "2 hours behind this machine's", "by NTP", []string{"wrong clock"}},
		{"clock two hours ahead", func(s *shop) { s.at.Store(noon.Add(2 * time.Hour).Unix()) }, wrong, "clock", "2 hours ahead of this machine's", "by NTP", []string{"wrong clock"}},
		{"clock five minutes ahead", func(s *shop) { s.at.Store(noon.Add(5 * time.Minute).Unix()) }, warning, "clock", "5 minutes ahead", "by NTP", []string{"warning clock"}},
		{"clock thirteen hours ahead", func(s *shop) { s.at.Store(noon.Add(13 * time.Hour).Unix()) }, wrong, "dry run", "410", "by NTP", []string{"wrong clock", "wrong dry run"}},
		{"clock two days ahead", func(s *shop) { s.at.Store(noon.Add(48 * time.Hour).Unix()) }, wrong, "clock", "devices refuse such a collector", "by NTP", []string{"wrong clock"}},
		{"no Date", func(s *shop) { s.stand = s.through(func(_ string, h http.Header) { h["Date"] = nil }) }, wrong, "clock", "no Date", "proxy_pass_header Date", []string{"wrong clock"}},

		{"nobody asks", func(s *shop) { s.head, s.body = "", hero }, warning, "consent", "the plan asks", "<dunlin-consent>", []string{"warning consent"}},
		{"banner without its script", func(s *shop) { s.head = "" }, wrong, "<dunlin-consent>", "not its script", "dunlin snippet --banner", []string{"wrong <dunlin-consent>"}},
		{"banner of another version", func(s *shop) { s.head = strings.Replace(s.head, "sha384-", "sha384-A", 1) }, wrong, "<dunlin-consent>", "is not the digest", "dunlin snippet", []string{"wrong <dunlin-consent>"}},
		{"slot of another plan", func(s *shop) { s.body = strings.Replace(s.body, `"hero"`, `"header"`, 1) }, warning, "elements", `<dunlin-slot name="header">`, "hero", []string{"warning elements"}},
		{"variant without a template", func(s *shop) { s.body = strings.Replace(s.body, `"bags"`, `"bgas"`, 1) }, warning, "elements", "no template for bags", `data-variant="bags"`, []string{"warning elements", "warning elements"}},

		{"cookies and CORS", func(s *shop) {
			s.stand = s.through(func(_ string, h http.Header) {
				h.Set("Set-Cookie", "id=1")
				h.Set("Access-Control-Allow-Origin", "*")
				h.Del("Cache-Control")
				h.Set("Cache-Control", "no-store")
				h.Del("Vary")
			})
		}, warning, "headers", "Set-Cookie", "no cookie", []string{"warning headers", "warning headers", "warning headers", "warning headers"}},
		{"collector down", func(s *shop) {
			s.stand = func(w http.ResponseWriter, _ *http.Request) bool {
				http.Error(w, "<html>Bad Gateway", http.StatusBadGateway)
				return true
			}
		}, wrong, "script", "502 Bad Gateway", "see that the collector runs", []string{"wrong script", "wrong plan"}},
		{"path rewritten", func(s *shop) {
			s.stand = only("/v1/plan", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })
		}, wrong, "plan", "a redirect to /login", "docs/serve.md", []string{"wrong plan"}},
		{"no POST through", func(s *shop) {
			s.stand = only("/dry-run", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "blocked", http.StatusForbidden) })
		}, wrong, "dry run", "403 Forbidden", "let POST", []string{"wrong dry run"}},
		{"small bodies", func(s *shop) {
			s.stand = only("/dry-run", func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, "large", http.StatusRequestEntityTooLarge)
			})
		}, wrong, "dry run", "413", "client_max_body_size", []string{"wrong dry run"}},
		{"a collector of before", func(s *shop) {
			s.stand = only("/dry-run", func(w http.ResponseWriter, r *http.Request) {
				s.public.ServeHTTP(w, httptest.NewRequest("GET", "/dunlin/v1/none", nil))
			})
		}, warning, "dry run", "knows no dry run", "update the collector", []string{"warning dry run"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			c.plant(s)
			r := s.look()
			found, ok := find(r, c.state, c.about)
			for _, one := range r.Checks { // where there are several, the one that is meant
				if one.State == c.state && one.About == c.about && strings.Contains(one.What, c.what) {
					found = one
				}
			}
			require.True(t, ok, "%v", told(r))
			require.Contains(t, found.What, c.what)
			require.Contains(t, found.Fix, c.fix)
			require.Equal(t, c.told, told(r))
			require.Equal(t, strings.Contains(strings.Join(c.told, " "), "wrong "), r.Wrong)
		})
	}
}

// What a browser lets pass is not told.
func TestNoFalseAlarm(t *testing.T) {
	for name, plant := range map[string]func(s *shop){
		"no policy": func(s *shop) { s.header.Del("Content-Security-Policy") },
		"by nonce": func(s *shop) {
			s.header.Set("Content-Security-Policy", "script-src 'nonce-abc' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'")
			s.tag = strings.Replace(s.tag, "<script", `<script nonce="abc"`, 1)
		},
		"by nonce and strict-dynamic": func(s *shop) {
			s.header.Set("Content-Security-Policy", "script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval' https:")
			s.tag = strings.Replace(s.tag, "<script", `<script nonce="abc"`, 1)
		},
		"by scheme":  func(s *shop) { s.header.Set("Content-Security-Policy", "default-src http: 'unsafe-eval'") },
		"by host":    func(s *shop) { s.header.Set("Content-Security-Policy", "default-src 127.0.0.1:* 'wasm-unsafe-eval'") },
		"upper case": func(s *shop) { s.header.Set("Content-Security-Policy", "DEFAULT-SRC 'SELF' 'WASM-UNSAFE-EVAL'") },
		"trusted types": func(s *shop) {
			s.header.Add("Content-Security-Policy", "require-trusted-types-for 'script'; trusted-types a dunlin")
		},
		"two digests, the stronger right": func(s *shop) {
			s.tag = strings.Replace(s.tag, "sha384-", "sha256-AAAA sha384-", 1)
		},
		"a script that asks": func(s *shop) {
			s.head, s.body = `<script>dunlin.consent({measure: true, personalize: true})</script>`, hero
		},
		"no slot": func(s *shop) { s.body = strings.Replace(s.body, hero, "", 1) },
		"isolated, and the Worker too": func(s *shop) {
			s.header.Set("Cross-Origin-Embedder-Policy", "require-corp")
			s.stand = s.through(func(_ string, h http.Header) { h.Set("Cross-Origin-Embedder-Policy", "require-corp") })
		},
		"a device's clock of its own": func(s *shop) {
			s.tag = s.print(site.Tag{Clock: 86400})
			s.at.Store(noon.Add(24 * time.Hour).Unix())
		},
		"entities in attributes": func(s *shop) { s.tag = strings.Replace(s.tag, "dunlin.js", "dunlin&#46;js", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			plant(s)
			require.Empty(t, told(s.look()))
		})
	}
}

// An address that is none is refused, and a page that cannot be had is a wrong one.
func TestAddresses(t *testing.T) {
	s := open(t)
	run := func(at string) (*verify.Report, error) {
		return verify.Run(t.Context(), verify.Options{URL: at, Scripts: s.scripts, Now: time.Now, Random: rand.Reader})
	}
	for _, at := range []string{"", "ftp://shop.example/", "https://", "http://a b/", "://x"} {
		_, err := run(at)
		require.ErrorIs(t, err, verify.ErrURL, at)
	}
	hops := httptest.NewServer(http.RedirectHandler(s.url+"/", http.StatusFound))
	t.Cleanup(hops.Close)
	r, err := run(hops.URL)
	require.NoError(t, err)
	require.Equal(t, s.url+"/", r.URL, "the page is the one that is shown")
	require.Contains(t, r.Checks[0].What, "where "+hops.URL+"/ leads")

	for _, at := range []string{s.url + "/none", s.url + "/dunlin/v1/plan", "http://127.0.0.1:1/", "127.0.0.1:1"} {
		r, err := run(at)
		require.NoError(t, err, at)
		require.Equal(t, []string{"wrong page"}, told(r), at)
		require.NotEmpty(t, r.Checks[0].Fix)
	}
}

// What servers say can neither fill nor move a terminal.
func TestHostileAnswers(t *testing.T) {
	s := open(t)
	s.tag = strings.Replace(s.tag, `consent="ask"`, `consent="`+strings.Repeat("a", 100000)+"\x1b[2J"+`"`, 1)
	s.stand = only("/v1/plan", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"type":"urn:dunlin:problem:plan-unknown","title":"\u001b[31mx\n","detail":"` + strings.Repeat("y", 4000) + `"}`))
	})
	r := s.look()
	for _, c := range r.Checks {
		require.Less(t, len(c.What), 2000, c.About)
		require.NotContains(t, c.What+c.Fix, "\x1b")
	}
	_, ok := find(r, verify.Wrong, "plan")
	require.True(t, ok)
}
