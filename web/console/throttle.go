package console

import (
	"sync"
	"time"
)

// Sign-ins that may fail one after the other under one name, and how long it rests then.
// It doubles with each failure that follows, up to mostRest.
const (
	freely   = 5
	rest     = 15 * time.Second
	mostRest = 15 * time.Minute
	mostDoor = 4096 // names that are remembered
)

// throttle slows down guessing at one name's password. It is kept in memory alone, and
// by name, not by address: addresses change, and are nobody's business here.
type throttle struct {
	mu    sync.Mutex
	doors map[string]*door
}

type door struct {
	failed int
	until  time.Time
	last   time.Time
}

// wait returns how long a name has to wait before it may try.
func (t *throttle) wait(name string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.doors[name]; d != nil && now.Before(d.until) {
		return d.until.Sub(now)
	}
	return 0
}

// failed notes a wrong password.
func (t *throttle) failed(name string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.doors == nil {
		t.doors = map[string]*door{}
	}
	if len(t.doors) >= mostDoor {
		for n, d := range t.doors {
			if now.Sub(d.last) > mostRest || len(t.doors) >= mostDoor {
				delete(t.doors, n)
			}
		}
	}
	d := t.doors[name]
	if d == nil || now.Sub(d.last) > mostRest {
		d = &door{}
		t.doors[name] = d
	}
	d.failed++
	d.last = now
	if over := d.failed - freely; over >= 0 {
		d.until = now.Add(min(rest<<min(over, 10), mostRest))
	}
}

// passed forgets a name's failures.
func (t *throttle) passed(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.doors, name)
}
