package browser

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Fault is an error that the browser or a script wrote to the console of a page.
type Fault struct {
	Text string
	URL  string // what it is about, or where it was; may be empty
}

// Faults collects the errors of the tab's pages from now on: exceptions that nobody caught,
// calls of console.error, requests that failed, and what a policy refused. read returns
// those so far, at most 100.
func (t *Tab) Faults() (read func() []Fault, err error) {
	var mu sync.Mutex
	var all []Fault
	add := func(text, url string) {
		mu.Lock()
		defer mu.Unlock()
		if f := (Fault{text, url}); len(all) < 100 && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	err = chromedp.Listen(t.ctx, func(ev any) {
		switch it := ev.(type) {
		case *log.EventEntryAdded:
			if it.Entry.Level == log.EntryLevelError {
				add(it.Entry.Text, it.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			text := it.ExceptionDetails.Text
			if e := it.ExceptionDetails.Exception; e != nil && e.Description != "" {
				text = e.Description
			}
			add(text, it.ExceptionDetails.URL)
		case *runtime.EventConsoleAPICalled:
			if it.Type == runtime.ConsoleAPICalledTypeError && len(it.Args) > 0 {
				text := it.Args[0].Description
				if text == "" {
					text = string(it.Args[0].Value)
				}
				add(text, "")
			}
		}
	})
	if err == nil {
		_, err = chromedp.Call(t.ctx, log.Enable, cdp.Empty{})
	}
	if err != nil {
		return nil, fmt.Errorf("read the console: %w", err)
	}
	return func() []Fault {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}, nil
}

// Divert has what the tab's pages send to one address, a URL without a query, arrive at
// another, method and body as they are. The pages do not see it. What cannot be diverted
// is not sent.
func (t *Tab) Divert(from, to string) error {
	err := chromedp.Listen(t.ctx, func(ev any) {
		paused, ok := ev.(*fetch.EventRequestPaused)
		if !ok {
			return
		}
		go func() { // a listener may call nothing itself
			ctx, cancel := context.WithTimeout(t.ctx, within)
			defer cancel()
			if _, err := chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: paused.RequestID, URL: to}); err != nil {
				_, _ = chromedp.Call(ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: paused.RequestID, ErrorReason: network.ErrorReasonAborted})
			}
		}()
	})
	if err == nil {
		_, err = chromedp.Call(t.ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: from}}})
	}
	if err != nil {
		return fmt.Errorf("divert %s: %w", from, err)
	}
	return nil
}
