package service

import (
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// largest is a plan of nearly as many cells as there may be, most of them of a list's
// items by segment, the rest of moves between topics.
func largest(t testing.TB) (*plan.Plan, []byte, []byte) {
	p := edgetest.Bare(281)
	p.Segments = nil
	for i := range 63 {
		p.Segments = append(p.Segments, plan.Segment{Name: fmt.Sprint("segment ", i), Rule: edgetest.NewRule().Var(plan.VarVisits).Num(float64(i)).Op(plan.OpEq).Code()})
	}
	p.Segments = append(p.Segments, plan.Segment{Name: "else"})
	for i := range 5 {
		p.Topics = append(p.Topics, fmt.Sprint("topic ", i))
	}
	l := plan.List{Name: "for you", Size: 4, Goal: plan.Trigger{Kind: plan.Order}, Reward: 1}
	for i := range 14 {
		l.Items = append(l.Items, fmt.Sprint("item ", i))
	}
	p.Lists = []plan.List{l}
	p.Metrics = append(p.Metrics,
		plan.Metric{Name: "items", Kind: plan.Items, By: plan.BySegment, Most: 2}, plan.Metric{Name: "next", Kind: plan.Next, By: plan.ByTopic, Most: 2})
	p.Sigma2, p.Chunk = 247, 30
	published := edgetest.Publish(p)
	p, err := plan.Decode(published)
	require.NoError(t, err)
	return p, published, planfile.Sign(published, ed25519.NewKeyFromSeed(make([]byte, 32)))
}

func releasedAll(t testing.TB, p *plan.Plan, published, signed []byte, n int) *release.Store {
	s, err := release.Open(t.TempDir() + "/releases")
	require.NoError(t, err)
	require.NoError(t, s.PutPlan(plan.DigestOf(published), signed))
	l := plan.LayoutOf(p)
	for d := range n {
		r := release.Signed{Record: release.Record{
			Plan: plan.DigestOf(published), Period: p.Periods[d], Weight: l.Weight, Sigma2: p.Sigma2, Cells: make([]int64, l.Cells),
		}}
		r.Cells[0] = 64_000
		for _, span := range l.Spans[1:] {
			for i := range span.Cells() {
				r.Cells[span.Offset+i] = []int64{1000, 40, 900}[span.Metric] + int64((i*7919+d*104_729)%40)
			}
		}
		require.NoError(t, s.Put(r))
	}
	return s
}

// What came after slots and campaigns is fitted and encoded as they are.
func TestFitOfOtherKinds(t *testing.T) {
	p, published, signed := largest(t)
	got, err := fitReleases(t.Context(), releasedAll(t, p, published, signed, 3), published)
	require.NoError(t, err)
	priors, err := choose.Decode(got)
	require.NoError(t, err)
	require.NoError(t, priors.Fits(p, plan.DigestOf(published)))
	require.Len(t, priors.Places, 2)
	require.InDelta(t, .06, priors.Row(choose.Place{Kind: choose.Items}, 7)[3].Mean, .02)
	require.InDelta(t, .25, priors.Row(choose.Place{Kind: choose.Next}, 2)[3].Mean, .03)
}

// BenchmarkRefit times all that a release sets off before priors are published: twenty
// half-lives of daily releases are read, fitted and encoded.
func BenchmarkRefit(b *testing.B) {
	p, published, signed := largest(b)
	s := releasedAll(b, p, published, signed, 281)
	start := time.Now()
	for range b.N {
		if _, err := fitReleases(b.Context(), s, published); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(start).Milliseconds())/float64(b.N), "ms/refit")
	b.ReportMetric(float64(plan.LayoutOf(p).Cells), "cells")
}
