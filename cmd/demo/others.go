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
)

// others are the visitors beside the person. They live their day from its morning on,
// whatever the person does, and send their reports as the day goes; its end only waits
// for those that are left. It is safe for concurrent use.
type others struct {
	rig     *rig.Rig
	history *History
	options population.Options
	ctx     context.Context
	work    sync.WaitGroup
	crowd   *simulate.Crowd // of the goroutine that lives the day

	mu      sync.Mutex
	period  int           // the day's, in the plan
	ended   chan struct{} // closed when the day's reports are sent, or when that failed
	err     error         // of the day
	lost    bool          // err is nothing that another try could mend
	relived int           // days of the history
	ready   bool          // all of them
	sent    uint64        // reports of the day
	total   uint64
}

// errOver: the demo cannot go on.
var errOver = errors.New("stop the demo with Ctrl-C and start it again: dunlin demo")

// live begins a day in the background. The rig's running period is that day's.
func (o *others) live(period int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ended := make(chan struct{})
	o.period, o.ended, o.err, o.sent, o.total = period, ended, nil, 0, 0
	o.work.Go(func() {
		defer close(ended)
		lost, err := o.day(period)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.err, o.lost = err, lost
	})
}

// wait waits until all reports of the day are sent, and tells show how far that is. A
// day that could not be begun is tried once more.
func (o *others) wait(show func(p phase, n, total uint64)) error {
	for again := true; ; again = false {
		o.watch(show)
		o.mu.Lock()
		period, lost, err := o.period, o.lost, o.err
		o.mu.Unlock()
		if err == nil || lost || !again {
			return err
		}
		o.live(period)
	}
}

// watch tells show how far the day is until it has ended.
func (o *others) watch(show func(p phase, n, total uint64)) {
	o.mu.Lock()
	ended := o.ended
	o.mu.Unlock()
	for {
		o.mu.Lock()
		p, n, total := sending, o.sent, o.total
		if !o.ready {
			p, n, total = visiting, uint64(o.relived), uint64(len(o.history.Plan.Periods))
		}
		o.mu.Unlock()
		show(p, n, total)
		select {
		case <-ended:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// day lives a day and sends its reports. lost: another try could not mend it.
func (o *others) day(period int) (lost bool, err error) {
	if o.crowd == nil {
		if o.crowd, err = o.relive(); err != nil {
			return true, fmt.Errorf("the visitors could not relive their days: %w; %w", err, errOver)
		}
		o.mu.Lock()
		o.ready = true
		o.mu.Unlock()
	}
	day := len(o.history.Plan.Periods) + period
	if err := o.prepare(day); err != nil {
		return false, fmt.Errorf("the day could not be begun: %w; try again, or %w", err, errOver)
	}
	_, _, err = o.crowd.Send(o.ctx, o.rig, day, nil, func(n uint64) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.sent = max(o.sent, n)
	})
	if err != nil {
		// Some have reported and some have not: who lived the day twice would count twice.
		return true, fmt.Errorf("the visitors' reports did not all arrive: %w; %w", err, errOver)
	}
	return false, nil
}

// prepare hands the visitors the priors of a day, and counts how many of them come.
func (o *others) prepare(day int) error {
	priors, _, ok, err := o.rig.Priors(o.ctx)
	if err != nil {
		return err
	}
	if ok {
		if err := o.crowd.UsePriors(o.ctx, priors); err != nil {
			return err
		}
	}
	total, err := o.crowd.Reports(o.ctx, day, day+1)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.total = total
	return err
}

// relive makes the visitors what they are after the history's days: every device lives
// them again, by the priors of the day, but for the reports.
func (o *others) relive() (*simulate.Crowd, error) {
	both, err := calendar(o.history.Plan, o.rig.Plan)
	if err != nil {
		return nil, err
	}
	shop, err := population.New(both, o.options)
	if err != nil {
		return nil, err
	}
	workers := max(1, runtime.GOMAXPROCS(0)-1) // one processor is the person's
	c, err := simulate.NewCrowd(o.ctx, simulate.CrowdOptions{
		Shop: shop, Plan: o.history.Plan, Seed: seed, Device: simulate.NativeUnder(o.history.Published), Workers: workers,
	})
	if err != nil {
		return nil, err
	}
	for day := range o.history.Plan.Periods {
		if err := o.history.Live(o.ctx, c, day, nil); err != nil {
			return nil, errors.Join(err, c.Close(o.ctx))
		}
		o.mu.Lock()
		o.relived = day + 1
		o.mu.Unlock()
	}
	return c, c.Move(o.ctx, o.rig.Plan, 0, simulate.NativeUnder(o.rig.Published))
}

// progress returns how many of the history's days are relived, and whether all are.
func (o *others) progress() (relived int, ready bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.relived, o.ready
}

// close waits for the day to end, which it does at once where its context has ended.
func (o *others) close() error {
	o.work.Wait()
	if o.crowd == nil {
		return nil
	}
	return o.crowd.Close(context.WithoutCancel(o.ctx))
}
