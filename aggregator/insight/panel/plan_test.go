package panel_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What a plan does not cross, and its cost, is what asking it by segment makes of the layout.
func TestUncrossed(t *testing.T) {
	p := site(t, "loyal", "boots")
	of := func() panel.Plan {
		r, err := panel.Of([]panel.Release{released(t, p, 0, nil)}, p.Periods[0].Date, p.Periods[0].Date)
		require.NoError(t, err)
		return r.Plan
	}
	got := of()
	require.Equal(t, []any{plan.MaxCells, 2, []panel.Uncrossed{}}, []any{got.MostCells, got.Segments, got.Uncrossed}, "hero is asked both ways")
	before := plan.LayoutOf(p).Cells
	more := *p
	more.Segments = append(slices.Clone(p.Segments), plan.Segment{Name: "third"})
	require.Equal(t, plan.LayoutOf(&more).Cells-before, got.SegmentCells)

	p.Metrics = slices.DeleteFunc(p.Metrics, func(m plan.Metric) bool {
		return m.Source == 0 && m.By == plan.BySegment && (m.Kind == plan.SlotExposed || m.Kind == plan.SlotClicked)
	})
	got = of()
	require.Len(t, got.Uncrossed, 1)
	before = plan.LayoutOf(p).Cells
	for i := range p.Metrics {
		if p.Metrics[i].By == plan.SiteWide {
			p.Metrics[i].By = plan.BySegment
		}
	}
	require.Equal(t, panel.Uncrossed{Kind: "slot", Name: "hero", Cells: plan.LayoutOf(p).Cells - before}, got.Uncrossed[0])
	require.Empty(t, of().Uncrossed)
}
