package helper

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// accepted returns a plan that who has sent, as it was accepted. It needs none of the
// plan's keys, which may be destroyed by now.
func (h *Helper) accepted(who Peer, d plan.Digest) (batch.Accepted, *plan.Plan, error) {
	a, err := h.opt.Batches.Plan(d)
	if errors.Is(err, batch.ErrNotFound) || err == nil && a.Owner != who.Name {
		return a, nil, errPlanUnknown
	}
	if err != nil {
		return a, nil, err
	}
	p, err := h.decode(d, a)
	return a, p, err
}

func (h *Helper) decode(d plan.Digest, a batch.Accepted) (*plan.Plan, error) {
	published, err := h.opt.Verify(a.Signed)
	if err != nil {
		return nil, fmt.Errorf("stored plan %s: %w", d, err)
	}
	p, err := plan.Decode(published)
	if err != nil {
		return nil, fmt.Errorf("stored plan %s: %w", d, err)
	}
	return p, nil
}

// abandon ends a batch that the leader has given up, so that this side's shares go
// too.
func (h *Helper) abandon(who Peer, b message.Batch, _ []byte) ([]byte, error) {
	_, p, err := h.accepted(who, b.Plan)
	if err != nil {
		return nil, err
	}
	if _, err := h.over(p, b.Date); err != nil {
		return nil, err
	}
	r, err := h.opt.Batches.Record(b)
	if err != nil {
		return nil, err
	}
	_, err = h.opt.Releases.Get(b.Plan, b.Date)
	switch {
	case err == nil:
		return nil, problem.New(problem.BatchClosed, "the batch is released: take the signed record from this helper")
	case !errors.Is(err, release.ErrNotFound):
		return nil, fmt.Errorf("look for a release: %w", err)
	case r.State.Final():
		return nil, nil
	}
	_, err = h.opt.Batches.Abandon(b)
	return nil, err
}

// recorded returns the signed record of a released batch.
func (h *Helper) recorded(who Peer, b message.Batch, _ []byte) ([]byte, error) {
	if _, _, err := h.accepted(who, b.Plan); err != nil {
		return nil, err
	}
	s, err := h.opt.Releases.Get(b.Plan, b.Date)
	if errors.Is(err, release.ErrNotFound) {
		return nil, problem.New(problem.NotFound, "this batch is not released")
	}
	if err != nil {
		return nil, err
	}
	return s.Append(nil)
}

// take stores a release that this helper has signed once and lost since, as a restored
// store has.
func (h *Helper) take(who Peer, b message.Batch, body []byte) ([]byte, error) {
	_, p, err := h.accepted(who, b.Plan)
	if err != nil {
		return nil, err
	}
	period, err := h.over(p, b.Date)
	if err != nil {
		return nil, err
	}
	s, err := release.Parse(body)
	if err != nil || s.Plan != b.Plan || s.Period != period {
		return nil, errMalformed
	}
	if err := s.Verify(who.Keys, h.opt.Own); err != nil {
		return nil, problem.New(problem.Signature, "the release is not signed by both aggregators")
	}
	if err := h.opt.Releases.Put(s); err != nil {
		return nil, fmt.Errorf("store release: %w", err)
	}
	_, err = h.opt.Batches.Recover(b)
	return nil, err
}

// unknown lists the periods of a plan whose release this helper would take from the
// leader: they are over, none is stored, and it cannot tell what became of them.
func (h *Helper) unknown(who Peer, d plan.Digest) ([]plan.Date, error) {
	a, p, err := h.accepted(who, d)
	if err != nil {
		return nil, err
	}
	dates, now := []plan.Date{}, h.opt.Clock()
	for _, period := range p.Periods {
		if period.End > now {
			break
		}
		r, err := h.opt.Batches.Record(message.Batch{Plan: d, Date: period.Date})
		if err != nil {
			return nil, err
		}
		if a.Knows(period) && !r.Lost && r.State != batch.Abandoned || r.State == batch.Released {
			continue
		}
		_, err = h.opt.Releases.Get(d, period.Date)
		if errors.Is(err, release.ErrNotFound) {
			dates = append(dates, period.Date)
		} else if err != nil {
			return nil, fmt.Errorf("look for a release: %w", err)
		}
	}
	return dates, nil
}

// Sweep ends what waits in vain: batches whose shares' key is gone, and those that
// are not done with Patience after their period. It destroys the keys of plans that
// are done with. Call it now and then; it is cheap.
func (h *Helper) Sweep() error {
	plans, err := h.opt.Batches.Plans()
	if err != nil {
		return err
	}
	needed := map[plan.Commitment]bool{}
	type ended struct {
		digest plan.Digest
		key    plan.Commitment
	}
	var done []ended
	var failed []error
	// In an order that is the same each time.
	for _, d := range slices.SortedFunc(maps.Keys(plans), func(a, b plan.Digest) int { return bytes.Compare(a[:], b[:]) }) {
		a := plans[d]
		p, err := h.decode(d, a)
		if err != nil {
			failed = append(failed, err) // of a former officer, perhaps: the others go on
			continue
		}
		all, err := h.sweepPlan(d, a, p)
		if err != nil {
			failed = append(failed, err)
		}
		if all && err == nil {
			done = append(done, ended{d, p.VerifyKey})
		} else {
			needed[p.VerifyKey] = true
		}
	}
	for _, e := range done {
		h.mu.Lock()
		delete(h.plans, e.digest) // with the keys that it holds
		h.mu.Unlock()
		if !needed[e.key] && len(failed) == 0 {
			if err := h.opt.Keys.Destroy(e.key); err != nil {
				failed = append(failed, err)
			}
		}
	}
	return errors.Join(append(failed, h.opt.Batches.Sweep())...)
}

// sweepPlan abandons what waits in vain and reports whether all of the plan's batches
// have ended.
func (h *Helper) sweepPlan(d plan.Digest, a batch.Accepted, p *plan.Plan) (ended bool, err error) {
	now := h.opt.Clock()
	ended = true
	for _, period := range p.Periods {
		if period.End > now {
			return false, nil
		}
		b := message.Batch{Plan: d, Date: period.Date}
		r, err := h.opt.Batches.Record(b)
		if err != nil {
			return false, err
		}
		if r.State.Final() {
			continue
		}
		// A crash may have come between the release and the record's end.
		_, err = h.opt.Releases.Get(d, period.Date)
		if err == nil {
			_, err = h.opt.Batches.Recover(b)
		}
		switch {
		case err == nil:
			continue
		case !errors.Is(err, release.ErrNotFound):
			return false, fmt.Errorf("look for a release: %w", err)
		case !a.Knows(period) && !r.Lost && r.State == batch.Open:
			continue
		}
		if !r.Lost && now < period.End+Patience {
			ended = false
			continue
		}
		if _, err := h.opt.Batches.Abandon(b); err != nil {
			return false, err
		}
		h.opt.Log.Warn("abandoned", "plan", d, "period", period.Date, "lost", r.Lost)
	}
	return ended, nil
}
