package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

// saved saves a view and returns its ID.
func (b *bench) saved(c *http.Client, fragment string) string {
	b.t.Helper()
	res, got := b.ask(c, "POST", "/api/v1/views", fmt.Sprintf(`{"name":"a view","fragment":%q}`, fragment))
	require.Equal(b.t, http.StatusCreated, res.StatusCode, "%s", got)
	var v View
	require.NoError(b.t, json.Unmarshal(got, &v))
	return v.ID
}

// shares shares a view.
func (b *bench) shares(c *http.Client, view, rest string) (s NewShare) {
	b.t.Helper()
	res, got := b.ask(c, "POST", "/api/v1/shares", fmt.Sprintf(`{"view":%q,"days":30%s}`, view, rest))
	require.Equal(b.t, http.StatusCreated, res.StatusCode, "%s", got)
	require.NoError(b.t, json.Unmarshal(got, &s))
	return s
}

// opens opens a shared link, as somebody without an account.
func (b *bench) opens(body string) (s Shared) {
	b.t.Helper()
	res, got := b.ask(b.browser(), "POST", "/api/v1/shared", body)
	require.Equal(b.t, http.StatusOK, res.StatusCode, "%s", got)
	require.Empty(b.t, res.Cookies())
	require.NoError(b.t, json.Unmarshal(got, &s))
	return s
}

// visitor returns the secret of a guest who looks at a view.
func (b *bench) visitor(fragment string) string {
	b.t.Helper()
	maker := b.member("maker", Analyst)
	link := b.shares(maker, b.saved(maker, fragment), "")
	return b.opens(fmt.Sprintf(`{"token":%q}`, link.Token)).Secret
}

// A guest reads the report of the view's dates, and nothing else, until the link ends.
func TestSharedLink(t *testing.T) {
	b := open(t, 40)
	ann := b.member("ann", Analyst)
	first := b.plan.Periods[0].Date
	from, to := first+5, first+9
	view := b.saved(ann, fmt.Sprintf("#/slots?from=%s&to=%s&slot=hero", from, to))
	link := b.shares(ann, view, "")
	require.Equal(t, start.AddDate(0, 0, 30), link.Expires)
	require.False(t, link.Password)
	opened := b.opens(fmt.Sprintf(`{"token":%q}`, link.Token))
	require.Equal(t, fmt.Sprintf("#/slots?from=%s&to=%s&slot=hero", from, to), opened.Fragment)
	require.Equal(t, start.Add(guestLasts), opened.Expires)
	by := []string{"Authorization", "Bearer " + opened.Secret}
	_, got := b.ask(b.browser(), "GET", "/api/v1/session", "", by...)
	require.JSONEq(t, `{"signed_in":true,"role":"guest","password_set":false,"link":false,"demo":true}`, string(got))
	for _, query := range []string{"", fmt.Sprintf("?from=%s&to=%s", from, to), fmt.Sprintf("?from=%s", from), fmt.Sprintf("?to=%s", to)} {
		res, got := b.ask(b.browser(), "GET", "/api/v1/report"+query, "", by...)
		require.Equal(t, http.StatusOK, res.StatusCode, "%s", got)
		var r panel.Report
		require.NoError(t, json.Unmarshal(got, &r))
		require.Equal(t, []string{from.String(), to.String()}, []string{r.Range.From, r.Range.To})
		require.Equal(t, 5, r.Range.Releases)
	}
	for _, query := range []string{fmt.Sprintf("?from=%s&to=%s", from-1, to), fmt.Sprintf("?from=%s&to=%s", from, to+1), fmt.Sprintf("?from=%s&to=%s", first, first+1)} {
		require.Equal(t, "forbidden", b.refused(b.browser(), 403, "GET", "/api/v1/report"+query, "", by...), query)
	}
	require.Equal(t, "forbidden", b.refused(b.browser(), 403, "GET", "/api/v1/costs", "", by...))
	require.Equal(t, "wrong-token", b.refused(b.browser(), 401, "GET", "/api/v1/site", "", "Authorization", "Bearer "+link.Token), "the link's token is not the guest's")
	_, got = b.ask(ann, "GET", "/api/v1/session", "")
	require.Contains(t, string(got), `"ann"`, "whoever is signed in still is")

	_, got = b.ask(ann, "GET", "/api/v1/shares", "")
	var list ShareList
	require.NoError(t, json.Unmarshal(got, &list))
	require.Len(t, list.Shares, 1)
	require.Equal(t, "2026-11-22", list.Shares[0].Opened)
	require.NotContains(t, string(got), link.Token)
	raw, err := os.ReadFile(filepath.Join(b.opt.Dir, accountsFile))
	require.NoError(t, err)
	require.NotContains(t, string(raw), link.Token)

	b.pass(guestLasts)
	require.Equal(t, "wrong-token", b.refused(b.browser(), 401, "GET", "/api/v1/site", "", by...), "over")
	// Each of these ends the link, and what was opened by it.
	for name, end := range map[string]func(view, id string){
		"removed": func(_, id string) { b.ask(b.member("ann", Analyst), "DELETE", "/api/v1/shares/"+id, "{}") },
		"view":    func(view, _ string) { b.ask(b.member("ann", Analyst), "DELETE", "/api/v1/views/"+view, "{}") },
		"account": func(string, string) { require.NoError(t, b.Remove("ann")) },
		"role":    func(string, string) { require.NoError(t, b.SetRole("ann", Viewer)) },
	} {
		ann := b.member("ann", Analyst)
		view := b.saved(ann, "#/slots")
		link := b.shares(ann, view, "")
		opened := b.opens(fmt.Sprintf(`{"token":%q}`, link.Token))
		by := []string{"Authorization", "Bearer " + opened.Secret}
		res, _ := b.ask(b.browser(), "GET", "/api/v1/report", "", by...)
		require.Equal(t, http.StatusOK, res.StatusCode)
		end(view, link.ID)
		require.Equal(t, "link-over", b.refused(b.browser(), 401, "GET", "/api/v1/report", "", by...), name)
		require.Equal(t, "link-over", b.refused(b.browser(), 401, "POST", "/api/v1/shared", fmt.Sprintf(`{"token":%q}`, link.Token)), name)
	}
	ann = b.member("ann", Analyst)
	link = b.shares(ann, b.saved(ann, "#/slots"), "")
	b.pass(30*24*time.Hour - time.Hour)
	opened = b.opens(fmt.Sprintf(`{"token":%q}`, link.Token))
	require.Equal(t, link.Expires, opened.Expires, "no longer than the link")
	b.pass(time.Hour)
	require.Equal(t, "link-over", b.refused(b.browser(), 401, "POST", "/api/v1/shared", fmt.Sprintf(`{"token":%q}`, link.Token)))
}

