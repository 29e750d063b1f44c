package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An admin invites, changes roles and removes; a role holds at once, and of one's own
// account nothing can be changed.
func TestMembers(t *testing.T) {
	b := open(t, 1)
	admin := b.member("admin", Admin)
	res, got := b.ask(admin, "POST", "/api/v1/accounts", `{"name":"bob"}`)
	require.Equal(t, http.StatusCreated, res.StatusCode, "%s", got)
	var invited Invited
	require.NoError(t, json.Unmarshal(got, &invited))
	require.Equal(t, Viewer, invited.Role, "the least")
	require.Equal(t, start.Add(linkLasts), invited.Expires)
	bob := b.browser()
	b.signIn(bob, fmt.Sprintf(`{"token":%q}`, invited.Token))
	require.Equal(t, "forbidden", b.refused(bob, 403, "GET", "/api/v1/audit", ""))
	res, _ = b.ask(admin, "PUT", "/api/v1/accounts", `{"name":"bob","role":"officer"}`)
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	res, _ = b.ask(bob, "GET", "/api/v1/audit", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	_, got = b.ask(admin, "POST", "/api/v1/accounts", `{"name":"bob"}`)
	require.Contains(t, string(got), `"role":"officer"`, "it keeps its own")
	_, got = b.ask(admin, "GET", "/api/v1/accounts", "")
	require.JSONEq(t, `{"accounts":[{"name":"admin","role":"admin","password_set":false},{"name":"bob","role":"officer","password_set":false}]}`, string(got))

	for _, call := range [][3]string{{"POST", "", `{"name":"admin"}`}, {"PUT", "", `{"name":"admin","role":"viewer"}`}, {"DELETE", "?name=admin", `{}`}} {
		require.Equal(t, "own-account", b.refused(admin, 409, call[0], "/api/v1/accounts"+call[1], call[2]))
	}
	for _, bad := range []string{`{"name":" bob"}`, `{"name":"bob","role":"guest"}`, `{"name":"bob","role":"king"}`, `{}`, `{"name":"bob","rights":1}`} {
		require.Equal(t, "malformed", b.refused(admin, 400, "POST", "/api/v1/accounts", bad), bad)
	}
	require.Equal(t, "malformed", b.refused(admin, 400, "PUT", "/api/v1/accounts", `{"name":"bob"}`))
	require.Equal(t, "not-found", b.refused(admin, 404, "PUT", "/api/v1/accounts", `{"name":"eve","role":"viewer"}`))
	require.Equal(t, "not-found", b.refused(admin, 404, "DELETE", "/api/v1/accounts?name=eve", "{}"))
	res, _ = b.ask(admin, "DELETE", "/api/v1/accounts?name=bob", "{}")
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	require.Equal(t, "signed-out", b.refused(bob, 401, "GET", "/api/v1/site", ""))
	require.ErrorIs(t, b.SetRole("bob", Viewer), ErrNobody)
	require.ErrorContains(t, b.SetRole("admin", guest), "a role is viewer, analyst, officer or admin")
}

// A token may do what its role and its account's role now may, until it is over.
func TestTokens(t *testing.T) {
	b := open(t, 1)
	ann := b.member("ann", Officer)
	res, got := b.ask(ann, "POST", "/api/v1/tokens", `{"name":"nightly","role":"officer","days":30}`)
	require.Equal(t, http.StatusCreated, res.StatusCode, "%s", got)
	var made NewToken
	require.NoError(t, json.Unmarshal(got, &made))
	by := []string{"Authorization", "Bearer " + made.Secret}
	status := func(path string) int {
		res, _ := b.ask(b.browser(), "GET", "/api/v1"+path, "", by...)
		return res.StatusCode
	}
	require.Equal(t, 200, status("/audit"))
	_, got = b.ask(b.browser(), "GET", "/api/v1/session", "", by...)
	require.JSONEq(t, `{"signed_in":true,"name":"ann","role":"officer","password_set":false,"link":false,"demo":true}`, string(got))
	_, got = b.ask(ann, "GET", "/api/v1/tokens", "")
	require.NotContains(t, string(got), made.Secret)
	require.Contains(t, string(got), made.ID)
	require.NoError(t, b.SetRole("ann", Viewer))
	require.Equal(t, 403, status("/audit"), "its account has a lower role now")
	require.Equal(t, 200, status("/report"))
	require.Equal(t, "wrong-token", b.refused(ann, 401, "GET", "/api/v1/site", "", "Authorization", "Bearer x"), "the cookie beside it is not asked")
	require.Equal(t, "wrong-token", b.refused(ann, 401, "GET", "/api/v1/site", "", "Authorization", "Basic YTpi"))
	b.pass(30 * 24 * time.Hour)
	require.Equal(t, 401, status("/report"), "over")

	ann = b.member("ann", Analyst)
	for want, bodies := range map[string][]string{
		"forbidden": {`{"name":"x","role":"admin","days":1}`, `{"name":"x","role":"officer","days":1}`},
		"malformed": {`{"name":"","role":"viewer","days":1}`, `{"name":"x","role":"viewer"}`, `{"name":"x","role":"viewer","days":366}`, `{"name":"x","role":"viewer","days":-1}`, `{"name":"x","days":1}`, `{"name":"x","role":"guest","days":1}`},
	} {
		for _, bad := range bodies {
			require.Equal(t, want, b.refused(ann, map[string]int{"forbidden": 403, "malformed": 400}[want], "POST", "/api/v1/tokens", bad), bad)
		}
	}
	other, err := b.MakeToken("report", Viewer, 365)
	require.NoError(t, err)
	require.Equal(t, "not-found", b.refused(ann, 404, "DELETE", "/api/v1/tokens/"+other.ID, "{}"), "another's")
	admin := b.member("admin", Admin)
	res, _ = b.ask(admin, "DELETE", "/api/v1/tokens/"+other.ID, "{}")
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	require.ErrorIs(t, b.RemoveToken(other.ID), ErrToken)

	res, got = b.ask(ann, "POST", "/api/v1/tokens", `{"name":"last","role":"viewer","days":1}`)
	require.Equal(t, http.StatusCreated, res.StatusCode)
	require.NoError(t, json.Unmarshal(got, &made))
	by[1] = "Bearer " + made.Secret
	require.Equal(t, 200, status("/report"))
	require.NoError(t, b.Remove("ann"))
	require.Equal(t, 401, status("/report"), "it goes with its account")
	for i := range mostTokens {
		_, err := b.MakeToken(fmt.Sprint(i), Viewer, 1)
		require.NoError(t, err)
	}
	_, err = b.MakeToken("one more", Viewer, 1)
	require.ErrorContains(t, err, "At most 100 tokens")
}
