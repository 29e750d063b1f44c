package edge_test

import (
	"strconv"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

func BenchmarkTrack(b *testing.B) {
	p := edgetest.Shop()
	d := device(b, p)
	rng := edgetest.Rand(1)
	events := make([]edge.Event, 1024)
	for i := range events {
		events[i] = edgetest.Event(rng, p)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := d.Track(start+plan.Time(i%(59*plan.Day)), events[i%len(events)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReport(b *testing.B) {
	for _, cells := range []int{64, 512} {
		b.Run(strconv.Itoa(cells), func(b *testing.B) {
			p := edgetest.Sized(cells)
			require.Equal(b, cells, plan.LayoutOf(p).Cells)
			d := device(b, p)
			track(b, d, start, view, edge.Event{Kind: plan.Assign, Arm: 3})
			r := edgetest.Rand0()
			var out edge.Outgoing
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Report(start, start, r, &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A device-day without sharing: load, ten events, save.
func BenchmarkDay(b *testing.B) {
	p := edgetest.Shop()
	d := device(b, p)
	state := lived(b, p, 1).AppendState(nil)
	rng := edgetest.Rand(1)
	var events [10]edge.Event
	for i := range events {
		events[i] = edgetest.Event(rng, p)
	}
	var room []byte
	b.ReportAllocs()
	for b.Loop() {
		if d.Load(start+20*day, state) != edge.Restored {
			b.Fatal("damaged")
		}
		for i, e := range events {
			if err := d.Track(start+20*day+plan.Time(60*i), e); err != nil {
				b.Fatal(err)
			}
		}
		room = d.AppendState(room[:0])
	}
}
