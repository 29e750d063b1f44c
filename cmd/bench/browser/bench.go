// Package browser measures the built script in a real Chromium against the table
// "Numbers to hold": how soon a page is personalized, what its main thread notices of
// it, and how many short visits are counted.
//
// Everything is the product's own but for the pages, which hold a slot and little else:
// collector, leader and helper on loopback, plans/standard.yaml with consent assumed,
// so that a visit of one page begins at once. Times are of this machine, browser and
// server on the same processors.
package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Options of Run.
type Options struct {
	Dir                  string // an empty folder for keys and stores
	Module, ModuleBrotli []byte // required: the demand on a line is the compressed one's
	Scripts              fs.FS  // web.SDK
	Starts               int    // visitors of Cold and Warm; default 10
	Visits               int    // of each line and length; default 100
	Tabs                 int    // visits at once; default 8
	Seconds              []int  // lengths of visits; default 3, 6, 10
	Log                  io.Writer
	Done                 func(stage string, n, total int) // one call at a time; optional
}

// Figures of a run. Times in ms are medians where they are of many.
type Figures struct {
	Cold     float64 `json:"cold_ms"`       // Worker's start to the first decision, nothing cached or stored
	Warm     float64 `json:"warm_ms"`       // the same on the visitor's next page
	Ready    float64 `json:"cold_ready_ms"` // to the first sealed report, nothing cached
	Choose40 float64 `json:"choose40_us"`   // in the Worker, without the way from the page
	Shard512 float64 `json:"shard512_ms"`   // a report in the Worker, before it is sealed
	Event    float64 `json:"event_us"`      // an event in the Worker, of every kind in turn
	List40   float64 `json:"list40_us"`     // a list of exercises out of 40, in the Worker
	List2000 float64 `json:"list2000_us"`   // out of 2,000

	// Of the pages of Cold and Warm and of the page after three about shoes, whose
	// module takes five seconds.
	Pages        int     `json:"pages"`
	LongTasks    int     `json:"long_tasks"`
	LayoutShift  float64 `json:"layout_shift"`
	FirstContent float64 `json:"first_content_ms"` // personalised content after the first paint of anything

	// Share of visits of one page, on an empty cache, that a release counts: by line
	// (cable, slow_4g) and by when the tab is closed (3s, 6s, 10s).
	Sent   map[string]map[string]float64 `json:"sent"`
	Visits int                           `json:"visits"` // of each of these shares
}

// ErrPlan: plans/standard.yaml is not what this package makes its plan from.
var ErrPlan = errors.New("plans/standard.yaml has no line `consent: ask`")

// dunlinYAML is the standard plan with consent assumed.
func dunlinYAML() ([]byte, error) {
	const ask = "\nconsent: ask"
	if bytes.Count(plans.Standard, []byte(ask)) != 1 {
		return nil, ErrPlan
	}
	return bytes.Replace(plans.Standard, []byte(ask), []byte("\nconsent: assumed"), 1), nil
}

// page is a page of the site, about a topic if it names one. Its slot tells when its
// text was painted.
func page(topic string) string {
	var variants strings.Builder
	for _, v := range []string{"shoes", "bags", "watches", "coats", "sports", "sale"} {
		fmt.Fprintf(&variants, `<template data-variant="%s"><p elementtiming="variant">Our %s</p></template>`, v, v)
	}
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>shop</title><link rel="icon" href="data:,">` + world.Place +
		`</head><body data-dunlin-topics="` + topic + `"><dunlin-slot name="hero">` + variants.String() +
		`<p elementtiming="default">Welcome</p></dunlin-slot><h1>Shop</h1><p>Below the slot.</p></body></html>`
}

// Run measures.
//
// Errors: browser.ErrMissing.
func Run(ctx context.Context, o Options) (f Figures, err error) {
	if o.Starts == 0 {
		o.Starts = 10
	}
	if o.Visits == 0 {
		o.Visits = 100
	}
	if o.Tabs == 0 {
		o.Tabs = 8
	}
	if o.Seconds == nil {
		o.Seconds = []int{3, 6, 10}
	}
	if o.Done == nil {
		o.Done = func(string, int, int) {}
	}
	var one sync.Mutex
	tell := o.Done
	o.Done = func(stage string, n, total int) {
		one.Lock()
		defer one.Unlock()
		tell(stage, n, total)
	}
	if o.Starts < 1 || o.Visits < 1 || o.Tabs < 1 || len(o.ModuleBrotli) == 0 {
		return f, errors.New("at least one start, visit and tab is needed, and the module's brotli form")
	}
	c, err := browser.Launch(ctx, browser.Options{})
	if err != nil {
		return f, err
	}
	defer c.Close()
	yaml, err := dunlinYAML()
	if err != nil {
		return f, err
	}
	w, err := world.Start(ctx, world.Options{
		Dir: o.Dir, Plan: yaml, Module: o.Module, ModuleBrotli: o.ModuleBrotli, Scripts: o.Scripts, Log: o.Log,
		Pages: map[string]string{"/": page(""), "/shoes": page("shoes")},
	})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if n := plan.LayoutOf(w.Plan).Cells; n != 512 {
		return f, fmt.Errorf("the standard plan has %d cells, not 512", n)
	}

	if err := f.plays(ctx, c, o.Module); err != nil {
		return f, err
	}
	if err := f.starts(c, w, o); err != nil {
		return f, err
	}
	if err := f.secondPage(c, w, o); err != nil {
		return f, err
	}
	return f, f.visits(ctx, c, w, o)
}
