package service_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/stretchr/testify/require"
)

// withPaths is the whole file with a section collector.paths.
func withPaths(lines ...string) string {
	return strings.Replace(whole(), "  inner:", "  paths:\n    "+strings.Join(lines, "\n    ")+"\n  inner:", 1)
}

func TestPathsOfTheCollector(t *testing.T) {
	for _, c := range []struct {
		text string
		want collector.Paths
	}{
		{whole(), collector.DefaultPaths},
		{withPaths("prefix: /dunlin"), collector.Paths{Prefix: "/dunlin", Script: "dunlin.js", API: "v1"}},
		{withPaths("prefix: /a/b", "script: s.js", "api: x"), collector.Paths{Prefix: "/a/b", Script: "s.js", API: "x"}},
		{withPaths("api: 1"), collector.Paths{Script: "dunlin.js", API: "1"}},
	} {
		conf, err := service.Parse("s.yaml", []byte(c.text))
		require.NoError(t, err)
		require.Equal(t, c.want, conf.Collector.Paths)
	}
}

func TestFaultsOfPathsNameTheirPlace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{withPaths("prefix: dunlin"), `s.yaml:7:13: collector.paths.prefix: "dunlin" cannot be read; accepted: a path of the site such as /dunlin, without a slash at the end`},
		{withPaths("prefix: /dunlin/"), `collector.paths.prefix: "/dunlin/" cannot be read`},
		{withPaths("prefix: /"), `collector.paths.prefix: "/" cannot be read`},
		{withPaths("script: a/b.js"), `s.yaml:7:13: collector.paths.script: "a/b.js" cannot be read; accepted: a name`},
		{withPaths("api: ../x"), `s.yaml:7:10: collector.paths.api: "../x" cannot be read; accepted: a name`},
		{withPaths("path: /x"), `s.yaml:7:5: collector.paths.path: unknown key; accepted: keys prefix, script, api`},
		{strings.Replace(whole(), "  inner:", "  paths: /x\n  inner:", 1), "s.yaml:6:10: collector.paths: not a mapping; accepted: keys prefix, script, api"},
	} {
		_, err := service.Parse("s.yaml", []byte(c.text))
		require.ErrorContains(t, err, c.want)
	}
}

// A new site's file has a prefix, and is read as it was written.
func TestServicesFileWithAPrefix(t *testing.T) {
	key, err := peer.ParseKey(peerKey)
	require.NoError(t, err)
	at := service.LocalAddresses
	at.Prefix = "/dunlin"
	conf, err := service.Parse("s.yaml", service.ServicesFile(service.Public{
		Officer: officerKey,
		Peers:   map[string]peer.Key{"collector": key, "leader": key, "helper": key},
	}, at))
	require.NoError(t, err)
	require.Equal(t, "/dunlin", conf.Collector.Paths.Prefix)
	require.Equal(t, "127.0.0.1:8080", conf.Collector.Listen)
}

// What World gives the collector reaches browsers, below the paths of the file.
func TestTheCollectorServesWhatBrowsersLoad(t *testing.T) {
	_, config := site(t)
	conf, err := service.Read(config)
	require.NoError(t, err)
	conf.Collector.Paths = collector.Paths{Prefix: "/dunlin", Script: "s.js", API: "v1"}
	w := testWorld(nil)
	w.Scripts = fstest.MapFS{"dunlin.js": {Data: []byte("/* loader */")}}
	r, err := service.StartCollector(conf, w)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close(t.Context())) }()
	for path, want := range map[string]int{"/dunlin/s.js": http.StatusOK, "/s.js": http.StatusNotFound, "/dunlin/v1/plan": http.StatusNotFound, "/healthz": http.StatusOK} {
		res, err := http.Get("http://" + r.Public.Addr + path)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, want, res.StatusCode, path)
	}
}
