package speed

import (
	"context"
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

// Message is one call across the module's boundary.
type Message struct {
	Op    abi.Op `json:"op"`
	Bytes []byte `json:"bytes"`
}

// Round is calls that are timed together, after others that are not.
type Round struct {
	Before []Message `json:"before"`
	Timed  []Message `json:"timed"`
}

// Play is a measurement of the module as calls in their order, for a host that knows
// nothing but the boundary: a browser's Worker.
type Play struct {
	Setup  []Message `json:"setup"`
	Rounds []Round   `json:"rounds"`
	// Last is what the module answers to the last call, on every host; empty where
	// that is random.
	Last []byte `json:"-"`
}

// Plays are what ModuleFigures measures under wazero, to be played elsewhere.
type Plays struct {
	Choose40 Play `json:"choose40"` // a timed call is one decision, drawn anew
	Shard512 Play `json:"shard512"` // a timed call is one report, unsealed
	Events   Play `json:"events"`   // a timed call is one event, of every kind in turn
	List40   Play `json:"list40"`   // a timed call is one list of exercises out of 40
	List2000 Play `json:"list2000"` // the same out of as many as a catalogue may have
}

// NewPlays writes down the plays. The devices of Choose40 are raised in the module's
// bytes, under wazero.
func NewPlays(ctx context.Context, module []byte) (p Plays, err error) {
	if p.Shard512, err = reports(); err != nil {
		return p, err
	}
	if p.Events, err = acts(); err != nil {
		return p, err
	}
	if p.List40, err = ranks(40); err != nil {
		return p, err
	}
	if p.List2000, err = ranks(recommend.MaxCatalogue); err != nil {
		return p, err
	}
	engine, err := device.Open(ctx, module, device.Options{})
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, engine.Close(ctx)) }()
	p.Choose40, err = decisions(ctx, engine)
	return p, err
}

// reports are revisions of the report of a device that has looked at one page.
func reports() (Play, error) {
	p, published, err := standard()
	if err != nil {
		return Play{}, err
	}
	now := p.Periods[0].Start + 9*plan.Hour
	report := abi.ReportMessage{Now: now, Collector: now}
	once := []Message{{abi.OpReport, report.Append(nil)}}
	play := Play{Setup: []Message{
		{abi.OpPlan, published},
		{abi.OpLoad, abi.AppendTime(nil, now)},
		{abi.OpTrack, edge.AppendEvent(abi.AppendTime(nil, now), edge.Event{Kind: plan.View})},
	}}
	for range 200 {
		play.Rounds = append(play.Rounds, Round{Timed: once})
	}
	return play, nil
}

// decisions are one device after the other that chooses among 40 variants, in a visit
// of its own each half an hour. Nobody sees what it chooses, so it draws anew each time.
func decisions(ctx context.Context, engine *device.Engine) (Play, error) {
	p, _, err := standard()
	if err != nil {
		return Play{}, err
	}
	s, published, priors, err := shopAt(ctx, engine, p)
	if err != nil {
		return Play{}, err
	}
	play := Play{Setup: []Message{{abi.OpPlan, published}, {abi.OpPriors, priors}}}
	for i := range batches {
		state := s.states[i%shoppers]
		if _, err := s.d.Load(ctx, s.today.Start, state); err != nil {
			return Play{}, err
		}
		round := Round{Before: []Message{{abi.OpLoad, append(abi.AppendTime(nil, s.today.Start), state...)}}}
		for now := s.today.Start + profile.VisitGap; now < s.today.End; now += profile.VisitGap {
			if err := s.d.Choose(ctx, now, choose.Place{}, &s.what); err != nil {
				return Play{}, fmt.Errorf("choose: %w", err)
			}
			if s.what.Kept || s.what.Reason != choose.Sampled || len(s.what.Options) != variants {
				return Play{}, errShoppers
			}
			message := abi.ChooseMessage{Now: now}
			round.Timed = append(round.Timed, Message{abi.OpChoose, message.Append(nil)})
		}
		play.Rounds = append(play.Rounds, round)
	}
	play.Last = abi.AppendDecision(nil, &s.what)
	return play, nil
}
