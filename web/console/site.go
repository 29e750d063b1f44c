package console

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	bolt "go.etcd.io/bbolt"
)

// ErrDown: a site's releases cannot be read now. Those of the others can.
var ErrDown = errors.New("console: the site's releases cannot be read")

// ErrSite: there is no site of the name, or several and none was named.
var ErrSite = errors.New("console: there is no such site")

// SiteOptions is one of several sites.
type SiteOptions struct {
	Name     string // as its plans say, as shop.example
	Releases Releases
	Helm     Helm // nil: it is not steered from here
	Snippet  Snippet
}

// SiteRole is a site that the caller may see.
type SiteRole struct {
	Site string `json:"site" doc:"for site=; empty where the console serves one site that has no name"`
	Role Role   `json:"role" enum:"viewer analyst officer admin guest" doc:"the caller's there"`
}

// SiteList is the answer of GET /api/v1/sites.
type SiteList struct {
	Sites []SiteRole `json:"sites" doc:"those alone that the caller may see"`
}

var (
	errNoSite    = &refusal{status: http.StatusNotFound, reason: "no-site", title: "There is no such site.", detail: "Or you may not see it: GET /api/v1/sites lists those that you may. An admin of a site, or the operator, gives a role there."}
	errWhichSite = &refusal{status: http.StatusBadRequest, reason: "which-site", title: "Say of which site.", detail: "You may see several: add site= and one of GET /api/v1/sites."}
	errDown      = &refusal{status: http.StatusServiceUnavailable, reason: "site-down", title: "The site's releases cannot be read.", detail: "The console's log says why. Other sites are served as ever."}
	errElsewhere = &refusal{status: http.StatusConflict, reason: "account-elsewhere", title: "The name is taken.", detail: "A link would open more than this site. The operator gives the role: dunlin console role NAME ROLE --site SITE."}
)

// siteTx is a transaction on one site's part of the store. The first site's buckets stand at
// the top, as they did when a console had one site; those of another as tokens@NAME.
type siteTx struct {
	*bolt.Tx
	site string // empty: the first
}

var (
	bucketSites = []byte("sites")
	keyHome     = []byte("home")
	// ofSite are the buckets that each site has of its own.
	ofSite = []string{"tokens", "audit", "head", "notes", "shares"}
)

// Bucket returns the site's, or of accounts, links and sessions the console's.
func (t *siteTx) Bucket(name []byte) *bolt.Bucket {
	if t.site == "" || !slices.Contains(ofSite, string(name)) {
		return t.Tx.Bucket(name)
	}
	return t.Tx.Bucket(bucketOf(string(name), t.site))
}

// bucketOf is the name of another site's bucket.
func bucketOf(name, site string) []byte { return []byte(name + "@" + site) }

// isSites tells whether a bucket is another site's.
func isSites(name string) bool {
	kind, site, ok := strings.Cut(name, "@")
	return ok && isName(site) && slices.Contains(ofSite, kind)
}

// at is an account's role at a site, empty where it has none.
func (one *account) at(site string) Role {
	if site == "" {
		return one.Role
	}
	return one.Sites[site]
}

func (one *account) give(site string, role Role) {
	switch {
	case site == "":
		one.Role = role
	case role == "":
		delete(one.Sites, site)
	default:
		if one.Sites == nil {
			one.Sites = map[string]Role{}
		}
		one.Sites[site] = role
	}
}

// sites are those where the account has a role.
func (one *account) sites() []string {
	all := slices.Sorted(maps.Keys(one.Sites))
	if one.Role != "" {
		all = append([]string{""}, all...)
	}
	return all
}

// recordOf adds a line about an account to the log of each site where it has a role.
func recordOf(tx *siteTx, name string, add func(*siteTx) error) error {
	var one account
	if _, err := get(tx.Bucket(bucketAccounts), []byte(name), &one); err != nil {
		return err
	}
	var err error
	for _, site := range one.sites() {
		err = errors.Join(err, add(&siteTx{tx.Tx, site}))
	}
	return err
}

