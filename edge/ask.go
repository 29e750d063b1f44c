package edge

import (
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Reach writes to out by which channel and when a message best reaches the visitor. It
// is not yet shown: the page tells that by a Reached event. The state changes: the host
// must store it.
//
// r is only read at a device's first choice of anything, as in Choose.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrPlace for a message that the plan
// has not, ErrRandom.
func (d *Device) Reach(now plan.Time, message int, r Rand, out *reach.Answer) error {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return err
	}
	if message < 0 || message >= len(d.plan.Messages) {
		return ErrPlace
	}
	if err := d.draw(now, r); err != nil {
		return err
	}
	m := &d.mind
	s := reach.Situation{
		Now: now, Age: now - m.profile.Last, Message: message, Plan: d.plan, Names: d.messages, View: d.viewAt(now),
		Priors: d.priorsAt(now), Segment: d.segmentAt(now), Held: m.choices.Held(d.plan.Policy.Holdout),
		Stream: m.choices.StreamOf(d.dateOf(now), d.messages.Messages[message]),
	}
	m.reach.Choose(out, &s)
	return nil
}

// AppendSurveys appends the surveys that may be asked now, one byte each, in the plan's
// order: exit surveys if the visitor turns to leave, the others if not. Which of them is
// asked, if any, the page says by an Asked event.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired.
func (d *Device) AppendSurveys(now plan.Time, exit bool, dst []byte) ([]byte, error) {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return dst, err
	}
	m := &d.mind
	view := d.viewAt(now)
	segment := d.segmentAt(now)
	stage := 0
	if m.log.Of(d.digest, d.dateOf(now)) {
		stage = m.log.Stage()
	}
	for i := range d.plan.Surveys {
		s := &d.plan.Surveys[i]
		at, times := m.profile.AskedAt(d.names, i)
		if s.Exit == exit && stage >= int(s.Stage) && (s.Segments == 0 || s.Segments>>segment&1 == 1) &&
			(s.Cap == 0 || times < s.Cap) && (times == 0 || now-at >= plan.Time(s.Every)) && s.When.Match(&view) {
			dst = append(dst, byte(i))
		}
	}
	return dst, nil
}
