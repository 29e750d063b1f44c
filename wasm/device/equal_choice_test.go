package device

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// choose asks both sides what a place shows, mostly one that the plan has, and lets
// the page show it two times in three.
func (s *sides) choose(ctx context.Context) error {
	place := choose.Place{Kind: choose.Kind(s.draw.IntN(2)), Index: uint8(s.draw.IntN(2))}
	if s.draw.IntN(40) == 0 {
		place = choose.Place{Kind: choose.Kind(s.draw.IntN(256)), Index: uint8(s.draw.IntN(256))}
	}
	random := s.seed()
	native, module := &s.decisions[0], &s.decisions[1]
	wrong := s.native.Choose(s.now, place, random, native)
	if err := s.same(wrong, s.module.Choose(ctx, s.now, place, module)); err != nil {
		return fmt.Errorf("choose %v: %w", place, err)
	}
	if wrong != nil {
		s.counts.note(wrong)
		return nil
	}
	if err := sameDecision(native, module); err != nil {
		return err
	}
	s.counts.decided(native)
	if s.draw.IntN(3) == 0 {
		return nil
	}
	e := edge.Event{Kind: plan.Exposure, Slot: place.Index, Variant: uint8(native.Column)}
	if place.Kind == choose.Campaign {
		e = edge.Event{Kind: plan.Assign, Campaign: place.Index, Arm: uint8(native.Column)}
	}
	return s.tell(ctx, e)
}

// sameDecision compares bit for bit: == would take -0 for 0.
func sameDecision(native, module *choose.Decision) error {
	a, b := *native, *module
	a.Options, b.Options = nil, nil
	equal := fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) &&
		slices.EqualFunc(native.Options, module.Options, func(a, b choose.Option) bool { return optionBits(&a) == optionBits(&b) })
	if !equal {
		return fmt.Errorf("decision: native %+v, module %+v", native, module)
	}
	return nil
}

func optionBits(o *choose.Option) (bits [9]uint64) {
	bits[8] = uint64(o.Prior.Strength)
	for i, v := range []float64{o.Prior.Mean, o.Shown, o.Won, o.Match, o.Mean, o.Strength, o.Draw, o.Value} {
		bits[i] = math.Float64bits(v)
	}
	return bits
}

// usePriors hands priors to both sides: of the plan in force, or spoilt in some way.
func (s *sides) usePriors(ctx context.Context) error {
	b, err := s.priors()
	if err != nil {
		return err
	}
	wrong := s.native.UsePriors(b)
	if err := s.same(wrong, s.module.UsePriors(ctx, b)); err != nil {
		return fmt.Errorf("priors: %w", err)
	}
	s.counts.note(wrong)
	return nil
}

func (s *sides) priors() ([]byte, error) {
	r := s.draw
	p, digest := s.native.Plan()
	out := choose.Priors{Version: 1 + uint64(r.IntN(6)), Plan: digest}
	if r.IntN(10) == 0 {
		out.Plan[0]++
	}
	if r.IntN(40) == 0 { // the newest there can be, or one more
		out.Version = uint64(p.Periods[len(p.Periods)-1].End) + uint64(r.IntN(2))
	}
	row := func(columns int) (rates []choose.Rate) {
		for range columns {
			rates = append(rates, choose.Rate{Mean: (1 + r.Float64()*998) / 1000, Strength: 1 + uint32(r.IntN(1<<(1+r.IntN(20))))})
		}
		return rates
	}
	for i := range (int(choose.Response) + 1) * plan.MaxSlots {
		at := choose.Place{Kind: choose.Kind(i / plan.MaxSlots), Index: uint8(i % plan.MaxSlots)}
		columns := at.Columns(p)
		if columns == 0 || r.IntN(4) == 0 {
			continue
		}
		if r.IntN(60) == 0 {
			columns++ // of another plan's shape
		}
		here := choose.PlacePriors{Place: at}
		rows := []int{1, len(p.Segments), len(p.Segments)}[r.IntN(3)]
		switch at.Kind {
		case choose.Next:
			rows = len(p.Topics)
		case choose.Leave, choose.Predicted, choose.Difficulty:
			rows = 1
		}
		for range rows {
			here.Rates = append(here.Rates, row(columns))
		}
		out.Places = append(out.Places, here)
	}
	b, err := choose.Encode(out)
	for err != nil && len(out.Places) > 0 { // moves between 64 topics are too many
		out.Places = out.Places[:len(out.Places)-1]
		b, err = choose.Encode(out)
	}
	if err == nil && r.IntN(8) == 0 { // damaged somewhere, and perhaps still priors
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	}
	if err == nil && r.IntN(20) == 0 {
		b = b[:r.IntN(len(b))]
	}
	return b, err
}

// choices are what the choices of all sequences have come to.
type choices struct {
	reasons     [choose.Excluded + 1]int
	kept        int
	priors      int // handed over and taken
	segments    int // decisions by the priors of another segment than the first
	matched     int // options that the visitor's interest speaks for
	own         int // options with own successes
	why         map[error]int
	withoutThem int // decisions without priors
}

func (o *outcomes) decided(d *choose.Decision) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	c := &o.choices
	c.reasons[d.Reason]++
	if d.Kept {
		c.kept++
	}
	if d.Version == 0 {
		c.withoutThem++
	} else if d.Segment > 0 {
		c.segments++
	}
	for _, option := range d.Options {
		if option.Match > profile.UsualMatch {
			c.matched++
		}
		if option.Won > 0 {
			c.own++
		}
	}
}

// note counts why a choice was refused, or whether priors were.
func (o *outcomes) note(wrong error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if wrong == nil {
		o.choices.priors++
	} else {
		o.choices.why[wrong]++
	}
}

// missing names what the sequences have hardly come to.
func (c *choices) missing(least int) error {
	for what, n := range map[string]int{"sampled": c.reasons[choose.Sampled], "explored": c.reasons[choose.Explored],
		"held": c.reasons[choose.Held], "kept": c.kept, "priors": c.priors, "segments": c.segments, "matched": c.matched,
		"own evidence": c.own, "no priors": c.withoutThem} {
		if n < least {
			return fmt.Errorf("only %d: %s", n, what)
		}
	}
	for _, why := range []error{choose.ErrPriors, choose.ErrForeign, choose.ErrOlder, edge.ErrPlace, edge.ErrPlanSerial, edge.ErrPlanExpired} {
		if c.why[why] == 0 {
			return errors.Join(errors.New("no sequence came to"), why)
		}
	}
	return nil
}
