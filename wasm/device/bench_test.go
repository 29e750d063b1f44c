package device

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// day is what a simulated device does in a day, once it has chosen for every slot: one
// visit of six events.
var day = []edge.Event{
	{Kind: plan.View, Topics: 1}, {Kind: plan.Exposure, Slot: 0, Variant: 3}, {Kind: plan.View, Topics: 2},
	{Kind: plan.Click, InSlot: true}, {Kind: plan.Cart, Topics: 16}, {Kind: plan.Order, Minor: 4_950, Topics: 24},
}

// population lives device-days on one instance: each device is loaded, tracks its
// day, is measured or reported, and saved, as dunlin's simulation does.
type population struct {
	d      *Device
	slots  int
	states [][]byte
	next   int
	what   choose.Decision
}

func newPopulation(tb testing.TB, p *plan.Plan) *population {
	d, err := engine(tb).Instance(tb.Context())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, d.Close(context.Background())) })
	published := publish(tb, p)
	require.NoError(tb, d.UsePlan(tb.Context(), published))
	if len(p.Slots) > 0 {
		require.NoError(tb, d.UsePriors(tb.Context(), heroPriors(tb, published, 7)))
	}
	return &population{d: d, slots: len(p.Slots), states: make([][]byte, 50)}
}

// live runs the next device-day: fifty devices one after the other, each its own
// next day.
func (p *population) live(tb testing.TB, report bool) {
	ctx := tb.Context()
	i, date := p.next%len(p.states), p.next/len(p.states)%60
	if date == 0 {
		p.states[i] = p.states[i][:0]
	}
	p.next++
	now := firstAt + plan.Time(date)*plan.Day + 9*plan.Hour
	_, err := p.d.Load(ctx, now, p.states[i])
	require.NoError(tb, err)
	for i := range p.slots {
		require.NoError(tb, p.d.Choose(ctx, now, choose.Place{Index: uint8(i)}, &p.what))
	}
	for k, e := range day {
		require.NoError(tb, p.d.Track(ctx, now+plan.Time(60*k), e))
	}
	if report {
		out, err := p.d.Report(ctx, now+600, now+600)
		require.NoError(tb, err)
		p.states[i] = append(p.states[i][:0], out.State...)
		return
	}
	_, ok, err := p.d.Measurement(ctx, now+600)
	require.NoError(tb, err)
	require.True(tb, ok)
	p.states[i], err = p.d.AppendState(ctx, p.states[i][:0])
	require.NoError(tb, err)
}

// mostMemory is DESIGN.md's bound for an instance after 1,000 device-days.
const mostMemory = 8 << 20

// TestMemoryStaysSmall: the heap of a Go module finds its size in some thousand
// device-days, and then stays.
func TestMemoryStaysSmall(t *testing.T) {
	p := newPopulation(t, plan512())
	for range 1_000 {
		p.live(t, true)
	}
	t.Logf("%.1f MB after 1,000 reported device-days", float64(p.d.Memory())/(1<<20))
	require.LessOrEqual(t, p.d.Memory(), mostMemory)
	for range 15_000 {
		p.live(t, false)
	}
	settled := p.d.Memory()
	t.Logf("%.1f MB after 16,000", float64(settled)/(1<<20))
	require.LessOrEqual(t, settled, mostMemory)
	for range 15_000 {
		p.live(t, false)
	}
	require.Equal(t, settled, p.d.Memory(), "memory grows with the number of device-days")
}

func BenchmarkTrack(b *testing.B) {
	p := newPopulation(b, plan512())
	ctx := b.Context()
	now := firstAt + plan.Hour
	for i := 0; b.Loop(); i++ {
		if err := p.d.Track(ctx, now, day[i%len(day)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChoose(b *testing.B) {
	p := newPopulation(b, plan512())
	ctx := b.Context()
	now := firstAt + plan.Hour
	for _, e := range day {
		require.NoError(b, p.d.Track(ctx, now, e))
	}
	for b.Loop() { // another visit each time
		now += plan.Hour
		if err := p.d.Choose(ctx, now, choose.Place{Index: 1}, &p.what); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCall100 is the smallest thing that a call of 100 bytes does: across the
// boundary, read, refused, cleared.
func BenchmarkCall100(b *testing.B) {
	p := newPopulation(b, plan512())
	ctx := b.Context()
	var message [100]byte
	for b.Loop() {
		if _, err := p.d.run(ctx, abi.OpTrack, append(p.d.message(), message[:]...)); err == nil {
			b.Fatal("a hundred zeroes are no event")
		}
	}
}

func BenchmarkReport(b *testing.B) {
	for name, p := range map[string]*plan.Plan{"64": plan64(), "512": plan512()} {
		b.Run(name, func(b *testing.B) {
			p := newPopulation(b, p)
			now := firstAt + plan.Hour
			require.NoError(b, p.d.Track(b.Context(), now, day[0]))
			for b.Loop() {
				if _, err := p.d.Report(b.Context(), now, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDeviceDay(b *testing.B) {
	for name, report := range map[string]bool{"measured": false, "reported": true} {
		b.Run(name, func(b *testing.B) {
			p := newPopulation(b, plan512())
			for b.Loop() {
				p.live(b, report)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "days/s")
			b.ReportMetric(float64(p.d.Memory())/(1<<20), "MB")
		})
	}
}

func BenchmarkUsePlan(b *testing.B) {
	p := newPopulation(b, plan512())
	published := publish(b, plan512())
	for b.Loop() {
		require.NoError(b, p.d.UsePlan(b.Context(), published))
	}
}

func BenchmarkInstance(b *testing.B) {
	e := engine(b)
	for b.Loop() {
		d, err := e.Instance(b.Context())
		require.NoError(b, err)
		require.NoError(b, d.Close(b.Context()))
	}
}
