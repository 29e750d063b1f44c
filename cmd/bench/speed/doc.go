// Package speed measures the rooms against the table "Numbers to hold": the
// module under wazero, both aggregators' preparation. Figures are
// medians where a distribution is meant; absolute times only describe the machine.
package speed

import (
	"fmt"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// standard is plans/standard.yaml as published for fresh keys: 512 cells, weight 12.
func standard() (*plan.Plan, []byte, error) { return built("plans/standard.yaml", plans.Standard) }

// built returns a plan file's plan with fresh recipients, and its published bytes.
func built(name string, src []byte) (*plan.Plan, []byte, error) {
	f, problems := planfile.Parse(name, src)
	if problems != nil {
		return nil, nil, problems
	}
	in := planfile.BuildInput{Issued: f.Periods[0].Start - plan.Day}
	for _, to := range []*plan.Recipient{&in.Leader, &in.Helper} {
		_, recipient, err := seal.GenerateIdentity()
		if err != nil {
			return nil, nil, err
		}
		*to = recipient
	}
	p, err := f.Plan(in)
	if err != nil {
		return nil, nil, fmt.Errorf("build %s: %w", name, err)
	}
	published, err := plan.Encode(p)
	return p, published, err
}

// median runs f rounds times, each doing n things, and returns the median time of
// one thing.
func median(rounds, n int, f func() error) (time.Duration, error) {
	took := make([]time.Duration, 0, rounds)
	for range rounds {
		start := time.Now()
		for range n {
			if err := f(); err != nil {
				return 0, err
			}
		}
		took = append(took, time.Since(start)/time.Duration(n))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
