package leader

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// ErrPlan: the plan is not one that this leader can work with.
var ErrPlan = errors.New("leader: plan refused")

// job is a batch that is due.
type job struct {
	message.Batch
	plan   *plan.Plan
	period plan.Period
	known  bool // all that ever happened to it is in this leader's store
	batch.Terms
	keys
}

// keys are what preparing a plan's reports needs.
type keys struct {
	key      vdaf.VerifyKey
	identity seal.Identity
}

// keysOf returns the keys of a plan's pairing.
func (l *Leader) keysOf(p *plan.Plan) (k keys, err error) {
	if k.key, err = l.opt.Keys.Get(p.VerifyKey); err != nil {
		return k, err
	}
	k.identity, err = l.opt.Keys.Identity(p.VerifyKey)
	if errors.Is(err, pair.ErrNoKey) && l.opt.Identity.Recipient().Key != "" {
		return keys{k.key, l.opt.Identity}, nil
	}
	return k, err
}

// AddPlan checks a signed plan, has the helper accept it, publishes it at the
// collector and from then on releases its periods. Doing it again is harmless.
func (l *Leader) AddPlan(ctx context.Context, signed []byte) (plan.Digest, error) {
	d, p, err := l.read(signed)
	if err != nil {
		return d, err
	}
	k, err := l.keysOf(p)
	if err != nil {
		if _, known := l.opt.Batches.Plan(d); known == nil && errors.Is(err, pair.ErrNoKey) {
			return d, nil // all is done with it, and its keys are destroyed
		}
		return d, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	if p.Leader != k.identity.Recipient() {
		return d, fmt.Errorf("%w: its leader recipient is not this leader's; put %s into the plan", ErrPlan, k.identity.Recipient().Key)
	}
	path := "/v1/plans/" + d.String()
	if _, err := l.opt.Helper.call(ctx, http.MethodPut, path, signed, 0); err != nil {
		return d, fmt.Errorf("send plan to helper: %w", err)
	}
	if _, err := l.opt.Collector.call(ctx, http.MethodPut, path, signed, 0); err != nil {
		return d, fmt.Errorf("send plan to collector: %w", err)
	}
	if err := errors.Join(l.opt.Releases.PutPlan(d, signed), l.opt.Batches.PutPlan(d, signed, l.opt.Clock(), "")); err != nil {
		return d, fmt.Errorf("keep plan: %w", err)
	}
	return d, nil
}

func (l *Leader) read(signed []byte) (plan.Digest, *plan.Plan, error) {
	published, err := l.opt.Verify(signed)
	if err != nil {
		return plan.Digest{}, nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	p, err := plan.Decode(published)
	if err != nil {
		return plan.Digest{}, nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	return plan.DigestOf(published), p, nil
}

// due lists the batches whose period is over and whose end is not final, oldest
// first. A plan that cannot be read holds up no other.
func (l *Leader) due() (all []job, failed []error) {
	plans, err := l.opt.Batches.Plans()
	if err != nil {
		return nil, []error{err}
	}
	now := l.opt.Clock()
	for d, accepted := range plans {
		_, p, err := l.read(accepted.Signed)
		if err != nil {
			failed = append(failed, fmt.Errorf("stored plan %s: %w", d, err))
			continue
		}
		for _, period := range p.Periods {
			b := message.Batch{Plan: d, Date: period.Date}
			if period.End > now {
				break
			}
			r, err := l.opt.Batches.Record(b)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", b, err))
				continue
			}
			if !r.State.Final() {
				all = append(all, job{Batch: b, plan: p, period: period, known: accepted.Knows(period) && !r.Lost, Terms: batch.TermsOf(p)})
			}
		}
	}
	slices.SortFunc(all, func(a, b job) int { return order(a.Batch, b.Batch) })
	return all, failed
}
