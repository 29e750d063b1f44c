package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// fitReleases is the product's own Fit without anybody at the helm: package optimise over
// all releases of the plan's site, of this plan and of earlier ones.
func fitReleases(_ context.Context, releases *release.Store, published []byte) ([]byte, error) {
	return (&fitter{releases: releases}).fit(published)
}

// fitter makes priors of releases and of what it is ordered.
type fitter struct {
	releases *release.Store
	orders   *steer.Store // nil: there are none
	clock    func() time.Time
	log      *slog.Logger
}

// revision is another one once there is another order.
func (f *fitter) revision() (uint64, error) {
	log, err := f.orders.List()
	return uint64(len(log)), err
}

// fit has the guard rails look first, and then makes the priors.
func (f *fitter) fit(published []byte) ([]byte, error) {
	target, err := plan.Decode(published)
	if err != nil {
		return nil, err
	}
	digest := plan.DigestOf(published)
	of, views, err := f.site(target, digest)
	if err != nil {
		return nil, err
	}
	state := steer.StateOf(target.Site, nil)
	if f.orders != nil {
		if state, err = f.guard(target, views); err != nil {
			return nil, err
		}
	}
	priors, err := optimise.Steered(target, digest, of, state)
	if errors.Is(err, optimise.ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return choose.Encode(priors)
}

// guard stops what falls behind a guard rail, and returns the state that is then.
func (f *fitter) guard(target *plan.Plan, of []panel.Release) (*steer.State, error) {
	log, err := f.orders.List()
	if err != nil {
		return nil, err
	}
	state := steer.StateOf(target.Site, log)
	rails, err := finding.Rails(of, state)
	if errors.Is(err, panel.ErrNone) {
		return state, nil
	}
	if err != nil {
		return nil, err
	}
	for _, o := range finding.Stops(rails, state) {
		o.At, o.Site = f.clock(), target.Site
		if o.Fits(target) != nil {
			continue // of an earlier plan
		}
		if o, err = f.orders.Give(o); err != nil {
			return nil, err
		}
		f.log.Warn("a guard rail stopped what fell", "place", o.Name, "variant", o.Variant, "metric", o.Why.Metric, "from", o.Why.From, "to", o.Why.To)
		log = append(log, o)
	}
	return steer.StateOf(target.Site, log), nil
}

// site lists the releases of a plan's site, for the optimiser and for panels.
func (f *fitter) site(target *plan.Plan, digest plan.Digest) (of []optimise.Release, views []panel.Release, err error) {
	all, err := f.releases.List()
	if err != nil {
		return nil, nil, err
	}
	plans := map[plan.Digest]*plan.Plan{digest: target}
	for _, r := range all {
		p, ok := plans[r.Plan]
		if !ok {
			if p, err = storedPlan(f.releases, r.Plan); err != nil {
				return nil, nil, err
			}
			plans[r.Plan] = p
		}
		if p.Site != target.Site {
			continue
		}
		one, err := optimise.Of(p, r.Plan, r.Record)
		if err != nil {
			return nil, nil, fmt.Errorf("the release of %s: %w", r.Period.Date, err)
		}
		of, views = append(of, one), append(views, panel.Release{Plan: p, Record: r.Record})
	}
	return of, views, nil
}

// storedPlan returns the plan that a release is of. Its signature was checked when
// it was stored; its bytes are checked here against the digest that both
// aggregators have signed.
func storedPlan(releases *release.Store, d plan.Digest) (*plan.Plan, error) {
	signed, err := releases.Plan(d)
	if err != nil {
		return nil, fmt.Errorf("the plan %s of a release: %w", d, err)
	}
	published, err := planfile.Unverified(signed)
	if err != nil {
		return nil, fmt.Errorf("the plan %s of a release: %w", d, err)
	}
	if plan.DigestOf(published) != d {
		return nil, fmt.Errorf("the plan %s of a release: other bytes are stored under its digest", d)
	}
	return plan.Decode(published)
}
