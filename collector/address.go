package collector

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// PerAddress bounds how many reports come from one network address in a minute. The
// zero PerAddress bounds nothing, and then no address is looked at.
//
// An address is in memory only, as the first 8 bytes of its SHA-256 with a key that
// the process draws when it starts, and for at most a minute: then the whole table
// goes. It is not logged, and not told to anyone: /v1/status has the number of
// refusals. Of IPv6 the first 64 bits count, as a household or a machine has that
// many to choose from.
//
// It keeps one machine from flooding a collector, and no more than that. Visitors
// behind one relay, carrier-grade NAT, office or VPN share an address, so PerMinute
// must allow for all of them; a browser sends a few reports a day. Who has many
// addresses is not held up: the quota of the site and the bound on the queue are for
// that. And it proves nothing: a report is no more genuine for having passed.
type PerAddress struct {
	// PerMinute is how many reports of one address are taken in a minute of the
	// collector's clock. A minute begins with its first report, so two may fall
	// together: at most twice as many come within any 60 seconds. 0: no bound.
	PerMinute int
	// Trusted are the networks of the proxies in front of the collector. From them,
	// and from nobody else, X-Forwarded-For is believed, read from its right end: the
	// first address that is not a trusted proxy's is the visitor's. A trusted proxy
	// that names nobody is not bounded.
	Trusted []netip.Prefix
	// Table is how many addresses are counted at once. When it is full, others pass
	// uncounted until the minute is over: whoever has that many addresses would
	// otherwise lock everyone else out. Default 65,536 (a few MB).
	Table int
	// Random is where the key is drawn from. Required with PerMinute.
	Random io.Reader
	// After calls f once d has passed, unless stop is called before: it clears the
	// table when no report comes that would. Required with PerMinute;
	// time.AfterFunc's Stop does.
	After func(d time.Duration, f func()) (stop func() bool)
}

func (p *PerAddress) check() error {
	switch {
	case p.PerMinute < 0 || p.Table < 0:
		return errors.New("collector: PerAddress: PerMinute and Table are positive, or 0")
	case p.PerMinute == 0 && (p.Table > 0 || len(p.Trusted) > 0):
		return errors.New("collector: PerAddress: Table and Trusted need PerMinute")
	case p.PerMinute > 0 && (p.Random == nil || p.After == nil):
		return errors.New("collector: PerAddress: PerMinute needs Random and After")
	}
	for _, n := range p.Trusted {
		if !n.IsValid() {
			return errors.New("collector: PerAddress: a network in Trusted is none; write 10.0.0.0/8 or 2001:db8::/32")
		}
	}
	if p.Table == 0 {
		p.Table = 1 << 16
	}
	return nil
}

// minute is how long an address is remembered at most.
const minute = time.Minute

// addresses counts reports by address.
type addresses struct {
	limit   PerAddress
	key     [sha256.Size]byte
	mu      sync.Mutex
	seen    map[uint64]int // nil while none is remembered
	since   time.Time      // when seen was begun
	forget  func() bool    // stops the timer of seen
	skipped uint64         // reports that found the table full
}

func newAddresses(limit PerAddress) (*addresses, error) {
	a := &addresses{limit: limit}
	if _, err := io.ReadFull(limit.Random, a.key[:]); err != nil {
		return nil, fmt.Errorf("collector: draw the key of addresses: %w", err)
	}
	return a, nil
}

// take counts a report of r's address. When that has sent enough, it says how long to
// wait: what is left of the minute.
func (a *addresses) take(r *http.Request, now time.Time) (wait time.Duration, ok bool) {
	from, known := visitor(r, a.limit.Trusted)
	if !known {
		return 0, true
	}
	name := a.name(from)
	a.mu.Lock()
	defer a.mu.Unlock()
	// A clock that was set back ends the minute too: nothing is kept for longer.
	if a.seen != nil && (now.Before(a.since) || now.Sub(a.since) >= minute) {
		a.clear()
	}
	if a.seen == nil {
		seen := make(map[uint64]int)
		a.seen, a.since = seen, now
		a.forget = a.limit.After(minute, func() { a.end(now) })
	}
	n, counted := a.seen[name]
	switch {
	case n >= a.limit.PerMinute:
		return minute - now.Sub(a.since), false
	case !counted && len(a.seen) >= a.limit.Table:
		a.skipped++
		return 0, true
	}
	a.seen[name] = n + 1
	return 0, true
}

// end forgets the minute that began at since, if it still runs.
func (a *addresses) end(since time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen != nil && a.since.Equal(since) {
		a.clear()
	}
}

// clear forgets all addresses. Whoever calls it holds mu.
func (a *addresses) clear() {
	a.seen = nil
	if a.forget != nil {
		a.forget()
		a.forget = nil
	}
}

// close forgets all addresses.
func (a *addresses) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clear()
}

// uncounted returns how many reports found the table full.
func (a *addresses) uncounted() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.skipped
}

// name is what an address is remembered as.
func (a *addresses) name(from netip.Addr) uint64 {
	from = from.Unmap().WithZone("")
	if from.Is6() {
		if p, err := from.Prefix(64); err == nil {
			from = p.Addr()
		}
	}
	var in [sha256.Size + 16]byte
	copy(in[:], a.key[:])
	at := from.As16()
	copy(in[sha256.Size:], at[:])
	sum := sha256.Sum256(in[:])
	return binary.BigEndian.Uint64(sum[:])
}

// hops bounds how many proxies of X-Forwarded-For are looked at.
const hops = 16

// visitor returns the address that a request comes from: the peer's, or what
// trusted proxies say of whom they speak for. known is false where they name nobody,
// and for a peer without an address, as on a Unix socket.
func visitor(r *http.Request, trusted []netip.Prefix) (from netip.Addr, known bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	from = peer.Addr().Unmap()
	if !within(from, trusted) {
		return from, true
	}
	lines := r.Header["X-Forwarded-For"]
	for seen := 0; len(lines) > 0 && seen < hops; {
		line := lines[len(lines)-1]
		rest, last, more := cutLast(line)
		if more {
			lines = append(lines[:len(lines)-1:len(lines)-1], rest)
		} else {
			lines = lines[:len(lines)-1]
		}
		at, ok := parseHop(last)
		if !ok {
			return netip.Addr{}, false // what stands left of it is whatever the visitor wrote
		}
		if !within(at, trusted) {
			return at, true
		}
		seen++
	}
	return netip.Addr{}, false
}

// cutLast returns what stands before and behind the last comma.
func cutLast(line string) (rest, last string, more bool) {
	if i := strings.LastIndexByte(line, ','); i >= 0 {
		return line[:i], line[i+1:], true
	}
	return "", line, false
}

// parseHop reads an address as proxies write it, with or without a port.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if at, err := netip.ParseAddr(s); err == nil {
		return at.Unmap(), true
	}
	if at, err := netip.ParseAddrPort(s); err == nil {
		return at.Addr().Unmap(), true
	}
	at, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	return at.Unmap(), err == nil
}

func within(at netip.Addr, networks []netip.Prefix) bool {
	at = at.WithZone("")
	for _, n := range networks {
		if n.Contains(at) {
			return true
		}
	}
	return false
}
