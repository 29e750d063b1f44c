package aggregator_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkStep is a whole batch of 2,000 reports of 20 cells, both aggregators
// in one process over loopback: what the protocol, the stores and HTTP cost
// beside preparation (see prepare.BenchmarkPrepare for 512 cells).
func BenchmarkStep(b *testing.B) {
	c := newCast(b)
	crowd := newCrowd(b, c, 50)
	for range 2000 {
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
	b.ReportMetric(float64(2000*b.N)/b.Elapsed().Seconds(), "reports/s")
}
