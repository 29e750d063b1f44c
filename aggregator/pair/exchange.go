package pair

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// Paths of the helper's handler.
const (
	PathCommit = "/v1/pair"
	PathReveal = "/v1/pair/reveal"
)

const (
	half = 32
	// maxSessions bounds pairings that were begun and not finished; the oldest
	// is forgotten.
	maxSessions = 16
)

// ErrPeer: the other aggregator did not do its part.
var ErrPeer = errors.New("pair: the peer's answer does not fit the pairing")

func commit(a [half]byte) [half]byte {
	return sha256.Sum256(append([]byte("dunlin pair commit v1"), a[:]...))
}

func combine(a, b [half]byte) vdaf.VerifyKey {
	return sha256.Sum256(append(append([]byte("dunlin verify key v1"), a[:]...), b[:]...))
}

// Made is what a pairing made, for a plan to publish.
type Made struct {
	VerifyKey      plan.Commitment
	Leader, Helper plan.Recipient // of the identities made for this plan alone
}

// Lead makes a new verify key together with the helper at base, and on each side an
// age identity for the plan, and keeps its own. The client authenticates both sides.
func Lead(ctx context.Context, client *http.Client, base string, keys Keys, rand io.Reader) (m Made, err error) {
	var a, b [half]byte
	if _, err := io.ReadFull(rand, a[:]); err != nil {
		return m, fmt.Errorf("pair: %w", err)
	}
	bound := commit(a)
	answer, err := post(ctx, client, base+PathCommit, bound[:], half)
	if err != nil {
		return m, err
	}
	if len(answer) != half {
		return m, ErrPeer
	}
	copy(b[:], answer)
	key := combine(a, b)
	if answer, err = post(ctx, client, base+PathReveal, append(bound[:], a[:]...), half+maxRecipient); err != nil {
		return m, err
	}
	want := CommitmentOf(key)
	if len(answer) < half || !bytes.Equal(answer[:half], want[:]) {
		return m, ErrPeer
	}
	m.Helper = plan.Recipient{Type: plan.X25519, Key: string(answer[half:])}
	if _, err := seal.ParseRecipient(m.Helper); err != nil {
		return m, fmt.Errorf("%w: %w", ErrPeer, err)
	}
	file, own, err := seal.GenerateIdentity()
	if err != nil {
		return m, fmt.Errorf("pair: %w", err)
	}
	m.Leader = own
	m.VerifyKey, err = keys.Put(key, file, "")
	return m, err
}

// maxRecipient bounds a recipient's text.
const maxRecipient = 256

// post sends body and returns an answer of at most limit bytes.
func post(ctx context.Context, client *http.Client, url string, body []byte, limit int) (answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("pair: %w", err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("pair: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("pair: %w", problem.Read(res))
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	if err != nil || len(b) > limit {
		return nil, ErrPeer
	}
	return b, nil
}

// Handler is the helper's side. It is safe for concurrent use; a session lives
// in memory and dies with the process, and the leader begins again.
type Handler struct {
	keys  Keys
	rand  io.Reader
	owner func(*http.Request) string

	mu       sync.Mutex
	sessions []session // oldest first
}

type session struct {
	bound, b [half]byte
	owner    string
}

// NewHandler serves PathCommit and PathReveal. rand is read under a lock. owner names
// the leader that a request is of: the key is made with that one and no other.
func NewHandler(keys Keys, rand io.Reader, owner func(*http.Request) string) *Handler {
	return &Handler{keys: keys, rand: rand, owner: owner}
}

// Register adds the handler's routes.
func (h *Handler) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST "+PathCommit, h.serve(half, h.commit))
	mux.HandleFunc("POST "+PathReveal, h.serve(2*half, h.reveal))
}

func (h *Handler) serve(size int, answer func(owner string, body []byte) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, int64(size)+1))
		if err != nil || len(body) != size {
			problem.Write(w, problem.New(problem.Malformed, "send exactly %d bytes", size))
			return
		}
		out, err := answer(h.owner(r), body)
		if err != nil {
			problem.Write(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(out) // who hung up needs no answer
	}
}

func (h *Handler) commit(owner string, body []byte) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := session{bound: [half]byte(body), owner: owner}
	for _, have := range h.sessions {
		if have.bound == s.bound {
			// A second half for the same commitment would let the leader choose.
			return nil, problem.New(problem.PairFailed, "this commitment was used; begin again with a fresh one")
		}
	}
	if _, err := io.ReadFull(h.rand, s.b[:]); err != nil {
		return nil, fmt.Errorf("pair: %w", err)
	}
	if len(h.sessions) == maxSessions {
		h.sessions = h.sessions[1:]
	}
	h.sessions = append(h.sessions, s)
	return s.b[:], nil
}

func (h *Handler) reveal(owner string, body []byte) ([]byte, error) {
	bound, a := [half]byte(body), [half]byte(body[half:])
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, s := range h.sessions {
		if s.bound != bound || s.owner != owner {
			continue
		}
		h.sessions = append(h.sessions[:i:i], h.sessions[i+1:]...) // one reveal a session
		want := commit(a)
		if subtle.ConstantTimeCompare(want[:], bound[:]) != 1 {
			break
		}
		file, recipient, err := seal.GenerateIdentity()
		if err != nil {
			return nil, fmt.Errorf("pair: %w", err)
		}
		c, err := h.keys.Put(combine(a, s.b), file, owner)
		return append(c[:], recipient.Key...), err
	}
	return nil, problem.New(problem.PairFailed, "what was revealed fits no commitment here; begin again")
}
