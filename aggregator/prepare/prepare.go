// Package prepare takes one aggregator's sealed share of a report to an output
// share: open, compare the sealed head with the open one, verify. Leader and
// helper use the same Worker; what goes wrong is a message.Reason, never an
// error, so that one bad report cannot disturb a batch.
//
//	sealed share --age--> plaintext --head equal?--> input share
//	  --Prepare--> State, prep share ..exchanged.. --Combine, at the helper-->
//	  prep message --Finish--> output share
//
// It sees input shares of one aggregator in memory and stores none.
package prepare

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// Spec says which batch is prepared, in which role, with which keys.
type Spec struct {
	Batch    message.Batch
	Role     report.Role
	Params   vdaf.Params
	Identity seal.Identity
	Key      vdaf.VerifyKey
}

// ParamsOf returns the VDAF's parameters under a plan.
func ParamsOf(p *plan.Plan) vdaf.Params {
	l := plan.LayoutOf(p)
	return vdaf.Params{Length: l.Cells, Weight: l.Weight, Chunk: int(p.Chunk)}
}

// Worker prepares reports, one at a time: give each goroutine its own. Making
// one costs microseconds.
type Worker struct {
	spec Spec
	vdaf *vdaf.Aggregator
}

// NewWorker returns a Worker for a batch.
func NewWorker(s Spec) (*Worker, error) {
	v, err := vdaf.New(s.Params, report.Context(s.Batch.Plan, s.Batch.Date), s.Key, vdaf.Role(s.Role))
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", s.Batch, err)
	}
	return &Worker{s, v}, nil
}

// Begun is a report between the two rounds.
type Begun struct {
	state     *vdaf.State
	PrepShare []byte // the peer needs it; it tells nothing about a valid measurement
}

// Begin opens and prepares a report's sealed share of this role.
func (w *Worker) Begin(h *report.Head, sealed []byte) (Begun, message.Reason) {
	share, reason := w.open(h, sealed)
	if reason != message.None {
		return Begun{}, reason
	}
	return w.prepare(h, share)
}

// open is what comes before the VDAF: the seal, and what it says of its report.
func (w *Worker) open(h *report.Head, sealed []byte) (share []byte, reason message.Reason) {
	if h.Plan != w.spec.Batch.Plan || h.Period != w.spec.Batch.Date {
		return nil, message.WrongBatch
	}
	size := w.vdaf.InputShareSize()
	plain, err := w.spec.Identity.Open(sealed, report.PlainHead+size)
	if err != nil {
		return nil, message.OpenFailed
	}
	share, err = report.OpenPlain(plain, w.spec.Role, h, size)
	switch {
	case errors.Is(err, report.ErrUnlike):
		return nil, message.Unlike
	case err != nil:
		return nil, message.Malformed
	}
	return share, message.None
}

func (w *Worker) prepare(h *report.Head, share []byte) (Begun, message.Reason) {
	state, prep, err := w.vdaf.Prepare(h.Nonce, h.Public[:], share)
	if err != nil {
		return Begun{}, reasonOf(err)
	}
	return Begun{state, prep}, message.None
}

// Combine verifies the proof from both prep shares. The helper alone calls it,
// with the leader's share as it came over the authenticated channel.
func (w *Worker) Combine(leader, helper []byte) (m [vdaf.MessageSize]byte, reason message.Reason) {
	b, err := w.vdaf.Combine(leader, helper)
	if err != nil || copy(m[:], b) != len(m) {
		return m, reasonOf(err)
	}
	return m, message.None
}

// Finish takes the prep message and returns the output share, to be summed.
func (w *Worker) Finish(b Begun, m [vdaf.MessageSize]byte) (vdaf.OutputShare, message.Reason) {
	out, err := w.vdaf.Finish(b.state, m[:])
	if err != nil {
		return vdaf.OutputShare{}, reasonOf(err)
	}
	return out, message.None
}

// reasonOf: shares that do not belong together are as bad as a false proof.
func reasonOf(err error) message.Reason {
	if errors.Is(err, vdaf.ErrDecode) {
		return message.Malformed
	}
	return message.Proof
}
