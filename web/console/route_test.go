package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who may make which call, in words of its own: everybody, who has one of these roles, and
// whether a token will do.
var allowed = map[string]struct {
	roles  string
	tokens bool
}{
	"GET /openapi.json":       {"everybody", true},
	"GET /session":            {"everybody", true},
	"POST /session":           {"everybody", true},
	"DELETE /session":         {"everybody", true},
	"PUT /password":           {"viewer analyst officer admin", false},
	"GET /sites":              {"everybody", true},
	"GET /site":               {"viewer analyst officer admin guest", true},
	"GET /report":             {"viewer analyst officer admin guest", true},
	"GET /answers":            {"viewer analyst officer admin", true},
	"GET /changes":            {"viewer analyst officer admin", true},
	"GET /snippet":            {"viewer analyst officer admin", true},
	"GET /loop":               {"viewer analyst officer admin", true},
	"POST /loop/orders":       {"analyst admin", true},
	"GET /accounts":           {"admin", true},
	"POST /accounts":          {"admin", false},
	"PUT /accounts":           {"admin", false},
	"DELETE /accounts":        {"admin", false},
	"GET /tokens":             {"viewer analyst officer admin", true},
	"POST /tokens":            {"viewer analyst officer admin", false},
	"DELETE /tokens/:id":      {"viewer analyst officer admin", false},
	"GET /annotations":        {"viewer analyst officer admin", true},
	"POST /annotations":       {"analyst admin", true},
	"DELETE /annotations/:id": {"analyst admin", true},
	"GET /costs":              {"viewer analyst officer admin", true},
	"POST /costs":             {"analyst admin", true},
	"DELETE /costs/:id":       {"analyst admin", true},
	"GET /views":              {"viewer analyst officer admin", true},
	"POST /views":             {"analyst admin", true},
	"DELETE /views/:id":       {"analyst admin", true},
	"GET /shares":             {"analyst admin", true},
	"POST /shares":            {"analyst admin", true},
	"DELETE /shares/:id":      {"analyst admin", true},
	"POST /shared":            {"everybody", true},
	"GET /audit":              {"officer admin", true},
}

// member returns a browser in which a new account of a role is signed in.
func (b *bench) member(name string, role Role) *http.Client {
	b.t.Helper()
	token, err := b.Invite(name, role)
	require.NoError(b.t, err)
	c := b.browser()
	b.signIn(c, fmt.Sprintf(`{"token":%q}`, token))
	return c
}

// Every call lets exactly those through who may make it, by session and by token.
func TestRightsOfRoutes(t *testing.T) {
	b := open(t, 2)
	routes := b.table()
	require.Len(t, allowed, len(routes))
	for _, r := range routes {
		name := r.method + " " + r.path
		want, ok := allowed[name]
		require.True(t, ok, "%s: say here who may", name)
		ask := func(c *http.Client, header ...string) int {
			body := "{}"
			if r.method == "GET" {
				body = ""
			}
			res, _ := b.ask(c, r.method, "/api/v1"+strings.ReplaceAll(r.path, ":id", "0011223344556677"), body, header...)
			return res.StatusCode
		}
		open := want.roles == "everybody"
		if status := ask(b.browser()); open {
			// Signing in with {} is malformed, not refused.
			require.Contains(t, []int{200, 204, 400}, status, name)
		} else {
			require.Equal(t, 401, status, name)
		}
		may := open || slices.Contains(strings.Fields(want.roles), string(guest))
		status := ask(b.browser(), "Authorization", "Bearer "+b.visitor("#/slots"))
		require.Equal(t, !may, status == 401 || status == 403, "%s by a shared link: %d", name, status)
		for _, role := range Roles {
			may := open || slices.Contains(strings.Fields(want.roles), string(role))
			status := ask(b.member("one "+string(role), role))
			require.Equal(t, !may, status == 401 || status == 403, "%s as %s: %d", name, role, status)
			require.Less(t, status, 500)
			require.NoError(t, b.Remove("one "+string(role)))
			made, err := b.MakeToken("test", role, 1)
			require.NoError(t, err)
			status = ask(b.browser(), "Authorization", "Bearer "+made.Secret)
			require.Equal(t, !(may && want.tokens), status == 401 || status == 403, "%s by a token of %s: %d", name, role, status)
			require.NoError(t, b.RemoveToken(made.ID))
		}
	}
}

// The table is what is served, whole.
func TestRoutesAreTheTable(t *testing.T) {
	b := open(t, 0)
	var want, got []string
	for _, r := range b.table() {
		want = append(want, r.method+" /api/v1"+r.path)
	}
	for _, r := range b.echo.Routes() {
		if strings.HasPrefix(r.Path, "/api/v1/") {
			got = append(got, r.Method+" "+r.Path)
		}
	}
	require.ElementsMatch(t, want, got)
}
