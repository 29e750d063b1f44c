package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
)

// How long is waited for each step in the browser.
const (
	forPage   = 20 * time.Second // until the script answers
	forReport = 40 * time.Second // until a report is ready
	forAnswer = 15 * time.Second // until it is taken
)

// debug is what is read of dunlin.debug() (web/sdk/src/api.ts).
type debug struct {
	Why     string
	Trouble []trouble
	Sends   *struct {
		Sent, Status int
		Ready        *struct{ Bytes int }
	}
	Worker *struct {
		Stage   string
		Trouble []trouble
		Times   struct{ Ready *float64 }
	}
}

type trouble struct{ Why, Say string }

// first returns the first thing that went wrong, if something did.
func (d *debug) first() (trouble, bool) {
	if d.Worker != nil && len(d.Worker.Trouble) > 0 {
		return d.Worker.Trouble[0], true
	}
	if len(d.Trouble) > 0 {
		return d.Trouble[0], true
	}
	return trouble{d.Why, ""}, d.Why != "" && d.Why != "off"
}

// fixes say what to do of each reason why something does not run (docs/embed.md).
var fixes = map[string]string{
	"bot":            "nothing: the browser was taken for a robot, which visitors' browsers are not; try --no-browser",
	"storage":        "let the page use localStorage and IndexedDB: an opaque origin (a sandbox) has none",
	"no-worker":      "let the Worker's file load: see policy, Worker and files above and the console below",
	"network":        "let plan and module load: see policy, plan and module above and the console below",
	"plan-signature": printTag + ", or have the plan signed by the officer whose key the tag names",
	"no-ed25519":     "update this machine's Chromium: it cannot verify the plan's signature",
	"plan":           "build the plan again with the collector's version and have it signed",
	"module":         "let WebAssembly run ('wasm-unsafe-eval') and the module arrive as it is: see policy and module above",
	"input":          printTag,
	"off":            "nothing holds the consent that was given: see the console below",
}

// browse opens the page in a real browser, whether or not the tag was found in its HTML: a
// script may have added it.
func (v *verifier) browse(ctx context.Context, t *tag) {
	const about = "browser"
	folder, err := os.MkdirTemp("", "dunlin-verify-")
	if err != nil {
		v.r.warn(about, "make room in the folder for temporary files, or use --no-browser", "%s: what a browser makes of the page was not tried", quoted(err.Error()))
		return
	}
	defer removeAll(folder)
	c, err := browser.Launch(ctx, browser.Options{Folder: folder})
	switch {
	case errors.Is(err, browser.ErrMissing):
		v.r.warn(about, "install Chromium or Chrome, or name its path in CHROME_PATH; --no-browser leaves this out", "no Chromium was found on this machine: what a browser makes of the page was not tried")
		return
	case err != nil:
		v.r.warn(about, "see that the browser starts, or use --no-browser", "%s: what a browser makes of the page was not tried", quoted(err.Error()))
		return
	}
	defer c.Close()
	b := &browsing{v: v, t: t}
	if err := b.open(c); err != nil {
		if ctx.Err() == nil {
			v.r.warn(about, "try again, or use --no-browser", "the browser failed: %s", quoted(err.Error()))
		}
		return
	}
	b.visit(ctx)
	// Nothing leaves after the end: what is refused is erased, and no report of it is owed.
	_, _ = b.eval(ctx, `dunlin.consent({measure: false, personalize: false}).then((o) => o.ok)`)
	b.console()
}

