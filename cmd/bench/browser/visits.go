package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// lines are those that visits come over, by their key in Figures.Sent.
var lines = []struct {
	key  string
	line browser.Line
}{{"cable", browser.Cable}, {"slow_4g", browser.Slow4G}}

// crowd are the devices hosted in Go that join each batch, so that it may be released.
const crowd = 100

// grace is how long after its tab was closed a visit's report may still be on its way.
const grace = 2 * time.Second

// visits measures Sent: each line and length has a period of its own, which is closed
// and released, and what counts is what the release counted.
func (f *Figures) visits(ctx context.Context, c *browser.Chromium, w *world.World, o Options) error {
	f.Visits, f.Sent = o.Visits, map[string]map[string]float64{}
	total := len(lines) * len(o.Seconds) * o.Visits
	var done atomic.Int64
	period := 0
	for _, l := range lines {
		shares := map[string]float64{}
		f.Sent[l.key] = shares
		for _, seconds := range o.Seconds {
			period++ // the first is where the starts were
			if err := w.Begin(period); err != nil {
				return err
			}
			w.Clear()
			stays := time.Duration(seconds) * time.Second
			work, ctx := errgroup.WithContext(ctx)
			var next atomic.Int64
			for tab := range o.Tabs {
				work.Go(func() error {
					// One after the other, or all would start in the same moment, again and again.
					if err := wait(ctx, (stays+grace)*time.Duration(tab)/time.Duration(o.Tabs)); err != nil {
						return err
					}
					for next.Add(1) <= int64(o.Visits) {
						if err := visit(ctx, c, w, l.line, stays); err != nil {
							return err
						}
						o.Done("visits", int(done.Add(1)), total)
					}
					return nil
				})
			}
			if err := work.Wait(); err != nil {
				return fmt.Errorf("a visit of %d s over %s: %w", seconds, l.line.Name, err)
			}
			n, err := counted(context.WithoutCancel(ctx), w, period)
			if err != nil {
				return fmt.Errorf("visits of %d s over %s: %w", seconds, l.line.Name, err)
			}
			shares[fmt.Sprintf("%ds", seconds)] = float64(n) / float64(o.Visits)
		}
	}
	return nil
}

// visit is a new visitor's only page: over a line of its own, closed after a while from
// when it was asked for.
func visit(ctx context.Context, c *browser.Chromium, w *world.World, line browser.Line, stays time.Duration) (err error) {
	site, err := url.Parse(w.URL)
	if err != nil {
		return err
	}
	link, err := browser.NewLink(site.Host, line)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, link.Close()) }()
	v, err := c.Visitor()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	tab, err := v.Tab()
	if err != nil {
		return err
	}
	closing := time.Now().Add(stays)
	if err := tab.Begin("http://" + link.Addr + "/"); err != nil {
		return err
	}
	if err := wait(ctx, time.Until(closing)); err != nil {
		return err
	}
	if err := tab.Close(); err != nil {
		return err
	}
	return wait(ctx, grace)
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// counted closes the period, has it released beside a crowd of others, and returns how
// many of the visits the release counts.
func counted(ctx context.Context, w *world.World, period int) (int, error) {
	acknowledged := map[[16]byte]bool{}
	for _, r := range w.Reports() {
		if r.Status != http.StatusAccepted {
			continue
		}
		got, err := report.Parse(r.Body)
		if err != nil {
			return 0, err
		}
		acknowledged[got.ID] = true
	}
	if err := w.Join(ctx, crowd); err != nil {
		return 0, err
	}
	_, view, err := w.Release(ctx, period, nil)
	if err != nil {
		return 0, err
	}
	if n := int(view.Accepted) - crowd; n != len(acknowledged) {
		return 0, fmt.Errorf("%d visits were acknowledged and %d counted: %v", len(acknowledged), n, view.Rejected)
	}
	return len(acknowledged), nil
}
