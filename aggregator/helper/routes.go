package helper

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// maxPlan bounds a signed plan's file.
const maxPlan = plan.MaxPlan + 256

func (h *Helper) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /v1/plans/{digest}", h.putPlan)
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/prepare", h.few(h.post(message.MaxRequest, h.prepare)))
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/finish", h.post(message.MaxSmall, h.finish))
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/close", h.post(message.MaxSmall, h.close))
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/exchange", h.post(message.MaxSmall, h.exchange))
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/sign", h.post(message.MaxSmall, h.sign))
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/abandon", h.post(0, h.abandon))
	mux.HandleFunc("GET /v1/batches/{digest}/{date}/release", h.post(0, h.recorded))
	mux.HandleFunc("PUT /v1/batches/{digest}/{date}/release", h.post(release.MaxSize, h.take))
	mux.HandleFunc("GET /v1/plans/{digest}/missing", h.missing)
	mux.HandleFunc("GET /v1/status", h.status)
	if h.opt.Pairing != nil {
		h.opt.Pairing.Register(mux)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, ok := h.opt.Leader(r)
		if !ok {
			h.refuse(w, r, problem.New(problem.UnknownPeer, "this helper's officer must admit the leader first: dunlin pair invite"))
			return
		}
		mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), peerKey{}, who)))
	})
}

// peerKey is where a request's context has the leader that it is of.
type peerKey struct{}

func peerOf(r *http.Request) Peer {
	who, _ := r.Context().Value(peerKey{}).(Peer)
	return who
}

var errMalformed = problem.New(problem.Malformed, "the leader and this helper must be of the same version of dunlin")

// few bounds how many large requests are in memory at once, from their first byte
// on: as many as can be prepared, and as many that wait. The others wait unread.
func (h *Helper) few(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case h.large <- struct{}{}:
			defer func() { <-h.large }()
			next(w, r)
		case <-r.Context().Done(): // the leader hung up
		}
	}
}

// post reads a bounded body and answers with bytes or a problem.
func (h *Helper) post(limit int64, serve func(Peer, message.Batch, []byte) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, ok := batchOf(r)
		if !ok {
			h.refuse(w, r, errMalformed)
			return
		}
		body, err := read(w, r, limit)
		if err != nil {
			h.refuse(w, r, err)
			return
		}
		answer, err := serve(peerOf(r), b, body)
		if err != nil {
			h.refuse(w, r, err)
			return
		}
		reply(w, answer)
	}
}

func reply(w http.ResponseWriter, answer []byte) {
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(answer) // a leader that hung up asks again
}

func read(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, problem.New(problem.TooLarge, "send at most %d bytes", limit)
	case err != nil:
		return nil, problem.New(problem.Malformed, "the request broke off: send it again")
	}
	return body, nil
}

func (h *Helper) refuse(w http.ResponseWriter, r *http.Request, err error) {
	err = problem.Full(asProblem(err), "this helper's")
	var p *problem.Problem
	if !errors.As(err, &p) || p.Status >= http.StatusInternalServerError {
		h.opt.Log.Error("helper failed", "path", r.URL.Path, "error", err)
	}
	problem.Write(w, err)
}

// asProblem gives the store's refusals their problem type.
func asProblem(err error) error {
	switch {
	case errors.Is(err, batch.ErrClosed):
		return problem.New(problem.BatchClosed, "this batch is closed and takes no more reports")
	case errors.Is(err, batch.ErrUnfinished):
		return problem.New(problem.Unfinished, "finish every partition that was begun, then close")
	case errors.Is(err, batch.ErrDisagree):
		return problem.New(problem.Disagreement, "count and hash differ from this helper's: nothing is released; compare both operators' counters")
	case errors.Is(err, batch.ErrLost):
		return problem.New(problem.BatchClosed, "the key of this batch's shares is gone here: it is never released")
	case errors.Is(err, batch.ErrConflict), errors.Is(err, release.ErrConflict):
		return problem.New(problem.Conflict, "something else was sent before and stands")
	}
	return err
}

func batchOf(r *http.Request) (b message.Batch, ok bool) {
	d, err := plan.ParseDigest(r.PathValue("digest"))
	date, err2 := plan.ParseDate(r.PathValue("date"))
	return message.Batch{Plan: d, Date: date}, err == nil && err2 == nil
}

func (h *Helper) putPlan(w http.ResponseWriter, r *http.Request) {
	d, err := plan.ParseDigest(r.PathValue("digest"))
	if err != nil {
		h.refuse(w, r, errMalformed)
		return
	}
	signed, err := read(w, r, maxPlan)
	if err == nil {
		err = h.accept(peerOf(r), d, signed)
	}
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (h *Helper) missing(w http.ResponseWriter, r *http.Request) {
	d, err := plan.ParseDigest(r.PathValue("digest"))
	if err != nil {
		h.refuse(w, r, errMalformed)
		return
	}
	dates, err := h.unknown(peerOf(r), d)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(dates) // who hung up needs no answer
}

func (h *Helper) status(w http.ResponseWriter, r *http.Request) {
	views, err := h.Operator()
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	views = slices.DeleteFunc(views, func(v batch.View) bool { return v.Owner != peerOf(r).Name })
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(views) // who hung up needs no answer
}
