package prepare

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// A thing gone wrong is a reason of its own, and the next report is not harmed.
func TestReasons(t *testing.T) {
	b, err := newBench(vdaf.Params{Length: 20, Weight: 3, Chunk: 5}, time.Now)
	require.NoError(t, err)
	h, sealed := b.heads[0], b.sealed[0][0]
	unlike := h
	unlike.Revision = 2
	period := h
	period.Period++
	cut := append([]byte(nil), sealed...)
	cut[len(cut)-1] ^= 1
	for _, c := range []struct {
		name   string
		head   report.Head
		sealed []byte
		want   message.Reason
	}{
		{"good", h, sealed, message.None},
		{"the helper's share", h, b.sealed[1][0], message.OpenFailed},
		{"cut", h, sealed[:100], message.OpenFailed},
		{"changed", h, cut, message.OpenFailed},
		{"another revision outside", unlike, sealed, message.Unlike},
		{"another report's share", h, b.sealed[0][1], message.Unlike},
		{"another period outside", period, sealed, message.WrongBatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := b.workers[0].Begin(&c.head, c.sealed)
			require.Equal(t, c.want, got)
		})
	}
	one, r1 := b.workers[0].Begin(&b.heads[0], b.sealed[0][0])
	two, r2 := b.workers[1].Begin(&b.heads[1], b.sealed[1][1])
	require.Equal(t, []message.Reason{message.None, message.None}, []message.Reason{r1, r2})
	_, reason := b.workers[1].Combine(one.PrepShare, two.PrepShare)
	require.Equal(t, message.Proof, reason, "prep shares of two reports")
	_, reason = b.workers[1].Combine(one.PrepShare[1:], two.PrepShare)
	require.Equal(t, message.Malformed, reason)
	_, reason = b.workers[0].Finish(one, [32]byte{1})
	require.Equal(t, message.Proof, reason, "another report's prep message")
	require.NoError(t, b.one(0))
}

func TestMeasureDoesTheWork(t *testing.T) {
	var ticks time.Time
	f, err := Measure(vdaf.Params{Length: 20, Weight: 3, Chunk: 5}, 10, func() time.Time {
		ticks = ticks.Add(time.Second)
		return ticks
	})
	require.NoError(t, err)
	// Two readings a report for its opening, one before all and one after: 21 s
	// from first to last, 10 of them opening.
	require.Equal(t, Figures{Reports: 10, Total: 21 * time.Second, Open: 10 * time.Second, PerSecond: 10. / 21}, f)
	_, err = Measure(vdaf.Params{}, 1, time.Now)
	require.Error(t, err)
}

func BenchmarkPrepare(b *testing.B) {
	for _, p := range []vdaf.Params{{Length: 128, Weight: 4, Chunk: 17}, {Length: 512, Weight: 12, Chunk: 35}, {Length: 512, Weight: 12, Chunk: 17}, {Length: 1024, Weight: 12, Chunk: 34}} {
		b.Run(fmt.Sprintf("cells=%d,chunk=%d", p.Length, p.Chunk), func(b *testing.B) {
			bench, err := newBench(p, time.Now)
			require.NoError(b, err)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := bench.one(i % variety); err != nil {
					b.Fatal(err)
				}
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reports/s")
		})
	}
}
