package collector

import "sync/atomic"

// area is what a request was about, as far as counts go.
type area string

const (
	reports area = "reports"
	trials  area = "dry-run" // of reports
	plans   area = "plans"
	priors  area = "priors"
	current area = "current-priors" // which priors are a plan's
	batches area = "batches"
	other   area = "other"
)

const accepted = "accepted"

// What an accepted report may turn out to be when its period is closed: counted
// under the area reports, once a batch.
const (
	repeated   = "repeated"   // its ID and revision had arrived before
	superseded = "superseded" // a higher revision of its ID has arrived
)

// How batches ended, counted under the area batches.
const (
	deleted = "deleted" // the leader said so
	expired = "expired" // Sweep found it old
)

// counts counts what was accepted and what was refused, by area and reason. Its
// map never changes after newCounts, so it is read without a lock.
type counts map[string]*atomic.Uint64

func newCounts() counts {
	c := make(counts)
	for _, a := range []area{reports, trials, plans, priors, current, batches, other} {
		c[string(a)+"."+accepted] = new(atomic.Uint64)
		for r := range reasons {
			c[string(a)+"."+string(r)] = new(atomic.Uint64)
		}
	}
	for _, late := range []string{repeated, superseded} {
		c[string(reports)+"."+late] = new(atomic.Uint64)
	}
	for _, end := range []string{deleted, expired} {
		c[string(batches)+"."+end] = new(atomic.Uint64)
	}
	return c
}

// refused counts a refusal, and returns how many of its area and reason came before.
func (c counts) refused(a area, r Reason) uint64 { return c[string(a)+"."+string(r)].Add(1) - 1 }

// read returns the counts that are not zero.
func (c counts) read() map[string]uint64 {
	out := make(map[string]uint64)
	for name, n := range c {
		if v := n.Load(); v > 0 {
			out[name] = v
		}
	}
	return out
}
