package peer

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net/http"
	"time"
)

// ErrUnknownPeer: the other end proved an identity that nobody pinned.
var ErrUnknownPeer = errors.New("peer: the other end is not the pinned one")

// ServerTLS is Server for an identity and keys that stay.
func ServerTLS(id Identity, allowed ...Key) (*tls.Config, error) {
	return Server(id, Fixed(allowed...)), nil
}

// Server returns the configuration of a listener that only peers with one of the
// allowed keys can reach. Both identity and keys are asked for at each handshake,
// so that they may change while it listens. A connection from before such a change
// stays open: put Admit behind it, which looks at each request.
//
// Sessions are never resumed. A ticket would carry what was proven under a key into
// a time when that key is gone, and peers keep their connections anyway.
func Server(self Self, allowed func() Keys) *tls.Config {
	c := config(allowed)
	c.ClientAuth = tls.RequireAnyClientCert
	c.SessionTicketsDisabled = true
	// Not GetCertificate: that one is not asked where a server has set certificates
	// of its own, as httptest does.
	c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		cert, err := certificate(self.Current())
		if err != nil {
			return nil, err
		}
		now := c.Clone()
		now.Certificates = []tls.Certificate{*cert}
		return now, nil
	}
	return c
}

// config is what both ends share. InsecureSkipVerify switches off certificate
// authorities and host names only: VerifyConnection, which TLS calls on every
// handshake, holds the proven key to the pinned ones instead.
func config(allowed func() Keys) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if k, ok := proven(&s); !ok || !allowed().Has(k) {
				return ErrUnknownPeer
			}
			return nil
		},
	}
}

// certificate wraps the identity in the least that TLS accepts. Its dates mean
// nothing: nobody checks them, a pinned key is valid until it is unpinned.
func certificate(id Identity) (*tls.Certificate, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Unix(1<<37, 0).UTC()}
	der, err := x509.CreateCertificate(nil, t, t, id.private.Public(), id.private)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: id.private}, nil
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

// Require is Admit for keys that stay.
func Require(next http.Handler, allowed ...Key) http.Handler { return Admit(next, Fixed(allowed...)) }

// Admit is the handler that answers 403 to all but the allowed peers, who are asked
// for at each request. It stands behind Server: whose key is taken away is refused on
// connections that are open already, and a handler that is mounted on a wrong listener
// by mistake is closed, not open.
func Admit(next http.Handler, allowed func() Keys) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k, ok := Of(r); !ok || !allowed().Has(k) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Connection", "close") // the next handshake says the same
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"type":"urn:dunlin:problem:unknown-peer","title":"unknown peer","status":403,"detail":"connect with the identity whose public key this service's configuration names"}` + "\n"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
