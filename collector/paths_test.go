package collector_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
)

// A site's own names: everything is there, and nowhere else.
func TestPaths(t *testing.T) {
	module := []byte("\x00asm")
	s := serve(t, t.TempDir(), func(o *collector.Options) {
		o.Scripts, o.Module = scripts(t), module
		o.Paths = collector.Paths{Prefix: "/assets/stats", Script: "s.js", API: "a"}
	})
	p := testPlan("shop.example", 1, firstDate, 1)
	s.put(p)
	digest, _ := published(t, p)
	there := []string{
		"/assets/stats/s.js", "/assets/stats/s-push.js", "/assets/stats/" + workerFile(), "/assets/stats/a/plan",
		"/assets/stats/a/plans/" + digest.String(), "/assets/stats/a/module/" + hashOf(module) + ".wasm", "/healthz",
	}
	for _, path := range there {
		response, _ := do(t, "GET", s.public.URL+path, "", nil)
		require.Equal(t, http.StatusOK, response.StatusCode, path)
	}
	for _, path := range []string{"/dunlin.js", "/assets/stats/dunlin.js", "/assets/stats/dunlin-push.js", "/s.js", "/v1/plan", "/assets/stats/v1/plan", "/a/plan", "/assets/stats/healthz", "/" + workerFile()} {
		response, body := do(t, "GET", s.public.URL+path, "", nil)
		require.Equal(t, collector.NotFound, reasonOf(t, response, body), path)
	}
	response, body := do(t, "POST", s.public.URL+"/assets/stats/a/reports", octets, nil)
	require.Equal(t, collector.Malformed, reasonOf(t, response, body), "an empty report is none")
}

func TestPathsThatAreNone(t *testing.T) {
	for _, ok := range []collector.Paths{
		{}, {Prefix: "/a"}, {Prefix: "/a/b-c/_d"}, {Script: "a"}, {Script: "worker.js"}, {API: "x~y.z"}, {Prefix: "/x", Script: "healthz"},
	} {
		require.NoError(t, ok.Check(), "%+v", ok)
	}
	for _, c := range []struct {
		paths collector.Paths
		want  string
	}{
		{collector.Paths{Prefix: "a"}, `prefix "a": write /stats`},
		{collector.Paths{Prefix: "/"}, `prefix "/"`},
		{collector.Paths{Prefix: "/a/"}, `prefix "/a/"`},
		{collector.Paths{Prefix: "/a//b"}, `prefix "/a//b"`},
		{collector.Paths{Prefix: "/.."}, `prefix "/.."`},
		{collector.Paths{Prefix: "/a/../b"}, `prefix`},
		{collector.Paths{Prefix: "/a:b"}, `prefix`},
		{collector.Paths{Prefix: "/a*"}, `prefix`},
		{collector.Paths{Prefix: "/a b"}, `prefix`},
		{collector.Paths{Prefix: "/ä"}, `prefix`},
		{collector.Paths{Prefix: "https://other.example"}, `prefix`},
		{collector.Paths{Script: "a/b.js"}, `script "a/b.js": write one name`},
		{collector.Paths{Script: ".js"}, `script ".js"`},
		{collector.Paths{Script: `a".js`}, `script`},
		{collector.Paths{Script: "worker-01234567.js"}, `the name is taken by another file`},
		{collector.Paths{Script: "healthz"}, `the name is taken by another file`},
		{collector.Paths{API: "/v1"}, `api "/v1": write one name`},
		{collector.Paths{API: ".."}, `api`},
		{collector.Paths{API: string(make([]byte, 129))}, `at most 128 bytes`},
	} {
		require.ErrorContains(t, c.paths.Check(), c.want, "%+v", c.paths)
	}
	_, err := collector.Open(collector.Options{Dir: t.TempDir(), Verify: verify, Clock: (&service{}).now, Paths: collector.Paths{Prefix: "a"}})
	require.ErrorContains(t, err, `collector: Paths: prefix "a"`)
}
