package speed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

const (
	variants = 40
	learned  = 20 // days that a shopper has lived before it is measured
	shoppers = 12
	batches  = 61 // of a day's decisions each
)

// errShoppers: hardly anybody's decision is drawn, so there is nothing to measure.
var errShoppers = errors.New("the devices do not choose as the plan says")

// wall is p with one slot of 40 variants instead of its slots and campaigns, as many
// topics as a plan can have, and the slot's metrics by segment.
func wall(p *plan.Plan) ([]byte, error) {
	s := plan.Slot{Name: "wall", Goal: plan.Trigger{Kind: plan.Click}, Reward: 1}
	for i := range variants {
		s.Variants = append(s.Variants, plan.Variant{Name: fmt.Sprintf("item %d", i), Cost: float64(i%3) / 1000,
			Topics: []uint8{uint8(i), uint8(i + plan.MaxTopics - variants)}})
	}
	for i := len(p.Topics); i < plan.MaxTopics; i++ {
		p.Topics = append(p.Topics, fmt.Sprintf("topic %d", i))
	}
	p.Slots, p.Campaigns = []plan.Slot{s}, nil
	p.Metrics = []plan.Metric{
		{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1},
		{Name: "exposed", Kind: plan.SlotExposed, By: plan.BySegment, Most: 2},
		{Name: "converted", Kind: plan.SlotConverted, By: plan.BySegment, Most: 1},
	}
	p.Policy.Lift, p.Policy.Recent = 2, 5_000
	l := plan.LayoutOf(p)
	p.Chunk = uint16(share.DefaultChunk(l.Cells, l.Weight))
	return plan.Encode(p)
}

// priorsOf is priors for each slot of a plan.
func priorsOf(p *plan.Plan, published []byte) ([]byte, error) {
	priors := choose.Priors{Version: uint64(p.Periods[0].Start), Plan: plan.DigestOf(published)}
	for i := range p.Slots {
		here := choose.PlacePriors{Place: choose.Place{Kind: choose.Slot, Index: uint8(i)}}
		for s := range p.Segments {
			row := make([]choose.Rate, len(p.Slots[i].Variants))
			for v := range row {
				row[v] = choose.Rate{Mean: .02 + .001*float64((7*v+3*s)%40), Strength: uint32(20 + 100*v)}
			}
			here.Rates = append(here.Rates, row)
		}
		priors.Places = append(priors.Places, here)
	}
	b, err := choose.Encode(priors)
	if err != nil {
		return nil, fmt.Errorf("encode priors: %w", err)
	}
	return b, nil
}

