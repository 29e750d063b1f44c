package helper

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/prepare"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var errVerdicts = problem.New(problem.Disagreement, "the verdicts do not fit the chunk that they are about")

// prepare takes a chunk, with the verdicts on the one before.
func (h *Helper) prepare(who Peer, b message.Batch, body []byte) ([]byte, error) {
	m, err := message.ParsePrepare(body)
	if err != nil || m.Batch != b {
		return nil, errMalformed
	}
	t, _, err := h.due(who, b)
	if err != nil {
		return nil, err
	}
	h.partitions[m.Partition].Lock()
	defer h.partitions[m.Partition].Unlock()
	digest := message.DigestOf(body)
	p, answer, err := h.at(b, m.Partition, m.Sequence, digest)
	if err != nil || answer != nil {
		return answer, err
	}
	if p.Begun && !message.Before(p.Last, m.Items[0].Head.ID) {
		return nil, problem.New(problem.Replay, "report %s is not above the last one of its partition", m.Items[0].Head.ID)
	}
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	w, err := h.worker(b, t)
	if err != nil {
		return nil, err
	}
	before, err := h.pending(b, m.Partition, &p, w)
	if err != nil {
		return nil, err
	}
	made := message.Prepared{Request: digest, Outcomes: make([]message.Outcome, len(m.Items))}
	shares := make([]vdaf.OutputShare, len(m.Items))
	kept := wire.AppendUvarint(nil, uint64(len(m.Items)))
	for i := range m.Items {
		made.Outcomes[i], shares[i] = one(w, &m.Items[i])
		kept = message.AppendItem(kept, &m.Items[i])
	}
	answer = made.Append(nil)
	err = h.opt.Batches.Update(b, m.Partition, func(p *batch.Partition) error {
		if err := decide(p, before, m.Verdicts, t.Cells); err != nil {
			return err
		}
		p.Begun, p.Last = true, m.Items[len(m.Items)-1].Head.ID
		p.Sequence = m.Sequence + 1
		p.Request, p.Answer, p.Pending = digest, answer, kept
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.forget(chunk{b, m.Partition, m.Sequence - 1})
	h.keep(chunk{b, m.Partition, m.Sequence}, shares)
	return answer, nil
}

// finish ends a partition.
func (h *Helper) finish(who Peer, b message.Batch, body []byte) ([]byte, error) {
	m, err := message.ParseFinish(body)
	if err != nil || m.Batch != b {
		return nil, errMalformed
	}
	t, _, err := h.due(who, b)
	if err != nil {
		return nil, err
	}
	h.partitions[m.Partition].Lock()
	defer h.partitions[m.Partition].Unlock()
	digest := message.DigestOf(body)
	p, answer, err := h.at(b, m.Partition, m.Sequence, digest)
	if err != nil || answer != nil {
		return answer, err
	}
	w, err := h.worker(b, t)
	if err != nil {
		return nil, err
	}
	before, err := h.pending(b, m.Partition, &p, w)
	if err != nil {
		return nil, err
	}
	err = h.opt.Batches.Update(b, m.Partition, func(p *batch.Partition) error {
		if err := decide(p, before, m.Verdicts, t.Cells); err != nil {
			return err
		}
		answer = p.Tally.Append(nil)
		p.Finished, p.Request, p.Answer, p.Pending = true, digest, answer, nil
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.forget(chunk{b, m.Partition, m.Sequence - 1})
	return answer, nil
}

// at reads the partition for request number sequence. If it is the last request
// again, answer is what it was answered with.
func (h *Helper) at(b message.Batch, partition byte, sequence uint64, request message.Digest) (p batch.Partition, answer []byte, err error) {
	r, err := h.opt.Batches.Record(b)
	if err != nil {
		return p, nil, err
	}
	if r.State != batch.Open {
		return p, nil, batch.ErrClosed
	}
	if p, err = h.opt.Batches.Partition(b, partition); err != nil {
		return p, nil, err
	}
	switch {
	case len(p.Answer) > 0 && p.Request == request:
		return p, p.Answer, nil
	case p.Finished:
		return p, nil, problem.New(problem.Finished, "partition %d takes no more reports", partition)
	case sequence != p.Sequence:
		return p, nil, problem.New(problem.Pending, "this is request %d of partition %d and request %d is due: what was answered once is not answered again for other contents", sequence, partition, p.Sequence)
	}
	return p, nil, nil
}

func (h *Helper) worker(b message.Batch, t *terms) (*prepare.Worker, error) {
	if err := h.unlock(t); err != nil {
		return nil, fmt.Errorf("the plan's keys: %w", err)
	}
	return prepare.NewWorker(prepare.Spec{Batch: b, Role: report.Helper, Params: prepare.ParamsOf(t.plan), Identity: t.identity, Key: t.key})
}

// one prepares a report: a reason to reject it, or a prep message and its share.
func one(w *prepare.Worker, it *message.Item) (message.Outcome, vdaf.OutputShare) {
	begun, reason := w.Begin(&it.Head, it.Sealed)
	if reason != message.None {
		return message.Outcome{Reason: reason}, vdaf.OutputShare{}
	}
	m, reason := w.Combine(it.PrepShare, begun.PrepShare)
	if reason != message.None {
		return message.Outcome{Reason: reason}, vdaf.OutputShare{}
	}
	out, reason := w.Finish(begun, m)
	if reason != message.None {
		return message.Outcome{Reason: reason}, vdaf.OutputShare{}
	}
	return message.Outcome{Message: m}, out
}

// waiting is a chunk that awaits the leader's verdicts.
type waiting struct {
	heads    []report.Head
	outcomes []message.Outcome
	shares   []vdaf.OutputShare
}

var errPending = errors.New("helper: a stored chunk is damaged")

// pending returns the partition's pending chunk, empty if there is none, with
// its output shares: remembered, or computed again from what is stored.
func (h *Helper) pending(b message.Batch, partition byte, p *batch.Partition, w *prepare.Worker) (*waiting, error) {
	var c waiting
	if len(p.Pending) == 0 {
		return &c, nil
	}
	answer, err := message.ParsePrepared(p.Answer)
	if err != nil {
		return nil, errPending
	}
	c.outcomes = answer.Outcomes
	shares, remembered := h.kept(chunk{b, partition, p.Sequence - 1})
	in := wire.NewReader(p.Pending)
	if in.Count(message.MaxChunk) != len(c.outcomes) {
		return nil, errPending
	}
	for _, o := range c.outcomes {
		it := message.ReadItem(in, b)
		if in.Err() != nil {
			return nil, errPending
		}
		c.heads = append(c.heads, it.Head)
		var out vdaf.OutputShare
		if !remembered && o.Reason == message.None {
			begun, reason := w.Begin(&it.Head, it.Sealed)
			if reason == message.None {
				out, reason = w.Finish(begun, o.Message)
			}
			if reason != message.None {
				return nil, fmt.Errorf("%w: report %s no longer prepares", errPending, it.Head.ID)
			}
		}
		c.shares = append(c.shares, out)
	}
	if remembered {
		c.shares = shares
	}
	return &c, nil
}

// decide counts what both aggregators accept. A verdict for a report that this
// helper rejected is a lie, and refuses the whole request.
func decide(p *batch.Partition, c *waiting, verdicts message.Verdicts, cells int) error {
	if len(verdicts) != len(c.outcomes) {
		return errVerdicts
	}
	sum, err := p.Sum(cells)
	if err != nil {
		return err
	}
	for i, yes := range verdicts {
		switch reason := c.outcomes[i].Reason; {
		case yes && reason != message.None:
			return errVerdicts
		case yes:
			if err := p.Count(&c.heads[i], sum, c.shares[i]); err != nil {
				return err
			}
		case reason != message.None:
			p.Rejects[reason]++
		default:
			p.Rejects[message.PeerRefused]++
		}
	}
	return p.SetSum(sum)
}
