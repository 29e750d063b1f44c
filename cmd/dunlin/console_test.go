package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/web"
)

var signInLink = regexp.MustCompile(`signs (\w+) in once, within a day: (http://[^/]+)/#/sign-in/([\w-]{43})\n`)

// From the first start to an analyst who has gone: all beside the running console.
func TestConsole(t *testing.T) {
	if _, err := web.Dashboard(); err != nil {
		t.Skip("the dashboard is not built: ", err)
	}
	data := t.TempDir()
	_, err := release.Open(filepath.Join(data, service.ReleasesFile))
	require.NoError(t, err)
	other := func(args ...string) string {
		var out bytes.Buffer
		require.Zero(t, run(t.Context(), append(append([]string{"console"}, args...), "--data", data), nil, &out, &out), &out)
		return out.String()
	}
	require.Contains(t, other("accounts"), "no account yet")

	ctx, stop := context.WithCancel(t.Context())
	from, to := io.Pipe()
	var log bytes.Buffer
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"console", "--data", data, "--listen", "127.0.0.1:0"}, nil, to, &log)
		_ = to.Close()
	}()
	lines := bufio.NewReader(from)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Regexp(t, `^dashboard at http://127\.0\.0\.1:\d+/\n$`, first)
	second, err := lines.ReadString('\n')
	require.NoError(t, err)
	link := signInLink.FindStringSubmatch(second)
	require.Len(t, link, 4, second)
	require.Equal(t, firstAdmin, link[1])
	require.Equal(t, strings.TrimSpace(strings.TrimPrefix(first, "dashboard at ")), link[2]+"/")

	home := link[2]
	signIn := func(token string) (*http.Client, int) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		c := &http.Client{Jar: jar}
		body, err := json.Marshal(map[string]string{"token": token})
		require.NoError(t, err)
		res, err := c.Post(home+"/api/v1/session", "application/json", bytes.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return c, res.StatusCode
	}
	site := func(c *http.Client) int {
		res, err := c.Get(home + "/api/v1/site")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	_, status := signIn(link[3])
	require.Equal(t, http.StatusOK, status)
	invited := signInLink.FindStringSubmatch(other("invite", "bob"))
	require.Equal(t, "bob", invited[1])
	bob, status := signIn(invited[3])
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, http.StatusNotFound, site(bob), "signed in; there is no release yet")
	require.Regexp(t, `(?m)^admin +admin +link alone\nbob +viewer +link alone\n`, other("accounts"))
	require.Equal(t, "bob has the role officer\n", other("role", "bob", "officer"))
	token := regexp.MustCompile(`^token ([0-9a-f]{16}) of the role viewer, until \S+, shown this once: ([\w-]{43})\n$`).FindStringSubmatch(other("token", "nightly"))
	require.Len(t, token, 3)
	by := func() int {
		req, err := http.NewRequest("GET", home+"/api/v1/site", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token[2])
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	require.Equal(t, http.StatusNotFound, by(), "let in; there is no release yet")
	require.Contains(t, other("token", "--list"), token[1]+"  nightly  viewer  (operator)")
	require.Contains(t, other("token", "--remove", token[1]), "is removed")
	require.Equal(t, http.StatusUnauthorized, by())
	require.Equal(t, "bob is removed and signed out\n", other("remove", "bob"))
	require.Equal(t, http.StatusUnauthorized, site(bob))

	require.Regexp(t, `(?m)^\d+ +\S+ +shell +account removed +bob`, other("audit"))
	last := regexp.MustCompile(`the last is (\d+:[0-9a-f]{64})\n`).FindStringSubmatch(other("audit", "--check"))
	require.Len(t, last, 2)
	require.Contains(t, other("audit", "--since", last[1]), last[1])

	var problems bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"console", "--data", data, "--listen", strings.TrimPrefix(home, "http://")}, nil, io.Discard, &problems))
	require.Contains(t, problems.String(), "is in use: name another one with --listen")
	stop()
	require.Equal(t, 0, <-ended, &log)
	require.NotContains(t, log.String(), link[3], "no token in the log")
}

