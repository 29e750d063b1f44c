package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// phase is how far the closing of a day is.
type phase string

// The phases, in their order. Visitors: the others relive their 90 days, where that
// is not over yet. Sending: the reports of the day that are left. Releasing: leader
// and helper verify, sum and noise.
const (
	idle      phase = "idle"
	visiting  phase = "visitors"
	sending   phase = "sending"
	releasing phase = "releasing"
	done      phase = "done"
	failed    phase = "failed"
)

// closing is the closing of a day that runs, or was the last.
type closing struct {
	Phase phase  `json:"phase"`
	Done  uint64 `json:"done"`
	Total uint64 `json:"total"`
	Date  string `json:"date"`  // of the day that is closed
	Error string `json:"error"` // what to tell the person, where it failed
}

// days are the demo's days: the one that the person and the others live, and the end
// of it. It is safe for concurrent use.
type days struct {
	rig    *rig.Rig
	watch  *watch
	others *others

	ctx  context.Context // of all that runs here
	end  context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	period  int // today's, in the plan
	date    plan.Date
	closing closing
	busy    bool
}

// errBusy: the day is being closed already.
var errBusy = errors.New("the day is being closed already: wait until it is over")

// errNotToday: another day than the one that is lived was to be closed.
var errNotToday = errors.New("the day is not today")

// begin puts the clocks into the morning of the plan's first day, and lets the others
// relive the history meanwhile.
func begin(r *rig.Rig, w *watch, h *History, visitors population.Options) (*days, error) {
	ctx, end := context.WithCancel(context.Background())
	d := &days{
		rig: r, watch: w, ctx: ctx, end: end, closing: closing{Phase: idle},
		others: &others{rig: r, history: h, options: visitors, ctx: ctx},
	}
	if err := d.rise(0); err != nil {
		end()
		return nil, err
	}
	return d, nil
}

// rise goes on to the morning of a day.
func (d *days) rise(period int) error {
	if period >= len(d.rig.Plan.Periods) {
		return fmt.Errorf("the demo's plan ends here, after %d days: %w", len(d.rig.Plan.Periods), errOver)
	}
	p := d.rig.Plan.Periods[period]
	if err := d.rig.Move(p.Start + plan.Time(morning/time.Second)); err != nil {
		return err
	}
	d.others.live(period)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.period, d.date = period, p.Date
	return nil
}

// today returns the day's date.
func (d *days) today() plan.Date {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.date
}

// last returns the closing that runs, or was the last.
func (d *days) last() closing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closing
}

// next starts closing the day of a date, which must be today: a button that is pressed
// twice closes one day.
//
// Errors: errBusy, errNotToday.
func (d *days) next(date string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy {
		return errBusy
	}
	if date != d.date.String() {
		return errNotToday
	}
	d.busy = true
	d.closing = closing{Phase: visiting, Date: d.date.String()}
	d.work.Go(func() {
		err := d.close()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.busy = false
		if err != nil {
			d.closing.Phase, d.closing.Error = failed, err.Error()
		} else {
			d.closing.Phase = done
		}
	})
	return nil
}

// close closes the day and begins the next. Called again after it has failed, it goes
// on with what is left to do; but devices that have lived half of a day cannot live it
// again.
func (d *days) close() error {
	if err := d.others.wait(d.show); err != nil {
		return err
	}
	d.mu.Lock()
	period := d.period
	d.mu.Unlock()
	d.show(releasing, 0, 0)
	if _, _, err := d.rig.Release(d.ctx, period, func(n, total uint64) { d.show(releasing, n, total) }); err != nil {
		return fmt.Errorf("the day could not be released: %w; try again, or %w", err, errOver)
	}
	return d.rise(period + 1)
}

// show tells who asks how far the closing is; many goroutines report, so it never goes
// back.
func (d *days) show(p phase, n, total uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := &d.closing
	if c.Phase == p && c.Total == total {
		n = max(n, c.Done)
	}
	c.Phase, c.Done, c.Total = p, n, total
}

// stop ends whatever runs.
func (d *days) stop() error {
	d.end()
	d.work.Wait()
	return d.others.close()
}
