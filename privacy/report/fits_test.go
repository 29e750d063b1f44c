package report_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/stretchr/testify/require"
)

// Whatever input share a plan may have, sealed it fits a report.
func TestTheLargestInputShareFitsAReport(t *testing.T) {
	require.LessOrEqual(t, seal.SealedSize(report.PlainHead+plan.MaxInputShare), report.MaxSealed)
	require.LessOrEqual(t, report.PlainHead+plan.MaxInputShare, seal.MaxPlain)
	leader, _ := plan.Layout{Cells: plan.MaxCells, Weight: plan.MaxWeight}.InputShareSizes(34)
	require.Less(t, leader, plan.MaxInputShare/2, "1,024 cells at their own chunk length")
}
