package console

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const pass = "correct horse battery"

func TestLinkThenPassword(t *testing.T) {
	b := open(t, 3)
	ann := b.browser()
	for _, path := range []string{"/api/v1/site", "/api/v1/report"} {
		require.Equal(t, "signed-out", b.refused(ann, 401, "GET", path, ""))
	}
	token, err := b.Invite("ann", Analyst)
	require.NoError(t, err)
	b.signIn(ann, fmt.Sprintf(`{"token":%q}`, token))
	require.Equal(t, "link-used", b.refused(b.browser(), 401, "POST", "/api/v1/session", fmt.Sprintf(`{"token":%q}`, token)), "once")
	_, got := b.ask(ann, "GET", "/api/v1/session", "")
	require.JSONEq(t, `{"signed_in":true,"name":"ann","role":"analyst","password_set":false,"link":true,"demo":true}`, string(got))
	_, got = b.ask(b.browser(), "GET", "/api/v1/session", "")
	require.JSONEq(t, `{"signed_in":false,"password_set":false,"link":false,"demo":true}`, string(got))

	require.Equal(t, "wrong-secret", b.refused(b.browser(), 401, "POST", "/api/v1/session", `{"name":"ann","password":"x"}`), "no password yet")
	for _, bad := range []string{`{}`, `{"password":"short"}`, `{"password":"aaaaaaaaaaaaaaa"}`, `{"word":"x"}`, `not json`, `{"password":"` + strings.Repeat("é", 300) + `"}`} {
		require.Equal(t, "malformed", b.refused(ann, 400, "PUT", "/api/v1/password", bad), bad)
	}
	other := b.browser()
	token, err = b.Invite("ann", Analyst)
	require.NoError(t, err)
	b.signIn(other, fmt.Sprintf(`{"token":%q}`, token))
	unused, err := b.Invite("ann", Analyst)
	require.NoError(t, err)
	res, _ := b.ask(ann, "PUT", "/api/v1/password", fmt.Sprintf(`{"password":%q}`, pass))
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	require.Equal(t, "signed-out", b.refused(other, 401, "GET", "/api/v1/site", ""), "other sessions end")
	require.Equal(t, "wrong-secret", b.refused(ann, 403, "PUT", "/api/v1/password", `{"password":"another good one","current":"no"}`), "the link's leave is used up")

	require.Equal(t, "link-used", b.refused(other, 401, "POST", "/api/v1/session", fmt.Sprintf(`{"token":%q}`, unused)), "links too")

	b.signIn(other, fmt.Sprintf(`{"name":"ann","password":%q}`, pass))
	res, _ = b.ask(other, "PUT", "/api/v1/password", fmt.Sprintf(`{"password":"another good one","current":%q}`, pass))
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	require.Equal(t, "signed-out", b.refused(ann, 401, "GET", "/api/v1/site", ""))
	res, _ = b.ask(other, "DELETE", "/api/v1/session", "{}")
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	require.Equal(t, "signed-out", b.refused(other, 401, "GET", "/api/v1/site", ""))

	raw, err := os.ReadFile(filepath.Join(b.opt.Dir, "console.db"))
	require.NoError(t, err)
	for _, secret := range []string{token, pass, "another good one"} {
		require.NotContains(t, string(raw), secret)
	}
}

func TestSessionsEnd(t *testing.T) {
	b := open(t, 1)
	token, err := b.Invite("ann", Analyst)
	require.NoError(t, err)
	b.pass(linkLasts)
	require.Equal(t, "link-used", b.refused(b.browser(), 401, "POST", "/api/v1/session", fmt.Sprintf(`{"token":%q}`, token)))
	token, err = b.Invite("ann", Analyst)
	require.NoError(t, err)
	ann := b.browser()
	b.signIn(ann, fmt.Sprintf(`{"token":%q}`, token))
	for used := time.Duration(0); used+11*time.Hour < sessionLasts; used += 11 * time.Hour {
		res, _ := b.ask(ann, "GET", "/api/v1/site", "")
		require.Equal(t, http.StatusOK, res.StatusCode, used)
		b.pass(11 * time.Hour)
	}
	b.pass(11 * time.Hour)
	require.Equal(t, "signed-out", b.refused(ann, 401, "GET", "/api/v1/site", ""), "a week at most")
	token, err = b.Invite("ann", Analyst)
	require.NoError(t, err)
	b.signIn(ann, fmt.Sprintf(`{"token":%q}`, token))
	b.pass(sessionIdle)
	require.Equal(t, "signed-out", b.refused(ann, 401, "GET", "/api/v1/site", ""), "idle")
	_, err = b.Invite(" ann", Analyst)
	require.ErrorIs(t, err, ErrName)
}

// Guessing is slowed down, for a name that there is not as for one that there is.
func TestGuessing(t *testing.T) {
	b := open(t, 1)
	_, err := b.Invite("ann", Analyst)
	require.NoError(t, err)
	for _, name := range []string{"ann", "nobody"} {
		body := fmt.Sprintf(`{"name":%q,"password":"wrong wrong wrong"}`, name)
		for range freely {
			require.Equal(t, "wrong-secret", b.refused(b.browser(), 401, "POST", "/api/v1/session", body))
		}
		res, _ := b.ask(b.browser(), "POST", "/api/v1/session", body)
		require.Equal(t, http.StatusTooManyRequests, res.StatusCode)
		require.Equal(t, "16", res.Header.Get("Retry-After"))
		b.pass(rest)
		require.Equal(t, "wrong-secret", b.refused(b.browser(), 401, "POST", "/api/v1/session", body))
		require.Equal(t, "slow-down", b.refused(b.browser(), 429, "POST", "/api/v1/session", body))
	}
	var many throttle
	for i := range 3 * mostDoor {
		many.enter(fmt.Sprint(i), start)
	}
	require.LessOrEqual(t, len(many.doors), mostDoor)

	var atOnce throttle
	passed := make(chan bool)
	for range 100 {
		go func() { passed <- atOnce.enter("ann", start) == 0 }()
	}
	n := 0
	for range 100 {
		if <-passed {
			n++
		}
	}
	require.Equal(t, freely, n, "all at once are as few as one by one")
	longest := time.Duration(0)
	for now, end := start, start.Add(24*time.Hour); now.Before(end); {
		wait := atOnce.enter("ann", now)
		longest = max(longest, wait)
		now = now.Add(wait)
	}
	require.Equal(t, mostRest, longest)
	atOnce.passed("ann")
	require.Zero(t, atOnce.enter("ann", start))
}

