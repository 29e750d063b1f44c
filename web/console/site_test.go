package console

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const shopSite, blogSite = "demo-shop.example", "blog.example"

// fallen is a site whose releases cannot be read.
type fallen struct{}

func (fallen) List() ([]release.Signed, error)  { return nil, fmt.Errorf("%w: disk", ErrDown) }
func (fallen) Plan(plan.Digest) ([]byte, error) { return nil, errors.New("disk") }

// several is a console of the shop and a blog, whose releases cannot be read.
func several(t testing.TB) (b *bench, shop, blog *Accounts) {
	t.Helper()
	b = &bench{t: t, now: start}
	var err error
	b.store, err = release.Open(filepath.Join(t.TempDir(), "releases.db"))
	require.NoError(t, err)
	b.releases(2)
	b.Console, err = Open(Options{
		Dir: t.TempDir(), Clock: b.time, Random: rand.Reader, Label: "INVENTED", Dashboard: fstest.MapFS{"index.html": {Data: []byte("<title>dashboard</title>")}},
		Sites: []SiteOptions{{Name: shopSite, Releases: b.store}, {Name: blogSite, Releases: fallen{}}},
	})
	require.NoError(t, err)
	b.hashing.memory = 64
	b.server = httptest.NewServer(b.Handler())
	t.Cleanup(func() {
		b.server.Close()
		require.NoError(t, b.Close())
	})
	shop, err = b.For(shopSite, false)
	require.NoError(t, err)
	blog, err = b.For(blogSite, false)
	require.NoError(t, err)
	return b, shop, blog
}

// as signs in a new account that has these roles, empty: none.
func as(b *bench, name string, shop, blog *Accounts, here, there Role) *http.Client {
	b.t.Helper()
	token := ""
	for _, one := range []struct {
		at   *Accounts
		role Role
	}{{shop, here}, {blog, there}} {
		if one.role != "" {
			var err error
			token, err = one.at.Invite(name, one.role)
			require.NoError(b.t, err)
		}
	}
	c := b.browser()
	b.signIn(c, fmt.Sprintf(`{"token":%q}`, token))
	return c
}

// Every call at each site is by the role at that site, whatever the role at the other; where
// there is none, the site is answered as one that there is not.
func TestRightsOfSites(t *testing.T) {
	b, shop, blog := several(t)
	roles := append([]Role{""}, Roles...)
	asked := 0
	for _, here := range roles {
		for _, there := range roles {
			if here == "" && there == "" {
				continue
			}
			c := as(b, "one-"+string(here)+"-"+string(there), shop, blog, here, there)
			for _, r := range b.table() {
				want := strings.Fields(allowed[r.method+" "+r.path].roles)
				if r.need == 0 {
					continue // the console's own
				}
				for site, role := range map[string]Role{shopSite: here, blogSite: there} {
					body := "{}"
					if r.method == "GET" {
						body = ""
					}
					at := "/api/v1" + strings.ReplaceAll(r.path, ":id", "0011223344556677") + "?site="
					res, got := b.ask(c, r.method, at+site, body)
					says := fmt.Sprintf("%s %s at %s as %q/%q: %s", r.method, r.path, site, here, there, got)
					asked++
					if role == "" {
						nowhere, none := b.ask(c, r.method, at+"nowhere.example", body)
						require.Equal(t, 404, res.StatusCode, says)
						require.Equal(t, nowhere.StatusCode, res.StatusCode, says)
						require.Equal(t, string(none), string(got), says)
						continue
					}
					require.Equal(t, !slices.Contains(want, string(role)), res.StatusCode == 401 || res.StatusCode == 403, says)
					require.NotEqual(t, 500, res.StatusCode, says)
				}
			}
		}
	}
	require.Greater(t, asked, 24*2*20)
}

func TestSites(t *testing.T) {
	b, shop, blog := several(t)
	both, one := as(b, "ann", shop, blog, Analyst, Viewer), as(b, "bob", shop, blog, Admin, "")
	listed := func(c *http.Client, header ...string) (all SiteList) {
		_, got := b.ask(c, "GET", "/api/v1/sites", "", header...)
		require.NoError(t, json.Unmarshal(got, &all))
		return all
	}
	require.Equal(t, []SiteRole{{shopSite, Analyst}, {blogSite, Viewer}}, listed(both).Sites)
	require.Equal(t, []SiteRole{{shopSite, Admin}}, listed(one).Sites)
	require.Empty(t, listed(b.browser()).Sites)

	// Who sees one need not name it; who sees several must. One that is down takes no other along.
	require.Equal(t, "which-site", b.refused(both, 400, "GET", "/api/v1/report", ""))
	require.Equal(t, "site-down", b.refused(both, 503, "GET", "/api/v1/report?site="+blogSite, ""))
	for c, path := range map[*http.Client]string{one: "/api/v1/report", both: "/api/v1/report?site=" + shopSite} {
		res, got := b.ask(c, "GET", path, "")
		require.Equal(t, 200, res.StatusCode, "%s", got)
	}
	var s Session
	_, got := b.ask(both, "GET", "/api/v1/session?site="+blogSite, "")
	require.NoError(t, json.Unmarshal(got, &s))
	require.Equal(t, Viewer, s.Role)

	// Notes, tokens, links and lines are the site's.
	res, got := b.ask(both, "POST", "/api/v1/views?site="+shopSite, `{"name":"v","fragment":"#/slots?site=demo-shop.example"}`)
	require.Equal(t, 201, res.StatusCode, "%s", got)
	var v View
	require.NoError(t, json.Unmarshal(got, &v))
	_, got = b.ask(both, "GET", "/api/v1/views?site="+blogSite, "")
	require.JSONEq(t, `{"views":[]}`, string(got))
	res, got = b.ask(both, "POST", "/api/v1/shares?site="+shopSite, fmt.Sprintf(`{"view":%q,"days":1}`, v.ID))
	require.Equal(t, 201, res.StatusCode, "%s", got)
	var link NewShare
	require.NoError(t, json.Unmarshal(got, &link))
	res, got = b.ask(b.browser(), "POST", "/api/v1/shared", fmt.Sprintf(`{"token":%q}`, link.Token))
	require.Equal(t, 200, res.StatusCode, "%s", got)
	var opened Shared
	require.NoError(t, json.Unmarshal(got, &opened))
	token, err := blog.MakeToken("job", Admin, 1)
	require.NoError(t, err)
	for secret, own := range map[string]string{opened.Secret: shopSite, token.Secret: blogSite} {
		other := map[string]string{shopSite: blogSite, blogSite: shopSite}[own]
		bearer := []string{"Authorization", "Bearer " + secret}
		require.Equal(t, own, listed(b.browser(), bearer...).Sites[0].Site)
		require.Equal(t, "no-site", b.refused(b.browser(), 404, "GET", "/api/v1/report?site="+other, "", bearer...))
		res, _ := b.ask(b.browser(), "GET", "/api/v1/report", "", bearer...)
		require.Equal(t, map[string]int{shopSite: 200, blogSite: 503}[own], res.StatusCode)
	}
	lines := func(a *Accounts) (what []string) {
		require.NoError(t, a.EachLine(func(l Line) { what = append(what, l.What+" "+l.About) }))
		return what
	}
	require.Contains(t, lines(shop), "shared link made v")
	require.NotContains(t, lines(blog), "shared link made v")
	require.NotContains(t, lines(blog), "invited bob")
	require.Contains(t, lines(blog), "token made job")
	for _, a := range []*Accounts{shop, blog} {
		_, err := a.CheckAudit(0, "")
		require.NoError(t, err)
	}
}

