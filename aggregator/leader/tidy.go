package leader

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// offerEvery is how often the helper is asked which releases it misses.
const offerEvery = plan.Time(3600)

// tidy does what the ends of batches leave to do, plan by plan. One failure holds up
// nothing else; all of it is tried again at the next Step.
func (l *Leader) tidy(ctx context.Context) (failed []error) {
	plans, err := l.opt.Batches.Plans()
	if err != nil {
		return []error{err}
	}
	needed := map[plan.Commitment]bool{}
	var done []plan.Commitment
	for _, d := range sorted(plans) {
		accepted := plans[d]
		_, p, err := l.read(accepted.Signed)
		if err != nil {
			failed = append(failed, fmt.Errorf("stored plan %s: %w", d, err))
			continue
		}
		ended, err := l.tidyPlan(ctx, d, p)
		if err != nil {
			failed = append(failed, err)
		}
		if ended {
			done = append(done, p.VerifyKey)
		} else {
			needed[p.VerifyKey] = true
		}
		// Of an old plan once, for a helper that was restored while this leader was away.
		_, asked := l.offered[d]
		if last := p.Periods[len(p.Periods)-1].End; !asked || l.opt.Clock() < last+Patience {
			if err := l.offer(ctx, d, accepted.Signed); err != nil {
				failed = append(failed, err)
			}
		}
	}
	for _, c := range done {
		// A plan that could not be read may need them.
		if !needed[c] && len(failed) == 0 {
			if err := l.opt.Keys.Destroy(c); err != nil {
				failed = append(failed, err)
			}
		}
	}
	if err := l.opt.Batches.Sweep(); err != nil {
		failed = append(failed, err)
	}
	return failed
}

// sorted returns the plans' digests in an order that is the same each time.
func sorted(plans map[plan.Digest]batch.Accepted) []plan.Digest {
	return slices.SortedFunc(maps.Keys(plans), func(a, b plan.Digest) int { return bytes.Compare(a[:], b[:]) })
}

// tidyPlan has the collector delete what the plan's ended batches left there, and
// reports whether all of them have ended.
func (l *Leader) tidyPlan(ctx context.Context, d plan.Digest, p *plan.Plan) (ended bool, err error) {
	now := l.opt.Clock()
	ended = true
	for _, period := range p.Periods {
		if period.End > now {
			return false, err
		}
		b := message.Batch{Plan: d, Date: period.Date}
		r, failed := l.opt.Batches.Record(b)
		if failed != nil {
			return false, failed
		}
		if !r.State.Final() {
			ended = false
			continue
		}
		if r.Cleared || err != nil {
			continue // one failure is enough: the collector is away
		}
		if _, failed := l.opt.Collector.call(ctx, http.MethodDelete, pathOf(b), nil, 0); failed != nil {
			err = fmt.Errorf("have the collector delete %s: %w", b, failed)
		} else if failed := l.opt.Batches.SetCleared(b); failed != nil {
			err = failed
		}
	}
	return ended, err
}

// offer gives a helper whose store was restored the releases that it lost, and the
// plan if it has lost that.
func (l *Leader) offer(ctx context.Context, d plan.Digest, signed []byte) error {
	now := l.opt.Clock()
	if last, asked := l.offered[d]; asked && now < last+offerEvery {
		return nil
	}
	path := "/v1/plans/" + d.String()
	body, err := l.opt.Helper.call(ctx, http.MethodGet, path+"/missing", nil, 64<<10)
	if errors.Is(err, problem.PlanUnknown) {
		if _, err = l.opt.Helper.call(ctx, http.MethodPut, path, signed, 0); err == nil {
			body, err = l.opt.Helper.call(ctx, http.MethodGet, path+"/missing", nil, 64<<10)
		}
	}
	if err != nil {
		return fmt.Errorf("ask the helper what it misses of plan %s: %w", d, err)
	}
	var dates []plan.Date
	if json.Unmarshal(body, &dates) != nil {
		return fmt.Errorf("ask the helper what it misses of plan %s: %w", d, ErrAnswer)
	}
	for _, date := range dates {
		b := message.Batch{Plan: d, Date: date}
		s, err := l.opt.Releases.Get(d, date)
		if errors.Is(err, release.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look for a release: %w", err)
		}
		text, err := s.Append(nil)
		if err != nil {
			return err
		}
		if _, err := l.opt.Helper.call(ctx, http.MethodPut, pathOf(b)+"/release", text, 0); err != nil {
			return fmt.Errorf("give the helper the release of %s: %w", b, err)
		}
	}
	l.offered[d] = now
	return nil
}