// For returns the accounts as of one site: their roles there, its tokens, notes, costs,
// views, shared links and audit log. What a store of one site holds becomes the first's that
// is named. add: a site that is new is made, else it is refused.
//
// Errors: ErrSite, ErrName.
func (a *Accounts) For(site string, add bool) (*Accounts, error) {
	if !isName(site) || strings.Contains(site, "=") {
		return nil, fmt.Errorf("the site %.80q: %w", site, ErrName)
	}
	names, err := a.Sites()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, site) {
		if !add {
			return nil, fmt.Errorf("%w as %q; there are: %s", ErrSite, site, strings.Join(names, ", "))
		}
		err := a.update(func(tx *siteTx) error {
			if len(names) == 0 {
				return put(tx.Tx.Bucket(bucketHead), keyHome, site)
			}
			err := put(tx.Tx.Bucket(bucketSites), []byte(site), a.clock().UTC())
			for _, name := range ofSite {
				_, failed := tx.Tx.CreateBucket(bucketOf(name, site))
				err = errors.Join(err, failed)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		names = append(names, site)
	}
	out := &Accounts{accountsOf: a.accountsOf}
	if site != names[0] {
		out.site = site
	}
	return out, nil
}

// Sites are the names of the sites, the first site's first; none where the one site has none.
func (a *Accounts) Sites() (names []string, err error) {
	err = a.view(func(tx *siteTx) error {
		names = nil
		var home string
		if ok, err := get(tx.Tx.Bucket(bucketHead), keyHome, &home); err != nil || !ok {
			return err
		}
		names = []string{home}
		return tx.Tx.Bucket(bucketSites).ForEach(func(k, _ []byte) error {
			names = append(names, string(k))
			return nil
		})
	})
	return names, err
}

// toSites takes the store from format 2 to 3: what it holds stays where it is, as the first
// site's.
func toSites(tx *bolt.Tx) error {
	_, err := tx.CreateBucket(bucketSites)
	return err
}

// split makes the sites of a console, each a console of its own over the same accounts.
func (c *Console) split() error {
	if len(c.opt.Sites) == 0 {
		c.sites = []*Console{c}
		return nil
	}
	for _, s := range c.opt.Sites {
		a, err := c.For(s.Name, true)
		if err != nil {
			return err
		}
		opt := c.opt
		opt.Releases, opt.Helm, opt.Snippet = s.Releases, s.Helm, s.Snippet
		c.sites = append(c.sites, &Console{Accounts: a, opt: opt, name: s.Name, files: c.files, hashing: c.hashing, document: c.document})
	}
	for _, k := range c.sites {
		k.sites = c.sites
	}
	return nil
}

// choose finds the site of a request: a token's or shared link's own; else the one that
// site= names, or the only one where the account has a role.
//
// Errors: errNoSite, alike for a site that there is not and one where the caller has no
// role; errWhichSite; those of caller.
func (c *Console) choose(ec echo.Context) (*Console, error) {
	name := ec.QueryParam("site")
	if len(c.opt.Sites) == 0 {
		if name != "" {
			return nil, errNoSite
		}
		return c, nil
	}
	if ec.Request().Header.Get("Authorization") != "" {
		for _, k := range c.sites {
			_, err := k.caller(ec)
			switch {
			case errors.Is(err, errToken):
			case err != nil:
				return nil, err
			case name != "" && name != k.name:
				return nil, errNoSite
			default:
				return k, nil
			}
		}
		return nil, errToken
	}
	s, _, ok, err := c.current(ec)
	if err != nil || !ok {
		return c, err
	}
	one, _, err := c.account(s.Name)
	if err != nil {
		return nil, err
	}
	var found []*Console
	for _, k := range c.sites {
		if one.at(k.site) != "" && (name == "" || name == k.name) {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 0:
		return nil, errNoSite
	case 1:
		return found[0], nil
	}
	return nil, errWhichSite
}

// call serves the i-th route at the site that is asked about. What is the console's own, as
// signing in, wants no site.
func (c *Console) call(r *route, i int) echo.HandlerFunc {
	if len(c.opt.Sites) == 0 {
		do := c.allow(r)
		return func(ec echo.Context) error {
			if ec.QueryParam("site") != "" {
				return errNoSite
			}
			return do(ec)
		}
	}
	own, at := c.allow(r), map[*Console]echo.HandlerFunc{}
	at[c] = own
	for _, k := range c.sites {
		at[k] = k.allow(&k.table()[i])
	}
	return func(ec echo.Context) error {
		wide := r.need == 0 && ec.QueryParam("site") == "" && ec.Request().Header.Get("Authorization") == ""
		if wide {
			return own(ec)
		}
		k, err := c.choose(ec)
		if err != nil {
			return err
		}
		return at[k](ec)
	}
}

func (c *Console) getSites(ec echo.Context, by caller) error {
	out := SiteList{[]SiteRole{}}
	if by.known() && by.via != viaSession {
		out.Sites = append(out.Sites, SiteRole{c.name, by.role})
	} else if by.known() {
		one, _, err := c.account(by.name)
		if err != nil {
			return err
		}
		for _, k := range c.sites {
			if role := one.at(k.site); role != "" {
				out.Sites = append(out.Sites, SiteRole{k.name, role})
			}
		}
	}
	return ec.JSON(http.StatusOK, out)
}

// owner is the console of the site whose shared link has a key; c where there is none.
func (c *Console) owner(key []byte) (*Console, error) {
	for _, k := range c.sites {
		found := false
		err := k.view(func(tx *siteTx) error {
			found = tx.Bucket(bucketShares).Get(key) != nil
			return nil
		})
		if err != nil || found {
			return k, err
		}
	}
	return c, nil
}

// elsewhere refuses a link to an account that has a role at another site where whoever
// makes the link is no admin: it would sign them in there.
func elsewhere(tx *siteTx, one account, by actor) error {
	if by == shell {
		return nil
	}
	var maker account
	if _, err := get(tx.Bucket(bucketAccounts), []byte(by.name), &maker); err != nil {
		return err
	}
	for _, site := range one.sites() {
		if site != tx.site && maker.at(site) != Admin {
			return errElsewhere
		}
	}
	return nil
}

// roleIn is what a session's answer says: of the site, or of the only one.
func (c *Console) roleIn(one account) Role {
	if c.name != "" || len(c.opt.Sites) == 0 {
		return one.at(c.site)
	}
	if all := one.sites(); len(all) == 1 {
		return one.at(all[0])
	}
	return ""
}
