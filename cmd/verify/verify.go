package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Options of Run.
type Options struct {
	// URL is a page's, https://shop.example/. Without a scheme https is meant. Required.
	URL string
	// Scripts are those of this command's version (web.SDK). Required.
	Scripts fs.FS
	// Now is this machine's clock. Required.
	Now func() time.Time
	// Random is what the invented visit's report is drawn and split with: the system's.
	// Required.
	Random io.Reader
	// Browser opens the page in a real Chromium too.
	Browser bool
	// Transport asks the site. Default: net/http's.
	Transport http.RoundTripper
}

// ErrURL: what was given is no address of a page.
var ErrURL = errors.New("want the address of a page, such as https://shop.example/")

// verifier is one run.
type verifier struct {
	o       Options
	fetch   *fetcher
	r       *Report
	page    *page
	mutable []string // files that browsers fetch again and again
	odd     oddities
}

// oddities are headers on the collector's answers that it does not send.
type oddities struct {
	cookies, cors string // the first path with one
	unparted      string // compressed, and without Vary
}

// Run looks at a page.
//
// Errors: ErrURL, and ctx's. What is wrong with the page is in the Report.
func Run(ctx context.Context, o Options) (*Report, error) {
	at, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	v := &verifier{o: o, fetch: newFetcher(o.Transport, o.Now), r: &Report{URL: at.String(), Checks: []Check{}}}
	v.run(ctx, at)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return v.r, nil
}

func parseURL(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q: %w", text, ErrURL)
	}
	u.Fragment = "" // it may ask the script for something
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

func (v *verifier) run(ctx context.Context, at *url.URL) {
	if !v.open(ctx, at) {
		return
	}
	if t := v.findTag(); t != nil {
		v.follow(ctx, t)
		if v.o.Browser {
			v.browse(ctx, t)
		}
	} else if v.o.Browser {
		v.browse(ctx, nil)
	}
}

// open fetches the page itself.
func (v *verifier) open(ctx context.Context, at *url.URL) bool {
	a, err := v.fetch.get(ctx, at, true, maxPage)
	switch {
	case err != nil:
		v.r.wrong("page", "see that the site runs and that its name and certificate are right, from this machine too", "%s: %s", at, quoted(err.Error()))
		return false
	case a.status != http.StatusOK:
		v.r.wrong("page", "name a page that anybody can open", "%s: %s", a.url, a.why())
		return false
	case a.mediaType() != "text/html" && a.mediaType() != "application/xhtml+xml":
		v.r.wrong("page", "name a page of HTML", "%s: %s", a.url, a.why())
		return false
	}
	v.r.URL = a.url.String()
	v.page = parsePage(a.url, a.header, a.body)
	if !secure(a.url) {
		v.r.wrong("page", "serve the site by https: browsers give Workers' keys and locks to secure origins alone", "%s is not a secure origin", a.url)
		return true
	}
	from := ""
	if a.url.String() != at.String() {
		from = ", where " + at.String() + " leads"
	}
	v.r.ok("page", "%s%s, %d bytes", a.url, from, len(a.body))
	return true
}

// follow looks at all that the tag leads to.
func (v *verifier) follow(ctx context.Context, t *tag) {
	loader := v.loader(ctx, t)
	var worker *answer
	var module string
	if loader != nil {
		worker, module = v.chunks(ctx, t, loader)
	}
	if !sameOrigin(t.src, v.page.url) {
		return // told; nothing there is worth asking for
	}
	v.judgePolicies(t)
	if worker != nil {
		v.judgeWorker(t, worker)
	}
	if module != "" {
		v.module(ctx, t, module)
	}
	p := v.plan(ctx, t)
	if loader != nil || p != nil {
		v.headers()
	}
	if p == nil {
		return
	}
	v.consent(ctx, t, p.Plan)
	v.elements(p.Plan)
	if len(v.page.privacy) > 0 {
		v.elementScript(ctx, t, "privacy", "--privacy")
	}
	v.trial(ctx, t, p)
}

// ask asks the collector, as the script would, and notes what is odd about the answer.
func (v *verifier) ask(ctx context.Context, at *url.URL) (*answer, error) {
	a, err := v.fetch.get(ctx, at, false, maxFile)
	if err != nil {
		return nil, err
	}
	note := func(to *string, odd bool) {
		if odd && *to == "" {
			*to = at.Path
		}
	}
	note(&v.odd.cookies, a.header.Get("Set-Cookie") != "")
	note(&v.odd.cors, a.header.Get("Access-Control-Allow-Origin") != "")
	note(&v.odd.unparted, a.encoded != "" && !strings.Contains(strings.ToLower(a.header.Get("Vary")), "accept-encoding"))
	return a, nil
}

// headers tells what the way from the collector has added or taken away.
func (v *verifier) headers() {
	faults := 0
	warn := func(fix, format string, args ...any) { faults++; v.r.warn("headers", fix, format, args...) }
	if v.odd.cookies != "" {
		warn("have the web server set no cookie below the script's folder", "%s comes with Set-Cookie: every visitor's requests could be told apart", v.odd.cookies)
	}
	if v.odd.cors != "" {
		warn("have the web server add no Access-Control-Allow-Origin below the script's folder", "%s comes with a CORS header, which no page of the site needs", v.odd.cors)
	}
	if v.odd.unparted != "" {
		warn("hand the header Vary of the collector on", "%s is compressed and has no Vary: Accept-Encoding: a cache may give it to who cannot unpack it", v.odd.unparted)
	}
	if len(v.mutable) > 0 {
		warn("hand the header Cache-Control of the collector on", "%s may not be kept by browsers: each visit loads it again", strings.Join(v.mutable, ", "))
	}
	if faults == 0 {
		v.r.ok("headers", "no cookie, no CORS, kept by browsers as they should be")
	}
}

// published is the plan that the site's devices are under.
type published struct {
	*plan.Plan
	bytes  []byte
	date   time.Time // the collector's clock when it answered; zero if it did not tell
	period plan.Period
}
