package collector

import (
	"errors"
	"math"
	"sync"
	"time"
)

// Quota bounds how many reports a site may send, so that one of several sites
// behind a collector cannot take the disk from the others. It is counted when a
// report has been read and found good, so it spares the disk and not the line. The
// zero Quota bounds nothing.
type Quota struct {
	// PerSecond is how many a second in the long run, over all plans of a site.
	PerSecond float64
	// Burst is how many at once after a pause. Default: those of ten seconds.
	Burst int
}

func (q *Quota) check() error {
	switch {
	case math.IsNaN(q.PerSecond) || math.IsInf(q.PerSecond, 0) || q.PerSecond < 0 || q.Burst < 0:
		return errors.New("collector: Quota: PerSecond and Burst are positive, or 0")
	case q.PerSecond == 0 && q.Burst > 0:
		return errors.New("collector: Quota: Burst needs PerSecond")
	}
	if q.PerSecond > 0 && q.Burst == 0 {
		q.Burst = int(math.Ceil(min(10*q.PerSecond, 1<<30)))
	}
	return nil
}

// longestWait bounds what a refused report is told to wait.
const longestWait = 10 * time.Minute

// bucket holds a site's tokens, one for each report.
type bucket struct {
	quota Quota

	mu     sync.Mutex
	at     time.Time // of tokens and owed; zero before the first report
	tokens float64
	// owed are reports that were told to come back later: each next one is told to
	// come after them, so that they do not come all at once.
	owed float64
}

// take takes a token. Without one left it says how long to wait, in whole seconds.
func (b *bucket) take(now time.Time) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at.IsZero() {
		b.at, b.tokens = now, float64(b.quota.Burst)
	}
	// A clock that was set back adds nothing, and takes nothing.
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		more := passed * b.quota.PerSecond
		b.tokens = min(float64(b.quota.Burst), b.tokens+more)
		b.owed = max(0, b.owed-more)
	}
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		return 0, true
	}
	seconds := math.Ceil((1 - b.tokens + b.owed) / b.quota.PerSecond)
	if seconds >= longestWait.Seconds() {
		return longestWait, false
	}
	b.owed++
	return max(time.Second, time.Duration(seconds)*time.Second), false
}
