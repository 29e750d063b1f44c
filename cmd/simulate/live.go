package simulate

import (
	"context"
	"fmt"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// shown is one decision of a day and what the truth says of it.
type shown struct {
	slot, variant int
	reason        choose.Reason
	rate          float64 // true rate of what was shown
	won           bool
}

// life lets visitors live their days on one device.
type life struct {
	shop     *population.Site
	plan     *plan.Plan
	device   Device
	dice     *Dice
	seed     uint64
	decision choose.Decision
	shown    []shown // of the day; used again by the next
	picks    []recommend.Pick
	offered  []offered  // of the day; used again by the next
	ids      [][]string // by list: of its catalogue's items, as the device numbers them
}

// day lives a visitor's day, from a state, and returns the last instant of it; ok
// is false if the visitor does not come. The device then holds the visitor.
func (l *life) day(ctx context.Context, v *population.Visitor, day int, state []byte) (last plan.Time, ok bool, err error) {
	visits := v.Day(day)
	l.shown, l.offered = l.shown[:0], l.offered[:0]
	if len(visits) == 0 {
		return 0, false, nil
	}
	first := visits[0].Actions[0].At
	loaded, err := l.device.Load(ctx, first, state)
	if err != nil {
		return 0, false, err
	}
	if loaded == edge.SetAside {
		return 0, false, fmt.Errorf("visitor %d: the state of %d bytes was damaged", v.Index, len(state))
	}
	l.dice.Fix(l.seed, v.Index)
	defer l.dice.Free()
	if loaded == edge.Fresh {
		for _, f := range v.Facts() {
			if err := l.device.Track(ctx, first, edge.Event{Kind: plan.Declare, Attribute: uint8(f.Attribute), Value: f.Value}); err != nil {
				return 0, false, err
			}
		}
	}
	for _, visit := range visits {
		for _, a := range visit.Actions {
			if err := l.act(ctx, v, visit, a); err != nil {
				return 0, false, fmt.Errorf("visitor %d, day %d: %w", v.Index, day, err)
			}
			last = a.At + population.AnswerTime
		}
	}
	return last, true, nil
}

// choose asks the device what the slot shows, shows it, and has the visitor answer.
func (l *life) choose(ctx context.Context, v *population.Visitor, visit population.Visit, a population.Action) error {
	d := &l.decision
	if err := l.device.Choose(ctx, a.At, choose.Place{Kind: choose.Slot, Index: a.Slot}, d); err != nil {
		return err
	}
	if err := l.device.Track(ctx, a.At, edge.Event{Kind: plan.Exposure, Slot: a.Slot, Variant: uint8(d.Column)}); err != nil {
		return err
	}
	answer := v.Answer(visit, a, d.Column)
	l.shown = append(l.shown, shown{int(a.Slot), d.Column, d.Reason, v.Rate(int(a.Slot), d.Column), len(answer) > 0})
	return l.all(ctx, answer)
}
