package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows one stage's progress with rate and time left: redrawn on a terminal,
// and elsewhere (a log, CI) a line every few seconds. finish ends it, once.
func bar(w io.Writer, what, unit string) (progress rig.Progress, finish func()) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return drawnBar(w, what, unit)
	}
	return printedBar(w, what, unit)
}

func drawnBar(w io.Writer, what, unit string) (rig.Progress, func()) {
	var mu sync.Mutex
	var b *progressbar.ProgressBar
	ended := false
	progress := func(done, total uint64) {
		mu.Lock()
		defer mu.Unlock()
		if b == nil {
			b = progressbar.NewOptions64(int64(total),
				progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
				progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit),
				progressbar.OptionSetPredictTime(true), progressbar.OptionShowElapsedTimeOnFinish(),
				progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(24),
				progressbar.OptionUseANSICodes(true))
		}
		if !ended && int64(done) > b.State().CurrentNum {
			_ = b.Set64(int64(done)) // a bar that cannot be drawn is no reason to stop
		}
	}
	return progress, func() {
		mu.Lock()
		defer mu.Unlock()
		if b != nil && !ended {
			fmt.Fprintln(w)
		}
		ended = true
	}
}

// printEvery is how often a stage that is not drawn says how far it is.
const printEvery = 5 * time.Second

func printedBar(w io.Writer, what, unit string) (rig.Progress, func()) {
	var mu sync.Mutex
	var started, printed time.Time
	var last, of uint64
	ended := false
	line := func(now time.Time) {
		took := now.Sub(started).Seconds()
		rate := float64(last) / max(took, 1e-3)
		fmt.Fprintf(w, "%s %d of %d, %.0f %s/s, %.0f s", what, last, of, rate, unit, took)
		if last < of {
			fmt.Fprintf(w, ", about %.0f s left", float64(of-last)/max(rate, 1e-3))
		}
		fmt.Fprintln(w)
	}
	progress := func(done, total uint64) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if started.IsZero() {
			started, printed = now, now
		}
		last, of = max(last, done), total
		if !ended && now.Sub(printed) >= printEvery && last < of {
			printed = now
			line(now)
		}
	}
	return progress, func() {
		mu.Lock()
		defer mu.Unlock()
		if !ended && !started.IsZero() {
			line(time.Now())
		}
		ended = true
	}
}
