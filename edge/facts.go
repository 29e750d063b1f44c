package edge

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ErrFact: a variable that the plan has not, or that rests on nothing that can be erased:
// a prediction, the hour.
var ErrFact = errors.New("edge: nothing is kept of this variable that could be erased")

// AppendFacts appends what rules see of the visitor at now, for the visitor's own eyes:
//
//	variables: count uvarint; then each that the plan has, ascending:
//	  index byte; bool: observed; value f64, 0 if it was not
//	interests: count uvarint; then each topic of the plan that has any, ascending:
//	  index byte; five sums f64: what was shown for a half-life of 7, 14, 21, 30 and 60 days
//	segment byte: that of the running period
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired.
func (d *Device) AppendFacts(now plan.Time, b []byte) ([]byte, error) {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return b, err
	}
	view := d.viewAt(now)
	x := d.plan.Extent(false)
	n := 0
	for i := range 256 {
		if x.Has(i) {
			n++
		}
	}
	b = wire.AppendUvarint(b, uint64(n))
	for i := range 256 {
		if !x.Has(i) {
			continue
		}
		value, ok := view.Value(i)
		if !ok {
			value = 0
		}
		b = wire.AppendFloat(wire.AppendBool(append(b, byte(i)), ok), value)
	}
	n = 0
	for topic := range d.plan.Topics {
		if view.Sums(topic) != [5]float64{} {
			n++
		}
	}
	b = wire.AppendUvarint(b, uint64(n))
	for topic := range d.plan.Topics {
		sums := view.Sums(topic)
		if sums == [5]float64{} {
			continue
		}
		b = append(b, byte(topic))
		for _, s := range sums {
			b = wire.AppendFloat(b, s)
		}
	}
	return append(b, byte(d.segmentAt(now))), nil
}

// Erase erases what one variable rests on, and with it all others that rest on the same.
// The running period's log stays: it says nothing but what its report says, which Forget
// takes back.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrFact; the state is as before.
func (d *Device) Erase(now plan.Time, variable int) error {
	now = clamp(now)
	if err := d.usable(now); err != nil {
		return err
	}
	x := d.plan.Extent(false)
	if !x.Has(variable) || !d.mind.profile.Erase(d.names, variable) {
		return ErrFact
	}
	return nil
}
