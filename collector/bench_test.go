package collector_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/load"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// BenchmarkEmptyHandler is the peer of BenchmarkIngest: the same generator and
// bodies against net/http alone, which reads and forgets them.
func BenchmarkEmptyHandler(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer s.Close()
	for _, size := range []int{2500, 6000, 13500} {
		b.Run(fmt.Sprint(size), func(b *testing.B) { benchmark(b, s.URL, make([]byte, size)) })
	}
}

// BenchmarkIngest posts reports over 64 connections, with the generator beside
// the collector on the same machine. Each counts when it is on disk.
func BenchmarkIngest(b *testing.B) {
	for _, size := range []int{2500, 6000, 13500} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := serve(b, b.TempDir(), func(o *collector.Options) { o.SealedSize = nil })
			p := testPlan("shop.example", 1, firstDate, 2)
			status, _ := s.put(p)
			require.Equal(b, http.StatusCreated, status)
			r, err := report.Parse(reportOf(b, p, firstDate, 1, 1, 'a'))
			require.NoError(b, err)
			r.Leader, r.Helper = make([]byte, size-report.HeadSize-4-400), make([]byte, 400)
			body, err := r.Append(nil)
			require.NoError(b, err)
			require.Len(b, body, size)
			benchmark(b, s.public.URL+"/v1/reports", body)
		})
	}
}

func benchmark(b *testing.B, url string, body []byte) {
	b.SetBytes(int64(len(body)))
	b.ResetTimer()
	got, err := load.Run(context.Background(), load.Options{
		URL: url, Connections: 64, Total: b.N, Now: time.Now,
		Body: func(to []byte, i int) []byte {
			to = append(to, body...)
			binary.BigEndian.PutUint64(to[40:], uint64(i)*0x9E3779B97F4A7C15)
			return to
		},
	})
	b.StopTimer()
	require.NoError(b, err)
	require.Equal(b, map[int]int{http.StatusAccepted: b.N}, got.Statuses)
	b.ReportMetric(got.RequestsPerSecond, "requests/s")
	b.ReportMetric(float64(got.P50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(got.P99.Microseconds())/1000, "p99-ms")
}

// BenchmarkPerAddress is what bounding addresses costs a report.
func BenchmarkPerAddress(b *testing.B) {
	take, err := collector.Addresses(collector.PerAddress{PerMinute: 1 << 30, Random: rand.Reader, After: new(timers).start})
	require.NoError(b, err)
	r := &http.Request{RemoteAddr: "192.0.2.1:4711"}
	for b.Loop() {
		if _, ok := take(r, start); !ok {
			b.Fatal("refused")
		}
	}
}
