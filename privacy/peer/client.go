package peer

import (
	"crypto/tls"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Client is Connect for an identity and a key that stay.
func Client(id Identity, server Key, timeout time.Duration) (*http.Client, error) {
	return Connect(id, Fixed(server), timeout), nil
}

// Connect returns an HTTP client that talks to the one server that holds one of
// the keys. Responses must arrive within timeout; 0 is no bound. Connections are kept
// for reuse for as long as neither the own identity nor the server's keys change, both
// of which are asked for at each request: what changes takes effect with the next one,
// and requests under way end as they began.
func Connect(self Self, server func() Keys, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:   timeout,
		Transport: &transport{self: self, server: server},
		// A peer that redirects is not following the protocol.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// transport makes connections of one identity to one set of keys, and new ones once
// either is another.
type transport struct {
	self   Self
	server func() Keys

	mu     sync.Mutex
	own    Key
	pinned Keys
	now    *http.Transport
}

// RoundTrip sends a request over a connection that was proven under what holds now.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	now, err := t.current()
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	return now.RoundTrip(r)
}

func (t *transport) current() (*http.Transport, error) {
	self, pinned := t.self.Current(), t.server()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now != nil && t.own == self.Public() && slices.Equal(t.pinned, pinned) {
		return t.now, nil
	}
	cert, err := certificate(self)
	if err != nil {
		return nil, err
	}
	pinned = slices.Clone(pinned)
	c := config(Fixed(pinned...))
	c.Certificates = []tls.Certificate{*cert}
	if t.now != nil {
		// It closes those of requests under way too, when they are done.
		t.now.CloseIdleConnections()
	}
	t.own, t.pinned = self.Public(), pinned
	t.now = &http.Transport{
		TLSClientConfig:     c,
		ForceAttemptHTTP2:   false,
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     time.Minute,
	}
	return t.now, nil
}

// CloseIdleConnections is what the client's method of that name calls.
func (t *transport) CloseIdleConnections() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now != nil {
		t.now.CloseIdleConnections()
	}
}
