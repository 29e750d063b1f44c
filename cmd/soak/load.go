package soak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// load sends reports to a collector that dies now and then, and writes down what
// becomes of each.
type load struct {
	url         string
	client      *http.Client
	connections int
	gate        *gate
	posts       atomic.Uint64 // tries
	accepted    atomic.Uint64 // of those, answered with 202
	late        atomic.Uint64 // of those, refused because the period was over

	mu    sync.Mutex      // guards what follows
	took  []time.Duration // from sending to the acknowledgement
	again map[int]int     // what was told to come back, by status
}

func newLoad(url string, connections int) *load {
	return &load{
		url: url, connections: connections, gate: newGate(), again: map[int]int{},
		client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: connections}},
	}
}

// errRefused: the collector gave an answer that no report of this load may get.
var errRefused = errors.New("the collector refused a report that it must take")

// run has every device of the books send its reports, in a random order, over all
// connections. A device that is refused because its period is over gives up.
func (l *load) run(ctx context.Context, books []*book, seed uint64) error {
	type visit struct {
		*device
		dice *rand.Rand
	}
	var all []visit
	dice := rand.New(rand.NewPCG(seed, 'l'))
	for _, b := range books {
		for _, d := range b.devices {
			all = append(all, visit{d, rand.New(rand.NewPCG(dice.Uint64(), 'd'))})
		}
	}
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var next atomic.Int64
	var group sync.WaitGroup
	failed := make([]error, l.connections)
	whole := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for c := range l.connections {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
				if failed[c] = l.visit(ctx, all[i].device, all[i].dice); failed[c] != nil {
					cancel()
					return
				}
			}
		})
	}
	group.Wait()
	if err := whole.Err(); err != nil {
		return err
	}
	for _, err := range failed {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return nil
}

// between is how long a device waits at least before it tries again. The collector is
// back within a fraction of a second, so what it says in Retry-After is not waited for.
const between = 10 * time.Millisecond

// visit sends a device's revisions. Some devices wait for each acknowledgement and
// send the same bytes until then; some send each once and are gone, so that it stays
// open whether it arrived; some repeat what was acknowledged, or send an older
// revision after a newer one.
func (l *load) visit(ctx context.Context, d *device, dice *rand.Rand) error {
	order := d.revisions
	if dice.IntN(5) == 0 {
		order = append([]*parcel(nil), order...)
		dice.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	gone := dice.IntN(4) == 0
	for _, p := range order {
		if err := l.gate.enter(ctx); err != nil {
			return err
		}
		over, err := l.send(ctx, p, gone, dice)
		if err != nil || over {
			return err
		}
		if dice.IntN(8) == 0 {
			if over, err = l.send(ctx, p, true, dice); err != nil || over {
				return err
			}
		}
	}
	return nil
}

// send posts a report until it is answered; once says to leave it at the first try
// that left this side. over is true when its period has ended.
func (l *load) send(ctx context.Context, p *parcel, once bool, dice *rand.Rand) (over bool, err error) {
	for {
		fate, status, err := l.post(ctx, p)
		p.learn(fate)
		switch {
		case ctx.Err() != nil:
			return true, ctx.Err()
		case fate == acknowledged:
			return false, nil
		case status == http.StatusGone:
			l.late.Add(1)
			return true, nil
		case status != 0 && !errors.Is(err, errAgain):
			return true, fmt.Errorf("%w: %w", errRefused, err)
		case once && fate == open:
			return false, nil
		}
		select {
		case <-time.After(between + time.Duration(dice.Int64N(int64(between)))):
		case <-ctx.Done():
			return true, ctx.Err()
		}
	}
}

// post tries once. status is 0 where no answer came.
func (l *load) post(ctx context.Context, p *parcel) (fate uint32, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(p.bytes))
	if err != nil {
		return unsent, 0, err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	l.posts.Add(1)
	from := time.Now()
	res, err := l.client.Do(req)
	if err != nil {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return unsent, 0, err // nobody was there to take a byte of it
		}
		return open, 0, err
	}
	why, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	err = errors.Join(err, res.Body.Close())
	switch {
	case res.StatusCode == http.StatusAccepted:
		// The status is the acknowledgement, whatever becomes of the connection then.
		l.accepted.Add(1)
		l.mu.Lock()
		l.took = append(l.took, time.Since(from))
		l.mu.Unlock()
		return acknowledged, res.StatusCode, nil
	case res.Header.Get("Retry-After") != "":
		l.mu.Lock()
		l.again[res.StatusCode]++
		l.mu.Unlock()
		if bytes.Contains(why, []byte("problem:storage-")) {
			return open, res.StatusCode, errAgain // a disk that failed may have kept it
		}
		return unsent, res.StatusCode, errAgain
	}
	return unsent, res.StatusCode, errors.Join(fmt.Errorf("%s: %s", res.Status, why), err)
}

// errAgain: the collector says that the report is to be sent again.
var errAgain = errors.New("told to come back")

// close drops the connections.
func (l *load) close() { l.client.CloseIdleConnections() }

// told is how often a report was told to come back.
func (l *load) told() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, times := range l.again {
		n += times
	}
	return n
}
