package browser

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
)

// watching is what a page is made to note of itself: paints, what moved, what blocked.
const watching = `(() => {
  const noted = (window.noted = { paint: 0, variant: 0, fallback: 0, shift: 0, long: 0 });
  const on = (type, hear) => new PerformanceObserver((list) => list.getEntries().forEach(hear)).observe({ type, buffered: true });
  on("paint", (e) => { if (e.name === "first-paint") noted.paint = e.startTime; });
  on("element", (e) => { noted[e.identifier === "variant" ? "variant" : "fallback"] ||= e.renderTime; });
  on("layout-shift", (e) => { noted.shift += e.value; });
  on("longtask", () => { noted.long++; });
})();`

// noted is what a page noted; times in ms since its start, 0 if it was not so.
type noted struct {
	Paint, Variant, Fallback, Shift float64
	Long                            int
}

// times are when the Worker had what, in ms since its start.
type times struct{ Decision, Ready float64 }

// visitor has a tab.
type visitor struct {
	*browser.Visitor
	tab *browser.Tab
	url string
}

func come(c *browser.Chromium, url string) (*visitor, error) {
	v, err := c.Visitor()
	if err != nil {
		return nil, err
	}
	tab, err := v.Tab(watching)
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return &visitor{v, tab, url}, nil
}

// look goes to a page and waits until its report is ready, by when all has started.
func (v *visitor) look(path string) (t times, err error) {
	if err := v.tab.Go(v.url + path); err != nil {
		return t, err
	}
	if err := v.tab.Until(`dunlin.debug().then(({ value }) => value.worker?.times.ready && value.worker.times.decision)`); err != nil {
		return t, err
	}
	return browser.Eval[times](v.tab, `dunlin.debug().then(({ value }) => value.worker.times)`)
}

// note adds up what the page has noted.
func (f *Figures) note(v *visitor) (noted, error) {
	n, err := browser.Eval[noted](v.tab, "noted")
	f.Pages++
	f.LongTasks += n.Long
	f.LayoutShift += n.Shift
	return n, err
}

// starts measures Cold, Warm and Ready.
func (f *Figures) starts(c *browser.Chromium, w *world.World, o Options) error {
	var cold, warm, ready []float64
	one := func() (err error) {
		v, err := come(c, w.URL)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, v.Close()) }()
		for _, to := range []*[]float64{&cold, &warm} {
			t, err := v.look("/")
			if err != nil {
				return err
			}
			*to = append(*to, t.Decision)
			if to == &cold {
				ready = append(ready, t.Ready)
			}
			if _, err := f.note(v); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range o.Starts {
		if err := one(); err != nil {
			return fmt.Errorf("start %d: %w", i, err)
		}
		o.Done("starts", i+1, o.Starts)
	}
	f.Cold, f.Warm, f.Ready = rounded(median(cold), 1), rounded(median(warm), 1), rounded(median(ready), 1)
	return nil
}

// slow is how long the module takes to the second page.
const slow = 5 * time.Second

// secondPage measures FirstContent: a visitor looks at shoes, and then at a page whose
// module takes its time. Who is to see the default there, by lot, has nothing to show;
// then it is another one's turn.
func (f *Figures) secondPage(c *browser.Chromium, w *world.World, o Options) error {
	const enough = 20
	for i := range enough {
		personal, err := f.second(c, w)
		if err != nil {
			return fmt.Errorf("the page after three about shoes: %w", err)
		}
		if personal {
			o.Done("second page", 1, 1)
			return nil
		}
		o.Done("second page", i, enough)
	}
	return fmt.Errorf("none of %d visitors who like shoes is to see another variant than the default", enough)
}

func (f *Figures) second(c *browser.Chromium, w *world.World) (personal bool, err error) {
	v, err := come(c, w.URL)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	defer w.Stand(nil)
	w.Stand(module(0))
	for range 3 {
		if _, err := v.look("/shoes"); err != nil {
			return false, err
		}
	}
	first, err := browser.Eval[bool](v.tab, `!!JSON.parse(localStorage.dunlin).decisions.find((d) => d.slot === "hero").first`)
	if err != nil || first {
		return false, err
	}
	w.Stand(module(slow))
	if err := v.tab.Go(v.url + "/"); err != nil {
		return false, err
	}
	if err := v.tab.Until("noted.paint && (noted.variant || noted.fallback)"); err != nil {
		return false, err
	}
	early, err := browser.Eval[bool](v.tab, `dunlin.debug().then(({ value }) => !value.worker?.times.module)`)
	if err != nil {
		return false, err
	}
	n, err := f.note(v)
	if err != nil {
		return false, err
	}
	switch {
	case !early:
		return false, errors.New("the module was there before the page was painted: nothing is shown by this")
	case n.Fallback > 0 || n.Variant == 0:
		return false, errors.New("the default was painted though the device had decided on another variant")
	}
	f.FirstContent = rounded(n.Variant-n.Paint, 1)
	return true, nil
}

// module has the module answered after a while, and not out of a browser's cache: it
// keeps the module for good otherwise, and the next page has it at once.
func module(after time.Duration) world.Gate {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, ".wasm") {
			w.Header().Set("Cache-Control", "no-store") // beside the collector's own, which it outweighs
			select {
			case <-time.After(after):
			case <-r.Context().Done():
			}
		}
		return false
	}
}
