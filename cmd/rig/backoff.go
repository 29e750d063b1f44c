package rig

import (
	"net/http"
	"strconv"
	"time"
)

const (
	// tries is how often a report is sent before its sender gives up.
	tries = 10
	// unreachable is how often it is sent to nobody: whoever is not back within two
	// seconds has died.
	unreachable = 6
	// firstWait is what a sender waits that is not told how long, each time twice as
	// long as before, up to lastWait.
	firstWait, lastWait = 50 * time.Millisecond, 30 * time.Second
	// patience bounds what a collector can ask for. It asks for two minutes at most of
	// what passes by itself (collector/problem.go); the rest needs its operator.
	patience = 2 * time.Minute
)

// untold is the wait of an answer that names none.
const untold time.Duration = -1

// waitFor is how long to wait before the try after n others: what the collector asks
// for, or firstWait, doubled each time, and up to half as much again, by jitter from 0
// to 1. So many who were refused at once come back one after the other.
func waitFor(n int, asked time.Duration, jitter float64) time.Duration {
	if asked == untold {
		asked = lastWait
		if n < 16 {
			asked = min(asked, firstWait<<n)
		}
	}
	return asked + time.Duration(jitter*float64(max(asked, firstWait))/2)
}

// retryAfter reads how long an answer asks to wait: in seconds, or until a date by the
// clock of who answers. It is untold where it says nothing that can be read.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	now, err2 := http.ParseTime(h.Get("Date"))
	if err != nil || err2 != nil {
		return untold
	}
	return max(0, at.Sub(now))
}
