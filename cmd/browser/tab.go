package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// within bounds one step in a tab.
const within = 30 * time.Second

// Visitor is one browser context: it shares nothing with other visitors.
type Visitor struct {
	chromium *Chromium
	id       cdp.BrowserContextID
}

// Visitor makes a new one, who has never been anywhere.
func (c *Chromium) Visitor() (*Visitor, error) {
	made, err := chromedp.CallBrowser(c.ctx, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		return nil, fmt.Errorf("make a browser context: %w", err)
	}
	return &Visitor{c, made.BrowserContextID}, nil
}

// Close forgets the visitor with all its tabs and storage.
func (v *Visitor) Close() error {
	_, err := chromedp.CallBrowser(v.chromium.ctx, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: v.id})
	return err
}

// Tab is one page of a visitor. One goroutine drives it.
type Tab struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// Tab opens an empty tab. Scripts run in each of its pages before any of the page's own.
func (v *Visitor) Tab(scripts ...string) (*Tab, error) {
	ctx, cancel := chromedp.NewContext(v.chromium.ctx, chromedp.WithExistingBrowserContext(v.id))
	t := &Tab{ctx, cancel}
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	for _, s := range scripts {
		if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: s}); err != nil {
			cancel()
			return nil, fmt.Errorf("add a script to the tab: %w", err)
		}
	}
	return t, nil
}

// WithoutScript turns JavaScript off in the tab.
func (t *Tab) WithoutScript() error {
	_, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return err
}

// Quota bounds what the visitor's browser stores for a site, in bytes. It holds while
// the tab is open.
func (t *Tab) Quota(origin string, size int) error {
	bytes := float64(size)
	_, err := chromedp.Call(t.ctx, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{Origin: origin, QuotaSize: &bytes})
	return err
}

// ClearSite throws away all that the browser keeps for a site, as a person may in its settings.
func (t *Tab) ClearSite(origin string) error {
	_, err := chromedp.Call(t.ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "all"})
	return err
}

// Go goes to an address, which hides the page before, and waits until it is loaded.
func (t *Tab) Go(url string) error {
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		return fmt.Errorf("go to %s: %w", url, err)
	}
	return nil
}

// Begin goes to an address and does not wait for anything.
func (t *Tab) Begin(url string) error {
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	if _, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: url}); err != nil {
		return fmt.Errorf("go to %s: %w", url, err)
	}
	return nil
}

// Leave goes to an empty page.
func (t *Tab) Leave() error { return t.Go("about:blank") }

// Close closes the tab as a visitor would: its page hides first.
func (t *Tab) Close() error {
	defer t.cancel()
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	if _, err := chromedp.Call(ctx, page.Close, cdp.Empty{}); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("close a tab: %w", err)
	}
	return nil
}

// Eval evaluates an expression in the page, waits for its promise, and decodes what comes
// of it.
func Eval[T any](t *Tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	var v T
	// By JSON: whatever the page answers arrives as its own data.
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		"(async () => JSON.stringify((await ("+expression+")) ?? null))()", chromedp.EvalAwaitPromise))
	if err != nil {
		return v, fmt.Errorf("evaluate %s: %w", expression, err)
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("evaluate %s: %w", expression, err)
	}
	return v, nil
}

// Until waits until an expression is true, its promise awaited.
func (t *Tab) Until(expression string) error {
	end := time.Now().Add(within)
	for {
		ok, err := Eval[bool](t, "(async () => !!(await ("+expression+")))()")
		if err == nil && ok {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("after %s it is still not true: %s: %w", within, expression, errors.Join(err, context.DeadlineExceeded))
		}
		select {
		case <-t.ctx.Done():
			return t.ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Keys presses keys one after another, as a keyboard does: whatever has the focus gets them.
func (t *Tab) Keys(keys ...string) error {
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	for _, key := range keys {
		if _, err := chromedp.Run(ctx, chromedp.KeyEvent(key)); err != nil {
			return fmt.Errorf("press %q: %w", key, err)
		}
	}
	return nil
}

// Shot takes a screenshot, PNG.
func (t *Tab) Shot() ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

// Screen makes the tab's window one of that width and height, with features of media
// queries set.
func (t *Tab) Screen(width, height int, features ...*emulation.MediaFeature) error {
	size := emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: int64(height), DeviceScaleFactor: 1}
	if _, err := chromedp.Call(t.ctx, emulation.SetDeviceMetricsOverride, size); err != nil {
		return fmt.Errorf("set the window's size: %w", err)
	}
	if _, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		return fmt.Errorf("set media features: %w", err)
	}
	return nil
}
