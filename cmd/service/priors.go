package service

import (
	"context"
	"errors"

	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
)

// Fit computes the priors for the devices of a published plan from the leader's
// releases, which may be of several plans and sites. No bytes and no error: there
// are none to publish.
type Fit func(ctx context.Context, releases *release.Store, published []byte) (priors []byte, err error)

// fitFrom closes the World's fit over the store that it reads; without one it is own.
func (w World) fitFrom(s *release.Store, own *fitter) func(context.Context, []byte) ([]byte, error) {
	if fit := w.Fit; fit != nil {
		return func(ctx context.Context, published []byte) ([]byte, error) { return fit(ctx, s, published) }
	}
	return func(_ context.Context, published []byte) ([]byte, error) { return own.fit(published) }
}

// aboutPriors parts what a Step reports: what is wrong with batches, and what
// only with priors.
func aboutPriors(err error) (batches, priors error) {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, err := range all {
		var p *leader.PriorsError
		if errors.As(err, &p) {
			priors = errors.Join(priors, err)
		} else {
			batches = errors.Join(batches, err)
		}
	}
	return batches, priors
}