// removeAll removes a folder that a process which has just ended may still write to.
func removeAll(folder string) {
	for range 20 {
		if os.RemoveAll(folder) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// browsing is one look in a browser.
type browsing struct {
	v      *verifier
	t      *tag
	tab    *browser.Tab
	faults func() []browser.Fault
}

// open goes to the page, its reports diverted.
func (b *browsing) open(c *browser.Chromium) error {
	visitor, err := c.Visitor()
	if err != nil {
		return err
	}
	if b.tab, err = visitor.Tab(); err != nil {
		return err
	}
	if b.faults, err = b.tab.Faults(); err != nil {
		return err
	}
	if b.t != nil {
		if err := b.divert(b.t); err != nil {
			return err
		}
	}
	return b.tab.Begin(b.v.page.url.String())
}

// divert has reports arrive at the dry-run address.
func (b *browsing) divert(t *tag) error {
	return b.tab.Divert(b.v.api(t, "/reports").String(), b.v.api(t, "/reports"+dryRun).String())
}

// eval answers an expression in the page as JSON, its promise awaited for 5 seconds.
func (b *browsing) eval(ctx context.Context, expression string) (json.RawMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return browser.Eval[json.RawMessage](b.tab, `Promise.race([(async () => (`+expression+`))(), new Promise((end) => setTimeout(end, 5000, null))])`)
}

// await looks until done says so, or time is over; it returns whether done did.
func (b *browsing) await(ctx context.Context, limit time.Duration, expression string, done func(json.RawMessage) bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); {
		if got, err := b.eval(ctx, expression); err == nil && done(got) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
	return false
}

// visit does what a visitor does who agrees, looks at the page and leaves.
func (b *browsing) visit(ctx context.Context) {
	const about = "browser"
	r := b.v.r
	if !b.runs(ctx) {
		r.wrong(about, "see the lines above and the console below", "dunlin.js did not run: the page has no window.dunlin")
		return
	}
	if b.t == nil && !b.late(ctx) {
		r.wrong(about, printTag, "window.dunlin is there and no tag names the officer")
		return
	}
	b.asks(ctx)
	var outcome struct {
		OK  bool
		Why string
		Say string
	}
	if got, err := b.eval(ctx, `dunlin.consent({measure: true, personalize: true})`); err != nil || json.Unmarshal(got, &outcome) != nil || !outcome.OK {
		r.wrong(about, fixes[outcome.Why], "the script runs and does not take a consent: %s %s", quoted(outcome.Why), quoted(outcome.Say))
		return
	}
	var d debug
	var since time.Time // of trouble, which the script may get over
	begun := time.Now()
	b.await(ctx, forReport, `dunlin.debug().then((o) => o.value)`, func(got json.RawMessage) bool {
		d = debug{}
		if json.Unmarshal(got, &d) != nil {
			return false
		}
		if d.Sends != nil && d.Sends.Ready != nil {
			return true
		}
		if _, bad := d.first(); !bad {
			since = time.Time{}
		} else if since.IsZero() {
			since = time.Now()
		}
		return !since.IsZero() && time.Since(since) > 2*time.Second
	})
	if d.Sends == nil || d.Sends.Ready == nil {
		first, _ := d.first()
		if first.Why == "" {
			stage := "no Worker"
			if d.Worker != nil {
				stage = "its Worker is " + quoted(d.Worker.Stage)
			}
			r.wrong(about, "see the lines above and the console below", "the script runs, and no report was ready after %s: %s", forReport, stage)
			return
		}
		r.wrong(about, fixes[first.Why], "the script runs and refuses: %s %s", quoted(first.Why), quoted(first.Say))
		return
	}
	r.ok(about, "%s runs the script, Worker and WebAssembly; a report of %d bytes was ready after %.1f s", b.name(ctx), d.Sends.Ready.Bytes, time.Since(begun).Seconds())
	b.send(ctx)
}

// runs waits until the script answers, or the page has had its time.
func (b *browsing) runs(ctx context.Context) bool {
	var loaded time.Time
	there := false
	b.await(ctx, forPage, `[document.readyState === "complete", typeof window.dunlin?.debug === "function"]`, func(got json.RawMessage) bool {
		var state [2]bool
		if json.Unmarshal(got, &state) != nil {
			return false
		}
		there = state[1]
		if state[0] && loaded.IsZero() {
			loaded = time.Now()
		}
		// What a tag manager adds comes after the page.
		return there || !loaded.IsZero() && time.Since(loaded) > 3*time.Second
	})
	return there
}

// late reads the tag that a script has added.
func (b *browsing) late(ctx context.Context) bool {
	got, err := b.eval(ctx, `((s) => s && [s.src, s.dataset.dunlinApi ?? ""])(document.querySelector("script[data-dunlin-officer]"))`)
	var parts []string
	if err != nil || json.Unmarshal(got, &parts) != nil || len(parts) != 2 {
		return false
	}
	src, err := url.Parse(parts[0])
	if err != nil {
		return false
	}
	e := element{attributes: map[string]string{"src": src.String()}}
	if parts[1] != "" {
		e.attributes["data-dunlin-api"] = parts[1]
	}
	b.t = b.v.readTag(e)
	return b.t != nil && b.divert(b.t) == nil
}

// asks says whether <dunlin-consent> shows itself to a new visitor.
func (b *browsing) asks(ctx context.Context) {
	if len(b.v.page.banners) == 0 || b.t.consent != "ask" {
		return
	}
	shown := b.await(ctx, 5*time.Second, `!!document.querySelector("dunlin-consent")?.shadowRoot?.querySelector("section")?.checkVisibility()`, func(got json.RawMessage) bool { return string(got) == "true" })
	if shown {
		b.v.r.ok("<dunlin-consent>", "asks a new visitor")
	} else {
		b.v.r.wrong("<dunlin-consent>", "see that its script loads (`dunlin snippet --banner`) and that no style hides it", "it does not show itself to a new visitor")
	}
}

// name is the browser's.
func (b *browsing) name(ctx context.Context) string {
	got, err := b.eval(ctx, `navigator.userAgent.match(/Chrome\/(\d+)/)?.[1]`)
	var version string
	if err != nil || json.Unmarshal(got, &version) != nil {
		return "Chromium"
	}
	return "Chromium " + quoted(version)
}

// send hides the page, as a visitor does who goes, and waits until its report is taken.
func (b *browsing) send(ctx context.Context) {
	const about = "browser's report"
	r := b.v.r
	const hide = `(() => {
		Object.defineProperty(document, "visibilityState", { configurable: true, value: "hidden" });
		Object.defineProperty(document, "hidden", { configurable: true, value: true });
		document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
		return true;
	})()`
	if _, err := b.eval(ctx, hide); err != nil {
		r.warn(about, "try again", "the page could not be hidden: %s", quoted(err.Error()))
		return
	}
	var sent, status int
	b.await(ctx, forAnswer, `dunlin.debug().then(({ value: { sends: s } }) => [s?.sent ?? 0, s?.status ?? 0, s?.failed ?? 0])`, func(got json.RawMessage) bool {
		var state [3]int
		if json.Unmarshal(got, &state) != nil {
			return false
		}
		sent, status = state[0], state[1]
		return status != 0 || state[2] != 0
	})
	switch {
	case status == http.StatusAccepted:
		r.ok(about, "would be taken as the page goes away; it went to the dry-run address, and nothing of it was kept")
	case status != 0:
		r.wrong(about, "see dry run above", "the report that the browser sent is answered %d", status)
	case sent > 0:
		r.wrong(about, "let the page connect to its own origin: see policy above and the console below", "the report left and was not answered")
	default:
		r.wrong(about, "see the console below", "no report left as the page went away")
	}
}

// maxTold bounds how many of the console's lines are told.
const maxTold = 5

// console tells what the browser wrote of Dunlin, and counts the rest.
func (b *browsing) console() {
	folder := ""
	if b.t != nil {
		folder = b.t.folder.String()
	}
	told, others, first := 0, 0, ""
	for _, f := range b.faults() {
		text := quoted(f.Text)
		if f.URL != "" && !strings.Contains(text, f.URL) {
			text += " (" + quoted(f.URL) + ")"
		}
		ours := strings.Contains(strings.ToLower(text), "dunlin") || folder != "" && strings.Contains(f.Text+f.URL, folder)
		switch {
		case !ours:
			if others++; first == "" {
				first = text
			}
		case told < maxTold:
			told++
			b.v.r.warn("console", "see what the lines above say of it", "%s", text)
		}
	}
	if others > 0 {
		b.v.r.ok("console", "%s of the page's own, the first: %s", plural(others, "error"), first)
	} else if told == 0 {
		b.v.r.ok("console", "no error")
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
