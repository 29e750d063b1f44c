package aggregator_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// standard is the reference plan of 512 cells, moved to this test's days.
func (c *cast) standard(t testing.TB) *plan.Plan {
	t.Helper()
	const path = "../plans/standard.yaml"
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	f, problems := planfile.Parse(path, text)
	require.Nil(t, problems)
	d := c.draft()
	f.Periods = d.Periods
	p, err := f.Plan(planfile.BuildInput{Leader: d.Leader, Helper: d.Helper, VerifyKey: pair.CommitmentOf(c.key), Issued: d.Issued, Expires: d.Expires})
	require.NoError(t, err)
	return p
}

// BenchmarkStep is a whole batch, both aggregators in one process over loopback
// with stores on disk: preparation (prepare.BenchmarkPrepare) and, beside it,
// what protocol, stores and HTTP cost. At 20 cells that is most of it.
func BenchmarkStep(b *testing.B) {
	for _, size := range []struct {
		name    string
		reports int
		plan    func(*cast) *plan.Plan
	}{
		{"cells=20/reports=2000", 2000, (*cast).draft},
		{"cells=512/reports=20000", 20_000, func(c *cast) *plan.Plan { return c.standard(b) }},
	} {
		b.Run(size.name, func(b *testing.B) {
			c := newCast(b)
			c.adopt(b, size.plan(c))
			crowd := newCrowd(b, c, 50)
			for range size.reports {
				crowd.add(nil)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				b.StopTimer()
				w := newWorld(b, c, crowd.reports, func(w *world) { w.chunk = 128 })
				w.addPlan()
				b.StartTimer()
				require.NoError(b, step(b, w).Err)
				b.StopTimer()
				w.expect(crowd.oracle)
				b.StartTimer()
			}
			b.ReportMetric(float64(size.reports*b.N)/b.Elapsed().Seconds(), "reports/s")
		})
	}
}
