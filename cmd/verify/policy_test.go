package verify

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func parsed(t *testing.T, text string) *url.URL {
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

// The examples of CSP level 3, "does url match expression in origin", and their edges.
func TestSources(t *testing.T) {
	for _, c := range []struct {
		source, page, to string
		want             bool
	}{
		{"'self'", "https://shop.example/a", "https://shop.example/dunlin/dunlin.js", true},
		{"'SELF'", "https://shop.example/", "https://SHOP.example:443/x", true},
		{"'self'", "http://shop.example/", "https://shop.example/x", true},
		{"'self'", "https://shop.example/", "http://shop.example/x", false},
		{"'self'", "https://shop.example/", "https://www.shop.example/x", false},
		{"'self'", "https://shop.example:8443/", "https://shop.example/x", false},
		{"'none'", "https://shop.example/", "https://shop.example/x", false},
		{"'unsafe-inline'", "https://shop.example/", "https://shop.example/x", false},
		{"*", "https://shop.example/", "https://other.example/x", true},
		{"*", "https://shop.example/", "data:,x", false},
		{"https:", "https://shop.example/", "https://other.example/x", true},
		{"https:", "http://shop.example/", "http://shop.example/x", false},
		{"http:", "http://shop.example/", "https://shop.example/x", true},
		{"blob:", "https://shop.example/", "https://shop.example/x", false},
		{"shop.example", "https://shop.example/", "https://shop.example/x", true},
		{"shop.example", "http://shop.example/", "https://shop.example/x", true},
		{"shop.example", "https://shop.example/", "http://shop.example/x", false},
		{"shop.example", "https://shop.example/", "https://shop.example:8443/x", false},
		{"shop.example:8443", "https://shop.example/", "https://shop.example:8443/x", true},
		{"shop.example:*", "https://shop.example/", "https://shop.example:8443/x", true},
		{"http://shop.example:80", "http://shop.example/", "https://shop.example/x", true},
		{"https://shop.example", "https://shop.example/", "https://shop.example/x", true},
		{"*.shop.example", "https://shop.example/", "https://www.shop.example/x", true},
		{"*.shop.example", "https://shop.example/", "https://shop.example/x", false},
		{"*.shop.example", "https://shop.example/", "https://evilshop.example/x", false},
		{"https://shop.example/dunlin/", "https://shop.example/", "https://shop.example/dunlin/v1/plan", true},
		{"https://shop.example/dunlin", "https://shop.example/", "https://shop.example/dunlin/v1/plan", false},
		{"https://shop.example/dunlin/dunlin.js", "https://shop.example/", "https://shop.example/dunlin/dunlin.js", true},
		{"https://shop.example/", "https://shop.example/", "https://shop.example/dunlin/", true},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/x", true},
		{"http://[::1]:8080", "http://[::1]:8080/", "http://[::1]:8080/x", true},
	} {
		require.Equal(t, c.want, matches(c.source, parsed(t, c.page), parsed(t, c.to)), "%+v", c)
	}
}

func TestParsePolicies(t *testing.T) {
	all := parsePolicies("x", false, " default-src 'none' ; ; SCRIPT-SRC a  b;script-src c, connect-src 'self'", "", ",;")
	require.Len(t, all, 2)
	require.Equal(t, map[string][]string{"default-src": {"'none'"}, "script-src": {"a", "b"}}, all[0].directives, "the first of a name counts")
	require.Equal(t, map[string][]string{"connect-src": {"'self'"}}, all[1].directives)
	name, sources, found := all[0].governs("worker-src", "child-src", "script-src", "default-src")
	require.True(t, found)
	require.Equal(t, "script-src", name)
	require.Equal(t, []string{"a", "b"}, sources)
	_, _, found = all[1].governs("worker-src", "default-src")
	require.False(t, found, "what no directive governs passes")
}

// What a page or its policy says is read without a panic, whatever it is, and what a source
// lets pass the same source lets pass in any case of letters but for paths.
func FuzzSources(f *testing.F) {
	for _, seed := range []string{"'self'", "*.a:*", "https://a/b/", "*", ":", "://", "a:", "[::1]:1", "//", "*:80", "'nonce-a'"} {
		f.Add(seed, "https://shop.example/dunlin/dunlin.js")
	}
	page, err := url.Parse("https://shop.example/")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, source, to string) {
		u, err := url.Parse(to)
		if err != nil {
			t.Skip()
		}
		got := matches(source, page, u)
		if strings.Count(source, "/") == 0 {
			require.Equal(t, got, matches(strings.ToUpper(source), page, u), source)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add("<script src=/dunlin.js data-dunlin-consent=ask></script><dunlin-slot name=a><template data-variant=b>", "default-src 'self'")
	f.Add("<base href=//x/><meta http-equiv=content-security-policy content=sandbox><template><script data-dunlin-officer>", ",")
	at, err := url.Parse("https://shop.example/")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body, policy string) {
		p := parsePage(at, map[string][]string{"Content-Security-Policy": {policy}}, []byte(body))
		require.NotNil(t, p.base)
		v := &verifier{r: &Report{}, page: p}
		if tag := v.findTag(); tag != nil {
			v.judgePolicies(tag)
		}
		for _, c := range v.r.Checks {
			require.Equal(t, c.State == OK, c.Fix == "", "%+v", c)
		}
	})
}
