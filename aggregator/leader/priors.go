package leader

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// fitted is what became of a plan's priors since New.
type fitted struct {
	news    uint64      // how many releases of the site were known to the fit
	steered uint64      // and what Options.Steered said
	sum     plan.Digest // SHA-256 of what the collector was given; zero: nothing
}

// PriorsError: a plan's priors were not fitted or did not reach the collector.
// Releases stand whatever becomes of priors, and devices go on with those that
// they have.
type PriorsError struct {
	Plan  plan.Digest
	Doing string // "fit", or what the collector was asked
	Err   error
}

// Error says what to do.
func (e *PriorsError) Error() string {
	next := "if it stays so, compare the collector's log and /v1/status"
	switch {
	case e.Doing == doFit:
		next = "if it stays so, the fit cannot work with this plan and the store of releases: report its error"
	case errors.Is(e.Err, problem.PlanUnknown):
		next = "the collector has lost the plan: start the leader again, it hands out its plans then"
	case errors.Is(e.Err, problem.TooLarge):
		next = "if it stays so, give the plan fewer segments or variants"
	}
	return fmt.Sprintf("%s the priors of plan %s: %v. No release is touched, devices choose with the priors that they have, "+
		"and the next step tries again; %s", e.Doing, e.Plan, e.Err, next)
}

// Unwrap returns the cause.
func (e *PriorsError) Unwrap() error { return e.Err }

// What is done about priors, for PriorsError.
const (
	doFit   = "fit"
	doAsk   = "ask the collector about"
	doSend  = "send the collector"
	doPoint = "make the collector serve"
)

// priors fits and publishes anew what is out of date: the priors of each plan that
// devices still measure under, if this leader has fitted none since New, if its site has
// had a release or an order since, or if the collector does not serve the last ones. Doing
// so again is harmless, so nothing about it is stored.
func (l *Leader) priors(ctx context.Context) []error {
	if l.opt.Fit == nil {
		return nil
	}
	current, err := l.inUse()
	if err != nil {
		return []error{err}
	}
	steered := uint64(0)
	if l.opt.Steered != nil {
		if steered, err = l.opt.Steered(); err != nil {
			return []error{err}
		}
	}
	var failed []error
	for _, c := range current {
		if err := ctx.Err(); err != nil {
			return append(failed, err)
		}
		if err := l.refit(ctx, c, steered); err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

// publishedPlan is a plan with the bytes that its digest is of.
type publishedPlan struct {
	digest plan.Digest
	bytes  []byte
	*plan.Plan
}

// inUse lists the plans that devices measure under now or later, by digest.
func (l *Leader) inUse() (all []publishedPlan, err error) {
	plans, err := l.opt.Batches.Plans()
	if err != nil {
		return nil, err
	}
	now := l.opt.Clock()
	newest := make(map[string]uint64) // serial of the site's newest plan that has begun
	for d, accepted := range plans {
		published, err := l.opt.Verify(accepted.Signed)
		if err != nil {
			return nil, fmt.Errorf("stored plan %s: %w: %w", d, ErrPlan, err)
		}
		p, err := plan.Decode(published)
		if err != nil {
			return nil, fmt.Errorf("stored plan %s: %w: %w", d, ErrPlan, err)
		}
		if p.Periods[0].Start <= now {
			newest[p.Site] = max(newest[p.Site], p.Serial)
		}
		if now < p.Expires && now < p.Periods[len(p.Periods)-1].End {
			all = append(all, publishedPlan{d, published, p})
		}
	}
	all = slices.DeleteFunc(all, func(p publishedPlan) bool { return p.Serial < newest[p.Site] })
	slices.SortFunc(all, func(a, b publishedPlan) int { return bytes.Compare(a.digest[:], b.digest[:]) })
	return all, nil
}

// refit brings one plan's priors up to date. What it keeps in memory says so only
// once the collector has everything.
func (l *Leader) refit(ctx context.Context, p publishedPlan, steered uint64) error {
	fail := func(doing string, err error) error { return &PriorsError{p.digest, doing, err} }
	last, known := l.fitted[p.digest]
	if known && last.news == l.news[p.Site] && last.steered == steered {
		if last.sum == (plan.Digest{}) {
			return nil
		}
		served, err := l.served(ctx, p.digest)
		if err != nil {
			return fail(doAsk, err)
		}
		if served == last.sum {
			return nil
		}
		last.sum = plan.Digest{} // the collector has lost it, or was given another by hand
	}
	news := l.news[p.Site]
	priors, err := l.opt.Fit(ctx, bytes.Clone(p.bytes))
	if err != nil {
		return fail(doFit, err)
	}
	if len(priors) == 0 {
		l.fitted[p.digest] = fitted{news: news, steered: steered}
		return nil
	}
	sum := plan.Digest(sha256.Sum256(priors))
	if sum != last.sum {
		// The bytes first: a pointer never names what is not there.
		if _, err := l.opt.Collector.call(ctx, http.MethodPut, "/v1/priors/"+sum.String(), priors, 0); err != nil {
			return fail(doSend, err)
		}
		if _, err := l.opt.Collector.call(ctx, http.MethodPut, priorsPath(p.digest), []byte(sum.String()), 0); err != nil {
			return fail(doPoint, err)
		}
	}
	l.fitted[p.digest] = fitted{news, steered, sum}
	return nil
}

func priorsPath(d plan.Digest) string { return "/v1/plans/" + d.String() + "/priors" }

// served asks which priors of a plan the collector serves; zero when none.
func (l *Leader) served(ctx context.Context, d plan.Digest) (sum plan.Digest, err error) {
	b, err := l.opt.Collector.call(ctx, http.MethodGet, priorsPath(d), nil, 2*len(sum))
	if errors.Is(err, problem.NotFound) {
		return plan.Digest{}, nil
	}
	if err != nil {
		return plan.Digest{}, err
	}
	if sum, err = plan.ParseDigest(string(b)); err != nil {
		return plan.Digest{}, ErrAnswer
	}
	return sum, nil
}
