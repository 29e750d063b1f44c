package speed

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

// ModuleFigures are the built module's under wazero, on one core, with
// plans/standard.yaml but where it says otherwise.
type ModuleFigures struct {
	// With a plan of 64 topics and a slot of 40 variants (choice.go): a decision that
	// is drawn anew, the same one asked for again in its visit, and an event about
	// topics; each with what a Go host does around it.
	Choose40 float64 `json:"choose40_us"`
	Kept40   float64 `json:"choose40_kept_us"`
	Event    float64 `json:"event_us"`

	Call100  float64 `json:"call100_us"`  // one event without topics, a message below 100 bytes
	Shard512 float64 `json:"shard512_ms"` // a whole report: measure, shard, frame plaintexts, save
	MemoryMB float64 `json:"memory_mb"`   // linear memory after 1,000 reported device-days
	// Device-days a second: a state loaded, both slots chosen, six events, then the
	// measurement or the report, and the state saved.
	Days      float64 `json:"days_per_second"`
	DaysShard float64 `json:"days_per_second_shard"`
}

// visit is a simulated device's day: one visit of six events.
var visit = []edge.Event{
	{Kind: plan.View}, {Kind: plan.Exposure, Slot: 0, Variant: 1}, {Kind: plan.View}, {Kind: plan.Click, InSlot: true},
	{Kind: plan.Cart}, {Kind: plan.Order, Minor: 4_950},
}

// Module measures the module's bytes.
func Module(ctx context.Context, module []byte) (f ModuleFigures, err error) {
	p, published, err := standard()
	if err != nil {
		return f, err
	}
	engine, err := device.Open(ctx, module, device.Options{})
	if err != nil {
		return f, err
	}
	defer engine.Close(ctx)
	priors, err := priorsOf(p, published)
	if err != nil {
		return f, err
	}
	d, err := ready(ctx, engine, published, priors)
	if err != nil {
		return f, err
	}
	s := &people{d: d, periods: p.Periods, states: make([][]byte, 50)}

	// Memory first, on a fresh instance.
	for range 1_000 {
		if err := s.day(ctx, true); err != nil {
			return f, err
		}
	}
	f.MemoryMB = float64(d.Memory()) / (1 << 20)

	now := p.Periods[0].Start + 9*plan.Hour
	if _, err := d.Load(ctx, now, nil); err != nil {
		return f, err
	}
	i := 0
	call, err := median(21, 2_000, func() error {
		i++
		return d.Track(ctx, now, visit[i%len(visit)])
	})
	if err != nil {
		return f, err
	}
	f.Call100 = float64(call.Nanoseconds()) / 1e3
	shard, err := median(21, 50, func() error {
		_, err := d.Report(ctx, now, now)
		return err
	})
	if err != nil {
		return f, err
	}
	f.Shard512 = float64(shard.Nanoseconds()) / 1e6
	for _, m := range []struct {
		to     *float64
		report bool
	}{{&f.Days, false}, {&f.DaysShard, true}} {
		one, err := median(11, 500, func() error { return s.day(ctx, m.report) })
		if err != nil {
			return f, err
		}
		*m.to = float64(time.Second) / float64(one)
	}
	return f, f.choices(ctx, engine, p)
}

// people are fifty devices that live day after day on one instance.
type people struct {
	d       *device.Device
	periods []plan.Period
	states  [][]byte
	next    int
	what    choose.Decision
}

func (s *people) day(ctx context.Context, report bool) error {
	i, date := s.next%len(s.states), s.next/len(s.states)%len(s.periods)
	if date == 0 {
		s.states[i] = nil // after the plan's last day, somebody new
	}
	s.next++
	now := s.periods[date].Start + 9*plan.Hour
	if _, err := s.d.Load(ctx, now, s.states[i]); err != nil {
		return err
	}
	for slot := range uint8(2) {
		if err := s.d.Choose(ctx, now, choose.Place{Index: slot}, &s.what); err != nil {
			return fmt.Errorf("choose for slot %d: %w", slot, err)
		}
	}
	for k, e := range visit {
		if err := s.d.Track(ctx, now+plan.Time(60*k), e); err != nil {
			return fmt.Errorf("event %d: %w", k, err)
		}
	}
	now += 600
	if report {
		out, err := s.d.Report(ctx, now, now)
		s.states[i] = append(s.states[i][:0], out.State...)
		return err
	}
	if _, _, err := s.d.Measurement(ctx, now); err != nil {
		return err
	}
	var err error
	s.states[i], err = s.d.AppendState(ctx, s.states[i][:0])
	return err
}
