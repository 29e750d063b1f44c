package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
)

// launched is the one Chromium of all tests; each has visitors of its own.
var launched = sync.OnceValues(func() (*browser.Chromium, error) {
	c, err := browser.Launch(context.Background(), browser.Options{})
	if err == nil {
		end = c.Close
	}
	return c, err
})

// end ends what was launched.
var end = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	end()
	os.Exit(code)
}

// chromium returns the browser. Without one tests are skipped, but never where CI is set.
func chromium(t testing.TB) *browser.Chromium {
	t.Helper()
	c, err := launched()
	if errors.Is(err, browser.ErrMissing) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	return c
}

// another launches a browser for one test.
func another(t testing.TB, o browser.Options) *browser.Chromium {
	t.Helper()
	chromium(t)                                       // or the test is skipped
	c, err := browser.Launch(context.Background(), o) // the test's own ends before its visitors are closed
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// site's plan: whoever is interested in shoes is certain to see them.
const dunlinYAML = `
site: shop.example
timezone: UTC
period: day
serial: 1
starts: 2026-06-01
ends: 2026-06-30
budget: {epsilon: 1}
consent: ask
topics: [shoes, bags]
events: [scroll_100, outbound]
segments:
  - name: regulars
    rule: orders >= 1
  - name: new
funnel: [{visit: view}, {cart: cart}, {order: order}]
slots:
  hero:
    variants: {plain: [], shoes: [shoes], bags: [bags]}
    goal: click
choice: {holdout: 0 %, explore: 0 %, floor: 0 %, lift: 1000, recent: 100 %}
metrics: [audience, funnel, exposed: hero, clicked: hero]
`

// fitted gives everybody priors by which plain is the best for who is not known, and shoes
// for who looks at them.
func fitted(_ context.Context, _ *release.Store, published []byte) ([]byte, error) {
	p, err := plan.Decode(published)
	if err != nil {
		return nil, err
	}
	rate := func(mean float64) choose.Rate { return choose.Rate{Mean: mean, Strength: 1 << 20} }
	row := []choose.Rate{rate(.2), rate(.1), rate(.1)}
	return choose.Encode(choose.Priors{
		Version: uint64(p.Periods[0].Start), Plan: plan.DigestOf(published),
		Places: []choose.PlacePriors{{Place: choose.Place{Kind: choose.Slot}, Rates: [][]choose.Rate{row, row}}},
	})
}

const hero = `<dunlin-slot name="hero"><template data-variant="shoes"><p class="v">Shoes for you</p></template>` +
	`<template data-variant="bags"><p class="v">Bags for you</p></template><p class="v">Welcome</p></dunlin-slot>`

// page is a page of the site about topics.
func page(topics, body string) string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>shop</title><link rel="icon" href="data:,">` + world.Place +
		`</head><body data-dunlin-topics="` + topics + `"><h1>Shop</h1>` + body +
		`<p>More</p><button data-dunlin-track="cart">Put into the cart</button></body></html>`
}

var pages = map[string]string{
	"/": page("", hero), "/shoes/1": page("shoes", "<p>1</p>"), "/shoes/2": page("shoes", "<p>2</p>"), "/shoes/3": page("shoes", "<p>3</p>"),
	"/cart": page("shoes", "<p>cart</p>"),
}

// start starts a world; change may alter its options.
func start(t testing.TB, change func(*world.Options)) *world.World {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	inside, err := module.Bytes()
	require.NoError(t, err)
	scripts, err := web.SDK()
	require.NoError(t, err, "run make web")
	o := world.Options{
		Dir: t.TempDir(), Plan: []byte(dunlinYAML), Module: inside, ModuleBrotli: module.Brotli(), Scripts: scripts, Fit: fitted,
		Log: testWriter{t}, Pages: pages,
	}
	if change != nil {
		change(&o)
	}
	w, err := world.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.Empty(t, w.Violations(), "of the pages' Content Security Policy")
		require.NoError(t, w.Close())
	})
	_, err = w.Step(t.Context(), nil) // publishes the priors
	require.NoError(t, err)
	return w
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// both is what a visitor who agrees says.
const both = `dunlin.consent({measure: true, personalize: true})`

// person is a visitor with one tab.
type person struct {
	*browser.Tab
	t testing.TB
	v *browser.Visitor
	w *world.World
}

func visit(t testing.TB, w *world.World, scripts ...string) *person {
	t.Helper()
	return visitIn(t, chromium(t), w, scripts...)
}

// visitIn is visit in another browser than the one of all tests.
func visitIn(t testing.TB, c *browser.Chromium, w *world.World, scripts ...string) *person {
	t.Helper()
	v, err := c.Visitor()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, v.Close()) })
	tab, err := v.Tab(scripts...)
	require.NoError(t, err)
	return &person{tab, t, v, w}
}

func (p *person) to(path string) {
	p.t.Helper()
	require.NoError(p.t, p.Go(p.w.URL+path))
}

func (p *person) until(expression string) {
	p.t.Helper()
	if err := p.Until(expression); err != nil {
		state, _ := browser.Eval[json.RawMessage](p.Tab, "dunlin.debug()")
		p.t.Fatalf("%v\n%s", err, state)
	}
}

func eval[T any](p *person, expression string) T {
	p.t.Helper()
	v, err := browser.Eval[T](p.Tab, expression)
	require.NoError(p.t, err)
	return v
}

// debug is what the tests read of dunlin.debug().
type debug struct {
	Why     string
	Trouble []struct{ Why, Say string }
	Slots   []struct {
		Name, Shown, Decided string
		Exposed              bool
	}
	Sends *struct {
		First      bool
		More, Sent int
		Status     int
		Ready      *struct{ Revision, Bytes int }
	}
	Worker *struct {
		Stage    string
		Revision int
		Trouble  []struct{ Why, Say string }
		Times    struct{ Module, Plan, Decision, Ready *float64 }
	}
}

func (p *person) debug() debug {
	p.t.Helper()
	got := eval[struct {
		OK    bool
		Value debug
		Say   string
	}](p, "dunlin.debug()")
	require.True(p.t, got.OK, got.Say)
	return got.Value
}

// agree gives both consents and waits until a report is ready.
func (p *person) agree() {
	p.t.Helper()
	eval[any](p, both)
	p.ready(1)
}

// ready waits until the page holds a report of that revision or a later one.
func (p *person) ready(revision int) {
	p.t.Helper()
	p.until(fmt.Sprintf(`dunlin.debug().then((d) => d.value?.sends?.ready?.revision >= %d)`, revision))
}

// settle waits until the ready report holds all that has happened: none newer comes.
func (p *person) settle() {
	p.t.Helper()
	last, since := "", time.Now()
	require.Eventually(p.t, func() bool {
		if now := eval[string](p, dump); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > 2*time.Second && p.debug().Sends.Ready != nil
	}, 20*time.Second, 100*time.Millisecond)
}

// shown is what the slot shows, as a reader of the page sees it.
const shown = `[...document.querySelectorAll(".v")].filter((e) => e.checkVisibility()).map((e) => e.textContent).join()`

// sent waits until so many reports have arrived in all.
func (p *person) sent(n int) []world.Request {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return len(p.w.Reports()) >= n }, 20*time.Second, 10*time.Millisecond, "%d reports", n)
	return p.w.Reports()
}

// heldModule is a gate that keeps the module from browsers until letGo is called, and out
// of their caches: the next page would have it from there.
func heldModule() (gate world.Gate, letGo func()) {
	until := make(chan struct{})
	return func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, ".wasm") {
			w.Header().Set("Cache-Control", "no-store") // beside the collector's own, which it outweighs
			select {
			case <-until:
			case <-r.Context().Done():
			}
		}
		return false
	}, sync.OnceFunc(func() { close(until) })
}
