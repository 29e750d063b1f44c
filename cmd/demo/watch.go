package demo

import (
	"sync"
	"time"
)

// The demo's day, in seconds from its midnight. It begins in the morning and goes on
// as the wall's clock does; who leaves it alone finds it standing in the evening, for
// a day only ends by the button, and a report made after midnight would be of a
// period that has no visitors yet.
const (
	morning = 9 * time.Hour
	evening = 22 * time.Hour
)

// watch is the demo's clock: every service's, and the pages'.
type watch struct {
	wall func() time.Time

	mu    sync.Mutex
	ahead time.Duration
	stop  time.Time // where it stands still
}

// Set puts the clock to t. It goes on from there.
func (w *watch) Set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t = t.UTC()
	w.ahead = t.Sub(w.wall())
	w.stop = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Add(evening)
	if w.stop.Before(t) {
		w.stop = t
	}
}

// Now is the clock's time.
func (w *watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.wall().Add(w.ahead).UTC()
	if t.After(w.stop) {
		return w.stop
	}
	return t
}

// Ahead is how many seconds the clock is ahead of the wall's, now. It may be negative.
func (w *watch) Ahead() int64 { return int64(w.Now().Sub(w.wall()).Round(time.Second) / time.Second) }
