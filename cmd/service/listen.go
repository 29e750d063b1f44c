package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// peerTimeout bounds one request between services: the longest is the preparation
// of one chunk.
const peerTimeout = 2 * time.Minute

// How long a request may take to arrive. A page of a batch or a chunk to prepare is
// large; a visitor's report has a few kilobytes, and whoever sends one by the byte holds
// a buffer of the collector's meanwhile: 20 s for 13.5 KB is a line of 6 kbit/s.
const (
	peerRead    = time.Minute
	visitorRead = 20 * time.Second
)

// Server is a listener with what serves it.
type Server struct {
	Addr string // host:port that it listens on
	http *http.Server
	done chan struct{} // closed when it serves no more
	err  error         // why, once done; nil after Close
}

// listen serves handler at addr until Close. With conf it is TLS.
func listen(addr string, handler http.Handler, conf *tls.Config, log *slog.Logger) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen at %s: %w", addr, ErrAddressInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", addr, err)
	}
	s := &Server{Addr: l.Addr().String(), done: make(chan struct{}), http: &http.Server{
		Handler:           drained(recovered(handler, log)),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       visitorRead,
		WriteTimeout:      peerTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(withoutAddresses{log.Handler()}, slog.LevelDebug),
	}}
	if conf != nil {
		s.http.ReadTimeout = peerRead
		l = tls.NewListener(l, conf)
	}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.err = fmt.Errorf("serve at %s: %w", s.Addr, err)
		}
	}()
	return s, nil
}

// mostDrained bounds what is read of a body that nobody wants, as net/http does where
// the connection stays.
const mostDrained = 256 << 10

// drained reads what a handler left of its request's body, where the connection ends
// with the answer: net/http does it only where the connection stays, and a socket that
// is closed with bytes unread resets, which loses the answer on its way. A proxy of
// HTTP/1.0 asks so for each request.
func drained(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if r.Close && r.Header.Get("Expect") == "" { // else it sends nothing that was not asked for
			_, _ = io.CopyN(io.Discard, r.Body, mostDrained)
		}
	})
}

// withoutAddresses swallows what net/http logs of single connections: each line
// of it names a visitor's address.
type withoutAddresses struct{ slog.Handler }

func (withoutAddresses) Enabled(context.Context, slog.Level) bool { return false }

// Close ends the server, giving running requests until ctx ends; those that are not
// done by then are cut off, which are the ones that were not read yet.
func (s *Server) Close(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	<-s.done
	return errors.Join(err, s.err)
}
