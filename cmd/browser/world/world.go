package world

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

// Prefix is the site's path of the collector.
const Prefix = "/dunlin"

// Options of Start.
type Options struct {
	Dir          string // an empty folder
	Plan         []byte // dunlin.yaml
	Module       []byte
	ModuleBrotli []byte    // may be empty
	Scripts      fs.FS     // web.SDK, or another build of it
	Random       io.Reader // of the services; default: the system's
	Fit          service.Fit
	Log          io.Writer
	// Pages are the site's own, by path; Place in them is where the tag goes.
	Pages map[string]string
}

// quiet swallows what net/http logs of browsers that go away, which is what is tested.
var quiet = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)

// Place is where a page holds the script's tag.
const Place = "<!--dunlin-->"

// World is a running one.
type World struct {
	*rig.Rig
	URL   string // of the site, without a slash at the end
	Pages map[string]string
	// Tag changes the script's tag on its way into pages. Set it before a page is asked for.
	Tag func(string) string

	opt   Options
	watch *watch
	http  *http.Server

	mu   sync.Mutex
	log  []Request
	gate Gate
	csp  []string
}

// Request is one that reached the site.
type Request struct {
	At           time.Time
	Method, Path string // of a request to the collector without Prefix
	Script       bool   // it went to the collector: script, plan, module, report
	Body         []byte // of a report
	Status       int
}

// Gate stands before the collector. It returns true if it has answered.
type Gate func(w http.ResponseWriter, r *http.Request) bool

// watch runs with the wall's clock from where it was put.
type watch struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (w *watch) Set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead = time.Until(t)
}

func (w *watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead).UTC()
}

// Start starts the services in the middle of the plan's first period, and the site.
func Start(ctx context.Context, o Options) (*World, error) {
	w := &World{opt: o, watch: &watch{}, Pages: o.Pages}
	var err error
	w.Rig, err = rig.Start(ctx, rig.Options{
		Dir: o.Dir, PlanName: "dunlin.yaml", PlanYAML: o.Plan, Module: o.Module, ModuleBrotli: o.ModuleBrotli, Scripts: o.Scripts,
		Random: o.Random, Fit: o.Fit, Log: o.Log, Watch: w.watch,
	})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, w.Rig.Close())
	}
	w.URL = "http://" + l.Addr().String()
	mux := http.NewServeMux()
	mux.Handle(Prefix+"/", http.StripPrefix(Prefix, w.toCollector()))
	mux.HandleFunc("POST /csp", func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		w.mu.Lock()
		w.csp = append(w.csp, string(b))
		w.mu.Unlock()
	})
	mux.HandleFunc("/", w.page)
	w.http = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: quiet}
	go func() { _ = w.http.Serve(l) }() // ends with Close
	return w, nil
}

// Close ends site and services.
func (w *World) Close() error { return errors.Join(w.http.Close(), w.Rig.Close()) }

// Now is the services' time.
func (w *World) Now() time.Time { return w.watch.Now() }

// Policy is the pages' Content Security Policy.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"style-src 'self'; media-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-uri /csp"

func (w *World) page(out http.ResponseWriter, r *http.Request) {
	w.note(Request{At: time.Now(), Method: r.Method, Path: r.URL.Path, Status: http.StatusOK})
	html, ok := w.Pages[r.URL.Path]
	if !ok {
		http.NotFound(out, r)
		return
	}
	tag, err := w.tag()
	if err != nil {
		http.Error(out, err.Error(), http.StatusInternalServerError)
		return
	}
	h := out.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", Policy)
	h.Set("Cache-Control", "no-store")
	_, _ = io.WriteString(out, strings.Replace(html, Place, tag, 1)) // a browser that is gone has nobody to tell
}

// tag is the script's for now: the device's clock is the services'.
func (w *World) tag() (string, error) {
	t := site.Tag{
		Scripts: w.opt.Scripts, Officer: w.Keys.Officer, Consent: w.Plan.Consent, Paths: collector.Paths{Prefix: Prefix},
		Clock: int64(time.Until(w.Now()).Round(time.Second) / time.Second),
	}
	html, err := t.HTML()
	if err == nil && w.Tag != nil {
		html = w.Tag(html)
	}
	return html, err
}

// toCollector hands requests on and notes them.
func (w *World) toCollector() http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: w.At().Public})
			r.Out.Header.Del("Cookie")
		},
		ErrorHandler: func(out http.ResponseWriter, _ *http.Request, _ error) { out.WriteHeader(http.StatusBadGateway) },
		ErrorLog:     quiet,
	}
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		q := Request{At: time.Now(), Method: r.Method, Path: r.URL.Path, Script: true}
		if r.Method == http.MethodPost {
			b, err := io.ReadAll(r.Body)
			if err != nil {
				return // it did not arrive
			}
			q.Body = b
			r.Body = io.NopCloser(strings.NewReader(string(b)))
		}
		status := &statusWriter{ResponseWriter: out, status: http.StatusOK}
		w.mu.Lock()
		gate := w.gate
		w.mu.Unlock()
		if gate == nil || !gate(status, r) {
			proxy.ServeHTTP(status, r)
		}
		q.Status = status.status
		w.note(q)
	})
}

// statusWriter remembers the answer's status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is below.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (w *World) note(q Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, q)
}

// Stand puts a gate before the collector; nil takes it away.
func (w *World) Stand(g Gate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gate = g
}

// Requests returns what was asked of the collector since Clear, in the order of answers.
func (w *World) Requests() (out []Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range w.log {
		if q.Script {
			out = append(out, q)
		}
	}
	return out
}

// Reports returns the reports among Requests.
func (w *World) Reports() (out []Request) {
	for _, q := range w.Requests() {
		if q.Method == http.MethodPost && strings.HasSuffix(q.Path, "/reports") {
			out = append(out, q)
		}
	}
	return out
}

// Clear forgets the requests so far.
func (w *World) Clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = nil
}

// Violations returns what browsers reported of the pages' policy.
func (w *World) Violations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.csp...)
}

// Join has n devices hosted in Go, each new and each looking at one page, send their
// reports of the running period.
func (w *World) Join(ctx context.Context, n int) error {
	got, err := w.Upload(ctx, n, func(ctx context.Context, d *device.Device, _ int) error {
		return d.Track(ctx, w.Noon(), edge.Event{Kind: plan.View})
	}, nil)
	if err == nil && got != uint64(n) {
		err = fmt.Errorf("%d of %d devices were counted", got, n)
	}
	return err
}
