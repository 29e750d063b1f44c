package aggregator_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

var errLost = errors.New("lost on the way")

// wire carries the leader's messages and loses some: a request before it
// arrives, or an answer after all was done. That is what a crash of either side
// looks like from the other, at every point between two durable steps.
type wire struct {
	mu   sync.Mutex
	n    int                           // messages so far
	lose func(n int, path string) loss // nil: nothing
	log  []string
}

type loss int

const (
	arrives loss = iota
	noRequest
	noAnswer
)

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	n, what := w.n, arrives
	w.n++
	w.log = append(w.log, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	if w.lose != nil {
		what = w.lose(n, r.URL.Path)
	}
	w.mu.Unlock()
	if what == noRequest {
		return nil, errLost
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || what == arrives {
		return res, err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return nil, errLost
}
