// Package settle turns the two noised shares of a batch into its release record.
// Both aggregators compute it, each for itself, and sign it only if it is the
// same; it never sees a share without noise.
package settle

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// Sums adds the noised shares of cells cells and returns raw signed sums.
func Sums(leader, helper []byte, cells int) ([]int64, error) {
	l, err := vdaf.UnmarshalAggregateShare(cells, leader)
	if err != nil {
		return nil, fmt.Errorf("leader's noised share: %w", err)
	}
	h, err := vdaf.UnmarshalAggregateShare(cells, helper)
	if err != nil {
		return nil, fmt.Errorf("helper's noised share: %w", err)
	}
	return vdaf.Unshard(l, h)
}

// Record returns the release record of a batch.
func Record(b message.Batch, p *plan.Plan, period plan.Period, leader, helper []byte) (release.Record, error) {
	l := plan.LayoutOf(p)
	sums, err := Sums(leader, helper, l.Cells)
	if err != nil {
		return release.Record{}, fmt.Errorf("release %s: %w", b, err)
	}
	return release.Record{Plan: b.Plan, Period: period, Weight: l.Weight, Sigma2: p.Sigma2, Cells: sums}, nil
}
