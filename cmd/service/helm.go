package service

import (
	"fmt"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Helm is where a console steers a leader from, beside it: by the log of orders in the
// leader's data folder, which the leader reads at each step.
type Helm struct{ *steer.Store }

// OpenHelm opens the log in a leader's data folder, and makes it if need be.
func OpenHelm(data string) (Helm, error) {
	s, err := steer.Open(filepath.Join(data, steer.File))
	return Helm{s}, err
}

// Orders returns the log of orders, of all sites, the oldest first.
func (h Helm) Orders() ([]steer.Order, error) { return h.List() }

// Told says what devices are told by a site's releases under a state, as optimise.Told.
func (h Helm) Told(of []panel.Release, state *steer.State, before plan.Date) ([]steer.Told, error) {
	var releases []optimise.Release
	for _, r := range of {
		one, err := optimise.Of(r.Plan, r.Record.Plan, r.Record)
		if err != nil {
			return nil, fmt.Errorf("the release of %s: %w", r.Period.Date, err)
		}
		releases = append(releases, one)
	}
	last := of[len(of)-1]
	return optimise.Told(last.Plan, last.Record.Plan, releases, state, before)
}
