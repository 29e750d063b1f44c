package collector_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func reader(b []byte) io.Reader { return bytes.NewReader(b) }

// timers are what PerAddress.After started.
type timers struct {
	mu      sync.Mutex
	waiting map[int]func()
	started int
	after   []time.Duration
}

func (l *timers) start(d time.Duration, f func()) func() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = map[int]func(){}
	}
	l.started++
	n := l.started
	l.waiting[n] = f
	l.after = append(l.after, d)
	return func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		_, ran := l.waiting[n]
		delete(l.waiting, n)
		return ran
	}
}

// fire runs those that were not stopped.
func (l *timers) fire() {
	l.mu.Lock()
	var due []func()
	for n, f := range l.waiting {
		due = append(due, f)
		delete(l.waiting, n)
	}
	l.mu.Unlock()
	for _, f := range due {
		f()
	}
}

// limited is a collector that takes n reports a minute of each address.
func limited(t *testing.T, n int, change ...func(*collector.PerAddress)) (*service, *plan.Plan, *timers) {
	var clock timers
	s := serve(t, t.TempDir(), func(o *collector.Options) {
		o.PerAddress = collector.PerAddress{PerMinute: n, Random: rand.Reader, After: clock.start}
		for _, f := range change {
			f(&o.PerAddress)
		}
	})
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	return s, p, &clock
}

// from uploads a report as from an address and returns the answer.
func (s *service) from(p *plan.Plan, id uint64, address string, forwarded ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/v1/reports", reader(reportOf(s.t, p, firstDate, id, 1, 'a')))
	r.Header.Set("Content-Type", octets)
	r.RemoteAddr = address
	if len(forwarded) > 0 {
		r.Header["X-Forwarded-For"] = forwarded
	}
	w := httptest.NewRecorder()
	s.c.Public().ServeHTTP(w, r)
	return w
}

func TestAddressLimit(t *testing.T) {
	s, p, _ := limited(t, 2)
	for i, c := range []struct {
		address string
		status  int
	}{
		{"192.0.2.1:1000", 202}, {"192.0.2.1:1001", 202}, {"192.0.2.1:1002", 429},
		{"192.0.2.2:1000", 202}, {"[::ffff:192.0.2.1]:1000", 429}, // the same one, as IPv6 sockets say it
		{"[2001:db8::1]:1", 202}, {"[2001:db8::ffff:2%eth0]:1", 202}, {"[2001:db8::3]:1", 429}, // one /64
		{"[2001:db8:0:1::1]:1", 202},                  // the next one
		{"@", 202}, {"@", 202}, {"@", 202}, {"", 202}, // a Unix socket has none
	} {
		require.Equal(t, c.status, s.from(p, uint64(i), c.address).Code, "%d: %s", i, c.address)
	}
	require.EqualValues(t, 3, s.c.Counts()["reports.address-limit"])
	require.Equal(t, 4, s.c.Remembered())

	s.set(s.now().Add(20 * time.Second))
	for i := range 3 {
		w := s.from(p, 1, "192.0.2.1:1")
		require.Equal(t, collector.AddressLimit, reasonOf(t, w.Result(), w.Body.Bytes()))
		wait, err := strconv.Atoi(w.Header().Get("Retry-After"))
		require.NoError(t, err)
		require.Equal(t, 40+3+i, wait, "what is left of the minute, and not all at once")
	}
	s.set(s.now().Add(40 * time.Second))
	require.Equal(t, 202, s.from(p, 1, "192.0.2.1:1").Code)
	require.Equal(t, 1, s.c.Remembered(), "the minute is over for all")
	s.set(s.now().Add(-time.Hour))
	require.Equal(t, 202, s.from(p, 1, "192.0.2.2:1").Code)
	require.Equal(t, 1, s.c.Remembered(), "a clock set back keeps none for longer")
}

// Nothing is remembered for more than a minute, whether reports come or not.
func TestAddressesAreForgotten(t *testing.T) {
	s, p, clock := limited(t, 1)
	for round := range 3 {
		require.Equal(t, 202, s.from(p, 1, "192.0.2.1:1").Code)
		require.Equal(t, 429, s.from(p, 1, "192.0.2.1:1").Code)
		require.Equal(t, 1, s.c.Remembered())
		require.Len(t, clock.waiting, 1)
		clock.fire()
		require.Zero(t, s.c.Remembered(), "round %d: nobody came", round)
	}
	// A timer that comes late finds another minute, and leaves it.
	require.Equal(t, 202, s.from(p, 1, "192.0.2.1:1").Code)
	var late func()
	for _, late = range clock.waiting {
	}
	s.set(s.now().Add(time.Minute))
	require.Equal(t, 202, s.from(p, 1, "192.0.2.2:1").Code)
	require.Len(t, clock.waiting, 1, "the one before was stopped")
	late()
	require.Equal(t, 1, s.c.Remembered())
	for _, d := range clock.after {
		require.Equal(t, time.Minute, d)
	}
	require.NoError(t, s.c.Close())
	require.Zero(t, s.c.Remembered())
	require.Empty(t, clock.waiting)
}