// However many sign in at once, few passwords are looked at, and who cannot wait is told.
func TestBusy(t *testing.T) {
	h := newHashing(rand.Reader)
	var leave []func()
	for range atOnce {
		l, err := h.enter(t.Context())
		require.NoError(t, err)
		leave = append(leave, l)
	}
	gone, cancel := context.WithCancel(t.Context())
	waited := make(chan error, waiting)
	for range waiting {
		go func() {
			_, err := h.enter(gone)
			waited <- err
		}()
	}
	require.Eventually(t, func() bool { return len(h.queue) == waiting+atOnce }, 5*time.Second, time.Millisecond)
	_, err := h.enter(t.Context())
	require.ErrorIs(t, err, errBusy)
	cancel()
	for range waiting {
		require.ErrorIs(t, <-waited, context.Canceled)
	}
	for _, l := range leave {
		l()
	}
	require.Empty(t, h.queue)
	require.Empty(t, h.slots)
}

// No other site's page can do anything, signed in or not.
func TestOtherSites(t *testing.T) {
	b := open(t, 1)
	token, err := b.Invite("ann", Analyst)
	require.NoError(t, err)
	body := fmt.Sprintf(`{"token":%q}`, token)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		require.Equal(t, "foreign-origin", b.refused(b.browser(), 403, "POST", "/api/v1/session", body, header...))
	}
	require.Equal(t, "media-type", b.refused(b.browser(), 415, "POST", "/api/v1/session", body, "Content-Type", "text/plain"))
	require.Equal(t, "malformed", b.refused(b.browser(), 400, "POST", "/api/v1/session", strings.Repeat(" ", maxBody)+body))
	res, _ := b.ask(b.browser(), "POST", "/api/v1/session", body, "Sec-Fetch-Site", "same-origin", "Origin", "http://"+strings.TrimPrefix(b.server.URL, "http://"))
	require.Equal(t, http.StatusOK, res.StatusCode)
	cookie := res.Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
}

// A browser has one session: signing in anew ends its one before.
func TestOneSessionABrowser(t *testing.T) {
	b := open(t, 1)
	ann, two := b.browser(), b.browser()
	here, err := url.Parse(b.server.URL)
	require.NoError(t, err)
	for _, name := range []string{"ann", "bob"} {
		token, err := b.Invite(name, Analyst)
		require.NoError(t, err)
		b.signIn(ann, fmt.Sprintf(`{"token":%q}`, token))
		if name == "ann" {
			two.Jar.SetCookies(here, ann.Jar.Cookies(here))
			res, _ := b.ask(two, "GET", "/api/v1/site", "")
			require.Equal(t, http.StatusOK, res.StatusCode)
		}
	}
	require.Equal(t, "signed-out", b.refused(two, 401, "GET", "/api/v1/site", ""), "the secret of before")
	_, got := b.ask(ann, "GET", "/api/v1/session", "")
	require.Contains(t, string(got), `"name":"bob"`)
}

// By HTTPS the cookie is bound to this host and to HTTPS, and the answers say so.
func TestSecure(t *testing.T) {
	b := open(t, 1)
	o := b.opt
	o.Secure, o.Dir = true, t.TempDir()
	c, err := Open(o)
	require.NoError(t, err)
	token, err := c.Invite("ann", Analyst)
	require.NoError(t, err)
	r := httptest.NewRequest("POST", "/api/v1/session", strings.NewReader(fmt.Sprintf(`{"token":%q}`, token)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	require.Regexp(t, `^__Host-dunlin=[A-Za-z0-9_-]{43}; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict$`, w.Header().Get("Set-Cookie"))
	require.NotEmpty(t, w.Header().Get("Strict-Transport-Security"))
}

// Cookies know no ports: a console that is told so has one of another name, and takes no other.
func TestCookieOfItsOwn(t *testing.T) {
	b := open(t, 1)
	o := b.opt
	o.Cookie, o.Dir = "dunlin-console-8091", t.TempDir()
	c, err := Open(o)
	require.NoError(t, err)
	token, err := c.Invite("ann", Analyst)
	require.NoError(t, err)
	r := httptest.NewRequest("POST", "/api/v1/session", strings.NewReader(fmt.Sprintf(`{"token":%q}`, token)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1)
	require.Equal(t, "dunlin-console-8091", cookies[0].Name)
	for name, status := range map[string]int{"dunlin-console-8091": http.StatusOK, "dunlin-console": http.StatusUnauthorized} {
		r := httptest.NewRequest("GET", "/api/v1/site", nil)
		r.AddCookie(&http.Cookie{Name: name, Value: cookies[0].Value})
		w := httptest.NewRecorder()
		c.Handler().ServeHTTP(w, r)
		require.Equal(t, status, w.Code, name)
	}
}
