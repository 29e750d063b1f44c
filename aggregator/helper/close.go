package helper

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/settle"
)

// close agrees with the leader on count and hash and settles the batch. Its
// answer is the same whether the batch was long enough or not; the leader sees
// from the count.
func (h *Helper) close(who Peer, b message.Batch, body []byte) ([]byte, error) {
	m, err := message.ParseClose(body)
	if err != nil || m.Batch != b {
		return nil, errMalformed
	}
	t, _, err := h.due(who, b)
	if err != nil {
		return nil, err
	}
	r, err := h.opt.Batches.Settle(b, t.Terms, m.Tally, h.opt.Noise)
	if err != nil {
		return nil, err
	}
	return r.Tally.Append(nil), nil
}

// closed returns the batch's record once its noise is drawn.
func (h *Helper) closed(b message.Batch) (batch.Record, error) {
	r, err := h.opt.Batches.Record(b)
	switch {
	case err != nil:
		return r, err
	case r.Lost:
		return r, batch.ErrLost
	case r.State == batch.Open:
		return r, problem.New(problem.BatchOpen, "close the batch first: no noised share leaves before count and hash are agreed")
	case r.State == batch.Short:
		return r, problem.New(problem.BatchClosed, "the batch was too short and is dropped; it is never released")
	case r.State == batch.Abandoned:
		return r, problem.New(problem.BatchClosed, "the batch is abandoned; it is never released")
	}
	return r, nil
}

// exchange takes the leader's noised share and gives its own.
func (h *Helper) exchange(who Peer, b message.Batch, body []byte) ([]byte, error) {
	m, err := message.ParseExchange(body)
	if err != nil || m.Batch != b {
		return nil, errMalformed
	}
	t, _, err := h.due(who, b)
	if err != nil {
		return nil, err
	}
	r, err := h.closed(b)
	if err != nil {
		return nil, err
	}
	if r.State == batch.Released {
		return nil, problem.New(problem.BatchClosed, "the batch is released: take the signed record from this helper")
	}
	if _, err := settle.Sums(m.Share, r.Own, t.Cells); err != nil {
		return nil, problem.New(problem.Disagreement, "the noised share is not of this batch")
	}
	if r, err = h.opt.Batches.SetPeer(b, m.Share); err != nil {
		return nil, err
	}
	own := message.Exchange{Batch: b, Share: r.Own}
	return own.Append(nil), nil
}

// sign checks the leader's signature of the record that this helper computes,
// stores the record and gives its own signature.
func (h *Helper) sign(who Peer, b message.Batch, body []byte) ([]byte, error) {
	m, err := message.ParseSign(body)
	if err != nil || m.Batch != b {
		return nil, errMalformed
	}
	t, period, err := h.due(who, b)
	if err != nil {
		return nil, err
	}
	r, err := h.closed(b)
	if err != nil {
		return nil, err
	}
	own := message.Sign{Batch: b}
	switch r.State {
	case batch.Closed:
		return nil, problem.New(problem.BatchOpen, "exchange the noised shares first")
	case batch.Released:
		s, err := h.opt.Releases.Get(b.Plan, b.Date)
		if err != nil {
			return nil, fmt.Errorf("released batch: %w", err)
		}
		if s.Leader != m.Signature {
			body, err := s.Record.Append(nil)
			if err != nil {
				return nil, err
			}
			if who.Keys.Verify(release.Message(body), m.Signature[:]) {
				// Its answer was lost, and its keys were changed since.
				return nil, problem.New(problem.BatchClosed, "the batch is released: take the signed record from this helper")
			}
			return nil, batch.ErrConflict
		}
		own.Signature = s.Helper
		return own.Append(nil), nil
	}
	record, err := settle.Record(b, t.plan, period, r.Peer, r.Own)
	if err != nil {
		return nil, err
	}
	body, err = record.Append(nil)
	if err != nil {
		return nil, err
	}
	text := release.Message(body)
	if !who.Keys.Verify(text, m.Signature[:]) {
		return nil, problem.New(problem.Signature, "the leader's signature is not of the record that this helper computes")
	}
	copy(own.Signature[:], h.opt.Signer.Sign(text))
	signed := release.Signed{Record: record, Leader: m.Signature, Helper: own.Signature}
	if err := h.opt.Releases.Put(signed); err != nil {
		return nil, fmt.Errorf("store release: %w", err)
	}
	if _, err := h.opt.Batches.SetReleased(b); err != nil {
		return nil, err
	}
	return own.Append(nil), nil
}
