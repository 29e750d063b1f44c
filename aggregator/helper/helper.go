package helper

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"sync"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// Releases is the store of signed records (release.Store).
type Releases interface {
	Put(release.Signed) error
	Get(plan.Digest, plan.Date) (release.Signed, error)
	PutPlan(plan.Digest, []byte) error
}

// Keys holds what pairings made (pair.Keys).
type Keys interface {
	Get(plan.Commitment) (vdaf.VerifyKey, error)
	Identity(plan.Commitment) (seal.Identity, error)
	Owner(plan.Commitment) (string, error)
	Destroy(plan.Commitment) error
}

// Peer is a leader that this helper serves.
type Peer struct {
	Name string           // stays when its keys change
	Keys release.Verifier // verifies what it signs, by any key that it has or had
}

// Only admits one leader, under the name that plans had when there was no other.
func Only(keys release.Verifier) func(*http.Request) (Peer, bool) {
	return func(*http.Request) (Peer, bool) { return Peer{batch.FormerOwner, keys}, true }
}

// Patience is how long after its period a batch may wait for its end. Then it is
// abandoned, so that no share lies about for ever because one side walked away.
const Patience = 28 * plan.Day

// Signer signs with this aggregator's identity (peer.Identity).
type Signer interface {
	Sign(message []byte) []byte
}

// Options are all required but the last seven.
type Options struct {
	Batches  *batch.Store
	Releases Releases
	Keys     Keys
	Signer   Signer // signs release records
	// Leader says which leader a request is of, by what the connection proved.
	// Requests of nobody are refused.
	Leader func(*http.Request) (Peer, bool)
	// Verify returns the published plan of a signed file if the officer signed it.
	Verify func(signed []byte) (published []byte, err error)
	Clock  func() plan.Time
	Noise  io.Reader // cmd passes the system's randomness

	// Identity opens the input shares of plans whose pairing made no identity.
	Identity seal.Identity
	// Own verifies what Signer or a former key of this helper signed. Default: by
	// signing again.
	Own      release.Verifier
	Pairing  *pair.Handler  // nil: no pairing is offered
	MinBatch uint32         // smallest min batch of a plan that it accepts; at least, and by default, plan.MinBatchFloor
	Cap      ledger.NanoRho // largest charge of one report that it accepts; at most, and by default, ledger.CapDay
	MaxCells int            // longest measurement that it accepts; at most, and by default, plan.MaxCells
	Log      *slog.Logger   // what fails inside; nil: nowhere
}

// ErrOptions: an option is missing or out of its bounds.
var ErrOptions = errors.New("helper: options")

// Helper is the second aggregator. It is safe for concurrent use.
type Helper struct {
	opt     Options
	handler http.Handler
	slots   chan struct{} // bounds chunks in preparation
	large   chan struct{} // bounds prepare requests in memory

	partitions [batch.Partitions]sync.Mutex // one request a partition at a time

	accepting sync.Mutex // one new plan at a time

	mu      sync.Mutex
	plans   map[plan.Digest]*terms
	checked map[message.Batch]bool // batches of which no release was stored
	outputs outputs
}

// New checks the options and returns a Helper.
func New(o Options) (*Helper, error) {
	if o.Batches == nil || o.Releases == nil || o.Keys == nil || o.Signer == nil || o.Leader == nil ||
		o.Verify == nil || o.Clock == nil || o.Noise == nil {
		return nil, fmt.Errorf("%w: one that is required is missing", ErrOptions)
	}
	if o.MinBatch == 0 {
		o.MinBatch = plan.MinBatchFloor
	}
	if o.Cap == 0 {
		o.Cap = ledger.CapDay
	}
	if o.MaxCells == 0 {
		o.MaxCells = plan.MaxCells
	}
	if o.MinBatch < plan.MinBatchFloor || o.Cap > ledger.CapDay || o.MaxCells < 0 || o.MaxCells > plan.MaxCells {
		return nil, fmt.Errorf("%w: min batch is at least %d, the cap at most %d nano-rho, a measurement at most %d cells", ErrOptions, plan.MinBatchFloor, ledger.CapDay, plan.MaxCells)
	}
	if o.Own == nil {
		o.Own = signer{o.Signer}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Helper{opt: o, plans: map[plan.Digest]*terms{}, checked: map[message.Batch]bool{}, slots: make(chan struct{}, runtime.GOMAXPROCS(0)), large: make(chan struct{}, 2*runtime.GOMAXPROCS(0))}
	h.handler = h.routes()
	return h, nil
}

// signer verifies by signing again: Ed25519 is deterministic.
type signer struct{ Signer }

func (s signer) Verify(message, signature []byte) bool {
	return string(s.Sign(message)) == string(signature)
}

// ServeHTTP serves the leaders. Put it behind authentication of the leaders.
func (h *Helper) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.handler.ServeHTTP(w, r) }

// Operator returns this aggregator's exact counters, for its operators alone.
func (h *Helper) Operator() ([]batch.View, error) { return h.opt.Batches.Views() }

// outputs remembers the output shares of a few pending chunks, so that they are
// not prepared again for the leader's verdicts. It is a cache: what it forgets
// is computed from the stored chunk.
type outputs struct {
	order []chunk
	of    map[chunk][]vdaf.OutputShare
}

type chunk struct {
	message.Batch
	partition byte
	sequence  uint64
}

// maxOutputs bounds the cache in chunks: at 512 cells and 128 reports a chunk
// weighs 1 MB.
const maxOutputs = 16

func (h *Helper) keep(c chunk, shares []vdaf.OutputShare) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := &h.outputs
	if o.of == nil {
		o.of = map[chunk][]vdaf.OutputShare{}
	}
	if len(o.order) == maxOutputs {
		delete(o.of, o.order[0])
		o.order = o.order[1:]
	}
	o.order = append(o.order, c)
	o.of[c] = shares
}

// forget drops a chunk's output shares: its verdicts are in.
func (h *Helper) forget(c chunk) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o := &h.outputs; o.of[c] != nil {
		delete(o.of, c)
		o.order = slices.DeleteFunc(o.order, func(k chunk) bool { return k == c })
	}
}

func (h *Helper) kept(c chunk) ([]vdaf.OutputShare, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	shares, ok := h.outputs.of[c]
	return shares, ok
}