// An admin of one site gets into no other by the accounts: not by a link to an account that
// has a role elsewhere, not by one made before, not by naming, and ends nothing there.
func TestAdminOfOneSite(t *testing.T) {
	b, shop, blog := several(t)
	admin := as(b, "ann", shop, blog, Admin, "")
	as(b, "eve", shop, blog, "", Officer)
	require.Equal(t, "account-elsewhere", b.refused(admin, 409, "POST", "/api/v1/accounts", `{"name":"eve","role":"viewer"}`))
	require.Equal(t, "not-found", b.refused(admin, 404, "PUT", "/api/v1/accounts", `{"name":"eve","role":"viewer"}`))
	require.Equal(t, "not-found", b.refused(admin, 404, "DELETE", "/api/v1/accounts?name=eve", "{}"))
	_, got := b.ask(admin, "GET", "/api/v1/accounts", "")
	require.NotContains(t, string(got), "eve")

	_, got = b.ask(admin, "POST", "/api/v1/accounts", `{"name":"dan"}`)
	var made Invited
	require.NoError(t, json.Unmarshal(got, &made))
	require.NoError(t, blog.SetRole("dan", Admin))
	require.Equal(t, "link-used", b.refused(b.browser(), 401, "POST", "/api/v1/session", fmt.Sprintf(`{"token":%q}`, made.Token)))
	res, _ := b.ask(admin, "DELETE", "/api/v1/accounts?name=dan", "{}")
	require.Equal(t, 204, res.StatusCode)
	all, err := blog.List()
	require.NoError(t, err)
	require.Contains(t, all, Account{"dan", Admin, false})
	require.ErrorIs(t, shop.Remove("dan"), ErrNobody)
}

// A store of format 2, as testdata/v2 holds one that the version before this wrote, loses
// nothing, and is the first site's when there are several.
func TestSecondFormat(t *testing.T) {
	raw, err := os.ReadFile("testdata/v2/console.db")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, accountsFile), raw, 0o600))
	before := map[string]string{}
	each := func(path string, into map[string]string) {
		db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Second})
		require.NoError(t, err)
		defer db.Close()
		require.NoError(t, db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, of *bolt.Bucket) error {
				if string(name) == "meta" || isSites(string(name)) || string(name) == "sites" {
					return nil
				}
				return of.ForEach(func(k, v []byte) error { into[string(name)+"\x00"+string(k)] = string(v); return nil })
			})
		}))
	}
	each("testdata/v2/console.db", before)
	for _, bucket := range buckets[:8] {
		require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(before)), func(k string) bool { return strings.HasPrefix(k, bucket+"\x00") }), bucket)
	}
	a, err := OpenAccounts(dir, func() time.Time { return start }, rand.Reader)
	require.NoError(t, err)
	after := map[string]string{}
	each(filepath.Join(dir, accountsFile), after)
	require.Equal(t, before, after)
	was, err := a.List()
	require.NoError(t, err)
	require.NotEmpty(t, was)

	shop, err := a.For(shopSite, true)
	require.NoError(t, err)
	blog, err := a.For(blogSite, true)
	require.NoError(t, err)
	is, err := shop.List()
	require.NoError(t, err)
	require.Equal(t, was, is)
	none, err := blog.List()
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = shop.CheckAudit(0, "")
	require.NoError(t, err)
	names, err := a.Sites()
	require.NoError(t, err)
	require.Equal(t, []string{shopSite, blogSite}, names)
	// In another order of --config the first site stays the one that it was.
	again, err := a.For(shopSite, true)
	require.NoError(t, err)
	is, err = again.List()
	require.NoError(t, err)
	require.Equal(t, was, is)
	_, err = a.For("nowhere.example", false)
	require.ErrorIs(t, err, ErrSite)
	require.NotErrorIs(t, err, store.ErrDamaged)
}
