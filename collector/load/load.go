// Package load posts bodies to an endpoint as fast as its connections allow and
// measures. It speaks just enough HTTP/1.1 to cost little beside the server it
// measures: fixed requests over kept-alive connections, answers read by their
// Content-Length. It trusts the server, and is for benchmarks only.
package load

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options of a run. All fields are required but Type and Answered.
type Options struct {
	URL         string // http only
	Type        string // content type; default application/octet-stream
	Connections int
	Total       int // requests over all connections
	// Body returns the i-th body; it may reuse b, which only one connection
	// has. It is called by all connections at once.
	Body func(b []byte, i int) []byte
	Now  func() time.Time
	// Answered hears of each answer, from all connections at once. Optional.
	Answered func(i, status int)
}

// Result is what a run measured.
type Result struct {
	Statuses          map[int]int // answers by status
	RequestsPerSecond float64
	P50, P99          time.Duration // from sending to having the answer
}

// Run sends o.Total requests. It ends early with ctx or the first failure of a
// connection, and then returns what it has measured with the error.
func Run(ctx context.Context, o Options) (Result, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" || o.Connections < 1 || o.Total < 1 || o.Body == nil || o.Now == nil {
		return Result{}, fmt.Errorf("load: needs an http URL, connections, total, body and clock: %w", errors.Join(err))
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	senders := make([]sender, o.Connections)
	errs := make([]error, o.Connections)
	started := o.Now()
	for i := range senders {
		wg.Go(func() { errs[i] = senders[i].run(ctx, &o, u, &next) })
	}
	wg.Wait()
	took := o.Now().Sub(started)
	r := Result{Statuses: make(map[int]int)}
	var all []time.Duration
	for _, s := range senders {
		all = append(all, s.took...)
		for status, n := range s.statuses {
			r.Statuses[status] += n
		}
	}
	if len(all) > 0 {
		slices.Sort(all)
		r.RequestsPerSecond = float64(len(all)) / took.Seconds()
		r.P50, r.P99 = all[len(all)/2], all[len(all)*99/100]
	}
	return r, errors.Join(errs...)
}

// sender is one connection.
type sender struct {
	took     []time.Duration
	statuses map[int]int
}

func (s *sender) run(ctx context.Context, o *Options, u *url.URL, next *atomic.Int64) error {
	s.statuses = make(map[int]int)
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	head := "POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Type: " + cmp.Or(o.Type, "application/octet-stream") + "\r\nContent-Length: "
	in := bufio.NewReader(conn)
	var body, request []byte
	for {
		i := int(next.Add(1)) - 1
		if i >= o.Total {
			return nil
		}
		body = o.Body(body[:0], i)
		request = strconv.AppendInt(append(request[:0], head...), int64(len(body)), 10)
		request = append(append(request, "\r\n\r\n"...), body...)
		from := o.Now()
		if _, err := conn.Write(request); err != nil {
			return fmt.Errorf("load: %w", err)
		}
		status, err := answer(in)
		if err != nil {
			return fmt.Errorf("load: read an answer: %w", err)
		}
		s.took = append(s.took, o.Now().Sub(from))
		s.statuses[status]++
		if o.Answered != nil {
			o.Answered(i, status)
		}
	}
}

// answer reads one answer and returns its status.
func answer(in *bufio.Reader) (int, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, errors.New("not HTTP/1.1")
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, err
	}
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		text := textproto.TrimString(string(line))
		if text == "" {
			break
		}
		if name, value, _ := strings.Cut(text, ":"); strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return 0, err
			}
		}
	}
	_, err = io.CopyN(io.Discard, in, int64(length))
	return status, err
}
