package demo

import (
	"errors"
	"fmt"
	"net"
	"net/http"
)

// ErrListen: an address that the demo does not listen at.
var ErrListen = errors.New("the demo is for this machine alone: listen at a loopback address such as 127.0.0.1:8080 (from another machine: ssh -L 8080:127.0.0.1:8080)")

// loopback refuses addresses that other machines could reach: the demo has no
// password for closing a day, and browsers give WebCrypto to loopback hosts alone.
//
// Errors: ErrListen.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q: %w", address, ErrListen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q: %w", address, ErrListen)
	}
	return nil
}

// onlyLocal lets through what was asked of this machine by one of its own names. A page
// of another site whose name was made to point here (DNS rebinding) sends that name.
func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if loopback(net.JoinHostPort(host, "0")) != nil {
			refuse(w, http.StatusMisdirectedRequest, "host", "The demo is not at this name.", "Open the address that `dunlin demo` has printed.")
			return
		}
		next.ServeHTTP(w, r)
	})
}
