package verify

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
)

// Bounds of what is read of an answer, in bytes, decompressed.
const (
	maxPage  = 16 << 20
	maxFile  = 8 << 20
	maxCause = 16 << 10
)

// patience bounds one request.
const patience = 20 * time.Second

// agent says who asks, and passes for a browser where only those are served.
const agent = "Mozilla/5.0 (compatible; dunlin-verify)"

// answer is one, read to its end.
type answer struct {
	url     *url.URL // after redirects
	status  int
	header  http.Header
	body    []byte
	encoded string        // Content-Encoding, as it came
	took    time.Duration // until the header had arrived
	at      time.Time     // when it had, by this machine's clock
}

// fetcher asks the site.
type fetcher struct {
	client *http.Client
	now    func() time.Time
}

// newFetcher makes one over a transport, nil for net/http's own.
func newFetcher(transport http.RoundTripper, now func() time.Time) *fetcher {
	return &fetcher{&http.Client{Transport: transport}, now}
}

// get asks as a browser would. Redirects are followed only where follow says so, as the
// script follows none.
func (f *fetcher) get(ctx context.Context, at *url.URL, follow bool, limit int64) (*answer, error) {
	return f.do(ctx, http.MethodGet, at, follow, limit, "", nil)
}

func (f *fetcher) do(ctx context.Context, method string, at *url.URL, follow bool, limit int64, contentType string, body []byte) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Accept-Encoding", "br, gzip") // said by hand, so that what came is seen
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Origin", at.Scheme+"://"+at.Host)
	}
	client := *f.client
	if !follow {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	asked := f.now()
	res, err := client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address is named by whoever tells it
		}
		return nil, err
	}
	defer res.Body.Close()
	a := &answer{url: res.Request.URL, status: res.StatusCode, header: res.Header, encoded: res.Header.Get("Content-Encoding"), at: f.now()}
	a.took = a.at.Sub(asked)
	a.body, err = decoded(a.encoded, res.Body, limit)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return a, nil
}

var errLong = errors.New("it is longer than anything of the kind")

// decoded reads a body of a Content-Encoding.
func decoded(encoding string, from io.Reader, limit int64) ([]byte, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
	case "br":
		from = brotli.NewReader(from)
	case "gzip":
		z, err := gzip.NewReader(from)
		if err != nil {
			return nil, err
		}
		from = z
	default:
		return nil, fmt.Errorf("Content-Encoding %s was not asked for", quoted(encoding))
	}
	b, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errLong
	}
	return b, err
}

// mediaType returns the type of an answer, in lower case and without parameters.
func (a *answer) mediaType() string {
	t, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// date returns the server's clock at the middle of the request, and whether it told.
func (a *answer) date() (time.Time, bool) {
	t, err := http.ParseTime(a.header.Get("Date"))
	return t, err == nil
}

// ahead is by how much the server's clock is ahead of this machine's. Date has whole
// seconds, and was written somewhere between asking and hearing.
func (a *answer) ahead() (d time.Duration, ok bool) {
	date, ok := a.date()
	return date.Add(500 * time.Millisecond).Sub(a.at.Add(-a.took / 2)), ok
}

// cached says what a cache in between left on an answer; empty for nothing.
func (a *answer) cached() string {
	if age := strings.TrimSpace(a.header.Get("Age")); age != "" && age != "0" {
		return "Age: " + quoted(age)
	}
	for _, name := range []string{"X-Cache", "CF-Cache-Status", "X-Cache-Status"} {
		if v := a.header.Get(name); strings.Contains(strings.ToUpper(v), "HIT") {
			return name + ": " + quoted(v)
		}
	}
	return ""
}

// why says in a line what was answered in place of what was wanted.
func (a *answer) why() string {
	if p, ok := a.problem(); ok {
		return fmt.Sprintf("%d %s %s", a.status, p.Title, p.Detail)
	}
	if to := a.header.Get("Location"); a.status/100 == 3 && to != "" {
		return fmt.Sprintf("%d, a redirect to %s", a.status, quoted(to))
	}
	return fmt.Sprintf("%d %s, %s", a.status, http.StatusText(a.status), cmp.Or(a.mediaType(), "without a content type"))
}