// ready starts an instance under a plan, with priors in force.
func ready(ctx context.Context, engine *device.Engine, published, priors []byte) (*device.Device, error) {
	d, err := engine.Instance(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.UsePlan(ctx, published); err != nil {
		return nil, err
	}
	return d, d.UsePriors(ctx, priors)
}

// shop are devices with evidence of all variants and interest in all topics.
type shop struct {
	d      *device.Device
	today  plan.Period
	states [][]byte
	what   choose.Decision
}

// shopAt is a shop on an instance of the engine, with its devices raised.
func shopAt(ctx context.Context, engine *device.Engine, p *plan.Plan) (s *shop, published, priors []byte, err error) {
	if published, err = wall(p); err != nil {
		return nil, nil, nil, fmt.Errorf("build the plan with 40 variants: %w", err)
	}
	if priors, err = priorsOf(p, published); err != nil {
		return nil, nil, nil, err
	}
	d, err := ready(ctx, engine, published, priors)
	if err != nil {
		return nil, nil, nil, err
	}
	s = &shop{d: d, today: p.Periods[learned]}
	for tries := 0; len(s.states) < shoppers; tries++ {
		if tries == 100*shoppers {
			return nil, nil, nil, errShoppers
		}
		if err := s.raise(ctx, p.Periods[:learned]); err != nil {
			return nil, nil, nil, err
		}
	}
	return s, published, priors, nil
}

// choices measures what a decision and an event about topics take.
func (f *ModuleFigures) choices(ctx context.Context, engine *device.Engine, p *plan.Plan) error {
	s, _, _, err := shopAt(ctx, engine, p)
	if err != nil {
		return err
	}
	drawn, kept := make([]time.Duration, batches), make([]time.Duration, batches)
	for i := range batches {
		if drawn[i], kept[i], err = s.choose(ctx, s.states[i%shoppers]); err != nil {
			return err
		}
	}
	slices.Sort(drawn)
	slices.Sort(kept)
	f.Choose40 = float64(drawn[batches/2].Nanoseconds()) / 1e3
	f.Kept40 = float64(kept[batches/2].Nanoseconds()) / 1e3

	i, now := 0, s.today.Start+plan.Hour
	about := func(e edge.Event) edge.Event {
		e.Topics = 1<<(i%plan.MaxTopics) | 1<<(i*7%plan.MaxTopics)
		return e
	}
	event, err := median(21, 2_000, func() error {
		i++
		return s.d.Track(ctx, now, about([]edge.Event{{Kind: plan.View}, {Kind: plan.Click, InSlot: true},
			{Kind: plan.Dwell, Seconds: 40}, {Kind: plan.Cart}, {Kind: plan.Order, Minor: 4_950}}[i%5]))
	})
	f.Event = float64(event.Nanoseconds()) / 1e3
	return err
}

// raise lets one more device live and keeps it if its decision of today is drawn: not
// of the holdout, and not uniform.
func (s *shop) raise(ctx context.Context, days []plan.Period) error {
	if _, err := s.d.Load(ctx, days[0].Start, nil); err != nil {
		return err
	}
	for day, period := range days {
		now := period.Start + 9*plan.Hour
		for i := range 4 { // each variant every ten days, each topic every sixteen
			shown := edge.Event{Kind: plan.Exposure, Variant: uint8((4*day + i) % variants)}
			seen := edge.Event{Kind: plan.View, Topics: 1 << ((4*day + i) % plan.MaxTopics)}
			for k, e := range []edge.Event{seen, shown, {Kind: plan.Click, InSlot: true}} {
				if k == 2 && day%3 > 0 {
					continue
				}
				if err := s.d.Track(ctx, now+plan.Time(60*i+k), e); err != nil {
					return fmt.Errorf("raise a device: %w", err)
				}
			}
		}
	}
	state, err := s.d.AppendState(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.d.Choose(ctx, s.today.Start, choose.Place{}, &s.what); err != nil {
		return err
	}
	if s.what.Reason == choose.Sampled {
		state, err = s.d.AppendState(ctx, state[:0])
		s.states = append(s.states, state)
	}
	return err
}

// choose makes decisions half an hour apart, each of a visit of its own, through one
// day, and asks for each again. It returns the mean time of both.
func (s *shop) choose(ctx context.Context, state []byte) (drawn, kept time.Duration, err error) {
	if _, err := s.d.Load(ctx, s.today.Start, state); err != nil {
		return 0, 0, err
	}
	n := time.Duration(0)
	for now := s.today.Start + profile.VisitGap; now < s.today.End; now += profile.VisitGap {
		for _, again := range []bool{false, true} {
			start := time.Now()
			if err := s.d.Choose(ctx, now, choose.Place{}, &s.what); err != nil {
				return 0, 0, err
			}
			if took := time.Since(start); again {
				kept += took
			} else {
				drawn += took
				// What was seen is kept.
				seen := edge.Event{Kind: plan.Exposure, Variant: uint8(s.what.Column)}
				if err := s.d.Track(ctx, now, seen); err != nil {
					return 0, 0, err
				}
			}
			if s.what.Kept != again || s.what.Reason != choose.Sampled || len(s.what.Options) != variants {
				return 0, 0, errShoppers
			}
		}
		n++
	}
	return drawn / n, kept / n, nil
}
