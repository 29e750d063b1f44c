package vdaf

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// benchmarkPrepare times everything that both aggregators do for one report
// after opening it: Prepare twice, Combine once (the leader takes the helper's
// message), Finish twice, both sums.
func benchmarkPrepare(b *testing.B, p Params) {
	u := makeUpload(b, p, rand.NewChaCha8([32]byte{1}), 0, 3, 9)
	leader, err := New(p, u.context, testKey, Leader)
	if err != nil {
		b.Fatal(err)
	}
	helper, err := New(p, u.context, testKey, Helper)
	if err != nil {
		b.Fatal(err)
	}
	sums := [2]*AggregateShare{NewAggregateShare(p.Length), NewAggregateShare(p.Length)}
	b.ReportAllocs()
	for b.Loop() {
		ls, lp, err := leader.Prepare(u.nonce, u.public, u.leader)
		if err != nil {
			b.Fatal(err)
		}
		hs, hp, err := helper.Prepare(u.nonce, u.public, u.helper)
		if err != nil {
			b.Fatal(err)
		}
		message, err := helper.Combine(lp, hp)
		if err != nil {
			b.Fatal(err)
		}
		for i, finish := range []func() (OutputShare, error){
			func() (OutputShare, error) { return leader.Finish(ls, message) },
			func() (OutputShare, error) { return helper.Finish(hs, message) },
		} {
			out, err := finish()
			if err != nil {
				b.Fatal(err)
			}
			if err := sums[i].Add(out); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reports/s")
	b.ReportMetric(float64(share.PublicSize+share.HelperSize+p.LeaderSize()), "report-B")
}

func BenchmarkPrepareBoth(b *testing.B) {
	for _, length := range []int{64, 256, 512} {
		b.Run(fmt.Sprint(length), func(b *testing.B) {
			benchmarkPrepare(b, Params{Length: length, Weight: 12, Chunk: share.DefaultChunk(length, 12)})
		})
	}
}

// BenchmarkPrepareChunk is the servers' side of share.DefaultChunk's choice:
// the shortest chunk for each number of points.
func BenchmarkPrepareChunk(b *testing.B) {
	for _, length := range []int{64, 128, 256, 512, 1024} {
		for k := 2; k <= 6; k++ {
			p := Params{Length: length, Weight: 12}
			p.Chunk = (length + 4 + 1<<k - 2) / (1<<k - 1)
			b.Run(fmt.Sprintf("L%d_points%d_chunk%d", length, 1<<k, p.Chunk), func(b *testing.B) {
				benchmarkPrepare(b, p)
			})
		}
	}
}

func BenchmarkNew(b *testing.B) {
	p := Params{Length: 512, Weight: 12, Chunk: 35}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(p, testContext, testKey, Leader); err != nil {
			b.Fatal(err)
		}
	}
}