// A view of the last days moves with the releases, and shows no others.
func TestSharedDaysMove(t *testing.T) {
	b := open(t, 40)
	by := []string{"Authorization", "Bearer " + b.visitor("#/overview?days=7")}
	last := b.plan.Periods[39].Date
	_, got := b.ask(b.browser(), "GET", "/api/v1/report", "", by...)
	var r panel.Report
	require.NoError(t, json.Unmarshal(got, &r))
	require.Equal(t, []string{(last - 6).String(), last.String()}, []string{r.Range.From, r.Range.To})
	require.Equal(t, "forbidden", b.refused(b.browser(), 403, "GET", fmt.Sprintf("/api/v1/report?from=%s", last-7), "", by...))
}

// A password is wanted where there is one, and guessing it is slowed down.
func TestSharedPassword(t *testing.T) {
	b := open(t, 1)
	ann := b.member("ann", Analyst)
	view := b.saved(ann, "#/slots")
	link := b.shares(ann, view, `,"password":"eight888"`)
	require.True(t, link.Password)
	body := func(password string) string {
		return fmt.Sprintf(`{"token":%q,"password":%q}`, link.Token, password)
	}
	require.Equal(t, "password-wanted", b.refused(b.browser(), 401, "POST", "/api/v1/shared", body("")))
	b.opens(body("eight888"))
	for range freely {
		require.Equal(t, "wrong-secret", b.refused(b.browser(), 401, "POST", "/api/v1/shared", body("nine99999")))
	}
	require.Equal(t, "slow-down", b.refused(b.browser(), 429, "POST", "/api/v1/shared", body("eight888")))
	b.pass(rest)
	b.opens(body("eight888"))
	told := map[string]int{}
	require.NoError(t, b.EachLine(func(l Line) { told[l.What]++ }))
	require.Equal(t, freely, told[didWrongShare])
	require.Equal(t, 1, told[didOpenShare], "once a day")
	require.Equal(t, 1, told[didShare])
}

func TestNoShares(t *testing.T) {
	b := open(t, 1)
	ann := b.member("ann", Analyst)
	view := b.saved(ann, "#/slots")
	for _, bad := range []string{`{}`, `{"view":%q}`, `{"view":%q,"days":0}`, `{"view":%q,"days":366}`, `{"view":%q,"days":1,"password":"short"}`, `{"view":%q,"days":1,"role":"admin"}`} {
		if bad != "{}" {
			bad = fmt.Sprintf(bad, view)
		}
		require.Equal(t, "malformed", b.refused(ann, 400, "POST", "/api/v1/shares", bad), bad)
	}
	for _, more := range []string{"#/answers", "#/slots?compare=year", "#/slots?cost=2026-10-08~2026-11-06~1~0.4~x"} {
		require.Equal(t, "malformed", b.refused(ann, 400, "POST", "/api/v1/shares", fmt.Sprintf(`{"view":%q,"days":1}`, b.saved(ann, more))), more)
	}
	require.Equal(t, "not-found", b.refused(ann, 404, "POST", "/api/v1/shares", `{"view":"x","days":1}`))
	made, err := b.MakeToken("x", Analyst, 1)
	require.NoError(t, err)
	require.Equal(t, "forbidden", b.refused(b.browser(), 403, "POST", "/api/v1/shares", fmt.Sprintf(`{"view":%q,"days":1}`, view), "Authorization", "Bearer "+made.Secret))

	var many guests
	for i := range mostGuests + 10 {
		many.add([]byte(fmt.Sprint(i)), visit{[]byte("link"), start.Add(time.Duration(i)), start.Add(time.Hour)})
	}
	require.Len(t, many.by, mostGuests)
	_, ok := many.find([]byte("9"), start)
	require.False(t, ok, "the oldest go")
	_, ok = many.find([]byte("10"), start)
	require.True(t, ok)
	many.add([]byte("late"), visit{[]byte("other"), start.Add(2 * time.Hour), start.Add(3 * time.Hour)})
	require.Len(t, many.by, 1, "what is over goes")
}
