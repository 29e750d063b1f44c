package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// fitReleases is the product's own Fit: package optimise over all releases of the
// plan's site, of this plan and of earlier ones.
func fitReleases(_ context.Context, releases *release.Store, published []byte) ([]byte, error) {
	target, err := plan.Decode(published)
	if err != nil {
		return nil, err
	}
	all, err := releases.List()
	if err != nil {
		return nil, err
	}
	digest := plan.DigestOf(published)
	plans := map[plan.Digest]*plan.Plan{digest: target}
	var of []optimise.Release
	for _, r := range all {
		p, ok := plans[r.Plan]
		if !ok {
			if p, err = storedPlan(releases, r.Plan); err != nil {
				return nil, err
			}
			plans[r.Plan] = p
		}
		if p.Site != target.Site {
			continue
		}
		one, err := optimise.Of(p, r.Plan, r.Record)
		if err != nil {
			return nil, fmt.Errorf("the release of %s: %w", r.Period.Date, err)
		}
		of = append(of, one)
	}
	priors, err := optimise.Fit(target, digest, of)
	if errors.Is(err, optimise.ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return choose.Encode(priors)
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
