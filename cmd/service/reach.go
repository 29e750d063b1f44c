package service

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// ErrAddressInUse: somebody listens where a service would.
var ErrAddressInUse = errors.New("the address is in use: stop the process that listens there (another dunlin serve?), or name another address in the services file")

// ErrNoHelper: the leader was not told of a helper.
var ErrNoHelper = errors.New("the leader knows no helper: name it in the services file (leader.helper), or accept the line that `dunlin pair invite` prints at the helper with `dunlin pair accept`")

// toHelper connects to the helper as the leader.
func (c *Config) toHelper(timeout time.Duration) (*http.Client, error) {
	if c.Leader.Helper.URL == "" {
		return nil, ErrNoHelper
	}
	return c.connect(c.Leader.Helper.Keys, timeout)
}

// toCollector connects to the collector as the leader.
func (c *Config) toCollector(timeout time.Duration) (*http.Client, error) {
	return c.connect(c.Leader.Collector.Keys, timeout)
}

func (c *Config) connect(to peer.Keys, timeout time.Duration) (*http.Client, error) {
	id, err := c.identity(c.Leader.Identity, nil)
	if err != nil {
		return nil, err
	}
	return peer.Connect(id, peer.Fixed(to...), timeout), nil
}

// explain says of an error between services what an operator can do about it, in
// place of what the network library calls it. Other errors come back as they are.
func explain(err error) error {
	var at *url.Error
	if !errors.As(err, &at) {
		return err
	}
	where := at.URL
	if u, parsed := url.Parse(at.URL); parsed == nil {
		where = u.Scheme + "://" + u.Host
	}
	var alert *net.OpError
	var plain tls.RecordHeaderError
	switch {
	case errors.Is(err, peer.ErrUnknownPeer):
		return fmt.Errorf("%s does not hold the key that the services file names for it: compare with what `dunlin keygen` printed there: %w", where, peer.ErrUnknownPeer)
	case errors.As(err, &alert) && alert.Op == "remote error":
		return fmt.Errorf("%s does not know this service's key: its services file must name the one that `dunlin keygen` printed here (%w)", where, alert.Err)
	case errors.As(err, &plain):
		return fmt.Errorf("%s is no Dunlin service: it does not speak TLS: %w", where, plain)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nobody listens at %s: start that service with `dunlin serve`: %w", where, syscall.ECONNREFUSED)
	}
	return err
}
