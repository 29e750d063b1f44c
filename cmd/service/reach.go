package service

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// ErrAddressInUse: somebody listens where a service would.
var ErrAddressInUse = errors.New("the address is in use: stop the process that listens there (another dunlin serve?), or name another address in the services file")

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
