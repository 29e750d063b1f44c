package leader

import (
	"context"
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/prepare"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// ErrChanged: the collector gave other reports of a frozen period than before a
// crash. The helper has been asked about the first ones; nothing is released.
var ErrChanged = errors.New("leader: the collector's frozen period has changed; restore the collector's spool")

// partition works through one partition and finishes it.
func (l *Leader) partition(ctx context.Context, j job, n byte, reports uint64, done func(uint64)) error {
	p, err := l.opt.Batches.Partition(j.Batch, n)
	if err != nil {
		return err
	}
	done(p.Tally.Count + p.Rejects.Total())
	if p.Finished || reports == 0 && !p.Begun && !p.Sent {
		return nil
	}
	w, err := prepare.NewWorker(prepare.Spec{Batch: j.Batch, Role: report.Leader, Params: prepare.ParamsOf(j.plan), Identity: j.identity, Key: j.key})
	if err != nil {
		return err
	}
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err = l.next(ctx, j, n, w, done); err != nil {
			return err
		}
	}
	return l.finish(ctx, j, n, reports)
}

// next takes the next chunk, or the one that was on its way when the leader
// stopped, all the way.
func (l *Leader) next(ctx context.Context, j job, n byte, w *prepare.Worker, done func(uint64)) (more bool, err error) {
	p, err := l.opt.Batches.Partition(j.Batch, n)
	if err != nil {
		return false, err
	}
	limit := uint64(l.opt.Chunk)
	if p.Sent {
		limit = p.Limit
	}
	frames, more, err := l.page(ctx, j.Batch, n, p.Begun, p.Last, limit)
	if err != nil {
		return false, err
	}
	c, err := open(frames, j.Batch, n, p, w)
	if err != nil {
		return false, err
	}
	if !c.any {
		if p.Sent {
			return false, ErrChanged
		}
		if more {
			return false, fmt.Errorf("collector, page: %w", ErrAnswer)
		}
		return false, nil
	}
	if len(c.request.Items) == 0 {
		if p.Sent {
			return false, ErrChanged
		}
		err := l.opt.Batches.Update(j.Batch, n, func(p *batch.Partition) error {
			p.Begun, p.Last = true, c.upto
			p.Rejects.Add(c.rejects)
			return nil
		})
		done(uint64(len(frames)))
		return more, err
	}
	body := c.request.Append(nil)
	digest := message.DigestOf(body)
	if p.Sent && (p.Request != digest || p.Upto != c.upto) {
		return false, ErrChanged
	}
	if !p.Sent {
		err := l.opt.Batches.Update(j.Batch, n, func(p *batch.Partition) error {
			p.Sent, p.Upto, p.Limit, p.Request = true, c.upto, limit, digest
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	answer, err := l.ask(ctx, j.Batch, "prepare", body, message.MaxAnswer)
	if err != nil {
		return false, err
	}
	made, err := message.ParsePrepared(answer)
	if err != nil || made.Request != digest || len(made.Outcomes) != len(c.request.Items) {
		return false, fmt.Errorf("helper, prepare: %w", ErrAnswer)
	}
	shares, reasons := c.finish(made.Outcomes, w)
	err = l.opt.Batches.Update(j.Batch, n, func(p *batch.Partition) error { return c.decide(p, shares, reasons, j.Cells) })
	done(uint64(len(frames)))
	return more, err
}

// chunk is a page of reports, opened.
type chunk struct {
	any     bool          // it holds an ID, upto is the last
	upto    plan.ReportID // all up to here are dealt with
	request message.Prepare
	begun   []prepare.Begun // beside request.Items
	rejects message.Rejects // of reports that the helper is not asked about
}

// open opens and prepares the reports of a page. A frame without so much as a
// head has no ID; it is counted with the next report that has one.
func open(frames [][]byte, b message.Batch, n byte, p batch.Partition, w *prepare.Worker) (*chunk, error) {
	c := &chunk{request: message.Prepare{Batch: b, Partition: n, Sequence: p.Sequence, Verdicts: p.Verdicts}}
	var headless uint64
	for _, frame := range frames {
		h, err := report.ParseHead(frame)
		if err != nil {
			headless++
			continue
		}
		if h.ID.Partition() != n || (c.any || p.Begun) && !message.Before(c.after(p), h.ID) {
			return nil, fmt.Errorf("collector, page: %w: reports out of order", ErrAnswer)
		}
		c.any, c.upto = true, h.ID
		c.rejects[message.Malformed] += headless
		headless = 0
		r, err := report.Parse(frame)
		if err != nil {
			c.rejects[message.Malformed]++
			continue
		}
		begun, reason := w.Begin(&r.Head, r.Leader)
		if reason != message.None {
			c.rejects[reason]++
			continue
		}
		c.begun = append(c.begun, begun)
		c.request.Items = append(c.request.Items, message.Item{Head: r.Head, Sealed: r.Helper, PrepShare: begun.PrepShare})
	}
	return c, nil
}

func (c *chunk) after(p batch.Partition) plan.ReportID {
	if c.any {
		return c.upto
	}
	return p.Last
}

// finish takes the helper's outcomes to output shares, or to reasons why not.
func (c *chunk) finish(outcomes []message.Outcome, w *prepare.Worker) ([]vdaf.OutputShare, []message.Reason) {
	shares, reasons := make([]vdaf.OutputShare, len(outcomes)), make([]message.Reason, len(outcomes))
	for i, o := range outcomes {
		if o.Reason != message.None {
			reasons[i] = message.PeerRefused
			continue
		}
		shares[i], reasons[i] = w.Finish(c.begun[i], o.Message)
	}
	return shares, reasons
}

// decide counts what both aggregators accept and keeps the verdicts for the
// helper's next request.
func (c *chunk) decide(p *batch.Partition, shares []vdaf.OutputShare, reasons []message.Reason, cells int) error {
	sum, err := p.Sum(cells)
	if err != nil {
		return err
	}
	p.Verdicts = make(message.Verdicts, len(reasons))
	for i, reason := range reasons {
		if reason != message.None {
			p.Rejects[reason]++
			continue
		}
		if err := p.Count(&c.request.Items[i].Head, sum, shares[i]); err != nil {
			return err
		}
		p.Verdicts[i] = true
	}
	p.Rejects.Add(c.rejects)
	p.Begun, p.Last, p.Sent = true, c.upto, false
	p.Sequence++
	return p.SetSum(sum)
}

// finish tells the helper the last verdicts and compares counts. Of a partition
// of which the helper heard nothing it need not hear.
func (l *Leader) finish(ctx context.Context, j job, n byte, reports uint64) error {
	p, err := l.opt.Batches.Partition(j.Batch, n)
	if err != nil {
		return err
	}
	if dealt := p.Tally.Count + p.Rejects.Total(); dealt != reports {
		return fmt.Errorf("%w: %d of partition %d came and it was said to have %d", ErrChanged, dealt, n, reports)
	}
	if p.Sequence > 0 {
		m := message.Finish{Batch: j.Batch, Partition: n, Sequence: p.Sequence, Verdicts: p.Verdicts}
		b, err := l.ask(ctx, j.Batch, "finish", m.Append(nil), message.MaxSmall)
		if err != nil {
			return err
		}
		theirs, err := message.ParseTally(b)
		if err != nil {
			return fmt.Errorf("helper, finish: %w", ErrAnswer)
		}
		if theirs != p.Tally {
			return fmt.Errorf("helper, finish: %w", batch.ErrDisagree)
		}
	}
	return l.opt.Batches.Update(j.Batch, n, func(p *batch.Partition) error {
		p.Finished, p.Verdicts = true, nil
		return nil
	})
}
