package leader

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sort"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// ErrPlan: the plan is not one that this leader can work with.
var ErrPlan = errors.New("leader: plan refused")

// job is a batch that is due.
type job struct {
	message.Batch
	plan   *plan.Plan
	period plan.Period
	key    vdaf.VerifyKey
	known  bool // all that ever happened to it is in this leader's store
	batch.Terms
}

// AddPlan checks a signed plan, has the helper accept it, publishes it at the
// collector and from then on releases its periods. Doing it again is harmless.
func (l *Leader) AddPlan(ctx context.Context, signed []byte) (plan.Digest, error) {
	d, p, err := l.read(signed)
	if err != nil {
		return d, err
	}
	if p.Leader != l.opt.Identity.Recipient() {
		return d, fmt.Errorf("%w: its leader recipient is not this leader's; put %s into the plan", ErrPlan, l.opt.Identity.Recipient().Key)
	}
	if _, err := l.opt.Keys.Get(p.VerifyKey); err != nil {
		return d, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	path := "/v1/plans/" + d.String()
	if _, err := l.opt.Helper.call(ctx, http.MethodPut, path, signed, 0); err != nil {
		return d, fmt.Errorf("send plan to helper: %w", err)
	}
	if _, err := l.opt.Collector.call(ctx, http.MethodPut, path, signed, 0); err != nil {
		return d, fmt.Errorf("send plan to collector: %w", err)
	}
	if err := errors.Join(l.opt.Releases.PutPlan(d, signed), l.opt.Batches.PutPlan(d, signed, l.opt.Clock())); err != nil {
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
// first.
func (l *Leader) due() ([]job, error) {
	plans, err := l.opt.Batches.Plans()
	if err != nil {
		return nil, err
	}
	now := l.opt.Clock()
	var all []job
	for d, accepted := range plans {
		_, p, err := l.read(accepted.Signed)
		if err != nil {
			return nil, fmt.Errorf("stored plan %s: %w", d, err)
		}
		for _, period := range p.Periods {
			b := message.Batch{Plan: d, Date: period.Date}
			if period.End > now {
				break
			}
			r, err := l.opt.Batches.Record(b)
			if err != nil {
				return nil, err
			}
			if r.State.Final() {
				continue
			}
			key, err := l.opt.Keys.Get(p.VerifyKey)
			if err != nil {
				return nil, err
			}
			all = append(all, job{b, p, period, key, accepted.Knows(period), batch.TermsOf(p)})
		}
	}
	sort.Slice(all, func(i, k int) bool {
		if all[i].Date != all[k].Date {
			return all[i].Date < all[k].Date
		}
		return string(all[i].Plan[:]) < string(all[k].Plan[:])
	})
	return all, nil
}
