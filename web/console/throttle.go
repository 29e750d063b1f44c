package console

import (
	"sync"
	"time"
)

// Sign-ins that may fail one after the other under one name, and how long it rests then.
// The rest doubles with each failure that follows, up to mostRest.
const (
	freely   = 5
	rest     = 15 * time.Second
	mostRest = 15 * time.Minute
	mostDoor = 4096 // names that are remembered
)

// throttle slows down guessing at one name's password. It is kept in memory alone, and
// by name, not by address: addresses change, and are nobody's business here. Whoever
// makes a name rest keeps its owner from signing in by password, but not by a link.
type throttle struct {
	mu    sync.Mutex
	doors map[string]*door
}

type door struct {
	tried int // since the last success
	until time.Time
	last  time.Time
}

// enter counts a try under a name, and returns how long it has to wait instead where it
// may not be made yet. A try counts before its password is looked at: so those that come
// all at once are as few as those that come one by one.
func (t *throttle) enter(name string, now time.Time) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d := t.doors[name]
	if d != nil && now.Before(d.until) {
		return d.until.Sub(now)
	}
	if d == nil || now.Sub(d.last) > mostRest {
		d = &door{}
		t.keep(name, d, now)
	}
	d.tried++
	d.last = now
	if over := d.tried - freely; over >= 0 {
		d.until = now.Add(min(rest<<min(over, 10), mostRest))
	}
	return 0
}

// keep remembers a door, and forgets those at rest, or else any, where there are too many.
func (t *throttle) keep(name string, d *door, now time.Time) {
	if t.doors == nil {
		t.doors = map[string]*door{}
	}
	if len(t.doors) >= mostDoor {
		for n, old := range t.doors {
			if now.Sub(old.last) > mostRest || len(t.doors) >= mostDoor {
				delete(t.doors, n)
			}
		}
	}
	t.doors[name] = d
}

// passed forgets a name's tries.
func (t *throttle) passed(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.doors, name)
}
