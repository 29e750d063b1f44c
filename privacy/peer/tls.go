package peer

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net/http"
	"slices"
	"time"
)

// ErrUnknownPeer: the other end proved an identity that nobody pinned.
var ErrUnknownPeer = errors.New("peer: the other end is not the pinned one")

// ServerTLS returns the configuration of a listener that only peers with one of
// the allowed keys can reach.
func ServerTLS(id Identity, allowed ...Key) (*tls.Config, error) {
	c, err := config(id, allowed)
	if err != nil {
		return nil, err
	}
	c.ClientAuth = tls.RequireAnyClientCert
	return c, nil
}

// Client returns an HTTP client that talks to the one server that holds key.
// Responses must arrive within timeout; connections are kept for reuse.
func Client(id Identity, server Key, timeout time.Duration) (*http.Client, error) {
	c, err := config(id, []Key{server})
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			TLSClientConfig:     c,
			ForceAttemptHTTP2:   false,
			MaxIdleConnsPerHost: 8,
			IdleConnTimeout:     time.Minute,
		},
		// A peer that redirects is not following the protocol.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// config is what both ends share. InsecureSkipVerify switches off certificate
// authorities and host names only: VerifyConnection, which TLS calls on every
// handshake, resumed ones too, holds the proven key to the pinned ones instead.
func config(id Identity, allowed []Key) (*tls.Config, error) {
	cert, err := certificate(id)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		Certificates:       []tls.Certificate{cert},
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if k, ok := proven(&s); !ok || !slices.Contains(allowed, k) {
				return ErrUnknownPeer
			}
			return nil
		},
	}, nil
}

// certificate wraps the identity in the least that TLS accepts. Its dates mean
// nothing: nobody checks them, a pinned key is valid until it is unpinned.
func certificate(id Identity) (tls.Certificate, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Unix(1<<37, 0).UTC()}
	der, err := x509.CreateCertificate(nil, t, t, id.private.Public(), id.private)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: id.private}, nil
}

func proven(s *tls.ConnectionState) (Key, bool) {
	var k Key
	if s == nil || len(s.PeerCertificates) == 0 {
		return k, false
	}
	public, ok := s.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
	if !ok || len(public) != len(k) {
		return k, false
	}
	copy(k[:], public)
	return k, true
}

// Of returns the identity that the other end of a request has proved; ok is
// false for a request that did not come over this package's TLS.
func Of(r *http.Request) (k Key, ok bool) { return proven(r.TLS) }

// Require is the handler that answers 403 to all but the allowed peers. It
// stands behind ServerTLS, so that a handler mounted on a wrong listener by
// mistake is closed, not open.
func Require(next http.Handler, allowed ...Key) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k, ok := Of(r); !ok || !slices.Contains(allowed, k) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"type":"urn:dunlin:problem:unknown-peer","title":"unknown peer","status":403,"detail":"connect with the identity whose public key this service's configuration names"}` + "\n"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
