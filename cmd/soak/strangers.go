package soak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// strangers hold connections to a collector and misuse them. None of them sends a
// report that could be kept.
type strangers struct {
	address string // host:port
	path    string // where reports are posted
	mu      sync.Mutex
	held    []net.Conn
	ended   atomic.Int64 // connections that the collector has closed on them
}

// dial opens a connection that stays until release.
func (s *strangers) dial(ctx context.Context) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, fmt.Errorf("a stranger's connection: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, c)
	return c, nil
}

// release closes all connections.
func (s *strangers) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.held {
		_ = c.Close() // the collector may have done it
	}
	s.held = nil
}

// outlast waits until the collector has closed every connection that is still held.
func (s *strangers) outlast(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.held {
		stop := context.AfterFunc(ctx, func() { _ = c.Close() })
		for err := error(nil); err == nil; { // a refusal may come before the end
			_, err = c.Read(make([]byte, 512))
		}
		stop()
	}
	return ctx.Err()
}

// idle opens n connections of which each asks for one small thing and then says
// nothing more: the collector lets those rest the longest.
func (s *strangers) idle(ctx context.Context, n int) error {
	return s.each(ctx, n, func(c net.Conn) error {
		if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: "+s.address+"\r\n\r\n"); err != nil {
			return err
		}
		res, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, res.Body)
		return errors.Join(err, res.Body.Close())
	})
}

// each runs do over n new connections, 64 at a time.
func (s *strangers) each(ctx context.Context, n int, do func(net.Conn) error) error {
	var next atomic.Int64
	var group sync.WaitGroup
	failed := make([]error, 64)
	for i := range failed {
		group.Go(func() {
			for next.Add(1) <= int64(n) && failed[i] == nil {
				c, err := s.dial(ctx)
				if err == nil {
					err = do(c)
				}
				failed[i] = err
			}
		})
	}
	group.Wait()
	return errors.Join(failed...)
}

// head begins a post of a report of size bytes.
func (s *strangers) head(size int) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", s.path, s.address, size)
}

// slow opens n connections that announce a report of size bytes and send a byte of it
// every while, until the collector has had enough or release.
func (s *strangers) slow(ctx context.Context, n, size int, while time.Duration, group *sync.WaitGroup) error {
	return s.each(ctx, n, func(c net.Conn) error {
		if _, err := io.WriteString(c, s.head(size)); err != nil {
			return err
		}
		group.Go(func() {
			for pause(ctx, while) == nil {
				if _, err := c.Write([]byte{'x'}); err != nil {
					s.ended.Add(1)
					return
				}
			}
		})
		return nil
	})
}

// torn opens n connections that send half of a report and are gone.
func (s *strangers) torn(ctx context.Context, n int, report []byte) error {
	return s.each(ctx, n, func(c net.Conn) error {
		_, err := io.WriteString(c, s.head(len(report))+string(report[:len(report)/2]))
		return errors.Join(err, c.Close())
	})
}

// flood opens n connections that send headers without an end, as fast as they are
// taken, until the collector has had enough or release.
func (s *strangers) flood(ctx context.Context, n int, group *sync.WaitGroup) error {
	lines := strings.Repeat("X-Stranger: "+strings.Repeat("x", 100)+"\r\n", 8)
	return s.each(ctx, n, func(c net.Conn) error {
		if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: "+s.address+"\r\n"); err != nil {
			return err
		}
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := io.WriteString(c, lines); err != nil {
					s.ended.Add(1)
					return
				}
			}
		})
		return nil
	})
}

// drip is flood by a line every while, which stays below what the collector takes.
func (s *strangers) drip(ctx context.Context, n int, while time.Duration, group *sync.WaitGroup) error {
	return s.each(ctx, n, func(c net.Conn) error {
		if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\n"); err != nil {
			return err
		}
		group.Go(func() {
			for pause(ctx, while) == nil {
				if _, err := io.WriteString(c, "X: x\r\n"); err != nil {
					s.ended.Add(1)
					return
				}
			}
		})
		return nil
	})
}