func TestFullTableLocksNobodyOut(t *testing.T) {
	s, p, _ := limited(t, 1, func(l *collector.PerAddress) { l.Table = 2 })
	for i := range 5 {
		require.Equal(t, 202, s.from(p, uint64(i), fmt.Sprintf("192.0.2.%d:1", i)).Code)
	}
	require.Equal(t, 2, s.c.Remembered())
	require.EqualValues(t, 3, s.status().Uncounted)
	require.Equal(t, 429, s.from(p, 9, "192.0.2.0:1").Code, "who is counted is still held to it")
}

func TestVisitor(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string // empty: nobody
	}{
		"a visitor":                          {"192.0.2.1:5", nil, "192.0.2.1"},
		"a visitor who claims another":       {"192.0.2.1:5", []string{"198.51.100.7"}, "192.0.2.1"},
		"a proxy that names nobody":          {"10.1.1.1:5", nil, ""},
		"behind a proxy":                     {"10.1.1.1:5", []string{"198.51.100.7"}, "198.51.100.7"},
		"behind a proxy, and claims another": {"10.1.1.1:5", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		"behind two proxies":                 {"10.1.1.1:5", []string{"203.0.113.9,198.51.100.7 ,  10.2.2.2"}, "198.51.100.7"},
		"over several lines":                 {"10.1.1.1:5", []string{"203.0.113.9", "198.51.100.7", "10.2.2.2"}, "198.51.100.7"},
		"a proxy of IPv6":                    {"[2001:db8:1::5]:5", []string{"2001:db8:2::7"}, "2001:db8:2::7"},
		"with a port":                        {"10.1.1.1:5", []string{"198.51.100.7:4711"}, "198.51.100.7"},
		"in brackets":                        {"10.1.1.1:5", []string{"[2001:db8:2::7]"}, "2001:db8:2::7"},
		"in brackets, with a port":           {"10.1.1.1:5", []string{"[2001:db8:2::7]:80"}, "2001:db8:2::7"},
		"IPv4 within IPv6":                   {"[::ffff:10.1.1.1]:5", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		"what is no address":                 {"10.1.1.1:5", []string{"198.51.100.7, unknown"}, ""},
		"an empty line":                      {"10.1.1.1:5", []string{"198.51.100.7", ""}, ""},
		"proxies alone":                      {"10.1.1.1:5", []string{"10.3.3.3, 10.2.2.2"}, ""},
		"too many proxies":                   {"10.1.1.1:5", []string{"198.51.100.7" + strings.Repeat(", 10.2.2.2", 16)}, ""},
		"as many as are looked at":           {"10.1.1.1:5", []string{"198.51.100.7" + strings.Repeat(", 10.2.2.2", 15)}, "198.51.100.7"},
		"a Unix socket":                      {"@", []string{"198.51.100.7"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: c.peer, Header: http.Header{}}
			if c.forwarded != nil {
				r.Header["X-Forwarded-For"] = c.forwarded
			}
			kept := slices.Clone(c.forwarded)
			got, ok := collector.Visitor(r, trusted)
			require.Equal(t, c.want != "", ok)
			if ok {
				require.Equal(t, c.want, got.String())
			}
			require.Equal(t, kept, c.forwarded, "the header is left as it was")
		})
	}
}

// Whoever is not a trusted proxy cannot choose the address that is counted, and one
// that is never makes a trusted one of a visitor.
func FuzzVisitor(f *testing.F) {
	f.Add("192.0.2.1:5", "198.51.100.7")
	f.Add("10.1.1.1:5", "198.51.100.7, 10.2.2.2")
	f.Add("10.1.1.1:5", ",, ,")
	f.Add("[::1%lo]:5", "[::ffff:10.0.0.1]:1,fe80::1%eth0")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		got, ok := collector.Visitor(r, trusted)
		if !ok {
			return
		}
		require.True(t, got.IsValid())
		require.False(t, trusted[0].Contains(got))
		from, err := netip.ParseAddrPort(peer)
		require.NoError(t, err)
		if !trusted[0].Contains(from.Addr().Unmap()) {
			require.Equal(t, from.Addr().Unmap(), got)
		}
		// What a visitor wrote left of what the proxy added is not looked at.
		r.Header.Set("X-Forwarded-For", "203.0.113.9, "+forwarded)
		again, _ := collector.Visitor(r, trusted)
		require.Equal(t, got, again)
	})
}

func TestAddressOptions(t *testing.T) {
	after := func(time.Duration, func()) func() bool { return func() bool { return true } }
	good := collector.PerAddress{PerMinute: 1, Random: rand.Reader, After: after}
	for name, change := range map[string]func(*collector.PerAddress){
		"PerMinute": func(l *collector.PerAddress) { l.PerMinute = -1 },
		"Table":     func(l *collector.PerAddress) { l.Table = -1 },
		"Random":    func(l *collector.PerAddress) { l.Random = nil },
		"After":     func(l *collector.PerAddress) { l.After = nil },
		"Trusted":   func(l *collector.PerAddress) { l.Trusted = []netip.Prefix{{}} },
		"need":      func(l *collector.PerAddress) { l.PerMinute, l.Table = 0, 5 },
		"dry":       func(l *collector.PerAddress) { l.Random = dry{} },
	} {
		limit := good
		change(&limit)
		_, err := collector.Open(collector.Options{Dir: t.TempDir(), Verify: verify, Clock: time.Now, PerAddress: limit})
		require.ErrorContains(t, err, name)
	}
}

type dry struct{}

func (dry) Read([]byte) (int, error) { return 0, errors.New("dry") }
