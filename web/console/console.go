package console

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Releases is where the console reads from: package release's Store.
type Releases interface {
	// List returns every record, by date.
	List() ([]release.Signed, error)
	// Plan returns the signed plan of a digest.
	Plan(plan.Digest) ([]byte, error)
}

// Options of a Console.
type Options struct {
	Dir       string           // of the accounts (see OpenAccounts); required
	Releases  Releases         // of the one site, unless Sites are
	Dashboard fs.FS            // its files, at whose top index.html stands
	Clock     func() time.Time // of sessions and links: the wall's; required
	Random    io.Reader        // the system's; required
	Log       *slog.Logger     // default: nobody
	// Helm is where the optimiser is steered; nil: not from here.
	Helm Helm
	// Snippet is what the site's pages need; the dashboard shows it until there is a release.
	Snippet Snippet
	// Sites are several: then Releases, Helm and Snippet are not used. The first one's is what a
	// store of one site holds.
	Sites []SiteOptions
	// Label says what invented data are; empty for a site's own.
	Label string
	// Secure: browsers come by HTTPS, so the cookie is for that alone.
	Secure bool
	// Cookie is the session's name where Secure is not set. Cookies know no ports: two
	// consoles on one host need two. Default: dunlin-console.
	Cookie string
}

// Console serves the releases of a site, or of several, to analysts. It is safe for concurrent use.
type Console struct {
	*Accounts
	sites    []*Console // one each; of one site it is this one
	name     string     // the site's, where there are several; of the whole empty
	opt      Options
	files    *files
	hashing  hashing
	doors    throttle // of accounts, by name
	gates    throttle // of shared links, by ID
	guests   guests
	handler  http.Handler
	echo     *echo.Echo
	document []byte // of OpenAPI
}

// Open opens the accounts, or makes them, and reads the dashboard's files.
func Open(o Options) (*Console, error) {
	switch {
	case o.Dir == "":
		return nil, errors.New("console: Dir is required")
	case len(o.Sites) > 0 && slices.ContainsFunc(o.Sites, func(s SiteOptions) bool { return s.Releases == nil }):
		return nil, errors.New("console: each of Sites has Releases")
	case len(o.Sites) == 0 && o.Releases == nil, o.Dashboard == nil, o.Clock == nil, o.Random == nil:
		return nil, errors.New("console: Releases, Dashboard, Clock and Random are required")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	f, err := readFiles(o.Dashboard)
	if err != nil {
		return nil, fmt.Errorf("console: read the dashboard: %w", err)
	}
	accounts, err := OpenAccounts(o.Dir, o.Clock, o.Random)
	if err != nil {
		return nil, err
	}
	c := &Console{Accounts: accounts, opt: o, files: f, hashing: newHashing(o.Random)}
	calls := c.table()
	if c.document, err = openAPI(calls, c.cookieName()); err != nil {
		return nil, fmt.Errorf("console: write the API's document: %w", err)
	}
	if err := c.split(); err != nil {
		return nil, err
	}
	c.handler = c.routes(calls)
	return c, nil
}

// Handler serves the dashboard at / and the API at /api/v1/.
func (c *Console) Handler() http.Handler { return c.handler }
