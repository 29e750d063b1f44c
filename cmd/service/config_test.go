package service_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/stretchr/testify/require"
)

// Keys of the form that the file wants; what they open does not matter here.
const (
	officerKey = "dunlin-officer1" + digits
	peerKey    = "dunlin-peer1" + digits
	digits     = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
	recipient  = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
)

func whole() string {
	key, _ := peer.ParseKey(peerKey)
	return string(service.ServicesFile(service.Public{
		Officer: officerKey,
		Peers:   map[string]peer.Key{"collector": key, "leader": key, "helper": key},
	}, service.LocalAddresses))
}

func TestTheFileThatKeygenWritesIsAccepted(t *testing.T) {
	c, err := service.Parse("s.yaml", []byte(whole()))
	require.NoError(t, err)
	require.Equal(t, officerKey, c.Officer)
	require.Equal(t, "127.0.0.1:8081", c.Collector.Inner)
	require.Equal(t, []string{"plan.signed"}, c.Leader.Plans)
	require.Equal(t, "https://127.0.0.1:8082", c.Leader.Helper.URL)
	require.Len(t, c.Leaders, 1)
	require.Equal(t, "leader", c.Leaders[0].Name)
	require.Equal(t, peerKey, c.Leaders[0].Keys[0].String())
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(whole(), "data: data/helper", "data: /var/lib/helper", 1)
	path := filepath.Join(dir, "services.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	c, err := service.Read(path)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "leader-verify"), c.Leader.VerifyKeys)
	require.Equal(t, filepath.Join(dir, "plan.signed"), c.Leader.Plans[0])
	require.Equal(t, filepath.Join(dir, "collector.pem"), c.Collector.Identity)
	require.Empty(t, c.Leader.Age)
	require.Equal(t, "/var/lib/helper", c.Helper.Data)
}

// Each key that is left out is named, with the place of its section and with what
// belongs there.
func TestEveryMissingKeyIsNamed(t *testing.T) {
	section, line := "", 0
	tried := 0
	for i, text := range strings.Split(whole(), "\n") {
		name, _, isKey := strings.Cut(strings.TrimSpace(text), ":")
		indent := len(text) - len(strings.TrimLeft(text, " "))
		switch {
		case !isKey || strings.HasPrefix(name, "#"):
			continue
		case strings.HasSuffix(text, ":"):
			if indent == 0 {
				section, line = name, i+1
			} else {
				section, line = "leader."+name, i+1
			}
			continue
		case indent == 0:
			section, line = "", 4 // without its first key the file begins at collector
		case name == "plans", section == "helper" && name == "leader":
			continue // a leader waits for plans, pairing makes identities, leaders are invited
		}
		key := strings.TrimPrefix(section+"."+name, ".")
		lines := strings.Split(whole(), "\n")
		lines[i] = ""
		_, err := service.Parse("s.yaml", []byte(strings.Join(lines, "\n")))
		require.Error(t, err, key)
		require.Regexp(t, `^s\.yaml:\d+:\d+: `+strings.ReplaceAll(key, ".", `\.`)+`: missing; accepted: .+`, err.Error())
		require.Contains(t, err.Error(), fmt.Sprintf("s.yaml:%d:", line), key)
		tried++
	}
	require.Equal(t, 1+5+3+2+2+4, tried)
}

func TestFaultsNameTheirPlace(t *testing.T) {
	change := func(old, new string) string {
		text := strings.Replace(whole(), old, new, 1)
		require.NotEqual(t, whole(), text, old)
		return text
	}
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", change("  inner:", "  iner: x\n  inner:"),
			"s.yaml:6:3: collector.iner: unknown key; accepted: keys listen, inner, data, keys, identity, leader, paths"},
		{"unknown section", whole() + "colector:\n  listen: x\n",
			"s.yaml:29:1: colector: unknown key; accepted: keys officer, collector, leader, helper, leaders, floors, limits, metrics, passphrase_file"},
		{"officer", change("dunlin-officer1d7", "dunlin-officer1x7"), `s.yaml:2:10: officer: "dunlin-officer1x7`},
		{"peer key", change("leader: dunlin-peer1d7", "leader: dunlin-peer1D7"), `s.yaml:9:11: collector.leader: "dunlin-peer1D7`},
		{"recipient of an older file", change("    url: https://127.0.0.1:8082\n", "    url: https://127.0.0.1:8082\n    recipient: age1y"+recipient[5:]+"\n"), `s.yaml:21:16: leader.helper.recipient: "age1y`},
		{"address", change("127.0.0.1:8080 ", "127.0.0.1 "), `s.yaml:5:11: collector.listen: "127.0.0.1" cannot be read; accepted: HOST:PORT, as 127.0.0.1:8080`},
		{"port", change("127.0.0.1:8080 ", "127.0.0.1:80800 "), `s.yaml:5:11: collector.listen: "127.0.0.1:80800" cannot be read`},
		{"url", change("https://127.0.0.1:8081", "http://127.0.0.1:8081"), `s.yaml:17:10: leader.collector.url: "http://127.0.0.1:8081" cannot be read; accepted: https://HOST:PORT`},
		{"url with a path", change("https://127.0.0.1:8081", "https://127.0.0.1:8081/v1"), `leader.collector.url: "https://127.0.0.1:8081/v1" cannot be read`},
		{"plans as text", change("plans: [plan.signed]", "plans: plan.signed "), "s.yaml:15:10: leader.plans: not a list; accepted: a list of files"},
		{"list as text", change("data: data/leader", "data: [data/leader]"), "s.yaml:12:9: leader.data: not a plain text"},
		{"empty value", change("data: data/leader", "data:"), "leader.data: not a plain text"},
		{"section as text", "officer: " + officerKey + "\nhelper: here\n", "s.yaml:2:9: helper: not a mapping; accepted: keys listen, data"},
		{"anchor", change("data: data/leader", "data: &d data/leader"), "s.yaml:12:9: leader.data: not a plain text"},
		{"alias", "officer: " + officerKey + "\nhelper: *x\n", "s.yaml:2:"},
		{"tag", change("data: data/leader", "data: !x data/leader"), "s.yaml:12:9: leader.data: not a plain text"},
		{"a key twice", whole() + "officer: x\n", `s.yaml:29:1: yaml: mapping key "officer" already defined`},
		{"no role", "officer: " + officerKey + "\n", "s.yaml:1:1: yaml: no role; accepted: a section collector, leader or helper"},
		{"no YAML", "officer: [\n", "s.yaml:1:10: yaml: "},
		{"empty", "", "s.yaml:1:1: yaml: the file is empty; accepted: keys officer, collector, leader, helper, leaders, floors, limits, metrics, passphrase_file"},
		{"a comment alone", "# nothing\n", "s.yaml:1:1: yaml: "},
		{"a list", "- officer\n", "s.yaml:1:1: yaml: not a mapping"},
		{"two documents", whole() + "---\nofficer: x\n", "s.yaml:29:1: yaml: a second document; accepted: one document a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := service.Parse("s.yaml", []byte(c.text))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestAllFaultsAtOnceInTheFilesOrder(t *testing.T) {
	_, err := service.Parse("s.yaml", []byte("officer: x\nhelper:\n  listen: y\n"))
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	require.Equal(t, "5 problems", lines[0])
	require.Len(t, lines, 6)
	require.Contains(t, lines[1], "s.yaml:1:10: officer")
	require.Contains(t, lines[5], "s.yaml:3:11: helper.listen")
}

func TestNoServicesFile(t *testing.T) {
	_, err := service.Read(filepath.Join(t.TempDir(), "services.yaml"))
	require.ErrorContains(t, err, "there is no services file")
	require.ErrorContains(t, err, "--config")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole()))
	f.Add([]byte("officer: &a x\nleader: *a\n"))
	f.Add([]byte("leader: {plans: [a, {b: c}]}\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Add([]byte(helperFile("floors: {min_batch: 100, epsilon: 1e-3, cells: 7}", "leaders: {a: "+aKey("1")+", b: {key: [], former: x}}")))
	f.Add([]byte(whole() + "limits: {quota: 1, burst: 1, per_address: 1, trusted_proxies: [::/0]}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := service.Parse("s.yaml", b)
		if (c == nil) == (err == nil) {
			t.Fatalf("config %v with error %v", c, err)
		}
		if err != nil && !strings.Contains(err.Error(), "s.yaml:") {
			t.Fatalf("an error without a place: %v", err)
		}
	})
}
