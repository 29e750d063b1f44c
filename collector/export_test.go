package collector

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// ParsePointer reads a pointer and writes it again.
func ParsePointer(b []byte) (current, previous plan.Digest, again []byte, err error) {
	p, err := parsePointer(b)
	return p.current, p.previous, p.append(nil), err
}

// Visitor returns whom a request comes from.
func Visitor(r *http.Request, trusted []netip.Prefix) (netip.Addr, bool) { return visitor(r, trusted) }

// Bucket returns what takes one token of a quota.
func Bucket(q Quota) (take func(now time.Time) (wait time.Duration, ok bool), err error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	return (&bucket{quota: q}).take, nil
}

// Remembered returns how many addresses are in memory.
func (c *Collector) Remembered() int {
	c.addresses.mu.Lock()
	defer c.addresses.mu.Unlock()
	return len(c.addresses.seen)
}

// Addresses returns what counts one report of an address.
func Addresses(p PerAddress) (take func(r *http.Request, now time.Time) (wait time.Duration, ok bool), err error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	a, err := newAddresses(p)
	if err != nil {
		return nil, err
	}
	return a.take, nil
}

// Answers returns each reason's status and whether it says when to try again.
func Answers() (all map[Reason]struct {
	Status int
	Again  bool
}) {
	all = make(map[Reason]struct {
		Status int
		Again  bool
	})
	for reason, about := range reasons {
		all[reason] = struct {
			Status int
			Again  bool
		}{about.status, about.retry > 0}
	}
	return all
}
