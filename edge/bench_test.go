package edge_test

import (
	"strconv"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

func BenchmarkTrack(b *testing.B) {
	for name, p := range map[string]*plan.Plan{"shop": edgetest.Shop(), "maximal": edgetest.Maximal()} {
		b.Run(name, func(b *testing.B) {
			d := device(b, p)
			rng := edgetest.Rand(1)
			events := make([]edge.Event, 1024)
			for i := range events {
				events[i] = edgetest.Event(rng, p)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := d.Track(start+plan.Time(i%(2*plan.Day)), events[i%len(events)]); err != nil {
					b.Fatal(err)
				}
			}
		})
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

// A choice among 40 variants, whose topics hold some of the visitor's interest, with
// priors and own evidence of each: drawn anew, and standing for the visit.
func BenchmarkChoose(b *testing.B) {
	const variants = 40
	p := picking(60, func(p *plan.Plan) {
		p.Policy = plan.Policy{Holdout: 1000, Explore: 0, Lift: 4, Recent: 5000}
		p.Topics = nil
		for i := range plan.MaxTopics {
			p.Topics = append(p.Topics, "topic"+strconv.Itoa(i))
		}
		p.Segments, p.Metrics = p.Segments[3:], p.Metrics[:1]
		p.Slots[0].Variants = nil
		for i := range variants {
			p.Slots[0].Variants = append(p.Slots[0].Variants, plan.Variant{Name: strconv.Itoa(i), Topics: []uint8{uint8(i), uint8(i + 9)}})
		}
	})
	var row []choose.Rate
	for i := range variants {
		row = append(row, choose.Rate{Mean: .02 + .001*float64(i), Strength: 500})
	}
	published := edgetest.PublishPriors(choose.Priors{Version: 1, Plan: plan.DigestOf(edgetest.Publish(p)),
		Places: []choose.PlacePriors{{Place: hero, Rates: [][]choose.Rate{row}}}})
	for name, apart := range map[string]plan.Time{"drawn": hour, "standing": 0} {
		b.Run(name, func(b *testing.B) {
			d := device(b, p)
			require.NoError(b, d.UsePriors(published))
			for i := range variants {
				track(b, d, start, edge.Event{Kind: plan.Exposure, Variant: uint8(i)}, order, edge.Event{Kind: plan.View, Topics: 1 << i})
			}
			out := pick(b, d, start+59*day, hero, lots(edgetest.Rand(1), 1<<32-1))
			require.Equal(b, choose.Sampled, out.Reason)
			if apart == 0 {
				require.NoError(b, d.Choose(start, hero, spent, &out))
				track(b, d, start, edgetest.Shown(&out))
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if d.Choose(start+plan.Time(i%1000)*apart, hero, spent, &out) != nil || out.Kept != (apart == 0) {
					b.Fatal("refused, or kept out of its visit")
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