func TestConsoleFaults(t *testing.T) {
	data := t.TempDir()
	for want, args := range map[string][]string{
		"there is no services file services.yaml":  {},
		"there is no store of releases":            {"--data", data},
		`--address "stats.shop.example": accepted`: {"--data", data, "--address", "stats.shop.example"},
		"a name has 1 to 64 bytes of text":         {"invite", " bob", "--data", data},
		"takes one argument, the name":             {"invite", "--data", data},
		`remove "bob": console: there is no`:       {"remove", "bob", "--data", data},
		`the role of "bob": console: there is no`:  {"role", "bob", "viewer", "--data", data},
		"a role is viewer, analyst, officer":       {"invite", "ann", "--role", "king", "--data", data},
		"takes two arguments":                      {"role", "bob", "--data", data},
		"a token lasts 1 to 365 days":              {"token", "x", "--days", "0", "--data", data},
		"--list and --remove take no name":         {"token", "x", "--list", "--data", data},
		"there is no token of that ID":             {"token", "--remove", "x", "--data", data},
		`--since "7": accepted is N:HASH`:          {"audit", "--since", "7", "--data", data},
		`unknown command "fly"`:                    {"fly"},
	} {
		var out bytes.Buffer
		require.Equal(t, 1, run(t.Context(), append([]string{"console"}, args...), rand.Reader, &out, &out), want)
		require.Contains(t, out.String(), want)
	}
	var out bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"console", "invite", "bob", "--data", data, "--address", "https://stats.shop.example/"}, nil, &out, &out))
	require.Contains(t, out.String(), ": https://stats.shop.example/#/sign-in/")
}

// Of several sites each command says of which one; what one has the other has not.
func TestConsoleOfSeveralSites(t *testing.T) {
	dir := t.TempDir()
	ask := func(want int, args ...string) string {
		var out bytes.Buffer
		all := append([]string{"console"}, args...)
		all = append(all, "--config", "shop.example=shop.yaml", "--config", "blog.example=blog.yaml", "--dir", dir)
		require.Equal(t, want, run(t.Context(), all, nil, &out, &out), &out)
		return out.String()
	}
	require.Contains(t, ask(1, "invite", "ann"), "say of which site, by --site: shop.example, blog.example")
	require.Contains(t, ask(1, "invite", "ann", "--site", "other.example"), "there is no such site")
	require.Contains(t, ask(0, "invite", "ann", "--site", "shop.example"), "signs ann in once")
	require.Contains(t, ask(0, "role", "ann", "admin", "--site", "blog.example"), "ann has the role admin")
	require.Contains(t, ask(0, "accounts", "--site", "shop.example"), "ann   viewer")
	require.Contains(t, ask(0, "accounts", "--site", "blog.example"), "ann   admin")
	require.Contains(t, ask(0, "token", "job", "--site", "blog.example"), "token ")
	require.NotContains(t, ask(0, "token", "--list", "--site", "shop.example"), "job")
	require.NotContains(t, ask(0, "audit", "--site", "blog.example"), "invited")
	require.Contains(t, ask(0, "remove", "ann", "--site", "blog.example"), "ann is removed from blog.example")
	require.Contains(t, ask(0, "accounts", "--site", "shop.example"), "ann   viewer")
	for want, args := range map[string][]string{
		"of several sites each is named":             {"--config", "a.yaml", "--config", "b.yaml"},
		"the site a.example is named twice":          {"--config", "a.example=a.yaml", "--config", "a.example=b.yaml"},
		"--data is of one site":                      {"--config", "a.example=a.yaml", "--data", dir},
		"the console serves every --config":          {"--config", "a.example=a.yaml", "--site", "a.example", "--dir", dir},
		"the console serves one site: leave it away": {"accounts", "--site", "a.example", "--dir", t.TempDir()},
	} {
		var out bytes.Buffer
		require.Equal(t, 1, run(t.Context(), append([]string{"console"}, args...), nil, &out, &out), want)
		require.Contains(t, out.String(), want)
	}
}
