package population_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// One core, each visitor-day made from nothing but its seed.
func BenchmarkDay(b *testing.B) {
	s := made(b, shop(b, plan.Daily), population.Options{Seed: 1, Visitors: 1_000_000})
	actions := 0
	for n := 0; b.Loop(); n++ {
		for _, visit := range s.Visitor(n % 1_000_000).Day(n % 50) {
			actions += len(visit.Actions)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "visitor-days/s")
	b.ReportMetric(float64(actions)/float64(b.N), "actions/visitor-day")
}

// All cores.
func BenchmarkTruth(b *testing.B) {
	s := made(b, shop(b, plan.Daily), population.Options{Seed: 1, Visitors: 20_000})
	for b.Loop() {
		s.Truth(30)
	}
	b.ReportMetric(20_000*30*float64(b.N)/b.Elapsed().Seconds(), "visitor-days/s")
}
