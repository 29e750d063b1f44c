package demo

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// phase is how far the closing of a day is.
type phase string

// The phases, in their order. Visitors: the others relive their 90 days, where that
// is not over yet. Sending: they live the day, and each sends a report. Releasing:
// leader and helper verify, sum and noise.
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

// today is where the demo stands.
type today struct {
	date    plan.Date
	relived int // days of the history
	ready   bool
}

// days are the demo's days: the one that the person and the others live, and the end
// of it. It is safe for concurrent use.
type days struct {
	rig     *rig.Rig
	watch   *watch
	history *History
	options population.Options

	ctx   context.Context // of all that runs here
	end   context.CancelFunc
	work  sync.WaitGroup
	lived chan struct{} // closed when the others have relived the history

	mu      sync.Mutex
	period  int // today's, in the plan
	at      today
	crowd   *simulate.Crowd
	failure error // why the others cannot live another day
	closing closing
	busy    bool
	sent    bool // today's reports are with the collector
}

var (
	// errBusy: the day is being closed already.
	errBusy = errors.New("the day is being closed already: wait until it is over")
	// errOver: the demo cannot go on.
	errOver = errors.New("stop the demo with Ctrl-C and start it again: dunlin demo")
)

// begin puts the clocks into the morning of the plan's first day, and lets the others
// relive the history meanwhile.
func begin(r *rig.Rig, w *watch, h *History, visitors population.Options) (*days, error) {
	ctx, end := context.WithCancel(context.Background())
	d := &days{rig: r, watch: w, history: h, options: visitors, ctx: ctx, end: end, lived: make(chan struct{}), closing: closing{Phase: idle}}
	if err := d.rise(0); err != nil {
		end()
		return nil, err
	}
	d.work.Go(func() {
		defer close(d.lived)
		crowd, err := d.relive()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.crowd, d.at.ready = crowd, err == nil
		if err != nil {
			d.failure = fmt.Errorf("the visitors could not relive their days: %w; %w", err, errOver)
		}
	})
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
	d.mu.Lock()
	defer d.mu.Unlock()
	d.period, d.at.date, d.sent = period, p.Date, false
	return nil
}

// relive makes the other visitors what they are after the history's days: every
// device lives them again, by the priors of the day, but for the reports. One
// processor is left for the person.
func (d *days) relive() (*simulate.Crowd, error) {
	both, err := calendar(d.history.Plan, d.rig.Plan)
	if err != nil {
		return nil, err
	}
	shop, err := population.New(both, d.options)
	if err != nil {
		return nil, err
	}
	c, err := simulate.NewCrowd(d.ctx, simulate.CrowdOptions{
		Shop: shop, Plan: d.history.Plan, Seed: seed, Device: simulate.NativeUnder(d.history.Published),
		Workers: max(1, runtime.GOMAXPROCS(0)-1),
	})
	if err != nil {
		return nil, err
	}
	for day := range d.history.Plan.Periods {
		if err := d.history.Live(d.ctx, c, day, nil); err != nil {
			return nil, errors.Join(err, c.Close(d.ctx))
		}
		d.mu.Lock()
		d.at.relived = day + 1
		d.mu.Unlock()
	}
	return c, c.Move(d.ctx, d.rig.Plan, 0, simulate.NativeUnder(d.rig.Published))
}

// now returns where the demo stands.
func (d *days) now() today {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

// last returns the closing that runs, or was the last.
func (d *days) last() closing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closing
}

// next starts closing the day.
//
// Errors: errBusy.
func (d *days) next() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy {
		return errBusy
	}
	d.busy = true
	d.closing = closing{Phase: visiting, Done: uint64(d.at.relived), Total: uint64(len(d.history.Plan.Periods)), Date: d.at.date.String()}
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
	if err := d.wait(); err != nil {
		return err
	}
	d.mu.Lock()
	period, sent := d.period, d.sent
	d.mu.Unlock()
	if !sent {
		if err := d.send(period); err != nil {
			return err
		}
	}
	d.show(releasing, 0, 0)
	if _, _, err := d.rig.Release(d.ctx, period, func(n, total uint64) { d.show(releasing, n, total) }); err != nil {
		return fmt.Errorf("the day could not be released: %w; try again, or %w", err, errOver)
	}
	return d.rise(period + 1)
}

// wait waits for the other visitors.
func (d *days) wait() error {
	for {
		select {
		case <-d.lived:
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.failure
		case <-time.After(100 * time.Millisecond):
			d.show(visiting, uint64(d.now().relived), uint64(len(d.history.Plan.Periods)))
		}
	}
}

// send lets the others live the day and send their reports, beside the person's.
func (d *days) send(period int) error {
	day := len(d.history.Plan.Periods) + period
	total, err := d.prepare(day)
	if err != nil {
		return fmt.Errorf("the day could not be begun: %w; try again, or %w", err, errOver)
	}
	d.show(sending, 0, total)
	if _, _, err = d.crowd.Send(d.ctx, d.rig, day, nil, func(n uint64) { d.show(sending, n, total) }); err != nil {
		// Some have reported and some have not: who lived the day twice would count twice.
		err = fmt.Errorf("the visitors' reports did not all arrive: %w; %w", err, errOver)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent, d.failure = err == nil, err
	return err
}

// prepare hands the others the priors of the day, and returns how many of them come.
func (d *days) prepare(day int) (total uint64, err error) {
	priors, _, ok, err := d.rig.Priors(d.ctx)
	if err != nil {
		return 0, err
	}
	if ok {
		if err := d.crowd.UsePriors(d.ctx, priors); err != nil {
			return 0, err
		}
	}
	return d.crowd.Reports(d.ctx, day, day+1)
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
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.crowd == nil {
		return nil
	}
	return d.crowd.Close(context.Background())
}
