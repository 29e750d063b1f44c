package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/web/console"
)

// Options of Start. All are required but those with a default.
type Options struct {
	Dir          string // an empty folder for keys and stores
	Listen       string // host:port on this machine; port 0 takes any
	Module       []byte
	ModuleBrotli []byte // may be empty
	SDK          fs.FS  // of package web
	Dashboard    fs.FS
	Shop         fs.FS
	Log          io.Writer // of the services

	History  *History         // default: Built
	Visitors int              // that there ever are; default: the history's
	Wall     func() time.Time // default: time.Now
}

// Demo is a running demo.
type Demo struct {
	Address string // host:port that it listens on

	rig     *rig.Rig
	days    *days
	console *console.Console
	run     string // of this start
	usual   int    // visitors a day, about
	http    *http.Server
	stopped chan error
	once    sync.Once
	closed  error // what came of Close
}

// ErrInUse: somebody listens at the address.
var ErrInUse = errors.New("the address is in use: stop what listens there (another dunlin demo?), or name another one with --listen, such as 127.0.0.1:8090")

// scriptFolder is where the collector's public side is found.
const scriptFolder = "/dunlin"

// noTime is the time of files that have none.
var noTime time.Time

// Start starts keys, collector, leader and helper of a new site over the history, and
// serves shop and dashboard.
//
// Errors: ErrListen, ErrInUse, ErrHistory; then whatever a service answered.
func Start(ctx context.Context, o Options) (_ *Demo, err error) {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.History == nil {
		if o.History, err = Built(); err != nil {
			return nil, err
		}
	}
	if o.Visitors == 0 {
		o.Visitors = o.History.Label.Visitors
	}
	listener, err := listen(o.Listen)
	if err != nil {
		return nil, err
	}
	d := &Demo{Address: listener.Addr().String(), run: newRun(), usual: usual(o.History.Label, o.Visitors), stopped: make(chan error, 1)}
	if err := d.start(ctx, o); err != nil {
		return nil, errors.Join(err, d.close(), listener.Close())
	}
	go func() { d.stopped <- d.http.Serve(listener) }()
	return d, nil
}

// start starts everything but the server.
func (d *Demo) start(ctx context.Context, o Options) error {
	watch := &watch{wall: o.Wall}
	var err error
	d.rig, err = rig.Start(ctx, rig.Options{
		Dir: o.Dir, PlanName: planName, PlanYAML: plans.Demo, Module: o.Module, ModuleBrotli: o.ModuleBrotli,
		Scripts: o.SDK, Log: o.Log, Watch: watch,
	})
	if err != nil {
		return err
	}
	releases, err := d.rig.Releases()
	if err != nil {
		return err
	}
	if err := o.History.Import(releases); err != nil {
		return err
	}
	// The first step fits priors for the new plan from the history's releases.
	if _, err := d.rig.Step(ctx, nil); err != nil {
		return err
	}
	own := site.Tag{
		Scripts: o.SDK, Officer: d.rig.Keys.Officer, Consent: d.rig.Plan.Consent, Paths: collector.Paths{Prefix: scriptFolder},
	}
	tag, err := tagOf(own, watch.Ahead)
	if err != nil {
		return err
	}
	privacy, err := own.Element(site.Privacy)
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(d.Address)
	if err != nil {
		return fmt.Errorf("the demo's address: %w", err)
	}
	shop, err := newShop(o.Shop, d.run, port, tag)
	if err != nil {
		return err
	}
	shop.privacy = privacy
	orders, err := d.rig.Orders()
	if err != nil {
		return err
	}
	d.console, err = console.Open(console.Options{
		Helm: helm{service.Helm{Store: orders}, d.rig},
		Dir:  filepath.Join(o.Dir, "console"), Releases: releases, Dashboard: o.Dashboard, Clock: o.Wall, Random: rand.Reader,
		Label: o.History.Label.String(), Cookie: "dunlin-console-" + port,
	})
	if err != nil {
		return err
	}
	if d.days, err = begin(d.rig, watch, o.History, visitors(o.Visitors)); err != nil {
		return err
	}
	d.http = &http.Server{
		Handler:           onlyLocal(d.routes(shop)),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	return nil
}

func (d *Demo) routes(shop *shop) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /demo/shop/", http.StripPrefix("/demo/shop", shop))
	mux.Handle("GET /demo/bar.js", http.StripPrefix("/demo", shop))
	mux.Handle("GET /demo/bar.css", http.StripPrefix("/demo", shop))
	mux.HandleFunc("GET /demo/api/state", d.state)
	mux.HandleFunc("GET /demo/api/next", d.closing)
	mux.HandleFunc("POST /demo/api/next", d.next)
	mux.Handle(scriptFolder+"/", d.collector())
	mux.Handle("/", d.console.Handler())
	return mux
}

// collector hands requests below scriptFolder to the collector's public side, as a
// site's own proxy would: without the visitor's address and cookies.
func (d *Demo) collector() http.Handler {
	to := &url.URL{Scheme: "http", Host: d.rig.At().Public}
	return http.StripPrefix(scriptFolder, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Del("Cookie")
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			refuse(w, http.StatusBadGateway, "collector", "The demo's collector does not answer.", "Stop the demo with Ctrl-C and start it again.")
		},
	})
}

func listen(address string) (net.Listener, error) {
	if err := loopback(address); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen at %s: %w", address, ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", address, err)
	}
	return l, nil
}

func newRun() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// usual is about how many of a population come on a day, to two digits.
func usual(l Label, visitors int) int {
	n := float64(l.Reports) / float64(l.Days) * float64(visitors) / float64(l.Visitors)
	unit := math.Pow(10, math.Floor(math.Log10(max(n, 1)))-1)
	return int(math.Round(n/unit) * unit)
}

// Shop is the address of the shop.
func (d *Demo) Shop() string { return "http://" + d.Address + "/demo/shop/" }

// Link is the address of the dashboard with a link that signs somebody in, once.
func (d *Demo) Link() (string, error) {
	token, err := d.console.Invite("demo", console.Admin)
	if err != nil {
		return "", err
	}
	return "http://" + d.Address + "/#/sign-in/" + token, nil
}

// Wait returns once the server ends by itself, which it only does when it fails.
func (d *Demo) Wait(ctx context.Context) error {
	select {
	case err := <-d.stopped:
		return fmt.Errorf("serve at %s: %w", d.Address, err)
	case <-ctx.Done():
		return nil
	}
}

// Close ends everything, once. A day that is being closed is given up.
func (d *Demo) Close() error {
	d.once.Do(func() { d.closed = errors.Join(d.http.Close(), d.close()) })
	return d.closed
}

func (d *Demo) close() error {
	var errs []error
	if d.days != nil {
		errs = append(errs, d.days.stop())
	}
	if d.console != nil {
		errs = append(errs, d.console.Close())
	}
	if d.rig != nil {
		errs = append(errs, d.rig.Close())
	}
	return errors.Join(errs...)
}
