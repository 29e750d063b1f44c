package browser

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Line says how slow a line is. It loses nothing, and starts at full speed: at these
// bandwidths and round trips TCP's slow start is over after the first packets.
type Line struct {
	Name     string
	Down, Up int           // bytes a second, shared by all connections
	RTT      time.Duration // a connection costs two before its first byte, each answer another
}

// The lines of the benchmarks. Slow 4G is Lighthouse's "simulated mobile" at the socket.
var (
	Cable  = Line{"cable", 5_000_000 / 8, 1_000_000 / 8, 28 * time.Millisecond}
	Slow4G = Line{"slow 4G", 1_600_000 / 8, 750_000 / 8, 150 * time.Millisecond}
)

// Link is a listener that hands everything on to a server over a slow line.
type Link struct {
	Addr     string
	line     Line
	listener net.Listener
	to       string
	down, up *pipe

	mu    sync.Mutex
	conns map[net.Conn]bool
	done  sync.WaitGroup
}

// NewLink listens on loopback and hands on to the server at an address.
func NewLink(to string, line Line) (*Link, error) {
	if line.Down <= 0 || line.Up <= 0 || line.RTT < 0 {
		return nil, errors.New("a line has a bandwidth above 0 each way, and no negative round trip")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a slow line: %w", err)
	}
	k := &Link{
		Addr: l.Addr().String(), line: line, listener: l, to: to, conns: map[net.Conn]bool{},
		down: &pipe{rate: line.Down}, up: &pipe{rate: line.Up},
	}
	k.done.Add(1)
	go k.accept()
	return k, nil
}

// Close ends the line and all that is on it.
func (k *Link) Close() error {
	err := k.listener.Close()
	k.mu.Lock()
	for c := range k.conns {
		_ = c.Close() // its other end may have closed it
	}
	k.conns = nil
	k.mu.Unlock()
	k.done.Wait()
	return err
}

func (k *Link) accept() {
	defer k.done.Done()
	for {
		c, err := k.listener.Accept()
		if err != nil {
			return
		}
		k.done.Add(1)
		go k.carry(c)
	}
}

// keep notes a connection for Close; false if the line is closed already.
func (k *Link) keep(c net.Conn) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conns == nil {
		return false
	}
	k.conns[c] = true
	return true
}

func (k *Link) carry(near net.Conn) {
	defer k.done.Done()
	defer near.Close()
	far, err := net.Dial("tcp", k.to)
	if err != nil {
		return
	}
	defer far.Close()
	if !k.keep(near) || !k.keep(far) {
		return
	}
	time.Sleep(2 * k.line.RTT) // what a site's TCP and TLS 1.3 take, and loopback does not
	var both sync.WaitGroup
	for _, way := range []struct {
		to, from net.Conn
		pipe     *pipe
	}{{far, near, k.up}, {near, far, k.down}} {
		both.Add(1)
		go func() {
			defer both.Done()
			way.pipe.copy(way.to, way.from, k.line.RTT/2)
			// What was read to its end ends there too; the other way may go on.
			if half, ok := way.to.(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
		}()
	}
	both.Wait()
	k.mu.Lock()
	delete(k.conns, near)
	delete(k.conns, far)
	k.mu.Unlock()
}

// pipe is one direction of a line: so many bytes a second, whoever sends them.
type pipe struct {
	rate int
	mu   sync.Mutex
	free time.Time // when the line has room again
}

// piece is what travels at once, and waiting what is under way in one connection.
const (
	piece   = 1460
	waiting = 64
)

type packet struct {
	at    time.Time
	bytes []byte
}

// take books the line for n bytes and returns when the last has left.
func (p *pipe) take(n int) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(time.Duration(n) * time.Second / time.Duration(p.rate))
	return p.free
}

// copy hands on what it reads, late by delay and as the line has room.
func (p *pipe) copy(to io.Writer, from io.Reader, delay time.Duration) {
	packets := make(chan packet, waiting)
	go func() {
		defer close(packets)
		for {
			b := make([]byte, piece)
			n, err := from.Read(b)
			if n > 0 {
				packets <- packet{p.take(n).Add(delay), b[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	failed := false
	for q := range packets {
		time.Sleep(time.Until(q.at))
		if !failed {
			_, err := to.Write(q.bytes)
			failed = err != nil // the reader is let run out
		}
	}
}
