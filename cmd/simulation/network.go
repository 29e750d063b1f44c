package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var (
	errLost    = errors.New("lost on the way")
	errRefused = errors.New("connection refused: nobody runs there")
)

// fate is what the network does to a message.
type fate int

const (
	arrives      fate = iota
	lostRequest       // it never arrives
	lostAnswer        // all is done there, and nobody hears of it
	tornAnswer        // half of the answer arrives
	twice             // the request arrives twice, the second answer comes back
	late              // it arrives when the sender has given it up
	lateAndAgain      // it arrives, and once more later
	diesBefore        // whom it is for dies over it, with nothing done
	diesAfter         // whom it is for dies with all done and nothing answered
	numFates
)

func (f fate) String() string {
	return [numFates]string{"arrives", "lost request", "lost answer", "torn answer", "twice", "late", "and again later", "its receiver dies before", "its receiver dies after"}[f]
}

// network carries requests from one service to another by calling handlers. It
// treats each as the schedule's weather has it, and keeps what arrives late.
type network struct {
	w     *world
	rough int // of 100 messages, so many do not just arrive
	kept  []*http.Request
}

// client returns what leader and devices call the services with.
func (n *network) client(from string) *http.Client { return &http.Client{Transport: wire{n, from}} }

type wire struct {
	*network
	from string
}

// RoundTrip delivers a request, or not.
func (n wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	copied := func() *http.Request {
		// What is under way arrives, even when its sender has given it up.
		c := r.Clone(context.WithoutCancel(r.Context()))
		c.Body = io.NopCloser(bytes.NewReader(body))
		return c
	}
	if n.from == "leader" && n.w.services[leaderRole].crashed {
		return nil, errCrashed // a process that is dead sends nothing
	}
	what := arrives
	if n.w.rnd.IntN(100) < n.rough {
		what = fate(1 + n.w.rnd.IntN(int(numFates)-1))
	}
	if what != arrives {
		n.w.logf("network: %s: %s", n.w.what(r), what)
	}
	switch what {
	case lostRequest:
		return nil, errLost
	case late:
		n.kept = append(n.kept, copied())
		return nil, errLost
	case lateAndAgain:
		n.kept = append(n.kept, copied())
	case twice:
		if _, err := n.deliver(copied()); err != nil {
			return nil, err
		}
	}
	if what == diesBefore {
		n.kill(r.URL.Host)
		return nil, errLost
	}
	res, err := n.deliver(copied())
	if err != nil {
		return nil, err
	}
	switch what {
	case diesAfter:
		n.kill(r.URL.Host)
		return nil, errLost
	case lostAnswer:
		return nil, errLost
	case tornAnswer:
		whole, err := io.ReadAll(res.Body)
		if err != nil {
			return nil, err
		}
		res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), broken{}))
	}
	return res, nil
}

// broken is where a torn answer ends.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (n *network) kill(host string) {
	s := n.w.hosts[host]
	s.crashed, s.last = true, "a message"
}

// deliver calls the handler that a request is for. What a service answers after it
// has crashed is not heard.
func (n *network) deliver(r *http.Request) (*http.Response, error) {
	s := n.w.hosts[r.URL.Host]
	if s == nil || s.crashed || s.handler[r.URL.Host] == nil {
		return nil, errRefused
	}
	r.RequestURI = r.URL.RequestURI()
	heard, err := n.w.overhear(r)
	if err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	s.handler[r.URL.Host].ServeHTTP(rec, r)
	if s.crashed {
		return nil, errLost
	}
	res := rec.Result()
	heard(res.StatusCode, rec.Body.Bytes())
	return res, nil
}

// deliverLate delivers one of the requests that were kept back, whatever it does.
func (n *network) deliverLate() {
	if len(n.kept) == 0 {
		return
	}
	i := n.w.rnd.IntN(len(n.kept))
	r := n.kept[i]
	n.kept = append(n.kept[:i], n.kept[i+1:]...)
	status := "nobody hears it"
	if res, err := n.deliver(r); err == nil {
		status = res.Status
	}
	n.w.logf("network: %s of earlier arrives: %s", n.w.what(r), status)
}

// what a request asks for, in words that are the same in every run.
func (w *world) what(r *http.Request) string {
	path := r.URL.Path
	for _, p := range w.batches {
		path = strings.Replace(path, "/v1/batches/"+p.Plan.String()+"/"+p.Date.String(), p.name, 1)
	}
	for n, p := range w.pairings {
		path = strings.Replace(path, "/v1/plans/"+p.digest.String(), fmt.Sprint("plan ", n), 1)
	}
	return r.Method + " " + r.URL.Host + " " + path
}

// overhear notes what the oracle needs of a message: reports that reach the
// collector, and the noised shares that leave each aggregator.
func (w *world) overhear(r *http.Request) (heard func(status int, answer []byte), err error) {
	heard = func(int, []byte) {}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.URL.Host == hostPublic && r.Method == http.MethodPost {
		return w.book.arrives(body), nil
	}
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) < 5 || parts[2] != "batches" {
		return heard, nil
	}
	d, err1 := plan.ParseDigest(parts[3])
	date, err2 := plan.ParseDate(parts[4])
	if err1 != nil || err2 != nil {
		return heard, nil
	}
	b := message.Batch{Plan: d, Date: date}
	if r.URL.Host != hostHelper || len(parts) < 6 {
		return heard, nil
	}
	switch parts[5] {
	case "close":
		w.noise[1].begin(b)
		return func(int, []byte) { w.noise[0].begin(b) }, nil
	case "exchange":
		w.shareLeaves(0, b, body)
		return func(status int, answer []byte) {
			if status == http.StatusOK {
				w.shareLeaves(1, b, answer)
			}
		}, nil
	}
	return heard, nil
}

// shareLeaves holds each side to one noised share a batch: another one would
// show a second draw of the noise to whoever listens (PRIVACY.md section 3, rule 1).
func (w *world) shareLeaves(role int, b message.Batch, text []byte) {
	m, err := message.ParseExchange(text)
	if err != nil {
		return
	}
	if have := w.shown[role][b]; have == nil {
		w.shown[role][b] = m.Share
	} else if !bytes.Equal(have, m.Share) {
		w.violate("%s: the %s shows a second noised share", w.nameOf(b), roles[role])
	}
}
