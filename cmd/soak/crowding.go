package soak

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"sync"
	"time"
)

// Crowding is how many strangers a collector stands at once.
type Crowding struct {
	Idle  int `json:"idle"`  // connections that rest after a request
	Slow  int `json:"slow"`  // that send a report by a byte at a time
	Torn  int `json:"torn"`  // that send half of a report and are gone
	Flood int `json:"flood"` // that send headers without an end
	Drip  int `json:"drip"`  // that send headers by a line at a time
	Mute  int `json:"mute"`  // at the leader's listener, that never say who they are
}

// What a collector's memory may come to, in bytes.
const (
	// aConnection is two buffers of net/http's of 4 KiB each, a stack of 8, and what
	// is known of the connection, which was measured to be 20 KiB in all.
	aConnection = 24 << 10
	// anUpload is the buffer of a report that arrives, and as much again because the
	// garbage collector lets a heap double. collector.Options.UploadBytes bounds them.
	anUpload = 2 * 16 << 10
	// aHead is what http.Server's MaxHeaderBytes allows, as lines and as values, and
	// as much again.
	aHead = 4 * 16 << 10
	// aCollector is one with nothing to do, its spool mapped and read, and the uploads
	// of healthy devices.
	aCollector = 64 << 20
)

// Bound is what a collector's memory stays below under this crowding.
func (c Crowding) Bound() int64 {
	all := c.Idle + c.Slow + c.Torn + c.Flood + c.Drip + c.Mute
	return int64(aCollector + aConnection*all + anUpload*(c.Slow+c.Torn) + aHead*(c.Flood+c.Drip))
}

// Fit scales the idle connections down to what the system lets one process have, of
// which both ends need one each; it reports whether it had to.
func (c Crowding) Fit(files int) (Crowding, bool) {
	room := max(0, files-c.Slow-c.Torn-c.Flood-c.Drip-c.Mute-spare)
	if c.Idle <= room {
		return c, false
	}
	c.Idle = room
	return c, true
}

// spare files are those of stores, of healthy devices, and of the process itself.
const spare = 512

// Crowded is what came of it. Memory is what lies in the machine's, in bytes.
type Crowded struct {
	Crowding
	Scaled bool  `json:"scaled_down"` // the system allows fewer files than were asked for
	Bound  int64 `json:"memory_bound"`
	Before int64 `json:"memory_before"`
	Rest   int64 `json:"memory_idle"` // with the idle connections alone
	Most   int64 `json:"memory_most"`
	Closed int64 `json:"connections_closed"` // by the collector, of slow, flood and drip
	// After is when the collector was rid of all of them, the idle ones too, by itself.
	After int64 `json:"memory_after,omitempty"`
	// Of healthy devices that reported meanwhile:
	Reports uint64      `json:"reports"`
	P50     float64     `json:"p50_ms"`
	Slowest float64     `json:"slowest_ms"`
	Again   map[int]int `json:"told_to_come_back"` // by status
	Tally
	Seconds float64 `json:"seconds"`
}

// ErrMemory: the collector takes more memory than Crowding.Bound.
var ErrMemory = errors.New("strangers make the collector larger than it may be")

// Crowd lets strangers hold, flood and tear the collector's connections while the
// devices of one period report, and holds what is counted in the end against the log.
// Only Sites, Devices, Connections and what names files and processes is taken of o.
//
// Without sit the strangers go as soon as the healthy devices are served; with it they
// stay until the collector has closed each of their connections, which takes minutes.
//
// Errors: ErrMemory, ErrCounted, ErrPatience, and whatever keeps a healthy device from
// being served.
func Crowd(ctx context.Context, o Options, c Crowding, sit bool) (out Crowded, err error) {
	began := time.Now()
	o.Periods = 1
	s, err := start(ctx, o)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	pid, err := s.services.PID("collector")
	if err != nil {
		return out, err
	}
	files, err := openFiles()
	if err != nil {
		return out, err
	}
	c, out.Scaled = c.Fit(files)
	out.Crowding, out.Bound = c, c.Bound()
	if out.Before, err = resident(pid); err != nil {
		return out, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	most := make(chan int64, 1)
	go func() {
		top := int64(0)
		for pause(watching, 20*time.Millisecond) == nil {
			if n, err := resident(pid); err == nil {
				top = max(top, n)
			}
		}
		most <- top
	}()
	crowd := &strangers{address: s.rig.At().Public, path: "/v1/reports"}
	defer crowd.release()
	inner := &strangers{address: s.rig.At().Inner}
	defer inner.release()
	if err := crowd.idle(ctx, c.Idle); err != nil {
		return out, fmt.Errorf("hold idle connections: %w", err)
	}
	if out.Rest, err = resident(pid); err != nil {
		return out, err
	}
	main, last := split(s.periods[0])
	s.load.gate.open(math.MaxInt)
	var group sync.WaitGroup
	misusing, cease := context.WithCancel(ctx)
	defer cease()
	size := len(main[0].devices[0].revisions[0].bytes)
	for _, misuse := range []func() error{
		func() error { return crowd.slow(misusing, c.Slow, size, 500*time.Millisecond, &group) },
		func() error { return crowd.drip(misusing, c.Drip, 500*time.Millisecond, &group) },
		func() error { return crowd.flood(misusing, c.Flood, &group) },
		func() error { return inner.each(misusing, c.Mute, func(net.Conn) error { return nil }) },
		func() error { return crowd.torn(misusing, c.Torn, main[0].devices[0].revisions[0].bytes) },
	} {
		if err := misuse(); err != nil {
			return out, fmt.Errorf("misuse the collector: %w", err)
		}
	}
	if err := s.load.run(ctx, main, o.Seed); err != nil {
		return out, fmt.Errorf("a healthy device: %w", err)
	}
	if sit {
		group.Wait()
		if err := errors.Join(crowd.outlast(ctx), inner.outlast(ctx)); err != nil {
			return out, err
		}
		if out.After, err = resident(pid); err != nil {
			return out, err
		}
	}
	cease()
	crowd.release()
	group.Wait()
	stop()
	out.Most, out.Closed = <-most, crowd.ended.Load()
	if out.Most > out.Bound {
		return out, fmt.Errorf("%w: %d of %d bytes", ErrMemory, out.Most, out.Bound)
	}
	if err := s.end(ctx, 0, last, false); err != nil {
		return out, err
	}
	if err := s.release(ctx, s.periods[0]); err != nil {
		return out, err
	}
	out.Reports, out.Again = s.load.accepted.Load(), s.load.again
	slices.Sort(s.load.took)
	out.P50 = ms(s.load.took[len(s.load.took)/2])
	out.Slowest = ms(s.load.took[len(s.load.took)-1])
	_, out.Tally, err = s.verdict()
	out.Seconds = time.Since(began).Seconds()
	return out, err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
